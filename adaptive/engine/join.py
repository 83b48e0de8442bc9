"""Judges and mends joins: the places where one piece of audio follows another.

All functions take audio of shape (channels, frames).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.engine.decode import Audio
from adaptive.engine.prediction import continuation
from adaptive.engine.resample import values_at

Values = np.ndarray[Any, np.dtype[np.float64]]

JOIN_LIMIT = 10.0 ** (-60.0 / 20.0)
"""A step at a join above -60 dBFS may be heard as a click."""

JOIN_S = 0.005
"""Length of a crossfade, a fade or a decay at a join."""

BESIDE = 32
"""Steps on either side that the step at a join is compared with."""

SAME_LIMIT = 0.25
"""Two pieces are the same if their difference is at most this share of both.

Measured over 80 to 20,000 frames, thirty of each: copies half a frame off 0.07 at most, copies with coding
noise at -20 dB 0.15; unrelated noise, drums and tones 0.33 at least, mostly above 0.85; a beginning that dies
away 0.39 at least.
"""

COMPARED = 8192
"""Frames that are compared at once."""


def steps_beside(before: Audio, after: Audio) -> Values:
    """Return the largest step of each channel within `BESIDE` steps of a join, at least `JOIN_LIMIT`."""
    last = np.abs(np.diff(before[:, -BESIDE - 1 :], axis=1)).max(axis=1, initial=0.0)
    first = np.abs(np.diff(after[:, : BESIDE + 1], axis=1)).max(axis=1, initial=0.0)
    return np.asarray(np.maximum(np.maximum(last, first), JOIN_LIMIT), np.float64)


def clicking(before: Audio, after: Audio) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which channels step at the join by more than -60 dBFS and more than beside it."""
    if not before.shape[1] or not after.shape[1]:
        return np.zeros(before.shape[0], bool)
    step = np.abs(after[:, 0] - before[:, -1])
    return np.asarray(step > steps_beside(before, after))


def is_continuous(before: Audio, after: Audio) -> bool:
    """Whether no channel clicks at the join."""
    return not bool(clicking(before, after).any())


def next_values(audio: Audio) -> Values:
    """Return the value of each channel that is likely to follow."""
    return np.array([continuation(row, 1)[0] for row in audio])


def decay(values: Values, frames: int) -> Audio:
    """Return `frames` frames that begin with `values` and fall to zero along half a cosine."""
    line = 0.5 + 0.5 * np.cos(np.pi * np.arange(frames) / max(1, frames))
    return np.asarray(values[:, None] * line, np.float32)


def fade_ends(before: Audio, after: Audio, frames: int) -> tuple[Audio, Audio]:
    """Fade out the end of one piece and fade in the start of another, linearly over `frames`."""
    out, into = min(frames, before.shape[1]), min(frames, after.shape[1])
    before, after = before.copy(), after.copy()
    before[:, before.shape[1] - out :] *= np.linspace(1.0, 0.0, out, dtype=np.float32)
    after[:, :into] *= np.linspace(0.0, 1.0, into, dtype=np.float32)
    return before, after


def crossfade(out: Audio, into: Audio) -> Audio:
    """Crossfade from one piece to another of the same length.

    The power is kept, however much alike the two are.
    """
    angle = np.linspace(0.0, np.pi / 2, out.shape[1], endpoint=False)
    down, up = np.cos(angle), np.sin(angle)
    scale = float(
        np.sqrt(np.sum(np.square(out, dtype=np.float64)) * np.sum(np.square(into, dtype=np.float64)))
    )
    alike = max(0.0, float(np.sum(out.astype(np.float64) * into)) / scale) if scale > 0.0 else 0.0
    power = np.sqrt(1.0 + 2.0 * alike * down * up)
    return np.asarray((out * down + into * up) / power, np.float32)


def fade_cut_end(audio: Audio, frames: int) -> tuple[Audio, bool]:
    """Fade out the last `frames` of audio that ends with a step to silence, and tell whether it did."""
    silence = np.zeros((audio.shape[0], 1), np.float32)
    frames = min(frames, audio.shape[1])
    if not frames or is_continuous(audio, silence):
        return audio, False
    line = 0.5 + 0.5 * np.cos(np.pi * (np.arange(frames) + 1.0) / (frames + 1.0))
    faded = audio[:, audio.shape[1] - frames :] * line
    return np.concatenate([audio[:, : audio.shape[1] - frames], faded.astype(np.float32)], axis=1), True


def is_same(audio: Audio, first: int, second: int, frames: int) -> bool:
    """Whether `frames` frames of audio at two places are the same, however they lie between the frames.

    The measure is the difference of the two as a share of both: 0 the same, about 1 unrelated.
    """
    shifts = [0.25 * quarter for quarter in range(-4, 5)]
    errors = [_share(*_powers(audio, first + shift, second, min(frames, COMPARED))) for shift in shifts]
    best = int(np.argmin(errors))
    if errors[best] > SAME_LIMIT:
        return False
    starts = range(0, frames, COMPARED)
    powers = [
        _powers(audio, first + shifts[best] + start, second + start, min(COMPARED, frames - start))
        for start in starts
    ]
    return _share(sum(apart for apart, _ in powers), sum(both for _, both in powers)) <= SAME_LIMIT


def _powers(audio: Audio, first: float, second: int, frames: int) -> tuple[float, float]:
    """Return the power of the difference of two places, and of both together."""
    one = values_at(audio, first + np.arange(frames, dtype=np.float64)).astype(np.float64)
    other = audio[:, second : second + frames].astype(np.float64)
    return float(np.sum((one - other) ** 2)), float(np.sum(one**2) + np.sum(other**2))


def _share(apart: float, both: float) -> float:
    return float(np.sqrt(apart / both)) if both > 0.0 else 1.0
