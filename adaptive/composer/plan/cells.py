"""Cells: the ideas of a bar from which tunes are made, and the ways to develop them.

A cell is a rhythm and a contour.  Rhythms have held notes, rests and syncopations as energy and seed ask;
contours move by step, with one or two leaps that turn back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from adaptive.composer.meter import Meter

PROPOSALS = 14
"""Contours that are proposed for a rhythm; the best is taken."""

# Divisions of a pulse by its length in sixteenths, from few notes to many; 0: the note before is held.
_DIVISIONS: dict[int, tuple[tuple[tuple[int, ...], ...], ...]] = {
    1: (((1,),), ((1,),), ((1,),)),
    2: (((2,),), ((2,),), ((1, 1),)),
    3: (((3,),), ((2, 1),), ((1, 1, 1), (2, 1))),
    4: (((4,),), ((2, 2), (3, 1), (2, 2)), ((2, 1, 1), (1, 1, 2), (2, 2))),
    6: (((6,), (4, 2)), ((4, 2), (2, 4), (2, 2, 2)), ((2, 2, 2), (3, 1, 2))),
}
# The same for tunes whose shortest notes are eighths.
_EIGHTHS: dict[int, tuple[tuple[tuple[int, ...], ...], ...]] = _DIVISIONS | {
    2: (((2,),), ((2,),), ((2,),)),
    4: (((4,),), ((2, 2),), ((2, 2),)),
    6: (((6,), (4, 2)), ((4, 2), (2, 4), (2, 2, 2)), ((2, 2, 2),)),
}
_MOVES = (-2, -1, -1, -1, -1, 0, 0, 1, 1, 1, 1, 2, 3, -3, 4)


@dataclass(frozen=True, slots=True)
class CellNote:
    """A note of a cell: onset and length in beats, height in staff steps above the cell's first note."""

    onset: Fraction
    length: Fraction
    height: int


Cell = tuple[CellNote, ...]
"""The notes of a bar, in order."""


def rhythm(
    meter: Meter,
    rng: np.random.Generator,
    activity: float,
    syncopation: float = 0.0,
    *,
    figure: float,
    in_eighths: bool = False,
) -> list[tuple[Fraction, Fraction]]:
    """Return onsets and lengths of a bar.

    Parameters
    ----------
    meter : Meter
        Its meter.
    rng : numpy.random.Generator
        Source of all choices.
    activity : float
        0 … 1: from held notes to divided pulses.
    syncopation : float
        0 … 1: the chance that a note on a pulse comes an eighth early.
    figure : float
        0 … 1: how pulses are divided, all alike, so that the rhythm is remembered.
    in_eighths : bool
        Whether no note is shorter than an eighth.
    """
    divisions = _EIGHTHS if in_eighths else _DIVISIONS
    onsets: list[Fraction] = []
    for index, (pulse, length) in enumerate(zip(meter.pulses, meter.pulse_lengths, strict=True)):
        drawn = float(rng.random())
        if index and onsets and drawn < 0.42 - 0.3 * activity:
            continue  # the note before is held
        if not index and len(meter.pulses) > 2 and drawn > 0.88:
            continue  # it begins after the bar line
        level = 0 if drawn < 0.75 - 0.5 * activity else 1 if drawn < 1.15 - 0.45 * activity else 2
        choices = divisions.get(meter.place(length), (((meter.place(length),),),) * 3)[level]
        at = pulse
        for sixteenths in choices[int(figure * len(choices))]:
            onsets.append(at)
            at += sixteenths * meter.step
    onsets = _anticipated(meter, onsets, rng, syncopation)
    ends = [*onsets[1:], meter.length]
    notes = [(onset, end - onset) for onset, end in zip(onsets, ends, strict=True)]
    return _breathing(meter, notes, float(rng.random()))


def _anticipated(
    meter: Meter, onsets: list[Fraction], rng: np.random.Generator, syncopation: float
) -> list[Fraction]:
    eighth = 2 * meter.step
    moved = []
    for place, onset in enumerate(onsets):
        early = onset - eighth
        is_free = place > 0 and onset in meter.pulses and early > onsets[place - 1]
        moved.append(early if is_free and float(rng.random()) < syncopation else onset)
    return moved


def _breathing(
    meter: Meter, notes: list[tuple[Fraction, Fraction]], drawn: float
) -> list[tuple[Fraction, Fraction]]:
    """Let eight bars of ten end with a rest of an eighth or more."""
    onset, length = notes[-1]
    if drawn > 0.82 or length < 4 * meter.step:
        return notes
    return [*notes[:-1], (onset, length - (2 if length < 8 * meter.step else 4) * meter.step)]


def cell(
    meter: Meter,
    rng: np.random.Generator,
    activity: float,
    syncopation: float = 0.0,
    least: int = 2,
    proposals: int = PROPOSALS,
    *,
    figure: float,
    in_eighths: bool = False,
) -> Cell:
    """Return a new cell; it has at least `least` notes if a few tries find such a rhythm."""
    for _ in range(4):
        notes = rhythm(meter, rng, activity, syncopation, figure=figure, in_eighths=in_eighths)
        if len(notes) >= least and len({length for _, length in notes}) > 1:
            break
    return with_contour(notes, rng, proposals)


def with_contour(
    notes: list[tuple[Fraction, Fraction]], rng: np.random.Generator, proposals: int = PROPOSALS
) -> Cell:
    """Return a rhythm with the best of some contours."""
    moves = rng.choice(_MOVES, size=(proposals, max(1, len(notes) - 1)))
    heights = [[0, *np.cumsum(row)[: len(notes) - 1].tolist()] for row in moves]
    best = min(heights, key=_contour_faults)
    return tuple(CellNote(onset, length, height) for (onset, length), height in zip(notes, best, strict=True))


def _contour_faults(heights: list[int]) -> float:
    moves = [b - a for a, b in pairwise(heights)]
    leaps = [place for place, move in enumerate(moves) if abs(move) > 1]
    faults = 1.1 * max(0, len(leaps) - 1) + (0.0 if leaps else 0.6)
    faults += sum(1.5 for place in leaps if place + 1 < len(moves) and moves[place + 1] * moves[place] >= 0)
    faults += 0.2 * sum(move == 0 for move in moves)
    span = max(heights) - min(heights)
    faults += 0.0 if 2 <= span <= 5 else 1.0
    return faults + 0.3 * abs(heights[-1] - 1)


def moved(notes: Cell, steps: int) -> Cell:
    """Return the cell `steps` staff steps higher: a member of a sequence."""
    return tuple(replace(note, height=note.height + steps) for note in notes)


def inverted(notes: Cell) -> Cell:
    """Return the cell turned upside down about its first note."""
    return tuple(replace(note, height=-note.height) for note in notes)


def fragmented(notes: Cell, meter: Meter) -> Cell:
    """Return the head of the cell twice, the second time a step lower."""
    middle = meter.middle
    first = head(notes, middle)
    if not first or not middle:
        return notes
    second = [
        CellNote(note.onset + middle, min(note.length, meter.length - note.onset - middle), note.height - 1)
        for note in first
        if note.onset + middle < meter.length
    ]
    return (*first, *second)


def augmented(notes: Cell, meter: Meter) -> Cell:
    """Return the first half of the cell at half speed."""
    slow = [
        CellNote(2 * note.onset, min(2 * note.length, meter.length - 2 * note.onset), note.height)
        for note in notes
        if 2 * note.onset < meter.length
    ]
    return tuple(slow)


def ornamented(notes: Cell, meter: Meter, *, in_eighths: bool = False) -> Cell:
    """Return the cell with its longest note, if it is a quarter or more, turned about its upper neighbour.

    In eighths, a quarter is followed by the neighbour and does not come back to its pitch.
    """
    place = max(range(len(notes)), key=lambda index: notes[index].length)
    note, eighth = notes[place], 2 * meter.step
    if note.length < 2 * eighth:
        return notes
    short = eighth if in_eighths else meter.step
    left = note.length - eighth - short
    turn = (
        CellNote(note.onset, eighth, note.height),
        CellNote(note.onset + eighth, short, note.height + 1),
        *([CellNote(note.onset + eighth + short, left, note.height)] if left else ()),
    )
    return (*notes[:place], *turn, *notes[place + 1 :])


def recast(notes: Cell, meter: Meter) -> Cell:
    """Return the cell with the order of its lengths reversed, except for the last."""
    if len(notes) < 3:
        return notes
    lengths = [note.length for note in notes[:-1]]
    onset, result = notes[0].onset, []
    for note, length in zip(notes[:-1], reversed(lengths), strict=True):
        result.append(CellNote(onset, length, note.height))
        onset += length
    return (*result, replace(notes[-1], onset=onset, length=min(notes[-1].length, meter.length - onset)))


def head(notes: Cell, until: Fraction) -> Cell:
    """Return the notes that begin before an onset, cut off there."""
    return tuple(
        replace(note, length=min(note.length, until - note.onset)) for note in notes if note.onset < until
    )


def closing(notes: Cell, landing: Fraction, ends: Fraction) -> Cell:
    """Return the head of the cell, which leads to a long note from `landing` to `ends`."""
    first = head(notes, landing)
    return (*first, CellNote(landing, ends - landing, 0))
