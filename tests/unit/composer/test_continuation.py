from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from adaptive.composer.context import BarContext, WrittenBar
from adaptive.composer.continuation import continued
from adaptive.music.note import Note
from tests.unit.composer.composing import contexts


def over(chord: str, key: str = "C major", beats: int = 4) -> BarContext:
    return contexts(bars=1, key=key, chords=[chord], beats=beats)[0]


def bar(*pitches: tuple[str, int]) -> WrittenBar:
    notes = tuple(
        Note(Fraction(number), Fraction(1), pitch, midi, 0.5 + number / 10)
        for number, (pitch, midi) in enumerate(pitches)
    )
    return WrittenBar(notes)


def shown(notes: tuple[Note, ...]) -> list[tuple[str, int]]:
    return [(note.pitch, note.midi) for note in notes]


def test_over_the_same_chord_the_bar_is_repeated() -> None:
    good = bar(("C4", 60), ("E4", 64))

    assert continued((good, over("C")), over("C"), is_percussive=False) == good.notes


def test_chord_tones_become_tones_of_the_new_chord_and_others_tones_of_the_key() -> None:
    good = bar(("C4", 60), ("E4", 64), ("G4", 67), ("D4", 62))
    notes = continued((good, over("C")), over("F"), is_percussive=False)

    assert shown(notes) == [("C4", 60), ("F4", 65), ("F4", 65), ("D4", 62)]
    assert [(note.onset, note.velocity) for note in notes] == [
        (note.onset, note.velocity) for note in good.notes
    ]


def test_pitches_are_spelled_in_the_new_key() -> None:
    good = bar(("D4", 62), ("F#4", 66))
    notes = continued((good, over("D", "D major")), over("Eb", "Eb major"), is_percussive=False)

    assert shown(notes) == [("Eb4", 63), ("G4", 67)]


def test_drums_stay_as_they_are_and_a_shorter_bar_loses_its_end() -> None:
    good = bar(("kick", 36), ("snare", 38), ("kick", 36), ("snare", 38))
    notes = continued((good, over("C")), over("F", beats=3), is_percussive=True)

    assert shown(notes) == [("kick", 36), ("snare", 38), ("kick", 36)]


def test_without_a_good_bar_the_layer_rests() -> None:
    assert continued(None, over("C"), is_percussive=False) == ()
    assert continued((WrittenBar(()), over("C")), replace(over("F"), bar=7), is_percussive=False) == ()


def test_without_a_chord_pitched_layers_rest_and_drums_go_on() -> None:
    good = bar(("C4", 60), ("E4", 64)), over("C")

    assert continued(good, over("N.C."), is_percussive=False) == ()
    assert continued(good, over("N.C."), is_percussive=True) == good[0].notes
