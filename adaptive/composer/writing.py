"""What every generator needs to turn an idea into notes: styles, spelling, and the human hand."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from typing import Any

from adaptive.composer.context import BarContext, seeded
from adaptive.composer.meter import Meter, meter
from adaptive.errors import InputError
from adaptive.music.chord import Chord
from adaptive.music.note import Note
from adaptive.music.pitch import Pitch

LOOSE_MS = 5.0
"""Standard deviation of a good player's timing; tapping studies find 3 to 10 ms (Repp 2005)."""

FURTHEST_MS = 12.0
LOUDNESS_SPREAD = 0.035

# Salts of `BarContext.rng`, so that two uses of one seed never share their numbers.
MOTIF, HAND, FILL, ANSWER = 101, 102, 103, 104


MOTIF_BARS = 2
"""Bars after which what the seed likes returns."""


def style_of(context: BarContext, styles: Mapping[str, Any]) -> str:
    """Return the style asked for, the first where none is.

    Raises
    ------
    InputError
        There is no such style.
    """
    if not context.style:
        return next(iter(styles))
    if context.style in styles:
        return context.style
    near = get_close_matches(context.style, styles, 1, 0.0)[0]
    raise InputError(f"there is no style `{context.style}`; the nearest is `{near}`")


def meter_of(context: BarContext) -> Meter:
    """Return the meter of a bar."""
    return meter(context.beats, context.beat_unit)


def chord_at(context: BarContext, onset: Fraction) -> Chord:
    """Return the chord that sounds at a place of the bar."""
    chords = [chord for start, chord in context.harmony.chords if start <= onset]
    return chords[-1] if chords else context.harmony.chords[0][1]


def stretches(context: BarContext) -> list[tuple[Fraction, Fraction, Chord, Chord]]:
    """Return start, end, chord and next chord of each stretch; a repeated chord is one."""
    merged: list[tuple[Fraction, Chord]] = []
    for start, chord in context.harmony.chords:
        if not merged or merged[-1][1] != chord:
            merged.append((start, chord))
    ends = [*(start for start, _ in merged[1:]), Fraction(context.beats)]
    following = [*(chord for _, chord in merged[1:]), context.harmony.next_chord]
    return [
        (start, end, chord, after) for (start, chord), end, after in zip(merged, ends, following, strict=True)
    ]


def ms_in_beats(context: BarContext, milliseconds: float) -> float:
    """Return how many beats a time lasts at the bar's tempo."""
    return milliseconds / 60000.0 * context.tempo_bpm * context.beat_unit / 4.0


def in_range(midi: int) -> int:
    """Fold a pitch by octaves into 0 … 127."""
    while midi < 0:
        midi += 12
    while midi > 127:
        midi -= 12
    return midi


def pitch_in(context: BarContext, chord: Chord, midi: int) -> Pitch:
    """Spell a MIDI number in the layer's octave: as the chord does, else as the key does."""
    shifted = in_range(midi + 12 * context.octave)
    tone = chord.tone_of(shifted)
    return context.harmony.key.spell(shifted) if tone is None else tone.nearest(shifted)


def likings(context: BarContext) -> tuple[float, ...]:
    """What the seed likes at each sixteenth, 0 … 1, in this bar of a motif of two: it returns."""
    return _likings(context.seed, len(meter_of(context).steps))[context.bar_in_phrase % MOTIF_BARS]


@lru_cache(maxsize=512)
def _likings(seed: int, count: int) -> tuple[tuple[float, ...], ...]:
    drawn = seeded(seed, MOTIF).random((MOTIF_BARS, count))
    return tuple(tuple(row) for row in drawn.tolist())


@lru_cache(maxsize=4096)
def _deviations(seed: int, voice: int, bar: int, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """How far each place of a bar is off in time and in loudness, in standard deviations."""
    time, loudness = seeded(seed, HAND, voice, bar).standard_normal((2, count)).tolist()
    return tuple(time), tuple(loudness)


class Hand:
    """A player's hand: the same small deviations at the same place of the same bar.

    Parameters
    ----------
    context : BarContext
        The bar.
    voice : int
        Which finger: two voices deviate independently.

    Notes
    -----
    The numbers hang on seed, bar, voice and place alone, so that adding notes moves no other note.
    """

    def __init__(self, context: BarContext, voice: int = 0) -> None:
        self.context = context
        steps = meter_of(context).steps
        self._time, self._loudness = _deviations(context.seed, voice, context.bar, len(steps))
        self._step = meter_of(context).step

    def _place(self, onset: Fraction) -> int:
        return int(onset / self._step) % len(self._time)

    def offset_beats(self, onset: Fraction, looseness: float = 1.0) -> float:
        """How far the note leads or lags; a bar line is never led."""
        milliseconds = self._time[self._place(onset)] * LOOSE_MS * looseness
        milliseconds = min(max(milliseconds, -FURTHEST_MS), FURTHEST_MS)
        if onset == 0:
            milliseconds = abs(milliseconds)
        return round(ms_in_beats(self.context, milliseconds), 4)

    def velocity(self, onset: Fraction, velocity: float) -> float:
        """Loudness as performed, 0.05 … 1."""
        spread = 1.0 + LOUDNESS_SPREAD * self._loudness[self._place(onset)]
        return round(min(max(velocity * spread, 0.05), 1.0), 3)

    def play(
        self, onset: Fraction, duration: Fraction, pitch: Pitch, velocity: float,
        looseness: float = 1.0,
    ) -> Note:  # fmt: skip
        """Return the note as performed."""
        return Note(
            onset, duration, str(pitch), pitch.midi, self.velocity(onset, velocity),
            self.offset_beats(onset, looseness),
        )  # fmt: skip
