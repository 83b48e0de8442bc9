from __future__ import annotations

from adaptive.composer.drone import drone
from tests.unit.composer.composing import compose, contexts


def test_a_drone_holds_the_tonic_where_no_chord_rubs_against_it() -> None:
    bars = compose(drone, contexts(key="D dorian", chords=["Dm7", "G", "C"], density=0.1))

    assert [note.pitch[0] for bar in bars[:2] for note in bar] == ["D", "D"]


def test_a_tone_that_would_rub_gives_way() -> None:
    (notes,) = compose(drone, contexts(key="C major", chords=["E7"], density=0.2, bars=1))

    assert all(note.midi % 12 in {4, 7, 8, 11, 2} for note in notes)
    assert all((note.midi - tone) % 12 not in {1, 11} for note in notes for tone in (64, 68, 71, 74))


def test_a_higher_density_adds_the_fifth_and_the_octave() -> None:
    counts = [len(compose(drone, contexts(chords=["Am"], density=d, bars=1))[0]) for d in (0.1, 0.5, 0.9)]

    assert counts == [1, 2, 3]


def test_without_a_chord_there_is_no_note() -> None:
    assert compose(drone, contexts(chords=["N.C."], bars=1)) == [()]
