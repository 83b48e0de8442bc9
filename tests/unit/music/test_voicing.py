from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive.music.chord import QUALITIES, Chord
from adaptive.music.pitch import Tone
from adaptive.music.voicing import candidates, has_parallels, movement, voice

LOW, HIGH = 48, 72
chords = st.builds(
    lambda root, quality: Chord(Tone(root), quality, Tone(root)),
    st.integers(-5, 6),
    st.sampled_from(sorted(QUALITIES)),
)
triads = st.builds(
    lambda root, quality: Chord(Tone(root), quality, Tone(root)),
    st.integers(-5, 6),
    st.sampled_from(["", "m", "dim", "sus4"]),
)


@given(chords, st.integers(3, 5))
def test_a_voicing_is_in_range_and_has_no_hole(chord: Chord, voices: int) -> None:
    notes = voice(chord, (), low=LOW, high=HIGH, voices=voices)

    assert list(notes) == sorted(notes)
    assert LOW <= notes[0] <= notes[-1] <= HIGH
    assert all(b - a <= 12 for a, b in pairwise(notes))


@given(chords)
def test_four_voices_hold_all_that_is_essential_where_four_can(chord: Chord) -> None:
    notes = voice(chord, (), low=LOW, high=HIGH, voices=4)
    essential = {tone.pitch_class for tone in chord.essential}

    assert len(essential) > 4 or essential <= {note % 12 for note in notes}
    assert {note % 12 for note in notes} <= {tone.pitch_class for tone in chord.tones}


@given(triads, triads, st.integers(3, 4))
def test_no_other_voicing_without_parallels_moves_less(first: Chord, second: Chord, voices: int) -> None:
    before = voice(first, (), low=LOW, high=HIGH, voices=voices)
    after = voice(second, before, low=LOW, high=HIGH, voices=voices)
    others = [
        notes for notes in candidates(second, LOW, HIGH, voices, 12) if not has_parallels(before, notes)
    ]

    assert movement(before, after) == min(movement(before, notes) for notes in others)
    assert not has_parallels(before, after)


@given(chords)
def test_a_chord_that_stays_does_not_move(chord: Chord) -> None:
    notes = voice(chord, (), low=LOW, high=HIGH, voices=4)

    assert notes == voice(chord, notes, low=LOW, high=HIGH, voices=4)


def test_common_tones_stay() -> None:
    assert voice(Chord.parse("F"), (60, 64, 67), low=55, high=76, voices=3) == (60, 65, 69)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [((48, 55), (50, 57), True), ((48, 60), (50, 62), True), ((48, 55), (48, 55), False),
     ((48, 52), (50, 57), False), ((), (48, 55), False)],
)  # fmt: skip
def test_parallels_are_perfect_intervals_that_move_together(
    before: tuple[int, ...], after: tuple[int, ...], expected: bool
) -> None:
    assert expected == has_parallels(before, after)


def test_eight_bars_of_a_song_move_little() -> None:
    notes: tuple[int, ...] = ()
    moves = []
    for symbol in ["Am", "F", "C", "G", "Am", "Dm", "Esus4", "E"]:
        after = voice(Chord.parse(symbol), notes, low=LOW, high=HIGH, voices=4)
        moves += [movement(notes, after)] if notes else []
        notes = after

    assert max(moves) <= 10
    assert sum(moves) / len(moves) <= 7
