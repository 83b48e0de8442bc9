"""Impulse responses: recordings that inserts convolve with, at the engine's rate."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from adaptive.engine.decode import decode
from adaptive.errors import InputError

LONGEST_S, SHORTEST_FRAMES = 8.0, 32
"""Bounds of a response; a second of it costs about half a per cent of a core."""

Array = np.ndarray[Any, Any]


def impulse_response(path: str, rate: int, predelay_ms: float = 0.0) -> Array:
    """The response in a file: float32, shape (2, frames), whose louder side has an energy of 1 at the file's rate.

    Parameters
    ----------
    path : str
        An audio file; of several channels the first two are taken, of one both sides.
    rate : int
        Frames a second of the engine.
    predelay_ms : float
        Silence before it.

    Raises
    ------
    InputError
        It is no audio file, silent, shorter than `SHORTEST_FRAMES` or longer than `LONGEST_S`.
    """
    stat = os.stat(path)
    found = _read(path, stat.st_mtime_ns, stat.st_size, rate)
    before = round(predelay_ms * rate / 1000.0)
    return np.pad(found, ((0, 0), (before, 0))) if before else found


@functools.lru_cache(maxsize=16)
def _read(path: str, _changed: int, _size: int, rate: int) -> Array:
    decoded = decode(Path(path))
    name = Path(path).name
    if decoded.seconds > LONGEST_S:
        message = f"{name} lasts {decoded.seconds:.0f} s; an impulse response may last {LONGEST_S:g} s"
        raise InputError(message)
    if decoded.frames < SHORTEST_FRAMES:
        message = f"{name} has {decoded.frames} frame(s); an impulse response has at least {SHORTEST_FRAMES}"
        raise InputError(message)
    audio = np.asarray(decoded.audio, np.float64)
    return np.ascontiguousarray(_scaled(audio, decoded.sample_rate, rate, name), np.float32)


def _scaled(audio: Array, from_rate: int, rate: int, name: str) -> Array:
    sides = np.stack([audio[0], audio[min(1, audio.shape[0] - 1)]])
    energy = float(np.sum(sides**2, axis=1).max())
    if not energy > 0.0:
        message = f"{name} is silent; an impulse response must be heard"
        raise InputError(message)
    scaled: Array = sides / np.sqrt(energy)
    if from_rate != rate:  # a sum over more frames has to weigh each of them less
        scaled = soxr.resample(scaled.T, from_rate, rate).T * (from_rate / rate)
    return scaled
