from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adaptive.conductor.messages import SetKey, SetState, SetTempo, Transport
from adaptive.session.harmony_topic import HarmonyTopic
from tests.helpers.presets import BAR, BEAT, Player, make_preset

BODY = """
[layers.pad]
generator = "pad"
[layers.tape]
stem = "calm.wav"
[sections.calm]
layers = ["pad"]
chords = ["Am", "F G", "C", "C"]
length_bars = 4
key = "A minor"
[sections.tape]
layers = ["tape"]
length_bars = 4
key = "E minor"
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
"""


class Rig:
    def __init__(self, folder: Path) -> None:
        self.player = Player(make_preset(folder, BODY))
        self.performance = self.player.performance
        self.told: list[dict[str, Any]] = []
        self.topic = HarmonyTopic(self, self.told.append)

    def heard(self, frame: int) -> int:
        return frame + 1000

    def play(self, frames: int, *messages: Any) -> None:
        left = list(messages)
        while self.performance.frame < frames:
            number = self.performance.next_control_step
            self.player.control_step(left)
            left = []
            self.topic.follow(number)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "small")


def test_each_chord_is_told_with_the_next_one_and_its_frame(rig: Rig) -> None:
    rig.play(3 * BAR)
    found = [(one["chord"], one["frame"], one["next"]["chord"], one["next"]["frame"]) for one in rig.told]
    assert found[:3] == [
        ("Am", 0, "F", BAR), ("F", BAR, "G", BAR + 2 * BEAT), ("G", BAR + 2 * BEAT, "C", 2 * BAR),
    ]  # fmt: skip
    first = rig.told[0]
    assert (first["key"], first["scale"], first["tones"]) == (
        "A minor", [9, 11, 0, 2, 4, 5, 7], [9, 0, 4],
    )  # fmt: skip
    assert (first["heard_frame"], first["position"], first["section"]) == (1000, "1.1.0", "calm")
    # the C of two bars is told once, and what follows it is the first chord of the next pass
    assert rig.told[3]["chord"] == "C"
    assert rig.told[3]["next"]["chord"] == "Am"
    assert rig.told[3]["next"]["frame"] == 4 * BAR
    rig.play(4 * BAR + BEAT)
    assert [(one["chord"], one["frame"]) for one in rig.told[3:]] == [("C", 2 * BAR), ("Am", 4 * BAR)]


def test_a_next_chord_that_moves_with_the_tempo_is_told_with_where_this_one_began(rig: Rig) -> None:
    rig.play(3 * BAR + BEAT)
    rig.told.clear()
    rig.play(4 * BAR, SetTempo(60.0))
    moved = [one for one in rig.told if one["chord"] == "C"]
    assert moved
    assert {one["frame"] for one in moved} == {2 * BAR}
    assert moved[-1]["next"]["frame"] > 4 * BAR


def test_a_seam_a_held_key_and_silence_are_told(rig: Rig) -> None:
    rig.play(BAR // 2, SetState("section", "tape"))
    assert rig.told[-1]["next"]["key"] == "E minor"
    assert rig.told[-1]["next"]["frame"] == BAR
    rig.play(2 * BAR)
    assert (rig.told[-1]["key"], rig.told[-1]["chord"], rig.told[-1]["next"]) == ("E minor", None, None)
    rig.play(3 * BAR, SetState("section", "calm"))
    rig.play(5 * BAR, SetKey("D minor"))
    assert rig.told[-1]["key"] == "D minor"
    rig.play(8 * BAR, Transport(is_playing=False, seconds=0.0))
    assert rig.told[-1]["key"] is None


def test_it_is_told_again_to_another_listener(rig: Rig) -> None:
    rig.play(BEAT)
    rig.topic.forget()
    rig.play(2 * BEAT)
    assert rig.told[0] == rig.told[1]


def test_a_held_chord_is_dated_where_it_is_heard(rig: Rig) -> None:
    rig.play(BAR // 2 + BEAT // 2, SetState("section", "calm"))
    at = BAR + BEAT // 2
    while rig.performance.frame < at:
        rig.play(rig.performance.frame + 1)
    rig.told.clear()
    rig.play(2 * BAR, SetKey("C minor"))
    turned = [one for one in rig.told if one["key"] == "C minor"]
    assert turned
    first = turned[0]["frame"]
    assert first >= at
    assert first % BEAT == 0
    assert first - at <= BEAT + BEAT // 2
    coming = [one["next"] for one in rig.told if one["key"] != "C minor"]
    assert [one["frame"] for one in coming if one["key"] == "C minor"] == [first]
