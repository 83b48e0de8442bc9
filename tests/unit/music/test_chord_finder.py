from __future__ import annotations

import pytest

from adaptive.music.chord import QUALITIES, Chord
from adaptive.music.chord_finder import chord_of
from adaptive.music.scale import Key

C, F = Key.parse("C major"), Key.parse("F minor")


@pytest.mark.parametrize(
    ("pitches", "key", "name"),
    [
        ([60, 64, 67], C, "C"),
        ([64, 67, 72], C, "C/E"),
        ([57, 60, 64, 67], C, "Am7"),
        ([50, 60, 65], C, "Dm7"),
        ([43, 60, 64, 67, 72], C, "C/G"),
        ([56, 60, 63], F, "Ab"),
        ([53, 60, 64, 67], C, "C/F"),
        ([60, 64], C, None),
        ([60], C, None),
        ([], C, None),
        ([60, 61, 62, 63], C, None),
        (list(range(40, 70)), C, None),
    ],
)
def test_keys_form_the_chord_a_musician_would_name(pitches: list[int], key: Key, name: str | None) -> None:
    assert chord_of(pitches, key) == name


@pytest.mark.parametrize("quality", [quality for quality in QUALITIES if quality != "5"])
def test_every_chord_on_its_root_has_a_name_with_the_same_tones(quality: str) -> None:
    chord = Chord.parse(f"D{quality}")
    lowest = 50
    pitches = [lowest + (tone.pitch_class - lowest) % 12 for tone in chord.tones]
    found = chord_of(pitches, C)
    assert found is not None
    assert Chord.parse(found).pitch_classes == chord.pitch_classes
