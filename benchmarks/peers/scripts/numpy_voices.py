"""Voices in NumPy: two saws, a resonant low-pass and an envelope."""

from __future__ import annotations

import math

import numpy as np
from scipy.signal import lfilter

from benchmarks.peers import works

ATTACK_FRAMES, DECAY_FRAMES = round(works.ATTACK_S * works.RATE), round(works.DECAY_S * works.RATE)
RATIOS = np.array([1.0, works.SECOND_SAW_RATIO])


def low_pass(cutoff_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Return numerator and denominator of a second-order resonant low-pass."""
    angle = 2.0 * math.pi * cutoff_hz / works.RATE
    alpha, cosine = math.sin(angle) / (2.0 * works.RESONANCE_Q), math.cos(angle)
    over = 1.0 + alpha
    above = np.array([(1.0 - cosine) / 2.0, 1.0 - cosine, (1.0 - cosine) / 2.0]) / over
    return above, np.array([1.0, -2.0 * cosine / over, (1.0 - alpha) / over])


class _Voices:
    def __init__(self, count: int) -> None:
        self.count = count
        self.rng = np.random.default_rng(0)
        self.steps = np.zeros((count, 2))
        self.phases = self.rng.uniform(size=(count, 2))
        self.above, self.below = np.zeros((count, 3)), np.zeros((count, 3))
        self.ages = np.full(count, ATTACK_FRAMES + DECAY_FRAMES)
        self.due = 0
        for voice in range(count):
            self._begin(voice)

    def retarget(self) -> None:
        """Start a new note on the next voices."""
        for _ in range(works.notes(self.count)):
            self._begin(self.due % self.count)
            self.due += 1

    def _begin(self, voice: int) -> None:
        hertz = works.hertz(works.LOWEST_NOTE + int(self.rng.integers(works.NOTES_SPAN)))
        self.steps[voice] = hertz / works.RATE * RATIOS
        self.above[voice], self.below[voice] = low_pass(works.cutoff_hz(hertz))
        self.ages[voice] = 0


SHAPE = np.concatenate([np.linspace(0.0, 1.0, ATTACK_FRAMES), np.linspace(1.0, works.SUSTAIN, DECAY_FRAMES)])


class VoicesNaive(_Voices):
    """Voices with a loop, and SciPy's filter for each voice."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.states = np.zeros((count, 2))

    def block(self, frames: int) -> np.ndarray:
        """One block."""
        out = np.zeros(frames)
        count = np.arange(frames)
        for voice in range(self.count):
            phases = (self.phases[voice] + self.steps[voice] * count[:, None]) % 1.0
            both = (2.0 * phases - 1.0).sum(axis=1)
            self.phases[voice] = (self.phases[voice] + self.steps[voice] * frames) % 1.0
            filtered, self.states[voice] = lfilter(
                self.above[voice], self.below[voice], both, zi=self.states[voice]
            )
            at = np.minimum(self.ages[voice] + count, len(SHAPE) - 1)
            out += filtered * SHAPE[at]
            self.ages[voice] += frames
        return np.repeat((works.VOICE_GAIN * out).astype(np.float32)[:, None], 2, axis=1)


class VoicesVectorised(_Voices):
    """Voices in one array; the filter loops over frames."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.states = np.zeros((2, count))

    def block(self, frames: int) -> np.ndarray:
        """One block."""
        count = np.arange(frames)
        phases = (self.phases + self.steps * count[:, None, None]) % 1.0
        both = (2.0 * phases - 1.0).sum(axis=2)
        self.phases = (self.phases + self.steps * frames) % 1.0
        (b0, b1, b2), (_, a1, a2) = self.above.T, self.below.T
        first, second = self.states
        filtered = np.empty_like(both)
        for frame in range(frames):
            heard = both[frame]
            out = b0 * heard + first
            first = b1 * heard - a1 * out + second
            second = b2 * heard - a2 * out
            filtered[frame] = out
        self.states = np.array([first, second])
        at = np.minimum(self.ages + count[:, None], len(SHAPE) - 1)
        self.ages += frames
        mono = works.VOICE_GAIN * (filtered * SHAPE[at]).sum(axis=1)
        return np.repeat(mono.astype(np.float32)[:, None], 2, axis=1)
