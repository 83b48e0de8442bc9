"""Voice-leading: of all ways to lay out a chord, the one nearest to where the voices are.

Examples
--------
>>> from adaptive.music.chord import Chord
>>> voice(Chord.parse("F"), (60, 64, 67), low=55, high=76, voices=3)
(60, 65, 69)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, pairwise

from adaptive.music.chord import Chord

MAX_GAP_SEMITONES = 12
"""Neighbouring voices further apart than an octave fall into two instruments."""

LOW_PITCH, LOW_GAP_SEMITONES = 52, 5
"""Below E3 intervals smaller than a fourth growl: within the critical band the partials beat
(Plomp & Levelt 1965)."""

_PERFECT = (0, 7)  # semitones modulo the octave: unison and octave, fifth
_MUDDY_COST, _BOTTOM_COST, _WIDE_COST, _DOUBLING_COST = 4, 3, 1, 2
_WIDE_SEMITONES = 8


def voice(
    chord: Chord,
    previous: tuple[int, ...],
    *,
    low: int,
    high: int,
    voices: int,
    max_gap: int = MAX_GAP_SEMITONES,
) -> tuple[int, ...]:
    """Choose the voicing of a chord.

    Parameters
    ----------
    chord : Chord
        What is to sound.
    previous : tuple of int
        MIDI numbers of the voicing before, ascending; empty at first.
    low, high : int
        Range as MIDI numbers, both included; at least two octaves find every chord.
    voices : int
        Notes wanted; fewer if the chord in this range has no more.
    max_gap : int
        Widest interval between neighbours, in semitones.

    Returns
    -------
    tuple of int
        MIDI numbers, ascending.

    Notes
    -----
    Candidates hold the chord's essential tones, with neighbours at most `max_gap` apart.  The order
    of preference: no parallel fifths or octaves between the outer voices; the least movement in
    all; the better sound.  Without `previous` the better sound decides, near the middle.
    """
    found = candidates(chord, low, high, voices, max_gap)
    if not previous:
        middle = (low + high) / 2
        return min(found, key=lambda notes: (_roughness(chord, notes) + _off(notes, middle), notes))
    return min(
        found,
        key=lambda notes: (
            has_parallels(previous, notes),
            movement(previous, notes),
            _roughness(chord, notes),
            notes,
        ),
    )


def movement(before: tuple[int, ...], after: tuple[int, ...]) -> int:
    """Semitones that all voices move together; with unequal numbers each goes to its nearest."""
    if len(before) == len(after):
        return sum(abs(a - b) for a, b in zip(before, after, strict=True))
    few, many = sorted((before, after), key=len)
    return sum(min(abs(a - b) for b in few) for a in many)


def has_parallels(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether the outer voices move from a fifth or an octave to another."""
    if not before or not after or before[0] == after[0]:
        return False
    intervals = (before[-1] - before[0]) % 12, (after[-1] - after[0]) % 12
    return intervals[0] == intervals[1] and intervals[0] in _PERFECT and before[-1] != after[-1]


@lru_cache(maxsize=2048)
def candidates(chord: Chord, low: int, high: int, voices: int, max_gap: int) -> tuple[tuple[int, ...], ...]:
    """Return all voicings within a range: as complete and as many-voiced as it allows."""
    for count in range(voices, 0, -1):
        for needed in _requirements(chord, count):
            found = tuple(_layouts(chord, low, high, count, needed, max_gap))
            if found:
                return found
    return ((min(range(low, low + 12), key=lambda midi: (midi - chord.root.pitch_class) % 12),),)


def _requirements(chord: Chord, count: int) -> list[frozenset[int]]:
    """Return what must sound, from the complete chord down to nothing in particular."""
    complete = [tone.pitch_class for tone in chord.tones]
    essential = [tone.pitch_class for tone in chord.essential]
    # A shell leaves out the root, which the bass plays, and keeps what colours the chord.
    shell = [*essential[1:], *essential[:1]][:count]
    wishes = [frozenset(complete), frozenset(essential), frozenset(shell), frozenset[int]()]
    return [wish for wish in wishes if len(wish) <= count]


def _layouts(
    chord: Chord, low: int, high: int, count: int, needed: frozenset[int], max_gap: int
) -> Iterator[tuple[int, ...]]:
    classes = {tone.pitch_class for tone in chord.tones}
    pitches = [midi for midi in range(low, high + 1) if midi % 12 in classes]
    for notes in combinations(pitches, count):
        gaps = [b - a for a, b in pairwise(notes)]
        if max(gaps, default=0) <= max_gap and needed <= {note % 12 for note in notes}:
            yield notes


def _roughness(chord: Chord, notes: tuple[int, ...]) -> int:
    """Cost of mud below, of a bass note elsewhere than at the bottom, of doubling the third."""
    mud = sum(_MUDDY_COST for a, b in pairwise(notes) if a < LOW_PITCH and b - a < LOW_GAP_SEMITONES)
    wide = sum(_WIDE_COST for a, b in pairwise(notes) if b - a > _WIDE_SEMITONES)
    bottom = 0 if notes[0] % 12 == chord.bass.pitch_class else _BOTTOM_COST
    stable = {chord.root.pitch_class, (chord.root.pitch_class + 7) % 12}
    classes = [note % 12 for note in notes]
    doubled = sum(classes.count(pc) - 1 for pc in set(classes) if pc not in stable)
    return mud + wide + bottom + _DOUBLING_COST * doubled


def _off(notes: tuple[int, ...], middle: float) -> float:
    return abs(sum(notes) / len(notes) - middle) / 2
