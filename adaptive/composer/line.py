"""From a contour to pitches: the line that follows it best and can be sung over the chords.

Positions are staff steps (letters counted from C0), so that a sequence moves a melody along the
scale; the letter's accidental comes from the chord where the chord has that letter, else from the
key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import inf

from adaptive.music.chord import Chord
from adaptive.music.pitch import Pitch
from adaptive.music.scale import Key

FREEDOM = 2
"""Steps a note may stray from its contour to fit the chord."""

# Costs, in steps of straying from the contour that each fault is worth avoiding.
FOREIGN, LEFT_BY_LEAP, UNRECOVERED, HARSH, WIDE, TURNED, STUCK = 6.0, 3.0, 3.0, 4.0, 5.0, 1.5, 2.5


@dataclass(frozen=True, slots=True)
class NoteWish:
    """A note wanted: its position, the chord under it, and whether it has to belong to it."""

    position: int
    chord: Chord
    is_strong: bool


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
    """Return the chord's position nearest to another; the upper of two."""
    return min(
        (p for p in range(position - 3, position + 4) if is_consonant(p, chord)),
        key=lambda p: (abs(p - position), -p),
    )


def fit(wishes: Sequence[NoteWish], key: Key, low: int, high: int, before: int | None) -> list[Pitch]:
    """Choose the pitches of a line.

    Parameters
    ----------
    wishes : sequence of NoteWish
        The contour, note by note.
    key : Key
        What is not in the chord is in the key.
    low, high : int
        Range as staff positions.
    before : int or None
        Position of the note before, if there was one.

    Returns
    -------
    list of Pitch
        One a wish.

    Notes
    -----
    Dynamic programming over pairs of neighbouring notes: the line of least total cost, so that a
    leap is chosen together with the step that answers it.
    """
    steps = [_Step.of(wish, key, low, high) for wish in wishes]
    first = steps[0]
    # by the last note: for each note before it the cheapest way there, and what it cost
    ways: _Ways = {
        position: {None: (alone + _entry(before, position), (position,))}
        for position, alone in zip(first.choices, first.alone, strict=True)
    }
    for index in range(1, len(wishes)):
        ways = _extended(ways, wishes, steps, index)
    best = min(way for befores in ways.values() for way in befores.values())[1]
    return [pitch_at(p, wish.chord, key) for p, wish in zip(best, wishes, strict=True)]


_Ways = dict[int, dict[int | None, tuple[float, tuple[int, ...]]]]


@dataclass(frozen=True, slots=True)
class _Step:
    """A note's choices, and what of their cost hangs on the note alone: found once, used in many ways."""

    choices: list[int]
    alone: list[float]
    midi: list[int]
    is_consonant: list[bool]

    @classmethod
    def of(cls, wish: NoteWish, key: Key, low: int, high: int) -> _Step:
        """The choices of a note."""
        choices = _choices(wish, low, high)
        consonant = [is_consonant(p, wish.chord) for p in choices]
        alone = [
            abs(p - wish.position) + (FOREIGN if wish.is_strong and not fits else 0.0)
            for p, fits in zip(choices, consonant, strict=True)
        ]
        return cls(choices, alone, [pitch_at(p, wish.chord, key).midi for p in choices], consonant)


def _extended(ways: _Ways, wishes: Sequence[NoteWish], steps: Sequence[_Step], index: int) -> _Ways:
    """Every way, one note longer: of those that end with the same two notes, the cheapest."""
    longer: _Ways = {position: {} for position in steps[index].choices}
    before, now = steps[index - 1], steps[index]
    wanted = wishes[index].position - wishes[index - 1].position
    for last, last_midi, fits in zip(before.choices, before.midi, before.is_consonant, strict=True):
        for position, midi, alone in zip(now.choices, now.midi, now.alone, strict=True):
            second = position - last
            joined = alone + _joined(second, wanted, midi - last_midi)
            best: float = inf
            best_path: tuple[int, ...] = ()
            for earlier, (cost, path) in ways[last].items():
                total = cost + joined
                if earlier is not None:
                    total += _turn(last - earlier, second, fits)
                if total < best or (total == best and path < best_path):
                    best, best_path = total, path
            longer[position][last] = (best, (*best_path, position))
    return longer


def _choices(wish: NoteWish, low: int, high: int) -> list[int]:
    middle = min(max(wish.position, low), high)
    return [p for p in range(middle - FREEDOM, middle + FREEDOM + 1) if low <= p <= high]


def _entry(before: int | None, position: int) -> float:
    return 0.0 if before is None else 0.5 * max(0, abs(position - before) - 4)


@cache
def _joined(move: int, wanted: int, semitones: int) -> float:
    """Cost of an interval: too wide, augmented, or against the contour; all in staff steps but the last."""
    cost = WIDE * max(0, abs(move) - 4) / 2
    # Tritone and augmented second are hard to sing.
    if abs(semitones) in (6, 11) or (abs(semitones) == 3 and abs(move) == 1):
        cost += HARSH
    if move * wanted < 0:
        cost += TURNED
    if move == 0 and wanted != 0:
        cost += STUCK
    return cost


@cache
def _turn(first: int, second: int, is_consonant: bool) -> float:
    """Cost of three notes: a leap is answered by a step back, a passing note is left by step."""
    cost = 0.0
    if abs(first) > 2 and (first * second >= 0 or abs(second) > 2):
        cost += UNRECOVERED
    if not is_consonant and max(abs(first), abs(second)) > 1:
        cost += LEFT_BY_LEAP
    return cost
