"""The work in a NumPy callback: ``numpy_work.py KIND naive|vectorised COUNT BLOCK SECONDS``.

*Naive* loops over stems, voices and buses in Python; *vectorised* has one array for all of them.  Each class
is called once for each block with the number of frames, as sounddevice does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np

from benchmarks.peers import works
from benchmarks.peers.scripts.numpy_effects import EffectsNaive, EffectsVectorised
from benchmarks.peers.scripts.numpy_voices import VoicesNaive, VoicesVectorised

RAMP_FRAMES = round(works.RAMP_S * works.RATE)


def wrapped(audio: np.ndarray, place: int, frames: int) -> np.ndarray:
    """Return the next frames of a loop from a position."""
    over = place + frames - len(audio)
    return audio[place : place + frames] if over <= 0 else np.concatenate([audio[place:], audio[:over]])


class Gains:
    """Linear ramps of all gains to their targets."""

    def __init__(self, count: int) -> None:
        self.rng = np.random.default_rng(0)
        self.count = count
        self.origin = self.target = works.gains(self.rng, count).astype(np.float32)
        self.passed = RAMP_FRAMES

    def retarget(self) -> None:
        """Choose a new target for every gain."""
        self.origin = self.at(self.passed)
        self.target = works.gains(self.rng, self.count).astype(np.float32)
        self.passed = 0

    def at(self, frame: int) -> np.ndarray:
        """Return the gains `frame` frames after the last change of targets."""
        share = np.float32(min(1.0, frame / RAMP_FRAMES))
        return self.origin + (self.target - self.origin) * share


class StemsNaive:
    """Stems with a loop, each at its own position."""

    def __init__(self, count: int) -> None:
        self.audio = [works.noise(index) for index in range(count)]
        self.places = [index * works.START_STRIDE_FRAMES % works.STEM_FRAMES for index in range(count)]
        self.gains = Gains(count)

    def retarget(self) -> None:
        """Each 100 ms."""
        self.gains.retarget()

    def block(self, frames: int) -> np.ndarray:
        """One block."""
        out = np.zeros((frames, 2), np.float32)
        before, after = self.gains.at(self.gains.passed), self.gains.at(self.gains.passed + frames)
        self.gains.passed += frames
        for index, audio in enumerate(self.audio):
            place = self.places[index]
            part = wrapped(audio, place, frames)
            out += part * np.linspace(before[index], after[index], frames, dtype=np.float32)[:, None]
            self.places[index] = (place + frames) % works.STEM_FRAMES
        return out


class StemsVectorised:
    """Stems in one array, all at one position."""

    def __init__(self, count: int) -> None:
        # frames first, so that a block of all stems is contiguous in memory
        self.audio = np.stack([works.noise(index) for index in range(count)], axis=1)
        self.place = 0
        self.gains = Gains(count)

    def retarget(self) -> None:
        """Each 100 ms."""
        self.gains.retarget()

    def block(self, frames: int) -> np.ndarray:
        """One block."""
        part = wrapped(self.audio, self.place, frames)
        self.place = (self.place + frames) % works.STEM_FRAMES
        before, after = self.gains.at(self.gains.passed), self.gains.at(self.gains.passed + frames)
        self.gains.passed += frames
        share = np.linspace(0.0, 1.0, frames, dtype=np.float32)[:, None]
        ramps = before + (after - before) * share
        mixed: np.ndarray = np.matmul(ramps[:, None, :], part)[:, 0, :]
        return mixed


class Played(Protocol):
    """The interface of the classes."""

    def retarget(self) -> None:
        """Each 100 ms."""

    def block(self, frames: int) -> np.ndarray:
        """One block."""


MAKERS: dict[tuple[str, str], Callable[[int], Played]] = {
    (works.STEMS, "naive"): StemsNaive,
    (works.STEMS, "vectorised"): StemsVectorised,
    (works.VOICES, "naive"): VoicesNaive,
    (works.VOICES, "vectorised"): VoicesVectorised,
    (works.EFFECTS, "naive"): EffectsNaive,
    (works.EFFECTS, "vectorised"): EffectsVectorised,
}


def main() -> None:
    """Render a number of seconds as fast as possible, and print the share of a core."""
    kind, way, count, block, seconds = sys.argv[1:]
    played = MAKERS[kind, way](int(count))
    frames, due, squares = int(block), 0, 0.0
    total = round(float(seconds) * works.RATE)
    warm = works.RATE // 5
    began = time.process_time()
    for at in range(0, total + warm, frames):
        if warm <= at < warm + frames:
            began = time.process_time()
        if at >= due:
            due += round(works.RETARGET_S * works.RATE)
            played.retarget()
        out = played.block(frames)
    used = time.process_time() - began
    squares = float((out**2).mean())
    print(f"share {used / float(seconds):.9f} rms {squares**0.5:.9f}", flush=True)


if __name__ == "__main__":
    main()
