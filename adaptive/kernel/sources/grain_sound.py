"""What grains are cut from: a sound at six sample rates, an octave apart.

A grain that is read faster than it was recorded is read from a copy without what would lie above half the
sample rate, so that it has no aliases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive.kernel.dsp.interpolate import SHORT_TAPS

Array = np.ndarray[Any, Any]

OCTAVES = 6
PADDING = 2 * SHORT_TAPS
"""Silent frames before and behind a sound: more than are read beside a place."""

GRID = 1 << (OCTAVES + 5)
"""The frames of a sound are a multiple of this, so that each copy has a whole number of them."""

LEVEL = 0.18
"""RMS of the parts of a sound that are within 40 dB of its loudest."""

MOST_GAIN = 100.0


@dataclass(frozen=True, slots=True)
class GrainSound:
    """A sound for grains.

    Parameters
    ----------
    left, right : tuple of ndarray of float32
        The sound at each rate, with silence before and behind it; of a mono sound, the same arrays.
    frames : tuple of int
        Frames at each rate, without the silence.
    sample_rate : float
        Of the first copy.
    root : float
        The pitch, as a MIDI number, that a note plays as it was recorded.
    gain : float
        Brings it to `LEVEL`.
    """

    left: tuple[Array, ...]
    right: tuple[Array, ...]
    frames: tuple[int, ...]
    sample_rate: float
    root: float
    gain: float


def grain_sound(channels: Array, sample_rate: float, root: float) -> GrainSound:
    """Make a sound for grains.

    Parameters
    ----------
    channels : ndarray, shape (1 or 2, frames)
        What was recorded.
    sample_rate : float
        Of the recording.
    root : float
        Pitch of the recording, as a MIDI number.
    """
    length = -(-channels.shape[1] // GRID) * GRID
    sides = [_octaves(one, length) for one in channels]
    frames = tuple((channels.shape[1] >> octave) - 1 for octave in range(OCTAVES))
    return GrainSound(sides[0], sides[-1], frames, sample_rate, root, _gain(channels))


def _octaves(samples: Array, length: int) -> tuple[Array, ...]:
    bins = np.fft.rfft(samples, length)
    made = []
    for octave in range(OCTAVES):
        count = length >> octave
        copy = samples if octave == 0 else np.fft.irfft(bins[: count // 2 + 1], count) / (1 << octave)
        made.append(np.pad(np.asarray(copy, np.float32), (PADDING, PADDING + 1)))
    return tuple(made)


def _gain(channels: Array) -> float:
    block = 1024
    mono = np.asarray(channels, np.float64)
    mono = np.pad(mono, ((0, 0), (0, -mono.shape[1] % block)))
    powers = (mono.reshape(len(mono), -1, block) ** 2).mean(axis=(0, 2))
    heard = powers[powers >= 1e-4 * powers.max()]
    return float(min(LEVEL / np.sqrt(max(heard.mean(), 1e-20)), MOST_GAIN))
