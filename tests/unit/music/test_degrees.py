from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive.music.chord import QUALITIES, Chord
from adaptive.music.degrees import nearest_key, pitch_of_degree, pitch_over_chord
from adaptive.music.pitch import Tone
from adaptive.music.scale import MODES, Key

keys = st.builds(Key, st.builds(Tone, st.integers(-5, 6)), st.sampled_from(sorted(MODES)))


@given(keys, st.integers(-14, 21), st.integers(40, 80))
def test_seven_degrees_are_an_octave(key: Key, degree: int, near: int) -> None:
    one, other = (pitch_of_degree(key, number, near) for number in (degree, degree + 7))

    assert (other.midi - one.midi, other.tone) == (12, one.tone)


@given(keys, st.integers(1, 7), st.integers(40, 80))
def test_a_degree_is_spelled_as_in_the_scale(key: Key, degree: int, near: int) -> None:
    assert pitch_of_degree(key, degree, near).tone == key.degree(degree)


@pytest.mark.parametrize("quality", ["", "m", "7", "maj7", "m7b5", "sus4", "aug"])
def test_the_odd_degrees_over_a_chord_are_its_tones(quality: str) -> None:
    chord, key = Chord.parse(f"F{quality}"), Key.parse("C major")
    odd = (1, 3, 5, 7) if len(QUALITIES[quality]) > 3 else (1, 3, 5)
    classes = [pitch_over_chord(chord, key, degree, 60).midi % 12 for degree in odd]

    assert [tone.pitch_class for tone in chord.tones] == classes


@pytest.mark.parametrize(
    ("wanted", "among", "found"),
    [("E minor", ["C major", "E minor", "G major"], 1), ("A minor", ["D major", "C major"], 1),
     ("C major", ["F# major", "F# major"], 0)],
)  # fmt: skip
def test_the_nearest_key_is_the_same_else_the_most_alike_else_the_first(
    wanted: str, among: list[str], found: int
) -> None:
    assert found == nearest_key(Key.parse(wanted), [Key.parse(text) for text in among])
