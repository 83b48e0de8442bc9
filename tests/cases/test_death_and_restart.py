"""A player dies and begins the fight anew: the music does too, when the game says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.messages import ForgetPlace, Message, Restart, SetState
from adaptive.preset.load import load
from adaptive.preset.model import Preset
from adaptive.session.performance import vocabulary
from tests.helpers.presets import Played, control_step_of, play

PRESET = """
schema = 1
name = "x"
tempo_bpm = 240
[states.where]
values = ["safe", "boss"]
[layers.a]
generator = "pad"
[layers.b]
generator = "bass"
[sections.safe]
layers = ["a"]
length_bars = 8
[sections.boss]
layers = ["b"]
length_bars = 16
[[select]]
section = "boss"
when = "where == 'boss'"
[[select]]
section = "safe"
[[transitions]]
from = "any"
to = "boss"
exit_at = "bar"
enter_at = "last_position"
"""


@pytest.fixture
def preset(tmp_path: Path) -> Preset:
    (tmp_path / "preset.toml").write_text(PRESET, encoding="utf-8")
    return load(tmp_path, vocabulary=vocabulary())


def played(preset: Preset, **more: Message) -> Played:
    """The case's trace: into the fight, out of it, and back; with further messages, by their seconds."""
    script: dict[int, list[Message]] = {}
    states = {"s2": "boss", "s7_5": "safe", "s10": "boss"}
    sent = {name: SetState("where", value) for name, value in states.items()} | more
    for name, message in sorted(sent.items(), key=lambda item: float(item[0][1:].replace("_", "."))):
        step = control_step_of(float(name[1:].replace("_", ".")))
        script.setdefault(step, []).append(message)
    return play(preset, 14.0, script)


def begins(found: Played) -> list[str]:
    return [line["section_position"] for line in found.lines("layer", section="boss")]


def test_the_fight_goes_on_where_it_was_left(preset: Preset) -> None:
    assert begins(played(preset)) == ["1.1.0", "6.1.0"]


@pytest.mark.parametrize("when", ["s5", "s9", "s9_99"])
def test_the_fight_begins_anew_after_the_game_said_forget(preset: Preset, when: str) -> None:
    assert begins(played(preset, **{when: ForgetPlace("boss")})) == ["1.1.0", "1.1.0"]


def test_what_plays_begins_again_when_the_game_says_restart(preset: Preset) -> None:
    found = played(preset, s4_5=Restart("r"))

    assert begins(found)[:2] == ["1.1.0", "1.1.0"]
    assert found.told("r") == ["accepted", "started", "finished"]
