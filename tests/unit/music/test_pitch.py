from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive.errors import InputError
from adaptive.music.pitch import Interval, Pitch, Tone, spell

fifths = st.integers(-15, 19)  # from F double flat to B double sharp
pitches = st.builds(Pitch, st.builds(Tone, fifths), st.integers(-1, 9))
intervals = st.sampled_from(
    [
        "1",
        "b2",
        "2",
        "b3",
        "3",
        "4",
        "#4",
        "b5",
        "5",
        "#5",
        "b6",
        "6",
        "bb7",
        "b7",
        "7",
        "b9",
        "9",
        "#11",
        "13",
    ]
)


@pytest.mark.parametrize(
    ("text", "midi"),
    [("C4", 60), ("A4", 69), ("C#4", 61), ("Db4", 61), ("B#3", 60), ("Cb5", 71), ("C-1", 0),
     ("G9", 127), ("F♯2", 42), ("E♭3", 51), ("Fx4", 67), ("Abb4", 67)],
)  # fmt: skip
def test_a_name_is_a_key_of_the_keyboard(text: str, midi: int) -> None:
    assert midi == Pitch.parse(text).midi


@pytest.mark.parametrize("text", ["", "H4", "C", "4", "C###4", "C4x", "c 4"])
def test_a_text_that_is_not_a_pitch_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match="is not a pitch"):
        Pitch.parse(text)


@given(pitches)
def test_what_is_written_is_read_back(pitch: Pitch) -> None:
    assert pitch == Pitch.parse(str(pitch))


@given(pitches, intervals)
def test_an_interval_moves_the_staff_and_the_keyboard_by_what_it_says(pitch: Pitch, name: str) -> None:
    interval = Interval.parse(name)
    moved = pitch.transposed(interval)

    assert pitch.midi + interval.semitones == moved.midi
    assert pitch.step + interval.steps == moved.step


@given(st.integers(0, 127), st.integers(-8, 10))
def test_any_key_has_a_name_in_any_signature(midi: int, centre: int) -> None:
    assert midi == spell(midi, centre).midi
    assert -5 <= spell(midi, centre).tone.fifths - centre <= 6


@given(st.builds(Tone, fifths), st.integers(0, 127))
def test_the_nearest_octave_is_within_a_tritone(tone: Tone, midi: int) -> None:
    assert abs(tone.nearest(midi).midi - midi) <= 6


def test_a_major_third_over_b_flat_is_d_and_not_another_letter() -> None:
    assert str(Pitch.parse("Bb3").transposed(Interval.parse("3"))) == "D4"
    assert str(Tone.parse("E").transposed(Interval.parse("3"))) == "G#"


@pytest.mark.parametrize("text", ["0", "16", "minor", "b", "###5"])
def test_a_text_that_is_not_an_interval_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not an interval"):
        Interval.parse(text)
