"""Taking turns: which of several things comes next, in sequence, at random or shuffled.

A deck never changes; what has been drawn is a `PickState`, which is replaced.  So a turn that is taken back
is a hand that is put down again, and a saved game holds hands.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class PickState:
    """What has been drawn from a deck.

    Parameters
    ----------
    count : int
        Draws so far.
    left : tuple of int
        Of a shuffle: what is still to come in this round.
    recent : tuple of int
        The last draws, newest last; no more than matter.
    """

    count: int = 0
    left: tuple[int, ...] = ()
    recent: tuple[int, ...] = ()

    def fits(self, size: int) -> bool:
        """Whether it can be of a deck of this size."""
        return all(item < size for item in (*self.left, *self.recent)) and len(self.recent) <= size


@dataclass(frozen=True, slots=True)
class VariationPicker:
    """Things that take turns.

    Parameters
    ----------
    name : str
        Makes its chance different from that of other decks with the same seed.
    weights : tuple of float
        One a thing; equal: all as likely.
    order : str
        ``sequence``, ``random`` or ``shuffle``.
    avoid_last : int
        How many of the last draws may not come again, as long as there is anything else.
    seed : int
        Of chance.

    Notes
    -----
    *sequence*: one after the other, round and round.
    *random*: each draw by the weights alone, among those that are not within the last `avoid_last` draws.
    *shuffle*: everything once a round; each draw by the weights among what is left of the round and not
    within the last `avoid_last` draws.  Where avoiding would leave nothing, it is waived.
    The draw number `n` depends on seed, name, `n`, and the hand: nothing else.

    Examples
    --------
    >>> deck = Deck("drums", (1.0, 1.0, 1.0), "sequence")
    >>> hand, seen = Hand(), []
    >>> for _ in range(4):
    ...     drawn, hand = deck.draw(hand)
    ...     seen.append(drawn)
    >>> seen
    [0, 1, 2, 0]
    """

    name: str
    weights: tuple[float, ...]
    order: str = "shuffle"
    avoid_last: int = 1
    seed: int = 0

    def draw(self, pick: PickState) -> tuple[int, PickState]:
        """What comes next, and the hand after it."""
        size = len(self.weights)
        if self.order == "sequence" or size == 1:
            drawn = pick.count % size
            return drawn, PickState(pick.count + 1, (), (drawn,))
        pool = tuple(range(size))
        if self.order == "shuffle":
            # a hand may be of a deck that was larger before it was edited
            pool = tuple(item for item in pick.left if item < size) or pool
        kept = min(self.avoid_last, size - 1)
        avoided = set(pick.recent[-kept:]) if kept else set()
        drawn = self._pick([item for item in pool if item not in avoided] or list(pool), pick.count)
        left = tuple(item for item in pool if item != drawn) if self.order == "shuffle" else ()
        return drawn, PickState(pick.count + 1, left, (*pick.recent, drawn)[-size:])

    def _pick(self, among: list[int], count: int) -> int:
        weights = np.array([self.weights[item] for item in among])
        rng = np.random.default_rng([self.seed & 0xFFFFFFFF, zlib.crc32(self.name.encode()), count])
        place = np.searchsorted(np.cumsum(weights), rng.random() * weights.sum(), side="right")
        return among[min(int(place), len(among) - 1)]
