"""The MIT KEMAR set of head-related impulse responses, as Debian's libmysofa1 carries it.

Gardner and Martin, *HRTF measurements of a KEMAR dummy head microphone* (MIT Media Lab, 1994).  It is read
where it is installed; nothing of it is part of the package.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import math
from functools import lru_cache
from pathlib import Path

import numpy as np

from tests.helpers.programs import lacking

SOFA = Path("/usr/share/libmysofa/MIT_KEMAR_normal_pinna.sofa")
RATE = 48000
PAD = 64
"""Frames of silence around a response."""


def require_kemar() -> None:
    """Skip the test where the set is not installed, as `require_program` does."""
    if not SOFA.exists() or ctypes.util.find_library("mysofa") is None:
        lacking("the KEMAR set is missing: sudo apt-get install --yes libmysofa1")


@lru_cache(maxsize=1)
def _opened() -> tuple[ctypes.CDLL, int, int]:
    library = ctypes.CDLL(ctypes.util.find_library("mysofa"))
    library.mysofa_open_no_norm.restype = ctypes.c_void_p
    length, error = ctypes.c_int(), ctypes.c_int()
    easy = library.mysofa_open_no_norm(
        str(SOFA).encode(), ctypes.c_float(RATE), ctypes.byref(length), ctypes.byref(error)
    )
    assert error.value == 0, f"libmysofa cannot open {SOFA}: {error.value}"
    return library, easy, length.value


def response(azimuth_deg: float) -> np.ndarray:
    """Impulse responses of both ears, shape (2, frames); an azimuth to the right is positive."""
    library, easy, length = _opened()
    ears = [(ctypes.c_float * length)(), (ctypes.c_float * length)()]
    delays = [ctypes.c_float(), ctypes.c_float()]
    turn = math.radians(azimuth_deg)
    library.mysofa_getfilter_float_nointerp(
        ctypes.c_void_p(easy), ctypes.c_float(math.cos(turn)), ctypes.c_float(-math.sin(turn)),
        ctypes.c_float(0.0), *ears, *(ctypes.byref(one) for one in delays),
    )  # fmt: skip
    made = np.zeros((2, length + 2 * PAD))
    for row, (ear, delay) in enumerate(zip(ears, delays, strict=True)):
        start = PAD + round(delay.value * RATE)
        made[row, start : start + length] = list(ear)
    return made
