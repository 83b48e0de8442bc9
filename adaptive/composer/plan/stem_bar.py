"""What recordings sound in a bar, as generators read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

COVERED = 0.4
"""Strength from which a sound that begins covers what begins with it."""

RUBS = (1, 13)
"""Semitones at which two notes clash: the minor second and the minor ninth."""


@dataclass(frozen=True, slots=True)
class StemBar:
    """What the recordings of a section sound in one of its bars.

    Parameters
    ----------
    onsets : bytes
        How strongly sounds begin at each sixteenth, 0 to 255.
    pitches : tuple of int
        For each beat of the meter, the MIDI pitches that sound: bit n for pitch n.
    """

    onsets: bytes
    pitches: tuple[int, ...]

    @property
    def is_pitched(self) -> bool:
        """Whether a pitch sounds in it."""
        return any(self.pitches)

    @property
    def busy(self) -> float:
        """Share of its sixteenths at which a sound begins."""
        return sum(strength >= 255 * COVERED for strength in self.onsets) / max(1, len(self.onsets))

    def covers(self, onset: Fraction, step: Fraction) -> bool:
        """Whether a recorded sound begins at `onset`; `step` is a sixteenth, both in beats."""
        place = int(onset / step)
        return place < len(self.onsets) and self.onsets[place] >= 255 * COVERED

    def _sounding(self, onset: Fraction, end: Fraction) -> Iterator[tuple[Fraction, int]]:
        """Yield how long a note sounds in each beat, with the pitches of the beat.

        What lies beyond the bar is not known here.
        """
        for beat in range(int(onset), len(self.pitches)):
            if beat >= end:
                break
            yield min(end, Fraction(beat + 1)) - max(onset, Fraction(beat)), self.pitches[beat]

    def clash_share(self, midi: int, onset: Fraction, length: Fraction) -> float:
        """Return for which share of its length a note lies a semitone or a minor ninth from a recorded pitch.

        A pitch that the recording sounds itself clashes with nothing.
        """
        rubbing = Fraction(0)
        for beats, pitches in self._sounding(onset, onset + length):
            beside = [midi + side * rub for rub in RUBS for side in (-1, 1)]
            if not pitches >> midi & 1 and any(pitch >= 0 and pitches >> pitch & 1 for pitch in beside):
                rubbing += beats
        return float(rubbing / length) if length else 0.0

    def clear_until(self, midi: int, onset: Fraction, length: Fraction) -> Fraction:
        """Return how long a note sounds before it clashes, in beats; `length` if it never does."""
        for beat in range(int(onset), len(self.pitches)):
            at = max(onset, Fraction(beat))
            if at >= onset + length:
                break
            if self.clash_share(midi, at, min(Fraction(beat + 1), onset + length) - at):
                return at - onset
        return length


def occupied(bars: Iterable[StemBar], low: int, high: int) -> float:
    """Return the share of beats in which recordings sound a pitch from `low` to `high`."""
    mask = (1 << (high + 1)) - (1 << low)
    beats = [pitches & mask != 0 for bar in bars for pitches in bar.pitches]
    return sum(beats) / len(beats) if beats else 0.0


TUNE_LOW, TUNE_HIGH = 64, 76
"""Middle of the range of a tune, E4 to E5."""

REGISTERS: Mapping[int, int] = {-3: -5, -2: -3, 2: 4, 3: 5, 5: 9}
"""Staff steps by which a tune may lie beside its usual place, and how many semitones they are."""

LEAST_GAIN = 0.06
"""A tune is moved if that frees so much of its time for each step."""


@lru_cache(maxsize=64)
def free_register(bars: tuple[StemBar, ...]) -> int:
    """Return by how many staff steps a tune moves to where recordings sound less; 0: it stays."""
    here = occupied(bars, TUNE_LOW, TUNE_HIGH)
    best, place = LEAST_GAIN, 0
    for steps, semitones in REGISTERS.items():
        gain = (here - occupied(bars, TUNE_LOW + semitones, TUNE_HIGH + semitones)) / abs(steps)
        if gain > best:
            best, place = gain, steps
    return place
