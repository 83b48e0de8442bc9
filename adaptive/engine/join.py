"""Judges and mends joins: the places where one piece of audio follows another.

All functions take audio of shape (channels, frames).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive.engine.decode import Audio
from adaptive.engine.prediction import continuation
from adaptive.engine.resample import values_from

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

SAME_CORRELATION = 1.0 - SAME_LIMIT**2
"""Two pieces that differ by at most `SAME_LIMIT` of both are at least so much correlated."""

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


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much alike two pieces of audio are, over all channels.

    Parameters
    ----------
    apart, one, other, product : float
        Power of the difference, of each of the two, and their product.
    """

    apart: float = 0.0
    one: float = 0.0
    other: float = 0.0
    product: float = 0.0

    def __add__(self, more: Likeness) -> Likeness:
        return Likeness(
            self.apart + more.apart,
            self.one + more.one,
            self.other + more.other,
            self.product + more.product,
        )

    @property
    def difference(self) -> float:
        """The difference of the two as a share of both: 0 the same, about 1 unrelated."""
        both = self.one + self.other
        return math.sqrt(self.apart / both) if both > 0.0 else 1.0

    @property
    def correlation(self) -> float:
        """Correlation, -1 to 1; 0 if one of them is silent."""
        size = math.sqrt(self.one * self.other)
        return self.product / size if size > 0.0 else 0.0

    @property
    def gain(self) -> float:
        """Gain at which the second stands in the first; 0 if the second is silent."""
        return self.product / self.other if self.other > 0.0 else 0.0


def likeness(audio: Audio, first: int, other: Audio, second: int, frames: int, least: float) -> Likeness:
    """Compare `frames` frames of two pieces of audio, however they lie between the frames.

    Parameters
    ----------
    audio, other : ndarray of float32, shape (channels, frames)
        The two, with as many channels.
    first, second : int
        Where they begin.
    frames : int
        How much is compared.
    least : float
        Two pieces whose first `COMPARED` frames are less correlated are not compared further.
    """
    shifts = [0.25 * quarter for quarter in range(-4, 5)]
    begin = min(frames, COMPARED)
    tried = [_compare(audio, first + shift, other, second, begin) for shift in shifts]
    best = int(np.argmin([found.difference for found in tried]))
    if tried[best].correlation < least:
        return tried[best]
    total = tried[best]
    for start in range(begin, frames, COMPARED):
        length = min(COMPARED, frames - start)
        total += _compare(audio, first + shifts[best] + start, other, second + start, length)
    return total


def is_same(audio: Audio, first: int, second: int, frames: int) -> bool:
    """Whether `frames` frames of audio at two places are the same, however they lie between the frames."""
    return likeness(audio, first, audio, second, frames, SAME_CORRELATION).difference <= SAME_LIMIT


def _compare(audio: Audio, first: float, other: Audio, second: int, frames: int) -> Likeness:
    """Compare two pieces, the first of which may begin between two frames."""
    one = values_from(audio, first, frames)
    two = other[:, second : second + frames].astype(np.float64)
    return Likeness(
        float(np.sum((one - two) ** 2)),
        float(np.sum(one**2)),
        float(np.sum(two**2)),
        float(np.sum(one * two)),
    )
