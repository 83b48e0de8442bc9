from __future__ import annotations

from statistics import fmean

import pytest

from adaptive.composer.plan.colour import COLOURS, LADDERS, coloured, tension_colour
from adaptive.music.chord import Chord
from adaptive.music.scale import Key

ROUGH = {1: 1.0, 2: 0.4, 6: 0.5}
"""Roughness of an interval class in semitones."""


def roughness(chord: Chord) -> float:
    classes = sorted(chord.pitch_classes)
    pairs = [(a - b) % 12 for a in classes for b in classes if a > b]
    return sum(ROUGH.get(min(pair, 12 - pair), 0.0) for pair in pairs)


@pytest.mark.parametrize("colour", COLOURS)
def test_a_colour_keeps_the_root_and_the_bass(colour: str) -> None:
    chord = Chord.parse("Dm/F")
    found = coloured(chord, Key.parse("C"), colour)

    assert (found.root, found.bass) == (chord.root, chord.bass)


@pytest.mark.parametrize(
    ("symbol", "colour", "expected"),
    [("C", "sevenths", "Cmaj7"), ("Dm", "ninths", "Dm9"), ("G7", "ninths", "G13"), ("A7", "ninths", "A7b9"),
     ("F", "open", "Fadd9"), ("Em", "power", "E5"), ("Dm7", "triads", "Dm"), ("C", "dominants", "C9")],
)  # fmt: skip
def test_colours_are_those_of_the_key(symbol: str, colour: str, expected: str) -> None:
    assert str(coloured(Chord.parse(symbol), Key.parse("C"), colour)) == expected


def test_no_chord_stays_no_chord() -> None:
    silent = Chord.parse("N.C.")

    assert coloured(silent, Key.parse("C"), "ninths") is silent


@pytest.mark.parametrize("own", LADDERS)
def test_more_tension_is_rougher_and_half_is_as_usual(own: str) -> None:
    key, chords = Key.parse("C"), [Chord.parse(text) for text in ("C", "Am", "F", "Dm", "G7", "Em")]
    draws = [n / 12 for n in range(12)]
    curve = [
        fmean(
            roughness(coloured(chord, key, tension_colour(own, tension / 10, drawn)))
            for chord in chords for drawn in draws
        )
        for tension in range(11)
    ]  # fmt: skip

    assert curve == sorted(curve)
    assert curve[-1] > curve[0] + 0.5
    assert {tension_colour(own, 0.5, drawn) for drawn in draws} == {own}
