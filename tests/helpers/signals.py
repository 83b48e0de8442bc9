"""Test signals: float32, one channel, shape (frames,)."""

from __future__ import annotations

import numpy as np

Audio = np.ndarray

RATE = 48000


def sine(frequency_hz: float, frames: int, gain: float = 1.0, rate: int = RATE) -> Audio:
    """A sine that begins at 0."""
    phase = 2.0 * np.pi * frequency_hz / rate * np.arange(frames)
    return (gain * np.sin(phase)).astype(np.float32)


def square(frequency_hz: float, frames: int, gain: float = 1.0, rate: int = RATE) -> Audio:
    """A square wave, not band-limited, that begins high."""
    half = rate / frequency_hz / 2.0
    return np.where(np.arange(frames) // half % 2 == 0, gain, -gain).astype(np.float32)


def noise(frames: int, rng: np.random.Generator, gain: float = 1.0) -> Audio:
    """White noise with a peak of at most `gain`."""
    return (gain * rng.uniform(-1.0, 1.0, frames)).astype(np.float32)


def impulse(frames: int, at: int = 0, gain: float = 1.0) -> Audio:
    """Silence except for one frame."""
    audio = np.zeros(frames, np.float32)
    audio[at] = gain
    return audio


def ramp(frames: int, start: float = 0.0, end: float = 1.0) -> Audio:
    """A straight line, so that every frame has its own value."""
    return np.linspace(start, end, frames, endpoint=False, dtype=np.float32)


def constant(frames: int, gain: float = 1.0) -> Audio:
    """A constant, which makes gains visible as they are."""
    return np.full(frames, gain, np.float32)
