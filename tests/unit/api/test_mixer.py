from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.api.mixer import Mixer


class Owner:
    """A session of three layers that keeps what it is sent, or refuses it."""

    def __init__(self) -> None:
        self.performance: Any = self.another("one")
        self.sent: list[Mapping[str, Any]] = []
        self.refuses = False

    def another(self, folder: str, held: Mapping[str, float] | None = None) -> Any:
        file = SimpleNamespace(layers={"a": 0, "b": 0, "c": 0})
        mix = SimpleNamespace(held=held or {})
        return SimpleNamespace(
            preset=SimpleNamespace(file=file, folder=folder), conductor=SimpleNamespace(mix=mix)
        )

    def send(self, document: Mapping[str, Any]) -> Any:
        if self.refuses:
            raise ValueError
        self.sent.append(document["mix"])


def test_a_solo_silences_the_others_in_one_message_and_a_mute_counts_too() -> None:
    owner = Owner()
    mixer = Mixer(owner)
    mixer.mute("a", is_muted=True)
    mixer.solo("a", is_soloed=True)
    mixer.mute("a", is_muted=False)
    mixer.solo("a", is_soloed=False)

    assert owner.sent == [
        {"layers.a.level_db": -80.0},
        {"layers.b.level_db": -80.0, "layers.c.level_db": -80.0},
        {"layers.a.level_db": None},
        {"layers.b.level_db": None, "layers.c.level_db": None},
    ]


def test_what_is_so_already_is_not_sent_again_and_what_was_refused_is_forgotten() -> None:
    owner = Owner()
    mixer = Mixer(owner)
    mixer.fade_to("a", -6.0, 0.0)
    mixer.fade_to("a", -6.0, 0.0)
    owner.refuses = True
    with pytest.raises(ValueError):
        mixer.fade_to("a", 99.0, 0.0)

    assert owner.sent == [{"layers.a.level_db": -6.0}]
    assert mixer.levels_db == {"a": -6.0}


def test_after_a_large_edit_it_goes_on_from_what_is_held() -> None:
    owner = Owner()
    mixer = Mixer(owner)
    mixer.fade_to("a", -6.0, 0.0)
    owner.performance = owner.another("one", {"layers.a.level_db": -6.0})
    mixer.mute("b", is_muted=True)
    owner.performance = owner.another("two")
    mixer.mute("c", is_muted=True)

    assert owner.sent[1:] == [{"layers.b.level_db": -80.0}, {"layers.c.level_db": -80.0}]
    assert (mixer.levels_db, mixer.muted) == ({}, {"c"})
