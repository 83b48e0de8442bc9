from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adaptive.conductor.messages import FireEvent, SetState, TakeSteps
from adaptive.errors import ProtocolError
from adaptive.inputs.message import Checker, SetParameter
from adaptive.inputs.midi.controls import ControlValue
from adaptive.inputs.midi.mapping import MidiMapping
from adaptive.preset.midi_source import MidiSource
from adaptive.preset.schema import InputTable
from tests.helpers.presets import two_sections

MORE = """
[parameters.threat]
range = [0.0, 2.0]
[stingers.hit]
stem = "blow.wav"
[tempo_follow]
phase_event = "step"
range_bpm = [230.0, 250.0]
"""


@pytest.fixture
def checker(tmp_path: Path) -> Checker:
    return Checker(two_sections(tmp_path / "small", more=MORE))


class Knob:
    """A mapping, and the parameter it moves."""

    def __init__(self, checker: Checker, **keys: Any) -> None:
        self.mapping = MidiMapping(InputTable(**keys))
        self.checker, self.present, self.now_s = checker, 0.0, 0.0

    def send(self, value: int, after_s: float = 1.0) -> list[Any]:
        self.now_s += after_s
        control = ControlValue(self.mapping.source, 0, value)
        found = self.mapping.requests(control, self.checker, lambda _name: self.present, self.now_s)
        for request in found:
            if isinstance(request, SetParameter):
                self.present = request.value
        return found


def values(found: list[Any]) -> list[float]:
    return [round(request.value, 4) for request in found]


def test_the_travel_of_a_knob_is_the_range_of_its_parameter(checker: Checker) -> None:
    knob = Knob(checker, midi="cc 1", parameter="threat")
    assert [values(knob.send(value)) for value in (0, 127)] == [[0.0], [2.0]]
    bend = Knob(checker, midi="bend", parameter="threat")
    assert [values(bend.send(value)) for value in (-8192, 8191)] == [[0.0], [2.0]]


def test_ranges_factor_and_ignore_are_those_of_osc(checker: Checker) -> None:
    knob = Knob(
        checker, midi="cc 1", parameter="threat", input_range=(100.0, 20.0), output_range=(1.0, 2.0),
        ignore=(0.0,),
    )  # fmt: skip
    assert [values(knob.send(value)) for value in (0, 100, 60, 20, 1)] == [[], [1.0], [1.5], [2.0], [2.0]]
    assert values(Knob(checker, midi="program", parameter="threat", factor=0.1).send(5)) == [0.5]


def test_a_knob_with_pickup_waits_until_it_meets_the_value(checker: Checker) -> None:
    knob = Knob(checker, midi="cc 1", parameter="threat", pickup=True)
    knob.present = 1.0
    assert [values(knob.send(value)) for value in (0, 30, 50)] == [[], [], []]
    assert values(knob.send(70)) == [round(2.0 * 70 / 127, 4)]
    assert values(knob.send(20)) == [round(2.0 * 20 / 127, 4)]
    knob.present = 1.8  # the game has moved it
    assert knob.send(30) == []
    assert values(knob.send(114)) == [round(2.0 * 114 / 127, 4)]


@pytest.mark.parametrize(
    ("way", "up", "down"),
    [("twos_complement", 3, 126), ("binary_offset", 67, 62), ("sign_magnitude", 3, 66)],
)
def test_an_encoder_moves_by_what_it_was_turned(checker: Checker, way: Any, up: int, down: int) -> None:
    knob = Knob(checker, midi="cc 1", parameter="threat", relative=way, detents=20)
    knob.present = 1.0
    assert values(knob.send(up)) == [1.3]
    knob.present = 1.0  # what is read may be older than what was sent
    assert values(knob.send(down, 0.01)) == [1.1]
    assert values(knob.send(down, 1.0)) == [0.9]


def test_states_by_number_or_by_name(checker: Checker) -> None:
    named = Knob(checker, midi="program", state="section", values={"4": "fight"})
    assert named.send(4) == [SetState("section", "fight")]
    assert named.send(0) == []
    with pytest.raises(ProtocolError, match="the `values` of program do not name what it sends, got 9"):
        named.send(9)
    assert Knob(checker, midi="note 36", state="section").send(1) == [SetState("section", "fight")]


def test_a_button_fires_once_and_a_key_with_its_velocity(checker: Checker) -> None:
    button = Knob(checker, midi="cc 20", event="hit")
    assert [len(button.send(value)) for value in (10, 127, 127, 90, 0, 127)] == [0, 1, 0, 0, 0, 1]
    assert Knob(checker, midi="note 36", event="hit").send(64) == [FireEvent("hit", 64 / 127)]
    steps = Knob(checker, midi="note 36", event="step", input_latency_ms=20.0).send(64)
    assert steps == [TakeSteps("step", (0.02,))]


def test_a_mapping_hears_its_port_and_channel() -> None:
    mapping = MidiMapping(InputTable(midi="cc 1", parameter="threat", port="nano", channel=10))
    assert mapping.source == MidiSource("cc", 1)
    assert mapping.hears("nanoKONTROL2 MIDI 1", 9)
    assert not mapping.hears("nanoKONTROL2 MIDI 1", 8)
    assert not mapping.hears("Keys", 9)
