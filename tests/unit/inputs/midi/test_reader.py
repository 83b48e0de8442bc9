from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive.conductor.messages import ExternalClock, Jump, SetChord, SetState, Transport
from adaptive.inputs.control_message import MoveControl
from adaptive.inputs.message import Checker, SetParameter
from adaptive.inputs.midi.reader import MidiMappings, MidiReader
from adaptive.inputs.note_message import PlayNote
from adaptive.preset.schema import InputTable
from tests.helpers.presets import two_sections

MORE = '[parameters.threat]\n[layers.lead]\ngenerator = "melody"\n'


@pytest.fixture
def checker(tmp_path: Path) -> Checker:
    return Checker(two_sections(tmp_path / "small", more=MORE))


def reader_of(checker: Checker, *tables: InputTable, place: Any = None) -> MidiReader:
    mappings = MidiMappings(tables, "lead")
    return MidiReader("keys", mappings, lambda: checker, lambda _name: 0.0, place or (lambda _q: None))


def notes(transaction: Any) -> list[tuple[int, int]]:
    return [(one.pitch, round(127 * one.velocity)) for one in transaction.requests if type(one) is PlayNote]


def test_keys_play_the_layer_that_is_named_and_else_the_first(checker: Checker) -> None:
    assert notes(reader_of(checker).take(b"\x90\x3c\x64", 0.0)) == [(60, 100)]
    second = InputTable(midi="notes", layer="lead", channel=2)
    assert notes(reader_of(checker, second).take(b"\x90\x3c\x64\x91\x3c\x64", 0.0)) == [(60, 100)]


def test_a_note_ends_on_the_layer_on_which_it_began(checker: Checker) -> None:
    reader = reader_of(checker)
    reader.take(b"\x90\x3c\x64", 0.0)
    reader.mappings = MidiMappings((), None)
    assert notes(reader.take(b"\x80\x3c\x40", 0.1)) == [(60, 0)]


def test_sensing_that_ceases_ends_the_notes_and_silence_without_it_does_not(checker: Checker) -> None:
    reader = reader_of(checker)
    for at in (0.0, 0.3, 0.6):
        reader.take(b"\xfe", at)
    reader.take(b"\x90\x3c\x64", 0.65)
    assert notes(reader.follow(0.9)) == []
    assert notes(reader.follow(1.05)) == [(60, 0)]

    plain = reader_of(checker)
    plain.take(b"\x90\x3c\x64", 0.65)
    assert notes(plain.follow(60.65)) == []
    assert notes(plain.release()) == [(60, 0)]


def test_controls_reach_their_mappings_and_faults_are_told(checker: Checker) -> None:
    tables = [
        InputTable(midi="cc 1", parameter="threat"),
        InputTable(midi="program", state="section", values={"0": "calm"}),
        InputTable(midi="cc 6", parameter="threat"),
    ]
    reader = reader_of(checker, *tables)
    assert reader.take(b"\xb0\x01\x7f", 0.0).requests == [SetParameter("threat", 1.0)]
    assert reader.take(b"\xc0\x00", 0.0).requests == [SetState("section", "calm")]
    fault = reader.take(b"\xc0\x05", 0.0).faults[0]
    assert (fault.at, fault.error) == (
        "midi program", "the `values` of program do not name what it sends, got 5",
    )  # fmt: skip
    assert reader.take(bytes.fromhex("b06300b0622fb00600b02601"), 0.0).requests == []


def test_a_clock_sets_the_tempo_only_where_a_mapping_says_so(checker: Checker) -> None:
    for tables, is_heard in (([], False), ([InputTable(midi="clock", tempo=True)], True)):
        reader = reader_of(checker, *tables)
        reader.take(b"\xfa", 0.0)
        told = [one for n in range(48) for one in reader.take(b"\xf8", 0.02 * n).requests]
        assert bool(told) == is_heard
        if is_heard:
            assert told[-1].tempo_bpm == pytest.approx(125.0)
            assert told[-1].beat_age_s == pytest.approx(0.02 * 23)
        ceased = reader.follow(2.0).requests
        assert ceased == ([ExternalClock(None)] if is_heard else [])
        assert reader.follow(3.0).requests == []
        assert reader.cease() is None


def test_a_transport_starts_and_stops_and_jumps_where_that_is_allowed(checker: Checker) -> None:
    asked: list[int] = []

    def place(quarters: int) -> Jump:
        asked.append(quarters)
        return Jump("calm", 2)

    reader = reader_of(checker, InputTable(midi="clock", transport=True), place=place)
    assert reader.take(b"\xfc", 0.0).requests == [Transport(is_playing=False)]
    assert reader.take(b"\xf2\x10\x00\xfb", 0.1).requests == [Transport(is_playing=True), Jump("calm", 2)]
    reader.take(b"\xfa", 0.2)
    assert asked == [4, 0]


def test_any_bytes_give_only_requests_that_the_preset_takes(
    checker: Checker, rng: np.random.Generator
) -> None:
    tables = [InputTable(midi=f"cc {n}", parameter="threat") for n in range(0, 120, 7)]
    reader = reader_of(checker, *tables, InputTable(midi="clock", tempo=True, transport=True))
    held: set[int] = set()
    for n, piece in enumerate(np.split(rng.integers(0, 256, 40_000, np.uint8), 400)):
        for request in reader.take(piece.tobytes(), 0.001 * n).requests:
            if isinstance(request, PlayNote):
                assert 0.0 <= request.velocity <= 1.0
                held = held - {request.pitch} if request.is_end else held | {request.pitch}
            elif isinstance(request, SetParameter):
                assert 0.0 <= request.value <= 1.0
    ended = {pitch for pitch, _ in notes(reader.release())}
    assert held <= ended


def test_keys_set_the_chord_once_they_rest(checker: Checker) -> None:
    reader = reader_of(checker, InputTable(midi="notes", chord=True, channel=1))
    reader.take(bytes.fromhex("903964"), 0.0)
    reader.take(bytes.fromhex("903c64904064"), 0.01)
    assert reader.follow(0.02).requests == []
    assert reader.follow(0.05).requests == [SetChord("Am")]
    reader.take(bytes.fromhex("803940803c40804040"), 0.1)
    assert reader.follow(0.2).requests == []
    reader.take(bytes.fromhex("913064913464913764"), 0.3)  # another channel
    assert reader.follow(0.4).requests == []


def test_controls_of_a_port_move_the_sampler_that_its_keys_play(tmp_path: Path) -> None:
    sampled = Checker(two_sections(tmp_path, more=MORE + 'instrument = { soundfont = "x.sf2" }\n'))
    knob = InputTable(midi="cc 7", parameter="threat")
    keys = InputTable(midi="notes", layer="lead")
    sent = b"\xb0\x01\x7f\xb0\x07\x40\xb0\x78\x00\xe0\x00\x40\xb0\x65\x00\xb0\x64\x00\xb0\x06\x0c\xd0\x7f"
    sent += b"\xb0\x63\x78\xb0\x62\x08\xb0\x06\x3c\xb0\x26\x01"  # generator 8 of a SoundFont, the cutoff
    moved = [
        (one.name, one.told)
        for one in reader_of(sampled, knob, keys).take(sent, 0.0).requests
        if isinstance(one, MoveControl)
    ]

    # the knob belongs to its parameter, and the pair 101, 100 chooses what data entry sets
    assert moved[:5] == [(1, 1.0), ("sound_off", 0.0), ("bend", 0.0), ("bend_range", 12.0), ("pressure", 1.0)]
    assert moved[-1] == ("soundfont_generator_8", -1022.0)


def test_other_instruments_get_no_controls(checker: Checker) -> None:
    assert reader_of(checker).take(b"\xb0\x01\x7f\xe0\x00\x50", 0.0).requests == []
