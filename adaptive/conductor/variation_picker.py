"""Picks which of several items comes next: in sequence, at random or shuffled.

A `VariationPicker` never changes; every pick returns a new `PickState`.  Undo restores the previous pick
state; a saved game stores it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class PickState:
    """What a picker has picked so far.

    Parameters
    ----------
    count : int
        Number of picks.
    left : tuple of int
        Shuffle: items not yet picked in this round.
    recent : tuple of int
        The last picks, newest last; at most as many as there are items.
    """

    count: int = 0
    left: tuple[int, ...] = ()
    recent: tuple[int, ...] = ()

    def fits(self, size: int) -> bool:
        """Whether it can be the state of a picker with this number of items."""
        return all(item < size for item in (*self.left, *self.recent)) and len(self.recent) <= size


@dataclass(frozen=True, slots=True)
class VariationPicker:
    """Picks from a fixed number of weighted items.

    Parameters
    ----------
    name : str
        Part of the random seed: pickers with the same seed and different names pick differently.
    weights : tuple of float
        Relative probability of each item.
    order : str
        ``sequence``, ``random`` or ``shuffle``.
    avoid_last : int
        How many of the last picks are excluded, as long as another item is left.
    seed : int
        Random seed.

    Notes
    -----
    *sequence*: one item after the other, then from the first again.
    *random*: by weight, among the items that are not within the last `avoid_last` picks.
    *shuffle*: each item once a round; by weight, among the items that are left in the round and not within
    the last `avoid_last` picks.  Where that would exclude every item, `avoid_last` is ignored.
    Pick number `n` depends on seed, name, `n` and the pick state, on nothing else.

    Examples
    --------
    >>> picker = VariationPicker("drums", (1.0, 1.0, 1.0), "sequence")
    >>> state, seen = PickState(), []
    >>> for _ in range(4):
    ...     item, state = picker.pick(state)
    ...     seen.append(item)
    >>> seen
    [0, 1, 2, 0]
    """

    name: str
    weights: tuple[float, ...]
    order: str = "shuffle"
    avoid_last: int = 1
    seed: int = 0

    def pick(self, state: PickState) -> tuple[int, PickState]:
        """Pick the next item; returns its index and the new state."""
        size = len(self.weights)
        if self.order == "sequence" or size == 1:
            picked = state.count % size
            return picked, PickState(state.count + 1, (), (picked,))
        pool = tuple(range(size))
        if self.order == "shuffle":
            # the state may be older than an edit that removed items
            pool = tuple(item for item in state.left if item < size) or pool
        excluded = min(self.avoid_last, size - 1)
        avoided = set(state.recent[-excluded:]) if excluded else set()
        picked = self._weighted([item for item in pool if item not in avoided] or list(pool), state.count)
        left = tuple(item for item in pool if item != picked) if self.order == "shuffle" else ()
        return picked, PickState(state.count + 1, left, (*state.recent, picked)[-size:])

    def _weighted(self, among: list[int], count: int) -> int:
        weights = np.array([self.weights[item] for item in among])
        rng = np.random.default_rng([self.seed & 0xFFFFFFFF, zlib.crc32(self.name.encode()), count])
        place = np.searchsorted(np.cumsum(weights), rng.random() * weights.sum(), side="right")
        return among[min(int(place), len(among) - 1)]
