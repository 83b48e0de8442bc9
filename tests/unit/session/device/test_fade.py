from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from adaptive.session.device.fade import FADE_S, FADED, MasterFade


def engine_with(volume: float) -> Any:
    return SimpleNamespace(memory=SimpleNamespace(head={"volume_wanted": volume}))


def test_it_is_silent_once_the_fade_has_passed_and_then_as_loud_as_before() -> None:
    engine, fade = engine_with(0.25), MasterFade()
    silent = [fade.out(engine, now_s) for now_s in (0.0, FADE_S / 2, FADE_S)]
    while_faded = engine.memory.head["volume_wanted"]
    fade.back(engine)

    assert silent == [False, False, True]
    assert (while_faded, engine.memory.head["volume_wanted"]) == (FADED, 0.25)


def test_a_volume_that_was_set_meanwhile_is_kept() -> None:
    engine, fade = engine_with(0.25), MasterFade()
    fade.out(engine, 0.0)
    engine.memory.head["volume_wanted"] = 0.0
    fade.back(engine)

    assert engine.memory.head["volume_wanted"] == 0.0


def test_restoring_without_a_fade_changes_nothing() -> None:
    engine = engine_with(0.25)
    MasterFade().back(engine)

    assert engine.memory.head["volume_wanted"] == 0.25
