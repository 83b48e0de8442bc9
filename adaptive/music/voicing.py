"""Voice leading: of all voicings of a chord, chooses the one nearest to the previous voicing.

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
"""Default for the widest interval between neighbours: beyond an octave, voices no longer blend."""

LOW_PITCH, LOW_GAP_SEMITONES = 52, 5
"""Below E3, intervals smaller than a fourth sound rough: their partials beat within one critical band
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
        The chord to voice.
    previous : tuple of int
        MIDI numbers of the previous voicing, ascending; empty at first.
    low, high : int
        Range in MIDI numbers, both included.  Two octaves are enough for every chord.
    voices : int
        Number of notes; fewer are returned if the range does not allow it.
    max_gap : int
        Widest interval between neighbours, in semitones.

    Returns
    -------
    tuple of int
        MIDI numbers, ascending.

    Notes
    -----
    Candidates contain the essential tones of the chord, with neighbours at most `max_gap` apart.  They are
    ranked by, in this order: no parallel fifths or octaves between the outer voices; least total movement;
    least roughness.  Without `previous`, roughness and distance from the middle of the range decide.
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
    """Return the sum of the semitones by which the voices move.

    If the voicings differ in size, each note of the larger counts its distance to the nearest of the smaller.
    """
    if len(before) == len(after):
        return sum(abs(a - b) for a, b in zip(before, after, strict=True))
    few, many = sorted((before, after), key=len)
    return sum(min(abs(a - b) for b in few) for a in many)


def has_parallels(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether the outer voices move in parallel from a fifth or an octave to another one."""
    if not before or not after or before[0] == after[0]:
        return False
    intervals = (before[-1] - before[0]) % 12, (after[-1] - after[0]) % 12
    return intervals[0] == intervals[1] and intervals[0] in _PERFECT and before[-1] != after[-1]


@lru_cache(maxsize=2048)
def candidates(
    chord: Chord,
    low: int,
    high: int,
    voices: int,
    max_gap: int,
    avoided: frozenset[int] = frozenset(),
) -> tuple[tuple[int, ...], ...]:
    """Return all voicings within a range, with as many voices and as complete as the range allows.

    `avoided` are pitch classes that are left out; then the root may be left out, too.
    """
    for count in range(voices, 0, -1):
        for needed in _requirements(chord, count, avoided):
            found = tuple(_layouts(chord, low, high, count, needed, max_gap, avoided))
            if found:
                return found
    return ((min(range(low, low + 12), key=lambda midi: (midi - chord.root.pitch_class) % 12),),)


def _requirements(chord: Chord, count: int, avoided: frozenset[int]) -> list[frozenset[int]]:
    """Return sets of required pitch classes that fit `count` notes, from the complete chord to none."""
    if avoided:
        return [frozenset(tone.pitch_class for tone in chord.essential[1:]) - avoided, frozenset()]
    complete = [tone.pitch_class for tone in chord.tones]
    essential = [tone.pitch_class for tone in chord.essential]
    # A shell voicing omits the root first, because the bass plays it, and keeps the characteristic tones.
    shell = [*essential[1:], *essential[:1]][:count]
    choices = [frozenset(complete), frozenset(essential), frozenset(shell), frozenset[int]()]
    return [choice for choice in choices if len(choice) <= count]


def _layouts(
    chord: Chord,
    low: int,
    high: int,
    count: int,
    needed: frozenset[int],
    max_gap: int,
    avoided: frozenset[int],
) -> Iterator[tuple[int, ...]]:
    classes = {tone.pitch_class for tone in chord.tones} - avoided
    pitches = [midi for midi in range(low, high + 1) if midi % 12 in classes]
    for notes in combinations(pitches, count):
        gaps = [b - a for a, b in pairwise(notes)]
        if max(gaps, default=0) <= max_gap and needed <= {note % 12 for note in notes}:
            yield notes


def _roughness(chord: Chord, notes: tuple[int, ...]) -> int:
    """Return the cost of narrow low intervals, wide gaps, a wrong lowest note, and doubled tones.

    Doubling the root or the perfect fifth costs nothing.
    """
    mud = sum(_MUDDY_COST for a, b in pairwise(notes) if a < LOW_PITCH and b - a < LOW_GAP_SEMITONES)
    wide = sum(_WIDE_COST for a, b in pairwise(notes) if b - a > _WIDE_SEMITONES)
    bottom = 0 if notes[0] % 12 == chord.bass.pitch_class else _BOTTOM_COST
    stable = {chord.root.pitch_class, (chord.root.pitch_class + 7) % 12}
    classes = [note % 12 for note in notes]
    doubled = sum(classes.count(pc) - 1 for pc in set(classes) if pc not in stable)
    return mud + wide + bottom + _DOUBLING_COST * doubled


def _off(notes: tuple[int, ...], middle: float) -> float:
    return abs(sum(notes) / len(notes) - middle) / 2
