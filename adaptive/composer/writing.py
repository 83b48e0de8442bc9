"""Functions shared by all generators: styles, chords of a bar, pitch spelling."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from typing import Any

from adaptive.composer.blend import heaviest
from adaptive.composer.context import BarContext
from adaptive.composer.genres.mixing import own_style
from adaptive.composer.meter import Meter, meter
from adaptive.composer.seeding import seeded
from adaptive.errors import InputError
from adaptive.music.chord import Chord
from adaptive.music.note import Note
from adaptive.music.pitch import Pitch

# Salts of `BarContext.rng`: two uses of one seed get independent random numbers.
MOTIF, HUMANIZE, FILL, SPREAD = 101, 102, 103, 105

MOTIF_BARS = 2
"""Length of a motif in bars: the numbers of `step_randoms` repeat after it."""


def style_of(context: BarContext, styles: Mapping[str, Any], generator: str) -> str:
    """Return the own style of a generator for a bar; the first of `styles` if the context names none.

    Weighted styles have been drawn from before (`adaptive.composer.bar`); what remains is the heaviest.

    Raises
    ------
    InputError
        There is no such style.
    """
    if not context.style:
        return next(iter(styles))
    style = own_style(heaviest(context.style), generator, styles)
    if style in styles:
        return style
    near = get_close_matches(context.style, styles, 1, 0.0)[0]
    raise InputError(f"there is no style `{context.style}`; the nearest is `{near}`")


def meter_of(context: BarContext) -> Meter:
    """Return the meter of a bar."""
    return meter(context.beats, context.beat_unit)


def chord_at(context: BarContext, onset: Fraction) -> Chord:
    """Return the chord that sounds at an onset of the bar, in beats."""
    chords = [chord for start, chord in context.harmony.chords if start <= onset]
    return chords[-1] if chords else context.harmony.chords[0][1]


def chord_spans(context: BarContext) -> list[tuple[Fraction, Fraction, Chord, Chord]]:
    """Return (start, end, chord, next chord) of each chord of the bar; repeated chords are merged.

    Spans without a chord (`N.C.`) are left out.
    """
    merged: list[tuple[Fraction, Chord]] = []
    for start, chord in context.harmony.chords:
        if not merged or merged[-1][1] != chord:
            merged.append((start, chord))
    ends = [*(start for start, _ in merged[1:]), Fraction(context.beats)]
    following = [*(chord for _, chord in merged[1:]), context.harmony.next_chord]
    return [
        (start, end, chord, chord if after.is_silent else after)
        for (start, chord), end, after in zip(merged, ends, following, strict=True)
        if not chord.is_silent
    ]


def chord_index(context: BarContext, start: Fraction) -> int:
    """Return the place of the chord that sounds at an onset among the chords of the bar."""
    return sum(onset <= start for onset, _ in context.harmony.chords) - 1


def ms_in_beats(context: BarContext, milliseconds: float) -> float:
    """Convert milliseconds to beats at the bar's tempo."""
    return milliseconds / 60000.0 * context.tempo_bpm * context.beat_unit / 4.0


def in_range(midi: int) -> int:
    """Transpose a MIDI pitch by octaves into 0 … 127."""
    while midi < 0:
        midi += 12
    while midi > 127:
        midi -= 12
    return midi


def pitch_in(context: BarContext, chord: Chord, midi: int) -> Pitch:
    """Transpose a MIDI number to the layer's octave and spell it as in the chord, else as in the key."""
    shifted = in_range(midi + 12 * context.octave)
    tone = chord.tone_of(shifted)
    return context.harmony.key.spell(shifted) if tone is None else tone.nearest(shifted)


def step_randoms(context: BarContext) -> tuple[float, ...]:
    """Return one random number 0 … 1 for each sixteenth of the bar.

    The numbers depend on the layer's seed and repeat every `MOTIF_BARS` bars of a phrase.
    """
    return _step_randoms(context.seed, len(meter_of(context).steps))[context.bar_in_phrase % MOTIF_BARS]


def steady_randoms(context: BarContext) -> tuple[float, ...]:
    """Return the same as `step_randoms` has in the first bar of a phrase."""
    return _step_randoms(context.seed, len(meter_of(context).steps))[0]


@lru_cache(maxsize=64)
def _step_randoms(seed: int, count: int) -> tuple[tuple[float, ...], ...]:
    drawn = seeded(seed, MOTIF).random((MOTIF_BARS, count))
    return tuple(tuple(row) for row in drawn.tolist())


def bar_randoms(context: BarContext, count: int) -> tuple[float, ...]:
    """Return `count` random numbers 0 … 1 of the layer for this bar of the theme.

    Densities from which notes sound are spread with them, so that every tenth of density changes something.
    """
    return _bar_randoms(context.seed, context.plan.bar_in_part, count)


@lru_cache(maxsize=64)
def _bar_randoms(seed: int, bar: int, count: int) -> tuple[float, ...]:
    return tuple(seeded(seed, SPREAD, bar).random(count).tolist())


def plain_note(onset: Fraction, duration: Fraction, pitch: Pitch, velocity: float) -> Note:
    """Return a note as it is written; `adaptive.composer.feel` plays it."""
    return Note(onset, duration, str(pitch), pitch.midi, round(min(max(velocity, 0.05), 1.0), 3))
