"""Swing: the second of two equal notes comes late, by a ratio that falls with the tempo."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

EIGHTHS, SIXTEENTHS = Fraction(1), Fraction(1, 2)
"""Quarters that a long and a short note fill together: what is swung."""

TERNARY = frozenset({3, 6, 12, 24})
"""Denominators of places in a beat that belong to a written triplet, which is not swung."""


@dataclass(frozen=True, slots=True)
class Swing:
    """How a style swings.

    Parameters
    ----------
    pair : Fraction
        `EIGHTHS` or `SIXTEENTHS`.
    slow_ratio : float
        Length of the first note over that of the second at 100 quarters a minute, or slower.
    straight_bpm : float
        Tempo from which on the notes are equal.
    """

    pair: Fraction = EIGHTHS
    slow_ratio: float = 1.0
    straight_bpm: float = 310.0

    def ratio(self, tempo_bpm: float) -> float:
        """Return the ratio at a tempo, 1 or more; it falls in a line (Friberg and Sundström 2002)."""
        if tempo_bpm >= self.straight_bpm:
            return 1.0
        share = (self.straight_bpm - max(tempo_bpm, SLOW_BPM)) / (self.straight_bpm - SLOW_BPM)
        return 1.0 + (self.slow_ratio - 1.0) * min(1.0, share)


SLOW_BPM = 100.0

STRAIGHT = Swing()
JAZZ = Swing(EIGHTHS, 2.65)
STRONGEST = {EIGHTHS: Swing(EIGHTHS, 3.2), SIXTEENTHS: Swing(SIXTEENTHS, 2.2, 200.0)}
"""What `swing = 1` means: by what is swung."""

SHORTEST_S = 0.09
"""The short note is no shorter than this: jazz drummers keep it at about 100 ms (Friberg and Sundström)."""

OF_STYLE = {
    "jazz": JAZZ,
    "blues": Swing(EIGHTHS, 2.0),
    "shuffle": Swing(EIGHTHS, 2.0),
    "hiphop": Swing(SIXTEENTHS, 1.35, 150.0),
    "lofi": Swing(SIXTEENTHS, 1.5, 150.0),
    "funk": Swing(SIXTEENTHS, 1.12, 150.0),
    "halftime": Swing(SIXTEENTHS, 1.15, 150.0),
}
"""How the styles of drums swing; those that are not named are straight."""


def ratio_at(swing: Swing, amount: float, tempo_bpm: float) -> float:
    """Return the ratio of long to short.

    Parameters
    ----------
    swing : Swing
        That of the style.
    amount : float
        0: straight; 0.5: the style's own; 1: the strongest.
    tempo_bpm : float
        Quarter notes a minute.
    """
    own = swing.ratio(tempo_bpm)
    if amount <= 0.5:
        ratio = 1.0 + 2.0 * amount * (own - 1.0)
    else:
        most = max(own, STRONGEST[swing.pair].ratio(tempo_bpm))
        ratio = own + (2.0 * amount - 1.0) * (most - own)
    pair_s = float(swing.pair) * 60.0 / tempo_bpm
    return min(ratio, max(1.0, pair_s / SHORTEST_S - 1.0))


def shift_quarters(onset: Fraction, swing: Swing, ratio: float) -> float:
    """Return by how much an onset is moved, in quarters; 0 for a note of a written triplet.

    Grace notes and thirty-seconds move with their neighbours, so the order of notes stays.
    """
    if ratio <= 1.0 or onset.denominator in TERNARY:
        return 0.0
    place = float((onset % swing.pair) / swing.pair)
    turn = ratio / (1.0 + ratio)
    moved = 2.0 * place * turn if place < 0.5 else turn + 2.0 * (place - 0.5) * (1.0 - turn)
    return (moved - place) * float(swing.pair)
