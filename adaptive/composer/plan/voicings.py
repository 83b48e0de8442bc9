"""Three voices for every chord: a path of little motion that knows the bass and the tune.

Parallel fifths and octaves between any two voices, bass and tune included, cost more than motion does.
With four voices between bass and tune many such faults cannot be avoided; with three nearly all can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from adaptive.music.chord import Chord
from adaptive.music.voicing import candidates

VOICES = 3
LOW, HIGH = 52, 69
"""Range of the voices, E3 to A4: above the bass, below the tune."""

MOST_CHOICES, MOST_PATHS = 10, 3
"""Voicings tried for a chord, and paths kept after it."""

_RUB_LATER = 3.0
_PARALLEL, _RUB, _BLOCK, _WIDE = 9.0, 6.0, 2.0, 0.4


@dataclass(frozen=True, slots=True)
class KnownChord:
    """A chord with the notes that are known.

    They are the bass, the tune where the chord begins, the ceiling, and the notes of the tune that sound
    while it does.
    """

    chord: Chord
    bass: int
    tune: int | None = None
    ceiling: int = HIGH
    line: tuple[int, ...] = ()


def voice_path(moments: Sequence[KnownChord], before: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Return the MIDI pitches of each chord, ascending.

    Parameters
    ----------
    moments : sequence of KnownChord
        The chords, in order.
    before : tuple of int
        The voicing before the first chord; empty: none.
    """
    paths: list[tuple[float, list[tuple[int, ...]]]] = [(0.0, [])]
    earlier: KnownChord | None = None
    for moment in moments:
        longer = []
        for cost, path in paths:
            last = path[-1] if path else before
            longer += [
                (cost + _cost(earlier, moment, last, notes), [*path, notes])
                for notes in _choices(moment, last)
            ]
        longer.sort(key=lambda row: (row[0], row[1][-1]))
        paths = longer[:MOST_PATHS]
        earlier = moment
    return paths[0][1]


def _choices(moment: KnownChord, last: tuple[int, ...]) -> list[tuple[int, ...]]:
    middle = sum(last) / len(last) if last else (LOW + min(HIGH, moment.ceiling)) / 2
    high = min(HIGH, max(moment.ceiling, LOW + 9))
    return list(_nearest(moment.chord, high, round(middle), _rubbed(moment)))


def _rubbed(moment: KnownChord) -> frozenset[int]:
    """Return the sevenths and ninths that the tune would rub against: a semitone below one of its tones.

    Where the tune has the root of a major seventh chord, the chord is voiced without its seventh, and where
    it has the third of a minor ninth chord, without its ninth.
    """
    extensions = [tone.pitch_class for tone in moment.chord.tones[3:]]
    if not extensions:
        return frozenset()
    tune = {note % 12 for note in (*moment.line, *(() if moment.tune is None else (moment.tune,)))}
    tune &= moment.chord.pitch_classes
    return frozenset(tone for tone in extensions if (tone + 1) % 12 in tune)


@lru_cache(maxsize=1024)
def _nearest(chord: Chord, high: int, middle: int, avoided: frozenset[int]) -> tuple[tuple[int, ...], ...]:
    found = candidates(chord, LOW, high, VOICES, 9, avoided)
    if len(found[0]) < VOICES:  # an octave has every tone
        found = candidates(chord, LOW, max(high, LOW + 11), VOICES, 9)
    ranked = sorted(found, key=lambda notes: (abs(sum(notes) / len(notes) - middle), notes))
    return tuple(ranked[:MOST_CHOICES])


def _cost(
    earlier: KnownChord | None, moment: KnownChord, last: tuple[int, ...], notes: tuple[int, ...]
) -> float:
    cost = _WIDE * abs(sum(notes) / len(notes) - (LOW + HIGH) / 2)
    if moment.tune is not None:
        cost += _RUB * sum((moment.tune - note) in {1, 13} for note in notes)
    cost += _RUB_LATER * sum((tune - note) in {1, 13} for tune in moment.line for note in notes)
    cost += sum(_WIDE for low, high in pairwise(notes) if high - low > 7)
    if not last or earlier is None or len(last) != len(notes):
        return cost
    moves = [after - before for before, after in zip(last, notes, strict=True)]
    cost += sum(map(abs, moves)) * 0.5
    if all(move > 0 for move in moves) or all(move < 0 for move in moves):
        cost += _BLOCK
    one = [earlier.bass, *last, *([earlier.tune] if earlier.tune is not None else [])]
    other = [moment.bass, *notes, *([moment.tune] if moment.tune is not None else [])]
    if len(one) == len(other):
        cost += _PARALLEL * parallels(tuple(one), tuple(other))
    return cost


def parallels(before: tuple[int, ...], after: tuple[int, ...]) -> int:
    """Return how many pairs of voices move in parallel from a perfect fifth or octave to another.

    Examples
    --------
    >>> parallels((48, 55), (50, 57)), parallels((48, 55), (50, 59))
    (1, 0)
    """
    found = 0
    for high in range(1, len(before)):
        move = after[high] - before[high]
        if not move:
            continue
        for low in range(high):
            interval = (before[high] - before[low]) % 12
            if interval in {0, 7} and after[low] - before[low] == move:
                found += 1
            elif interval in {0, 7} and (after[high] - after[low]) % 12 == interval:
                found += (after[low] - before[low]) * move > 0
    return found
