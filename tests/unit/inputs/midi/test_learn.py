from __future__ import annotations

import tomllib

from adaptive.inputs.midi.learn import Learned, Learner
from adaptive.inputs.midi.stream import MidiStream
from adaptive.preset.midi_source import MidiSource


def learned(*sent: str, gap_s: float = 0.01) -> Learned | None:
    learner, stream = Learner(), MidiStream()
    for number, text in enumerate(sent):
        for message in stream.feed(bytes.fromhex(text)):
            learner.take("nano", message, number * gap_s)
    assert learner.learned(0.5) is None
    return learner.learned(10.0)


def fader(number: int, first: int = 0, last: int = 127, step: int = 5) -> list[str]:
    return [f"b0{number:02x}{value:02x}" for value in range(first, last, step)]


def test_what_moved_farthest_is_learned_with_its_port_and_channel() -> None:
    assert learned(*fader(3, 0, 20), *fader(7)) == Learned("nano", MidiSource("cc", 7), 0)
    assert learned("b50300", "b5037f") == Learned("nano", MidiSource("cc", 3), 5)


def test_clock_sensing_and_a_touch_are_never_learned() -> None:
    assert learned("f8", "fe", "906840", *fader(7), "906800", "f8") == Learned("nano", MidiSource("cc", 7), 0)
    assert learned("f8", "fe", "f8") is None


def test_both_halves_of_a_pair_are_one_control() -> None:
    sent = [f"b007{value >> 7:02x}b027{value & 127:02x}" for value in range(0, 16000, 333)]
    assert learned(*sent) == Learned("nano", MidiSource("cc14", 7), 0)


def test_a_parameter_number_and_a_wheel() -> None:
    sent = ["b06300b0622f", *[f"b006{value:02x}b02600" for value in range(0, 128, 8)]]
    assert learned(*sent) == Learned("nano", MidiSource("nrpn", 47), 0)
    assert learned("e00040", "e0007f", "e00000") == Learned("nano", MidiSource("bend"), 0)


def test_a_key_is_learned_without_its_velocity_and_a_button_too() -> None:
    assert learned("903c64", "903c00") == Learned("nano", MidiSource("note", 60), 0)
    assert learned("b0147f", "b01400") == Learned("nano", MidiSource("cc", 20), 0)


def test_encoders_are_told_from_knobs() -> None:
    for sent, way in (
        ((1, 1, 2, 127, 126, 1), "twos_complement"),
        ((65, 65, 63, 66, 65), "binary_offset"),
        ((1, 2, 65, 66, 1), "sign_magnitude"),
    ):
        found = learned(*[f"b001{value:02x}" for value in sent])
        assert found is not None
        assert found.relative == way
    knob = learned(*fader(1, 56, 73, 1))
    assert knob is not None
    assert knob.relative == ""


def test_the_lines_are_those_of_a_preset() -> None:
    found = Learned('na"no', MidiSource("cc", 7), 3, "binary_offset")
    assert tomllib.loads(found.toml("parameter", "threat"))["inputs"] == [
        {"midi": "cc 7", "port": 'na"no', "channel": 4, "relative": "binary_offset", "parameter": "threat"}
    ]
    assert tomllib.loads(found.toml("layer", "lead"))["inputs"][0]["midi"] == "notes"
