from __future__ import annotations

import pytest

from adaptive.composer.drums import drums
from adaptive.composer.strokes import STYLES, Pattern
from tests.unit.composer.composing import METERS, Bar, compose, contexts


def pieces_at(bar: Bar, onset: int) -> set[str]:
    return {note.pitch for note in bar if note.onset == onset}


def test_drive_has_its_backbeat_and_halftime_half_of_it() -> None:
    drive = compose(drums, contexts(style="drive"))[0]
    half = compose(drums, contexts(style="halftime"))[0]

    assert "snare" in pieces_at(drive, 1) & pieces_at(drive, 3)
    assert "snare" in pieces_at(half, 2)
    assert "snare" not in pieces_at(half, 1) | pieces_at(half, 3)


def test_taiko_grow_towards_the_end_of_the_phrase() -> None:
    bars = compose(drums, contexts(style="taiko", energy=0.45))
    first = [max(note.velocity for note in bar) for bar in bars[:4]]

    assert max(first[:2]) < first[2] < first[3]


@pytest.mark.parametrize("style", list(STYLES))
@pytest.mark.parametrize(("beats", "unit"), METERS)
def test_every_stroke_lies_in_its_bar_with_a_velocity_density_and_energy_up_to_one(
    style: str, beats: int, unit: int
) -> None:
    for context in contexts(style=style, beats=beats, unit=unit):
        for stroke in STYLES[style](Pattern.of(context)):
            assert 0 <= stroke.onset < beats
            assert 0.0 < stroke.velocity <= 1.0
            assert max(stroke.density, stroke.energy) <= 1.0


def test_preferred_onsets_are_those_with_the_highest_random_numbers() -> None:
    pattern = Pattern.of(contexts()[0])
    first, second = pattern.preferred(pattern.meter.steps, 2)
    ranked = sorted(pattern.randoms, reverse=True)

    assert [pattern.randoms[int(onset / pattern.meter.step)] for onset in (first, second)] == ranked[:2]
