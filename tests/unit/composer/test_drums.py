from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest

from adaptive.composer.bass import bass
from adaptive.composer.drums import drums
from adaptive.composer.percussion import PIECES
from adaptive.composer.steer import Steer
from adaptive.composer.strokes import STYLES
from tests.unit.composer.composing import METERS, Bar, compose, contexts, shape

RULES = Steer(learned=False)

every_style = pytest.mark.parametrize("style", list(STYLES))


def pieces_at(bar: Bar, onset: int | Fraction) -> set[str]:
    return {note.pitch for note in bar if note.onset == onset}


@every_style
def test_a_denser_bar_holds_every_stroke_of_a_thinner_one(style: str) -> None:
    asked = [replace(c, steer=RULES) for c in contexts(style=style, energy=0.5)]
    bars = [compose(drums, [replace(c, density=n / 8) for c in asked]) for n in range(9)]
    for thin, dense in itertools.pairwise(bars):
        for one, other in zip(thin, dense, strict=True):
            kept = {stroke for stroke in shape(one) if stroke[1] != "hat"}
            # an open hat takes the place of a closed one
            assert kept <= shape(other)


@every_style
def test_the_motif_of_two_bars_returns_with_few_changes(style: str) -> None:
    asked = contexts(style=style, density=0.7, phrase_bars=8)
    bars = compose(drums, [replace(c, steer=RULES) for c in asked])

    for one, other in ((1, 3), (3, 5), (2, 4)):
        changed = shape(bars[one]) ^ shape(bars[other])
        assert len(changed) <= (14 if style in {"house", "breaks", "frame", "taiko"} else 6)


def test_a_plain_return_of_the_theme_has_the_same_bars() -> None:
    asked = contexts(style="drive", density=0.7, form="A B A", bars=24, energy=0.3)  # too little for fills
    bars = compose(drums, asked)

    assert [shape(bar) for bar in bars[:7]] == [shape(bar) for bar in bars[16:23]]


def test_bass_and_kick_agree_on_offbeats() -> None:
    together = alone = 0
    for seed in range(30):
        asked = contexts(style="drive", density=0.6, seed=seed, chords=["Am", "F"])
        bass_bars = compose(bass, [replace(context, style="pulse") for context in asked])
        for kicks, notes in zip(compose(drums, asked), bass_bars, strict=True):
            offbeats = {note.onset for note in kicks if note.pitch == "kick" and note.onset.denominator == 2}
            played = {note.onset for note in notes}
            together += len(offbeats & played)
            alone += len(offbeats - played)

    assert together > 2 * alone


@every_style
def test_the_end_of_a_phrase_is_not_like_its_middle(style: str) -> None:
    for energy in (0.3, 0.8):
        asked = contexts(style=style, density=0.6, energy=energy)
        bars = compose(drums, [replace(c, steer=RULES) for c in asked])

        assert shape(bars[1]) != shape(bars[3])


@every_style
@pytest.mark.parametrize(("beats", "unit"), METERS)
def test_every_bar_has_its_first_beat_in_any_meter(style: str, beats: int, unit: int) -> None:
    asked = contexts(style=style, beats=beats, unit=unit, density=0.6, energy=0.7)
    for bar in compose(drums, [replace(c, steer=RULES) for c in asked]):
        # a one-drop of reggae leaves the first beat out, but where a part begins
        assert style == "reggae" or {"kick", "tom_low", "shaker", "tom_mid", "ride", "snare"} & pieces_at(
            bar, 0
        )


def test_drums_name_known_pieces_and_their_general_midi_numbers() -> None:
    for style in STYLES:
        asked = contexts(style=style, density=1.0, energy=1.0, leaving=(2, 7))
        for bar in compose(drums, asked):
            assert all(PIECES[note.pitch] == note.midi for note in bar)
