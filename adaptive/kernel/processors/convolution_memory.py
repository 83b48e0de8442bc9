"""Memory of a convolution: where its buffers, its tables and the spectra of its impulse response lie.

The first 2,048 frames of the response are cut into parts of a quantum, the rest into parts of 1,024 frames;
the spectrum of each part is kept, for left and right (W. G. Gardner, "Efficient convolution without
input-output delay", J. Audio Eng. Soc. 43(3), 1995).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from adaptive.kernel.dsp.small_fft import turns
from adaptive.kernel.layout import QUANTUM

SHORT, LONG = QUANTUM, 1024
"""Frames of a part."""

PERIOD = LONG // QUANTUM
"""Quanta in which the work for a long part is done."""

HEAD = 2 * LONG
"""Frames at the beginning that are cut into short parts: a long part is heard so much later than it began."""

MOST_SHORT = HEAD // SHORT
SHORT_BINS, LONG_BINS = 72, 1056
"""Floats for the bins of a transform of two parts, one more than a part, rounded up."""

SHORT_SPECTRUM, LONG_SPECTRUM = 4 * SHORT_BINS, 4 * LONG_BINS
"""Floats of a spectrum of both sides: real and imaginary parts of the left, then of the right."""

BEFORE = 0
"""The quantum before, both sides."""

SHORT_SPECTRA = BEFORE + 2 * SHORT
INPUT = SHORT_SPECTRA + MOST_SHORT * SHORT_SPECTRUM
"""The long part that is complete and the one that fills, both sides of each."""

OUTPUT = INPUT + 4 * LONG
SUM = OUTPUT + 2 * LONG
WORK = SUM + LONG_SPECTRUM
SHORT_SUM = WORK + 8 * LONG
SHORT_TABLE = SHORT_SUM + SHORT_SPECTRUM
LONG_TABLE = SHORT_TABLE + 2 * SHORT
SHORT_RESPONSE = LONG_TABLE + 2 * LONG
"""Spectra of the response, of its short parts and then of its long ones; then the spectra of long inputs."""

STATE_FLOATS = SHORT_TABLE
"""Floats from the first that are forgotten when it comes to rest; the spectra of long inputs are, too."""

Array = np.ndarray[Any, Any]


def parts_of(frames: int) -> tuple[int, int]:
    """Numbers of short and of long parts of a response."""
    return min(MOST_SHORT, math.ceil(frames / SHORT)), max(0, math.ceil((frames - HEAD) / LONG))


def _spectrum(part: Array, bins: int, size: int) -> Array:
    made = np.zeros((4, bins), np.float32)
    for side in (0, 1):
        found = np.fft.rfft(part[side].astype(np.float64), 2 * size)
        made[2 * side, : found.size], made[2 * side + 1, : found.size] = found.real, found.imag
    return made.ravel()


def memory_of(response: Array) -> Array:
    """The memory of a new convolution with a response, float32, shape (2, frames)."""
    frames = response.shape[1]
    short, long = parts_of(frames)
    padded = np.zeros((2, max(HEAD, short * SHORT) + long * LONG), np.float32)
    padded[:, :frames] = response
    made = np.zeros(SHORT_RESPONSE + short * SHORT_SPECTRUM + 2 * long * LONG_SPECTRUM, np.float32)
    made[SHORT_TABLE : SHORT_TABLE + 2 * SHORT] = turns(2 * SHORT)
    made[LONG_TABLE : LONG_TABLE + 2 * LONG] = turns(2 * LONG)
    at = SHORT_RESPONSE
    for part in range(short):
        piece = padded[:, part * SHORT : (part + 1) * SHORT]
        made[at : at + SHORT_SPECTRUM] = _spectrum(piece, SHORT_BINS, SHORT)
        at += SHORT_SPECTRUM
    for part in range(long):
        piece = padded[:, HEAD + part * LONG : HEAD + (part + 1) * LONG]
        made[at : at + LONG_SPECTRUM] = _spectrum(piece, LONG_BINS, LONG)
        at += LONG_SPECTRUM
    return made
