from __future__ import annotations

from dataclasses import replace

import pytest

from adaptive.composer.drums import drums
from adaptive.composer.fills import PART_FILL_ENERGY, fill, fill_start
from adaptive.composer.percussion import SWELL_S
from adaptive.composer.steer import Steer
from adaptive.composer.strokes import STYLES
from tests.unit.composer.composing import METERS, compose, contexts


def test_a_fill_falls_and_grows_and_only_a_loud_phrase_has_one() -> None:
    loud, quiet = (
        compose(drums, [replace(c, steer=Steer(learned=False)) for c in asked])[7]
        for asked in (
            contexts(style="drive", energy=0.9, density=0.6),
            contexts(style="drive", energy=PART_FILL_ENERGY - 0.1, density=0.6),
        )
    )
    toms = [note for note in loud if note.onset >= 2 and note.pitch != "kick"]

    assert not any(note.pitch.startswith("tom") for note in quiet)
    assert toms[-1].pitch in {"tom_low", "tom_mid"}
    assert toms[0].velocity < toms[-1].velocity


@pytest.mark.parametrize("tempo_bpm", [70.0, 100.0, 173.0])
def test_a_swell_peaks_on_the_bar_line_it_leads_to(tempo_bpm: float) -> None:
    bar = compose(drums, contexts(leaving=(0,), energy=0.7, tempo_bpm=tempo_bpm))[0]
    (swell,) = [note for note in bar if note.pitch == "swell"]
    begins = float(swell.onset) + swell.offset_beats

    assert pytest.approx(begins + SWELL_S * tempo_bpm / 60.0, abs=0.001) == 4.0


@pytest.mark.parametrize("style", list(STYLES))
@pytest.mark.parametrize(("beats", "unit"), METERS)
def test_a_fill_lies_between_its_start_and_the_bar_line(style: str, beats: int, unit: int) -> None:
    context = contexts(beats=beats, unit=unit, energy=1.0)[7]
    start = fill_start(context)

    assert start is not None
    assert all(start <= stroke.onset < beats for stroke in fill(context, style, start))


def test_a_bar_within_a_phrase_has_no_fill_unless_a_transition_follows() -> None:
    inner, leaving = contexts(energy=1.0)[1], contexts(energy=0.1, leaving=(1,))[1]

    assert fill_start(inner) is None
    assert fill_start(leaving) == 3


def test_fills_at_the_end_of_a_part_last_half_a_bar_where_a_beat_is_too_short() -> None:
    last = contexts(style="breaks", energy=0.5, density=0.6, bars=8)[7]

    assert (fill_start(last), fill_start(last, is_long=True)) == (3, 2)
