from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest

from adaptive.composer.drums import drums
from adaptive.composer.fills import FILL_ENERGY
from adaptive.composer.percussion import PIECES, SWELL_S
from adaptive.composer.strokes import STYLES
from tests.unit.composer.composing import METERS, Bar, compose, contexts, shape

every_style = pytest.mark.parametrize("style", list(STYLES))


def pieces_at(bar: Bar, onset: int | Fraction) -> set[str]:
    return {note.pitch for note in bar if note.onset == onset}


@every_style
def test_a_denser_bar_holds_every_stroke_of_a_thinner_one(style: str) -> None:
    asked = contexts(style=style, energy=0.5)
    bars = [compose(drums, [replace(c, density=n / 8) for c in asked]) for n in range(9)]
    for thin, dense in itertools.pairwise(bars):
        for one, other in zip(thin, dense, strict=True):
            kept = {stroke for stroke in shape(one) if stroke[1] != "hat"}
            # an open hat takes the place of a closed one
            assert kept <= shape(other)


@every_style
def test_the_motif_of_two_bars_returns_exactly(style: str) -> None:
    bars = compose(drums, contexts(style=style, density=0.7, phrase_bars=8))

    assert shape(bars[1]) == shape(bars[3]) == shape(bars[5])
    assert shape(bars[2]) == shape(bars[4])


@every_style
def test_the_end_of_a_phrase_is_not_like_its_middle(style: str) -> None:
    for energy in (0.3, 0.8):
        bars = compose(drums, contexts(style=style, density=0.6, energy=energy))

        assert shape(bars[1]) != shape(bars[3])


def test_a_fill_falls_and_grows_and_only_a_loud_phrase_has_one() -> None:
    loud = compose(drums, contexts(style="drive", energy=0.9, density=0.6))[3]
    quiet = compose(drums, contexts(style="drive", energy=FILL_ENERGY - 0.1, density=0.6))[3]
    toms = [note for note in loud if note.onset >= 2 and note.pitch != "kick"]

    assert not any(note.pitch.startswith("tom") for note in quiet)
    assert toms[-1].pitch == "tom_low"
    assert toms[0].velocity < toms[-1].velocity


@every_style
@pytest.mark.parametrize(("beats", "unit"), METERS)
def test_every_bar_has_its_first_beat_in_any_meter(style: str, beats: int, unit: int) -> None:
    asked = contexts(style=style, beats=beats, unit=unit, density=0.6, energy=0.7)
    for bar in compose(drums, asked):
        assert {"kick", "tom_low", "shaker", "tom_mid"} & pieces_at(bar, 0)


def test_drive_has_its_backbeat_and_halftime_half_of_it() -> None:
    drive = compose(drums, contexts(style="drive"))[0]
    half = compose(drums, contexts(style="halftime"))[0]

    assert "snare" in pieces_at(drive, 1) & pieces_at(drive, 3)
    assert "snare" in pieces_at(half, 2)
    assert "snare" not in pieces_at(half, 1) | pieces_at(half, 3)


def test_drums_name_known_pieces_and_their_general_midi_numbers() -> None:
    for style in STYLES:
        asked = contexts(style=style, density=1.0, energy=1.0, leaving=(2, 7))
        for bar in compose(drums, asked):
            assert all(PIECES[note.pitch] == note.midi for note in bar)


@pytest.mark.parametrize("tempo_bpm", [70.0, 100.0, 173.0])
def test_a_swell_peaks_on_the_bar_line_it_leads_to(tempo_bpm: float) -> None:
    bar = compose(drums, contexts(leaving=(0,), energy=0.7, tempo_bpm=tempo_bpm))[0]
    (swell,) = [note for note in bar if note.pitch == "swell"]
    begins = float(swell.onset) + swell.offset_beats

    assert pytest.approx(begins + SWELL_S * tempo_bpm / 60.0, abs=0.001) == 4.0


def test_hands_are_loose_within_bounds_and_never_before_the_bar() -> None:
    asked = contexts(style="drive", density=1.0, bars=32, tempo_bpm=120.0)
    offsets_ms = [
        note.offset_beats * 500.0 for bar in compose(drums, asked) for note in bar if note.onset > 0
    ]
    first = [note.offset_beats for bar in compose(drums, asked) for note in bar if not note.onset]

    assert max(abs(offset) for offset in offsets_ms) <= 12.1
    assert abs(sum(offsets_ms) / len(offsets_ms)) < 1.0
    assert min(first) >= 0.0


def test_taiko_grow_towards_the_end_of_the_phrase() -> None:
    bars = compose(drums, contexts(style="taiko", energy=0.5))
    first = [max(note.velocity for note in bar) for bar in bars[:4]]

    assert max(first[:2]) < first[2] < first[3]
