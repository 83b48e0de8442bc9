from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive.errors import InputError
from adaptive.music.chord import ALIASES, QUALITIES, Chord
from adaptive.music.pitch import Tone

roots = st.builds(Tone, st.integers(-8, 12))
chords = st.builds(Chord, roots, st.sampled_from(sorted(QUALITIES)), roots)


@pytest.mark.parametrize(
    ("text", "tones", "bass"),
    [("Am", "A C E", "A"), ("F/A", "F A C", "A"), ("Dm7", "D F A C", "D"),
     ("G7sus4", "G C D F", "G"), ("Bbmaj7", "Bb D F A", "Bb"), ("E5", "E B", "E"),
     ("F#m7b5", "F# A C E", "F#"), ("Csus2", "C D G", "C"), ("C6", "C E G A", "C"),
     ("Cadd9", "C E G D", "C"), ("Bdim", "B D F", "B"), ("Caug", "C E G#", "C"),
     ("C+", "C E G#", "C"), ("Bb5", "Bb F", "Bb"), ("Cø7", "C Eb Gb Bb", "C"),
     ("DM7", "D F# A C#", "D"), ("E♭m", "Eb Gb Bb", "Eb"), ("Cdim7", "C Eb Gb Bbb", "C"),
     ("G7#9", "G B D F A#", "G"), ("D/F#", "D F# A", "F#"), ("C/Bb", "C E G", "Bb")],
)  # fmt: skip
def test_a_symbol_spells_its_tones(text: str, tones: str, bass: str) -> None:
    chord = Chord.parse(text)

    assert tones.split() == [str(tone) for tone in chord.tones]
    assert bass == str(chord.bass)


@given(chords)
def test_a_chord_is_read_as_it_is_written(chord: Chord) -> None:
    assert chord == Chord.parse(str(chord))


@given(chords)
def test_no_two_tones_of_a_chord_are_one_key(chord: Chord) -> None:
    assert len(chord.tones) == len({tone.pitch_class for tone in chord.tones})


@given(chords)
def test_what_is_essential_leaves_out_a_perfect_fifth_at_most(chord: Chord) -> None:
    missing = set(chord.tones) - set(chord.essential)

    assert missing <= {Tone(chord.root.fifths + 1)}


@pytest.mark.parametrize("alias", sorted(ALIASES))
def test_every_other_spelling_means_a_quality(alias: str) -> None:
    assert ALIASES[alias] == Chord.parse(f"C{alias}").quality


@pytest.mark.parametrize(
    ("text", "near"), [("Amz7", "Am7"), ("Cmajor7", "Cmaj7"), ("Dsus5", "Dsus"), ("F/H", "F")]
)
def test_an_unknown_chord_is_refused_with_the_nearest(text: str, near: str) -> None:
    with pytest.raises(InputError, match=f"`{text}` is not a chord: .* the nearest is `{near}`"):
        Chord.parse(text)


@pytest.mark.parametrize("text", ["", "Hm", "7", "/A"])
def test_a_chord_needs_a_root(text: str) -> None:
    with pytest.raises(InputError, match="begin with a root"):
        Chord.parse(text)


def test_a_tone_is_found_under_its_own_name() -> None:
    chord = Chord.parse("E7/G#")

    assert str(chord.tone_of(68)) == "G#"
    assert chord.tone_of(67) is None
