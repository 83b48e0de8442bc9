"""Bytes of MIDI devices that break naive readers, byte for byte (`cases/devices.md`, 1 and 2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adaptive.inputs.message import Checker, SetParameter
from adaptive.inputs.midi.reader import MidiMappings, MidiReader
from adaptive.inputs.note_message import PlayNote
from adaptive.preset.schema import InputTable
from tests.helpers.presets import two_sections

MORE = """
[parameters.wide]
range = [0.0, 16383.0]
[parameters.other]
range = [0.0, 16383.0]
[layers.lead]
generator = "melody"
"""


@pytest.fixture
def checker(tmp_path: Path) -> Checker:
    return Checker(two_sections(tmp_path / "small", more=MORE))


class Device:
    """A device that sends bytes, and what came of them."""

    def __init__(self, checker: Checker, *tables: InputTable) -> None:
        mappings = MidiMappings((InputTable(midi="notes", layer="lead"), *tables), "lead")
        self.reader = MidiReader("keys", mappings, lambda: checker, lambda _name: 0.0, lambda _q: None)
        self.heard: list[Any] = []

    def send(self, text: str, at_s: float = 0.0, at_once: bool = True) -> list[Any]:
        """What a text of bytes asks for, all at once or one at a time."""
        data = bytes.fromhex(text.replace(" ", ""))
        self.heard = []
        for chunk in [data] if at_once else [data[i : i + 1] for i in range(len(data))]:
            self._take(self.reader.take(chunk, at_s))
        return self.heard

    def wait(self, at_s: float) -> list[Any]:
        self.heard = []
        self._take(self.reader.follow(at_s))
        return self.heard

    def _take(self, transaction: Any) -> None:
        assert transaction.faults == []
        for one in transaction.requests:
            if type(one) is PlayNote:
                self.heard.append((one.pitch, round(127 * one.velocity)))
            elif isinstance(one, SetParameter):
                self.heard.append((one.name, one.value))


@pytest.mark.parametrize("at_once", [True, False])
def test_running_status_clocks_within_messages_and_sysex(checker: Checker, at_once: bool) -> None:
    volume = InputTable(midi="cc 7", parameter="other", input_range=(0.0, 127.0), output_range=(0.0, 127.0))
    device = Device(checker, volume)
    text = "90 3C F8 64 40 F8 50 FE 3C 00 F0 7D F8 01 F7 43 40 B0 07 40"

    assert device.send(text, at_once=at_once) == [(60, 100), (64, 80), (60, 0), ("other", 64.0)]


def test_a_pedal_holds_over_all_notes_off_and_not_over_all_sound_off(checker: Checker) -> None:
    device = Device(checker)

    assert device.send("90 3C 64 B0 40 7F B0 7B 00") == [(60, 100)]
    assert device.send("B0 40 00") == [(60, 0)]
    device.send("90 3C 64 B0 40 7F")
    assert device.send("B0 78 00") == [(60, 0)]


def test_sensing_that_ceases_ends_what_is_held_and_its_absence_does_not(checker: Checker) -> None:
    device, plain = Device(checker), Device(checker)
    for at_s in (0.0, 0.3, 0.6):
        device.send("FE", at_s)
    device.send("90 3C 64", 0.65)
    plain.send("90 3C 64", 0.65)

    assert device.wait(1.05) == [(60, 0)]
    assert plain.wait(60.65) == []


def test_fourteen_bits_with_either_half_first(checker: Checker) -> None:
    table = InputTable(
        midi="cc14 7", parameter="wide", input_range=(0.0, 16383.0), output_range=(0.0, 16383.0)
    )
    coarse_first, fine_first = Device(checker, table), Device(checker, table)
    found = [
        coarse_first.send(text, at_s)[-1:] for at_s, text in enumerate(("B0 07 40", "B0 27 20", "B0 27 21"))
    ]
    settled = []
    for step, number in enumerate((0, 1, 2, 1, 0)):
        at_s = 10.0 + step * 0.010
        heard = fine_first.send(f"B0 27 {number:02X}", at_s) + fine_first.send(
            f"B0 07 {number:02X}", at_s + 0.001
        )
        heard += fine_first.wait(at_s + 0.006)
        settled.append(heard[-1][1])

    assert [value for one in found for _, value in one] == [8192.0, 8224.0, 8225.0]
    assert settled == [0.0, 129.0, 258.0, 129.0, 0.0]


def test_a_parameter_number_is_no_controller(checker: Checker) -> None:
    whole = {"input_range": (0.0, 16383.0), "output_range": (0.0, 16383.0)}
    others = [InputTable(midi=f"cc {number}", parameter="other") for number in (6, 38, 98, 99)]
    device = Device(checker, InputTable(midi="nrpn 47", parameter="wide", **whole), *others)  # type: ignore[arg-type]
    heard = device.send("B0 63 00 B0 62 2F B0 06 00 B0 26 01") + device.wait(1.0)

    assert {name for name, _ in heard} == {"wide"}
    assert heard[-1] == ("wide", 1.0)
