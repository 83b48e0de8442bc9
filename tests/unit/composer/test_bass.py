from __future__ import annotations

import itertools

import pytest

from adaptive.composer.bass import HIGH, STYLES, bass
from adaptive.composer.plan.bass_line import LOW
from adaptive.music.pitch import Pitch
from tests.unit.composer.composing import METERS, compose, contexts

every_style = pytest.mark.parametrize("style", list(STYLES))


@every_style
@pytest.mark.parametrize("key", ["A minor", "Eb major", "F# dorian", "B locrian"])
def test_the_register_is_that_of_a_bass(style: str, key: str) -> None:
    for bar in compose(bass, contexts(style=style, key=key, density=1.0)):
        assert all(LOW - 1 <= note.midi <= HIGH + 4 for note in bar)


@every_style
def test_a_chord_begins_with_its_bass_note(style: str) -> None:
    asked = contexts(style=style, chords=["Am", "F/A", "D/F#", "G7sus4 G"], density=0.8)
    for context, bar in zip(asked, compose(bass, asked), strict=True):
        at = {note.onset: note for note in bar}
        for onset, chord in context.harmony.chords:
            if onset == 0:
                assert chord.bass == Pitch.parse(at[onset].pitch).tone


@every_style
@pytest.mark.parametrize(("beats", "unit"), METERS)
def test_one_string_sounds_at_a_time(style: str, beats: int, unit: int) -> None:
    asked = contexts(style=style, beats=beats, unit=unit, density=1.0)
    for bar in compose(bass, asked):
        for one, other in itertools.pairwise(bar):
            assert one.onset + one.duration <= other.onset


def test_walking_steps_into_the_next_root() -> None:
    asked = contexts(style="walking", density=0.51, chords=["Am", "F", "Dm", "G"], phrase_bars=8)
    bars = compose(bass, asked)
    steps = [abs(after[0].midi - bar[-1].midi) for bar, after in itertools.pairwise(bars)]

    assert all(len(bar) == 4 for bar in bars)
    assert all(1 <= step <= 2 for step in steps)


def test_walking_returns_with_the_harmony() -> None:
    bars = compose(bass, contexts(style="walking", density=1.0, bars=12, chords=["Am", "F", "Dm", "E"]))

    assert [note.pitch for note in bars[5]] == [note.pitch for note in bars[9]]


def test_phrases_end_with_a_breath() -> None:
    for style in STYLES:
        for bar in compose(bass, contexts(style=style, density=1.0))[3::4]:
            assert max(note.onset + note.duration for note in bar) <= 4

    last = compose(bass, contexts(style="pulse", density=1.0))[3]
    assert max(note.onset + note.duration for note in last) < 4


def test_octaves_are_octaves() -> None:
    bar = compose(bass, contexts(style="octave", density=1.0, chords=["Am"]))[0]

    assert {12} == {other.midi - one.midi for one, other in zip(bar[::2], bar[1::2], strict=True)}


def test_an_approach_outside_the_key_is_spelled_in_it() -> None:
    for bar in compose(bass, contexts(style="walking", key="C# minor", density=1.0)):
        assert all("b" not in note.pitch for note in bar)
