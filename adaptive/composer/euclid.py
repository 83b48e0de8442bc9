"""Euclidean rhythms: a number of onsets spread over a number of steps as evenly as possible.

Bjorklund's algorithm; Toussaint (2005), *The Euclidean algorithm generates traditional musical rhythms*.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=512)
def euclid(onsets: int, steps: int, rotation: int = 0) -> tuple[bool, ...]:
    """Return whether each step has an onset.

    Parameters
    ----------
    onsets : int
        Number of onsets, 0 … `steps`.
    steps : int
        Number of steps, 1 or more.
    rotation : int
        Steps by which the rhythm begins later in itself.

    Raises
    ------
    ValueError
        There are more onsets than steps, or no step.

    Examples
    --------
    >>> "".join("x" if hit else "." for hit in euclid(3, 8))
    'x..x..x.'
    >>> "".join("x" if hit else "." for hit in euclid(5, 8))
    'x.xx.xx.'
    """
    if not 0 <= onsets <= steps or steps < 1:
        message = f"{onsets} onsets in {steps} steps: give 0 to as many onsets as steps"
        raise ValueError(message)
    ones, zeros = [[True]] * onsets, [[False]] * (steps - onsets)
    while min(len(ones), len(zeros)) > 1 or (zeros and ones and len(zeros) > len(ones)):
        pairs = min(len(ones), len(zeros))
        joined = [[*a, *b] for a, b in zip(ones, zeros, strict=False)]
        rest = ones[pairs:] or zeros[pairs:]
        ones, zeros = joined, rest
    pattern = [hit for group in (*ones, *zeros) for hit in group]
    turn = rotation % steps
    return tuple(pattern[turn:] + pattern[:turn])
