"""Motifs: a rhythm and a contour made from a seed, and the ways to vary them.

The seed proposes a few dozen motifs, and a cost function selects the best: at most one leap, followed by a
step back; an arch-shaped contour; at least two note values; a long last note.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy as np

from adaptive.composer.context import seeded
from adaptive.composer.meter import Meter

RHYTHMS, CONTOURS = 8, 48
"""Numbers of proposals: few rhythms, so that seeds differ; many contours, because few are good."""

_CHORD_STEPS = (0, 2, 4)

# Ways to divide a pulse, by its length in sixteenths.
_DIVISIONS: dict[int, tuple[tuple[int, ...], ...]] = {
    1: ((1,),),
    2: ((2,), (1, 1)),
    3: ((3,), (2, 1)),
    4: ((4,), (2, 2), (3, 1), (2, 2)),
    6: ((6,), (4, 2), (2, 2, 2), (2, 4)),
}


@dataclass(frozen=True, slots=True)
class MotifNote:
    """A note of a motif: onset and length in beats, height in scale steps above the first note."""

    onset: Fraction
    length: Fraction
    height: int


Cell = tuple[MotifNote, ...]
"""The notes of a bar, in order."""


@lru_cache(maxsize=512)
def motif(meter: Meter, seed: int, salt: int) -> Cell:
    """Return the best of the motifs that a seed proposes.  The result is cached.

    Parameters
    ----------
    meter : Meter
        Meter of the one bar that the motif fills.
    seed, salt : int
        Seed of the random numbers (see `seeded`).
    """
    rng = seeded(seed, salt)
    wanted = len(meter.pulses) * float(rng.uniform(1.0, 1.6))
    rhythms = [_rhythm(meter, rng) for _ in range(RHYTHMS)]
    rhythm = min(rhythms, key=lambda lengths: _rhythm_faults(lengths, wanted))
    cells = [_cell(rhythm, _contour(len(rhythm), rng)) for _ in range(CONTOURS)]
    return min(cells, key=lambda cell: _contour_faults(cell) + _harmony_faults(cell, meter))


def _cell(lengths: list[Fraction], heights: list[int]) -> Cell:
    onsets = accumulate(lengths[:-1], initial=Fraction(0))
    return tuple(MotifNote(*note) for note in zip(onsets, lengths, heights, strict=True))


def _rhythm(meter: Meter, rng: np.random.Generator) -> list[Fraction]:
    """Divide every pulse except the last one or the last group, which gets one long note."""
    long = len(meter.groups[-1]) if len(meter.groups) > 1 and rng.random() < 0.5 else 1
    long = min(long, max(1, len(meter.pulses) - 1))
    lengths: list[Fraction] = []
    for pulse in meter.pulse_lengths[:-long] or meter.pulse_lengths:
        choices = _DIVISIONS.get(int(pulse / meter.step), ((int(pulse / meter.step),),))
        division = choices[int(rng.integers(len(choices)))]
        lengths += [part * meter.step for part in division]
    rest = meter.length - sum(lengths)
    return [*lengths, rest] if rest else lengths


def _rhythm_faults(lengths: list[Fraction], wanted: float) -> float:
    plain = 2.0 if len(set(lengths)) < 2 else 0.0 if len(set(lengths)) < 4 else 0.5
    hurried = 1.5 if lengths[-1] < max(lengths) else 0.0
    # Two equal halves leave nothing to develop.
    half = len(lengths) // 2
    halting = 1.5 if half and lengths[:half] == lengths[half : 2 * half] else 0.0
    return abs(len(lengths) - wanted) + plain + hurried + halting


def _contour(count: int, rng: np.random.Generator) -> list[int]:
    moves = rng.choice((-2, -1, -1, -1, 1, 1, 1, 2, 3, 4), size=count - 1)
    return [0, *(int(height) for height in np.cumsum(moves))]


def _contour_faults(cell: Cell) -> float:
    heights = [note.height for note in cell]
    moves = [b - a for a, b in pairwise(heights)]
    leaps = [n for n, move in enumerate(moves) if abs(move) > 1]
    faults = 2.0 * max(0, len(leaps) - 1) + (0.0 if leaps else 0.8)
    faults += sum(2.0 for n in leaps if n + 1 >= len(moves) or moves[n + 1] * moves[n] >= 0)
    faults += sum(1.0 for move in moves if move == 0)
    peak = heights.index(max(heights)) / max(1, len(heights) - 1)
    faults += 0.0 if 0.2 < peak < 0.85 else 1.5
    span = max(heights) - min(heights)
    faults += 0.0 if 2 <= span <= 5 else 1.5
    return faults + 0.4 * abs(heights[-1] - 1)


def _harmony_faults(cell: Cell, meter: Meter) -> float:
    """Return the cost of accented notes outside the chord, and of leaps to and from such notes."""
    foreign = [note.height % 7 not in _CHORD_STEPS for note in cell]
    heavy = [meter.weight(note.onset) >= 0.8 for note in cell]
    faults = 1.5 * sum(a and b for a, b in zip(foreign, heavy, strict=True)) + 0.7 * foreign[-1]
    for place, (one, other) in enumerate(pairwise(cell)):
        if abs(other.height - one.height) > 1:
            faults += 0.8 * (foreign[place] + foreign[place + 1])
    return faults


def inverted(cell: Cell) -> Cell:
    """Invert the motif around its first note."""
    return tuple(replace(note, height=-note.height) for note in cell)


def recast(cell: Cell) -> Cell:
    """Keep the heights; reverse the order of the lengths of all notes except the last."""
    *lengths, last = (note.length for note in cell)
    return _cell([*reversed(lengths), last], [note.height for note in cell])


def head(cell: Cell, until: Fraction) -> Cell:
    """Return the notes that begin before an onset, cut off there."""
    return tuple(
        replace(note, length=min(note.length, until - note.onset)) for note in cell if note.onset < until
    )


def moved(cell: Cell, beats: Fraction, steps: int) -> Cell:
    """Return the motif `beats` later and `steps` higher."""
    return tuple(replace(note, onset=note.onset + beats, height=note.height + steps) for note in cell)


def fragmented(cell: Cell, middle: Fraction, end: Fraction) -> Cell:
    """Play the head of the motif twice, the second time a step higher."""
    first = head(cell, middle)
    second = moved(head(first, end - middle), middle, 1)
    return (*first, *second)


def closed(cell: Cell, landing: Fraction, end: Fraction) -> Cell:
    """Let the head of the motif lead into one long note from `landing` to `end`; the rest is silent."""
    first = head(cell, landing)
    fall = 0 if not first else min(first[-1].height, 0) - (1 if len(first) > 1 else 0)
    return (*first, MotifNote(landing, end - landing, fall))
