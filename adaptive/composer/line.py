"""Finds the pitches of a melody: the line that follows a contour best and is singable over the chords.

Positions are staff steps (letters counted from C0), so that transposing a motif by steps keeps it in the
scale.  The accidental of a letter comes from the chord if the chord has that letter, else from the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import inf

from adaptive.music.chord import Chord
from adaptive.music.pitch import Pitch
from adaptive.music.scale import Key

MAX_DEVIATION = 2
"""Staff steps by which a note may deviate from the contour to fit the chord."""

# Costs of the faults of a line, in staff steps of deviation from the contour.
FOREIGN, LEFT_BY_LEAP, UNRECOVERED, HARSH, WIDE, AGAINST, STUCK = 3.0, 3.0, 2.2, 4.0, 5.0, 1.5, 2.5

RUB, RUB_ABOVE = 1.1, 2.0
"""Cost of a note outside the chord that lies a semitone below one of its tones, and of one above it."""


@dataclass(frozen=True, slots=True)
class TargetNote:
    """A note of the contour: its staff position, its chord, and whether it must be a tone of that chord.

    The position of a fixed note is taken as it is.
    """

    position: int
    chord: Chord
    is_strong: bool
    is_fixed: bool = False


def pitch_at(position: int, chord: Chord, key: Key) -> Pitch:
    """Return the pitch of a staff position over a chord."""
    octave, letter = divmod(position, 7)
    for tone in (*chord.tones, *key.tones):
        if tone.letter == letter:
            return tone.at(octave)
    message = f"the key {key} has no letter {letter}"  # every mode has seven letters
    raise ValueError(message)


def is_consonant(position: int, chord: Chord) -> bool:
    """Whether a staff position is a tone of the chord."""
    return any(tone.letter == position % 7 for tone in chord.tones)


def nearest_consonance(position: int, chord: Chord) -> int:
    """Return the nearest staff position that is a chord tone; of two equally near, the upper."""
    return min(
        (p for p in range(position - 3, position + 4) if is_consonant(p, chord)),
        key=lambda p: (abs(p - position), -p),
    )


def fit(
    targets: Sequence[TargetNote],
    key: Key,
    low: int,
    high: int,
    before: int | None,
    strictness: float = 1.0,
) -> list[Pitch]:
    """Choose the pitches of a line.

    Parameters
    ----------
    targets : sequence of TargetNote
        The contour, note by note.
    key : Key
        Source of the accidentals of notes outside the chord.
    low, high : int
        Range in staff positions, both included.
    before : int or None
        Staff position of the previous note; None at the start of a phrase.
    strictness : float
        Factor of what a note outside the chord costs; above 1, every such note costs something.

    Returns
    -------
    list of Pitch
        One for each target.

    Notes
    -----
    Dynamic programming over pairs of neighbouring notes finds the line of least total cost.  A leap is
    thereby chosen together with the step that follows it.
    """
    choices = [_Choices.of(target, key, low, high, strictness) for target in targets]
    first = choices[0]
    # last position -> position before it -> (cost, positions) of the cheapest line that ends with the two
    paths: _Paths = {
        position: {None: (alone + _entry_cost(before, position), (position,))}
        for position, alone in zip(first.positions, first.costs, strict=True)
    }
    for index in range(1, len(targets)):
        paths = _extended(paths, targets, choices, index)
    best = min(path for before_last in paths.values() for path in before_last.values())[1]
    return [pitch_at(p, target.chord, key) for p, target in zip(best, targets, strict=True)]


_Paths = dict[int, dict[int | None, tuple[float, tuple[int, ...]]]]


@dataclass(frozen=True, slots=True)
class _Choices:
    """The possible positions of a note, and the part of each cost that does not depend on its neighbours."""

    positions: list[int]
    costs: list[float]
    midi: list[int]
    is_consonant: list[bool]

    @classmethod
    def of(cls, target: TargetNote, key: Key, low: int, high: int, strictness: float) -> _Choices:
        """Return the choices of a note."""
        positions = _positions(target, low, high)
        consonant = [is_consonant(p, target.chord) for p in positions]
        midi = [pitch_at(p, target.chord, key).midi for p in positions]
        tones = target.chord.pitch_classes
        costs = [
            abs(p - target.position)
            + (
                0.0
                if fits
                else strictness * (FOREIGN if target.is_strong else _rub(note, tones))
                + max(0.0, strictness - 1.0)
            )
            for p, fits, note in zip(positions, consonant, midi, strict=True)
        ]
        return cls(positions, costs, midi, consonant)


def _rub(midi: int, tones: frozenset[int]) -> float:
    if (midi - 1) % 12 in tones:
        return RUB_ABOVE
    return RUB if (midi + 1) % 12 in tones else 0.0


def _extended(
    paths: _Paths, targets: Sequence[TargetNote], choices: Sequence[_Choices], index: int
) -> _Paths:
    """Return all lines one note longer; of those that end with the same two notes, only the cheapest."""
    before, now = choices[index - 1], choices[index]
    longer: _Paths = {position: {} for position in now.positions}
    wanted = targets[index].position - targets[index - 1].position
    for last, last_midi, fits in zip(before.positions, before.midi, before.is_consonant, strict=True):
        for position, midi, cost_alone in zip(now.positions, now.midi, now.costs, strict=True):
            second = position - last
            added = cost_alone + _interval_cost(second, wanted, midi - last_midi)
            best: float = inf
            best_path: tuple[int, ...] = ()
            for earlier, (cost, path) in paths[last].items():
                total = cost + added
                if earlier is not None:
                    total += _melody_cost(last - earlier, second, fits)
                if total < best or (total == best and path < best_path):
                    best, best_path = total, path
            longer[position][last] = (best, (*best_path, position))
    return longer


def _positions(target: TargetNote, low: int, high: int) -> list[int]:
    middle = min(max(target.position, low), high)
    if target.is_fixed:
        return [middle if middle == target.position else _within(target.position, low, high)]
    return [p for p in range(middle - MAX_DEVIATION, middle + MAX_DEVIATION + 1) if low <= p <= high]


def _within(position: int, low: int, high: int) -> int:
    """Move a position by octaves into a range, as far as the range allows it."""
    while position < low:
        position += 7
    while position > high:
        position -= 7
    return position


def _entry_cost(before: int | None, position: int) -> float:
    """Return the cost of the interval from the previous bar's last note: only more than 4 steps cost."""
    return 0.0 if before is None else 0.5 * max(0, abs(position - before) - 4)


@cache
def _interval_cost(move: int, wanted: int, semitones: int) -> float:
    """Return the cost of an interval: too wide, hard to sing, or against the contour.

    `move` and `wanted` are in staff steps.
    """
    cost = WIDE * max(0, abs(move) - 4) / 2
    # Tritone, major seventh and augmented second are hard to sing.
    if abs(semitones) in (6, 11) or (abs(semitones) == 3 and abs(move) == 1):
        cost += HARSH
    if move * wanted < 0:
        cost += AGAINST
    if move == 0 and wanted != 0:
        cost += STUCK
    return cost


@cache
def _melody_cost(first: int, second: int, is_consonant: bool) -> float:
    """Return the cost of two intervals in a row.

    A leap should be followed by a step back, and a note outside the chord reached and left by step.
    """
    cost = 0.0
    if abs(first) > 2 and (first * second >= 0 or abs(second) > 2):
        cost += UNRECOVERED
    if not is_consonant and max(abs(first), abs(second)) > 1:
        cost += LEFT_BY_LEAP
    return cost
