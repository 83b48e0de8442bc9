"""Random numbers that depend only on a seed and a salt."""

from __future__ import annotations

import zlib

import numpy as np


def seeded(seed: int, *salt: int) -> np.random.Generator:
    """Return a random generator that depends only on `seed` (its low 32 bits) and `salt`."""
    return np.random.default_rng([seed & 0xFFFFFFFF, *salt])


def named_seed(seed: int, *names: str) -> int:
    """Return a seed of 32 bits that depends on `seed` and on names, such as those of a section and a theme.

    Examples
    --------
    >>> named_seed(1, "calm", "A") == named_seed(1, "calm", "A") != named_seed(1, "calm", "B")
    True
    """
    for name in names:
        seed = zlib.crc32(name.encode(), seed & 0xFFFFFFFF)
    return seed & 0xFFFFFFFF
