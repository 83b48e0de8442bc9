"""A file as a loop, in float64: what lies at each place of a pass, and how its passes overlap."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

Audio = np.ndarray

TAPS = 120
"""Frames of the lower rate on either side that a value between two frames is summed of.

Below 0.8 of the lower Nyquist frequency it is exact to -120 dB.
"""


@dataclass(frozen=True)
class LoopTwin:
    """A file at its own rate, extended over its ends as the rules say.

    Parameters
    ----------
    audio : ndarray, shape (channels, frames)
        The decoded file.
    rate, engine_rate : int
        Frames per second.
    origin, loop_frames : int
        At the engine's rate.
    is_tail : bool
        Whether what follows the pass is its tail; otherwise it is left out.
    """

    audio: Audio
    rate: int
    engine_rate: int
    origin: int
    loop_frames: int
    is_tail: bool

    @property
    def first(self) -> int:
        """Frame of the file where the pass begins."""
        return round(self.origin * self.rate / self.engine_rate)

    @property
    def end(self) -> int:
        """Frame of the file where the next pass begins."""
        return self.first + round(self.loop_frames * self.rate / self.engine_rate)

    def frames(self, numbers: Audio) -> Audio:
        """Values at whole frames of the file: the file, or its lead-in, or the pass before or after."""
        length, size = self.end - self.first, self.audio.shape[1]
        last = size if self.is_tail else min(size, self.end)
        places = np.array(numbers)
        if self.first == 0:
            places = np.where(places < 0, places % length, places)
        for _ in range(0 if self.is_tail else 1 + int(np.max(places)) // length):
            places = np.where((places >= last) & (places >= length), places - length, places)
        is_there = (places >= 0) & (places < last)
        return self.audio[:, np.clip(places, 0, size - 1)].astype(np.float64) * is_there

    def values(self, positions: Audio) -> Audio:
        """Values at positions of the engine, from the start of the file."""
        exact = np.asarray(positions) * (self.rate / self.engine_rate)
        whole, cutoff = np.floor(exact).astype(np.int64), min(1.0, self.engine_rate / self.rate)
        reach = math.ceil(TAPS / cutoff)
        offsets = np.arange(1 - reach, reach + 1)
        # of two rates few fractions of a frame occur, 160 from 44.1 to 48 kHz; 1e-9 of one is -180 dB
        fractions, which = np.unique(np.round(exact - whole, 9), return_inverse=True)
        distance = (offsets[None, :] - fractions[:, None]) * cutoff
        window = np.i0(14.0 * np.sqrt(np.clip(1.0 - (distance / TAPS) ** 2, 0.0, None))) / np.i0(14.0)
        weights = cutoff * np.sinc(distance) * window
        return np.einsum("cpt,pt->cp", self.frames(whole[:, None] + offsets[None, :]), weights[which])

    def played(self, passes: int, positions: Audio) -> Audio:
        """What sounds at positions of the pass number `passes`, with the tails of those before it."""
        total = 0.0
        for earlier in range(passes + 1):
            places = self.origin + positions + earlier * self.loop_frames
            if earlier and not self.is_tail:
                break
            total = total + self.values(places)
        return total


def play(audio: Audio, origin: int, loop_frames: int, passes: int) -> Audio:
    """Play passes of a loop over each other, as the kernel does: each rings on over those that follow."""
    heard = audio[:, origin:].astype(np.float64)
    out = np.zeros((audio.shape[0], passes * loop_frames + heard.shape[1]))
    for number in range(passes):
        out[:, number * loop_frames : number * loop_frames + heard.shape[1]] += heard
    return out[:, : passes * loop_frames]
