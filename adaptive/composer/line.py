"""From a contour to pitches: the line that follows it best and can be sung over the chords.

Positions are staff steps (letters counted from C0), so that a sequence moves a melody along the
scale; the letter's accidental comes from the chord where the chord has that letter, else from the
key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adaptive.music.chord import Chord
from adaptive.music.pitch import Pitch
from adaptive.music.scale import Key

FREEDOM = 2
"""Steps a note may stray from its contour to fit the chord."""

# Costs, in steps of straying from the contour that each fault is worth avoiding.
FOREIGN, LEFT_BY_LEAP, UNRECOVERED, HARSH, WIDE, TURNED, STUCK = 6.0, 3.0, 3.0, 4.0, 5.0, 1.5, 2.5


@dataclass(frozen=True, slots=True)
class Wish:
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


def fit(wishes: Sequence[Wish], key: Key, low: int, high: int, before: int | None) -> list[Pitch]:
    """Choose the pitches of a line.

    Parameters
    ----------
    wishes : sequence of Wish
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
    paths: dict[tuple[int | None, int], tuple[float, tuple[int, ...]]]
    paths = {
        (None, p): (_alone(wishes[0], p) + _entry(before, p), (p,)) for p in _choices(wishes[0], low, high)
    }
    for index in range(1, len(wishes)):
        paths = _extended(paths, wishes, index, key, low, high)
    best = min(paths.values())[1]
    return [pitch_at(p, wish.chord, key) for p, wish in zip(best, wishes, strict=True)]


_Paths = dict[tuple[int | None, int], tuple[float, tuple[int, ...]]]


def _extended(paths: _Paths, wishes: Sequence[Wish], index: int, key: Key, low: int, high: int) -> _Paths:
    longer: _Paths = {}
    for (earlier, last), (cost, path) in paths.items():
        for position in _choices(wishes[index], low, high):
            total = cost + _alone(wishes[index], position)
            total += _joined(wishes[index - 1], wishes[index], last, position, key)
            if earlier is not None:
                total += _turn(wishes[index - 1], earlier, last, position)
            state = (last, position)
            if state not in longer or (total, (*path, position)) < longer[state]:
                longer[state] = (total, (*path, position))
    return longer


def _choices(wish: Wish, low: int, high: int) -> list[int]:
    middle = min(max(wish.position, low), high)
    return [p for p in range(middle - FREEDOM, middle + FREEDOM + 1) if low <= p <= high]


def _entry(before: int | None, position: int) -> float:
    return 0.0 if before is None else 0.5 * max(0, abs(position - before) - 4)


def _alone(wish: Wish, position: int) -> float:
    foreign = FOREIGN if wish.is_strong and not is_consonant(position, wish.chord) else 0.0
    return abs(position - wish.position) + foreign


def _joined(one: Wish, other: Wish, last: int, position: int, key: Key) -> float:
    """Cost of an interval: too wide, augmented, or against the contour."""
    move, wanted = position - last, other.position - one.position
    cost = WIDE * max(0, abs(move) - 4) / 2
    semitones = pitch_at(position, other.chord, key).midi - pitch_at(last, one.chord, key).midi
    # Tritone and augmented second are hard to sing.
    if abs(semitones) in (6, 11) or (abs(semitones) == 3 and abs(move) == 1):
        cost += HARSH
    if move * wanted < 0:
        cost += TURNED
    if move == 0 and wanted != 0:
        cost += STUCK
    return cost


def _turn(middle: Wish, earlier: int, last: int, position: int) -> float:
    """Cost of three notes: a leap is answered by a step back, a passing note is left by step."""
    first, second = last - earlier, position - last
    cost = 0.0
    if abs(first) > 2 and (first * second >= 0 or abs(second) > 2):
        cost += UNRECOVERED
    if not is_consonant(last, middle.chord) and max(abs(first), abs(second)) > 1:
        cost += LEFT_BY_LEAP
    return cost
