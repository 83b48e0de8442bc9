"""Arrays that the kernel reads by their address."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

ALIGNMENT = 64
"""Bytes of a cache line."""


def aligned(dtype: Any, *shape: int) -> Array:
    """Return an array of zeros that starts at a cache line.

    The zeros are written: the system hands out a page where it is first written, which the audio thread need
    not wait for.
    """
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    raw = np.empty(size + ALIGNMENT, np.uint8)
    raw.fill(0)
    start = -raw.ctypes.data % ALIGNMENT
    array: Array = raw[start : start + size].view(dtype).reshape(shape)
    return array


def address(array: Array) -> int:
    """Return the address of an array's first byte."""
    return int(array.ctypes.data)
