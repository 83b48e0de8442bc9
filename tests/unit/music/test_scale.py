from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive.errors import InputError
from adaptive.music.pitch import Tone
from adaptive.music.scale import MODES, Key

keys = st.builds(Key, st.builds(Tone, st.integers(-6, 8)), st.sampled_from(sorted(MODES)))


@pytest.mark.parametrize(
    ("text", "scale"),
    [("C", "C D E F G A B"), ("A minor", "A B C D E F G"), ("F#m", "F# G# A B C# D E"),
     ("C# dorian", "C# D# E F# G# A# B"), ("Eb major", "Eb F G Ab Bb C D"),
     ("D Harmonic Minor", "D E F G A Bb C#"), ("g_mixolydian", "G A B C D E F"),
     ("B locrian", "B C D E F G A"), ("Gb", "Gb Ab Bb Cb Db Eb F")],
)  # fmt: skip
def test_a_key_spells_its_scale(text: str, scale: str) -> None:
    assert scale.split() == [str(tone) for tone in Key.parse(text).tones]


@given(keys)
def test_a_scale_uses_every_letter_once(key: Key) -> None:
    assert set(range(7)) == {tone.letter for tone in key.tones}


@given(keys)
def test_a_key_is_read_as_it_is_written(key: Key) -> None:
    assert key == Key.parse(str(key))


@given(keys, st.integers(0, 127))
def test_spelling_keeps_the_pitch_and_prefers_the_scale(key: Key, midi: int) -> None:
    pitch = key.spell(midi)

    assert midi == pitch.midi
    assert (midi % 12 in key.pitch_classes) == (pitch.tone in key.tones)


def test_minor_raises_its_leading_note_with_a_sharp() -> None:
    assert str(Key.parse("A minor").spell(68)) == "G#4"
    assert str(Key.parse("C minor").spell(71)) == "B4"


def test_degrees_count_from_one_and_go_round() -> None:
    key = Key.parse("D dorian")

    assert "D" == str(key.degree(1)) == str(key.degree(8))
    assert str(key.degree(5)) == "A"
    assert key.is_minor


@pytest.mark.parametrize(
    ("text", "near"), [("A minro", "A minor"), ("C dorain", "C dorian"), ("E lidian", "E lydian")]
)
def test_an_unknown_mode_is_refused_with_the_nearest(text: str, near: str) -> None:
    with pytest.raises(InputError, match=f"the nearest is `{near}`"):
        Key.parse(text)


@pytest.mark.parametrize("text", ["", "H minor", "minor"])
def test_a_key_needs_a_tonic(text: str) -> None:
    with pytest.raises(InputError, match="is not a key"):
        Key.parse(text)
