from __future__ import annotations

from pathlib import Path

from adaptive.conductor.messages import LockLayers, Message, Regenerate, SetSteer, TakeBack
from adaptive.conductor.regenerations import Regenerations
from adaptive.conductor.saved_steering import saved_steering, takes_of
from tests.helpers.presets import RATE, Played, Player, control_step_of, make_preset, play

BODY = """
[layers.tune]
generator = "melody"
[layers.pad]
generator = "pad"
style = "pulse"
[layers.drums]
generator = "drums"
style = "drive"
[sections.calm]
layers = ["tune", "pad", "drums"]
length_bars = 8
"""
BAR_S = 1.0
"""A bar of the presets of tests: four beats at 240."""


def shape(played: Played, layer: str, first_s: float = 0.0, last_s: float = 1e9) -> list[tuple]:
    return [
        (row["frame"], row["midi"], row["velocity"])
        for row in played.lines("note", layer=layer)
        if first_s * RATE <= row["frame"] < last_s * RATE
    ]


def heard(folder: Path, *script: tuple[float, Message], seconds: float = 7.0) -> Played:
    messages = {control_step_of(at): [message] for at, message in script}
    return play(make_preset(folder, BODY), seconds, messages)


def test_a_layer_that_is_written_anew_differs_and_the_others_do_not(tmp_path: Path) -> None:
    plain = heard(tmp_path / "a")
    other = heard(tmp_path / "b", (1.1, Regenerate(("tune",), id="r")))

    assert shape(other, "tune", 3.0) != shape(plain, "tune", 3.0)
    assert shape(other, "tune", 0.0, 1.1) == shape(plain, "tune", 0.0, 1.1)
    for layer in ("pad", "drums"):
        assert shape(other, layer) == shape(plain, layer)
    assert other.told("r") == ["accepted", "finished"]


def test_drums_are_written_anew_too_and_every_time_in_another_way(tmp_path: Path) -> None:
    once = heard(tmp_path / "a", (0.6, Regenerate(("drums",))))
    twice = heard(tmp_path / "b", (0.6, Regenerate(("drums",))), (0.7, Regenerate(("drums",))))
    plain = heard(tmp_path / "c")

    assert len({tuple(shape(one, "drums", 2.0)) for one in (plain, once, twice)}) == 3


def test_only_the_bars_that_were_named_change(tmp_path: Path) -> None:
    plain = heard(tmp_path / "a")
    other = heard(tmp_path / "b", (0.6, Regenerate(("drums",), (4, 5))))
    margin = 0.07  # notes are played a little off the bar line

    assert shape(other, "drums", 0.0, 3.0 - margin) == shape(plain, "drums", 0.0, 3.0 - margin)
    assert shape(other, "drums", 3.0, 5.0) != shape(plain, "drums", 3.0, 5.0)
    assert shape(other, "drums", 5.0 + margin) == shape(plain, "drums", 5.0 + margin)


def test_a_regeneration_can_be_taken_back(tmp_path: Path) -> None:
    plain = heard(tmp_path / "a")
    back = heard(tmp_path / "b", (0.6, Regenerate(("tune",))), (0.8, TakeBack(id="t")))
    nothing = heard(tmp_path / "c", (0.6, TakeBack(id="n")), seconds=1.0)

    assert shape(back, "tune", 3.0) == shape(plain, "tune", 3.0)
    assert back.told("t") == ["accepted", "finished"]
    assert nothing.told("n") == ["dropped"]


def test_a_locked_layer_stays_equal_to_the_byte(tmp_path: Path) -> None:
    plain = heard(tmp_path / "a")
    steered = (SetSteer((("density", 1.0),)), Regenerate(("drums", "tune"), id="r"))
    locked = heard(
        tmp_path / "b", (0.5, LockLayers(("drums",), id="l")), (0.7, steered[0]), (0.9, steered[1])
    )  # fmt: skip

    assert shape(locked, "drums") == shape(plain, "drums")
    assert shape(locked, "pad", 2.0) != shape(plain, "pad", 2.0)
    assert locked.told("l") == ["accepted", "finished"]
    (told,) = [one.reason for one in locked.receipts if one.id == "r" and one.reason]
    assert "drums stays as locked" in told


def test_an_unlocked_layer_follows_again(tmp_path: Path) -> None:
    free = heard(tmp_path / "a", (0.7, SetSteer((("density", 1.0),))))
    script = ((0.5, LockLayers(("pad",))), (0.7, SetSteer((("density", 1.0),))), (2.0, LockLayers(())))

    assert shape(heard(tmp_path / "b", *script), "pad", 4.0) == shape(free, "pad", 4.0)


def test_takes_and_locks_are_saved_and_restored(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY))
    player.play(RATE, {control_step_of(0.2): [LockLayers(("pad",)), Regenerate(("tune",), (3, 4))]})
    conductor = player.performance.conductor
    saved = player.performance.save()
    other = Player(player.performance.preset, saved=saved).performance.conductor

    assert isinstance(conductor.regenerations, Regenerations)
    assert other.regenerations.state == conductor.regenerations.state == takes_of(saved.steering)
    assert other.steering.locked == {"pad"}
    assert other.assets.generated["tune"].takes == conductor.assets.generated["tune"].takes != ()
    assert saved_steering(conductor.steering.state) is None
