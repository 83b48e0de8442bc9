"""The tables of a wavetable: each cycle at twenty band limits, half an octave apart.

A cycle with ``h`` harmonics is stored in eight times as many samples, or in at least 512, and read with a
cubic B-spline (M. Unser 1999, "Splines: a perfect fit for signal and image processing").  Its spectrum is
``sinc⁴``: what it takes from a harmonic is given back when the table is made, and images of the highest
harmonic are 68 dB below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

HARMONICS = (1024, 724, 512, 362, 256, 181, 128, 91, 64, 45, 32, 23, 16, 11, 8, 6, 4, 3, 2, 1)
"""Harmonics of a cycle at each limit."""

LIMITS = len(HARMONICS)
MOST_CYCLES = 256
LEAST_SAMPLES, MOST_SAMPLES = 512, 4096
OVERSAMPLING = 8
PADDING = 4
"""Samples behind a cycle that repeat its beginning, so that no read wraps."""

LEVEL = 0.25
"""RMS of a cycle."""


def samples_of(limit: int) -> int:
    """Samples of a cycle at a limit; a power of two."""
    wanted = OVERSAMPLING << (HARMONICS[limit] - 1).bit_length()
    return min(max(wanted, LEAST_SAMPLES), MOST_SAMPLES)


@dataclass(frozen=True, slots=True)
class WaveBank:
    """A wavetable.

    Parameters
    ----------
    data : ndarray of float32
        For each limit, the cycles one behind the other.
    first : tuple of int
        Where the cycles of a limit begin.
    cycles : int
        Two or more.
    """

    data: Array
    first: tuple[int, ...]
    cycles: int


def wave_bank(spectra: Array, is_even: bool = False) -> WaveBank:
    """Make the tables of a wavetable.

    Parameters
    ----------
    spectra : ndarray of complex, shape (cycles, harmonics)
        Amplitude and phase of the harmonics of each cycle, from the first one on; more than 1,024 are left
        out.
    is_even : bool
        Whether each cycle gets the same RMS; else they keep their levels beside each other.
    """
    spectra = np.atleast_2d(np.asarray(spectra, complex))[:, : HARMONICS[0]]
    if len(spectra) == 1:
        spectra = np.repeat(spectra, 2, axis=0)
    powers = 0.5 * (np.abs(spectra) ** 2).sum(axis=1)
    mean = np.maximum(powers if is_even else powers.mean(), 1e-12)
    spectra = spectra * (LEVEL / np.sqrt(mean)).reshape(-1, 1)
    blocks, first, at = [], [], 0
    for limit, harmonics in enumerate(HARMONICS):
        size, kept = samples_of(limit), min(harmonics, spectra.shape[1])
        bins = np.zeros((len(spectra), size // 2 + 1), complex)
        lost = np.sinc(np.arange(1, kept + 1) / size) ** 4
        bins[:, 1 : kept + 1] = spectra[:, :kept] / lost * (0.5 * size)
        cycles = np.fft.irfft(bins, size, axis=1)
        # a B-spline at a whole place is a mean of three samples: the first one comes from before the cycle
        blocks.append(np.concatenate([cycles[:, -1:], cycles, cycles[:, : PADDING - 1]], axis=1).reshape(-1))
        first.append(at)
        at += blocks[-1].size
    return WaveBank(np.concatenate(blocks).astype(np.float32), tuple(first), len(spectra))


def spectra_of(samples: Array, frame: int) -> Array:
    """The harmonics of cycles of `frame` samples that lie one behind the other: complex, (cycles, n)."""
    cycles = np.asarray(samples, np.float64)[: len(samples) // frame * frame].reshape(-1, frame)
    bins = np.fft.rfft(cycles, axis=1) * (2.0 / frame)
    return np.asarray(bins[:, 1 : (frame + 1) // 2])
