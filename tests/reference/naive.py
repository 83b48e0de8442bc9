"""Slow, simple twins of the kernel's signal processing in float64; never optimised."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from adaptive.kernel.layout import EQUAL_POWER_IN, EQUAL_POWER_OUT, QUANTUM

Audio = np.ndarray


def ramp(start: float, end: float, first: int, frames: int, shape: int, frame: int) -> float:
    """Value of a ramp at a frame."""
    if frame >= first + frames:
        return end
    if frame <= first:
        return start
    progress = (frame - first) / frames
    if shape == EQUAL_POWER_IN:
        progress = np.sin(progress * np.pi / 2)
    elif shape == EQUAL_POWER_OUT:
        progress = 1.0 - np.cos(progress * np.pi / 2)
    return float(start + (end - start) * progress)


def line(value_at: Callable[[int], float], frames: Sequence[int], breaks: Sequence[int]) -> Audio:
    """A curve as the kernel evaluates it: exact at quanta and commands, straight in between.

    Parameters
    ----------
    value_at : callable
        Value at a frame.
    frames : sequence of int
        Absolute frames to evaluate.
    breaks : sequence of int
        Frames of commands.
    """
    first, last = min(frames), max(frames)
    edges = range(first // QUANTUM * QUANTUM, last + 2 * QUANTUM, QUANTUM)
    points = sorted({*edges, *breaks})
    return np.interp(frames, points, [value_at(point) for point in points])


def clip(
    audio: Audio, frames: int, start: int, position: int = 0, origin: int = 0, loop_frames: int = 0
) -> Audio:
    """A clip that starts at frame `start`; each pass is mixed with the tails of the passes before."""
    out = np.zeros(frames, np.float64)
    passes = [0]
    if loop_frames:
        passes = list(range(0, frames + abs(position) + loop_frames, loop_frames))
    for number, offset in enumerate(passes):
        for index in range(len(audio)):
            beat_frame = index - origin  # frames since beat 1 of this pass
            if number > 0 and beat_frame < 0:
                continue  # the pickup belongs to the first pass
            at = start + beat_frame + offset - position
            if start <= at < frames:
                out[at] += audio[index]
    return out


def pan_gains(pan: float) -> tuple[float, float]:
    """Gains of left and right: constant power, 0 dB in the middle."""
    angle = (pan + 1.0) * np.pi / 4
    return float(np.sqrt(2) * np.cos(angle)), float(np.sqrt(2) * np.sin(angle))


def curve(points: Sequence[tuple[float, float]], x: float) -> float:
    """A curve of straight pieces, flat beyond its ends."""
    return float(np.interp(x, [p[0] for p in points], [p[1] for p in points]))


def low_pass(audio: Audio, cutoff_hz: float, rate: int = 48000) -> Audio:
    """Butterworth low-pass of second order, trapezoidal, settled on the first frame."""
    g = np.tan(np.pi * cutoff_hz / rate)
    k = np.sqrt(2.0)
    a1 = 1.0 / (1.0 + g * (g + k))
    low, band = float(audio[0]), 0.0
    out = np.zeros(len(audio))
    for i, value in enumerate(audio):
        v3 = value - low
        v1 = a1 * band + a1 * g * v3
        v2 = low + a1 * g * band + a1 * g * g * v3
        band, low = 2.0 * v1 - band, 2.0 * v2 - low
        out[i] = v2
    return out


def block_dc(audio: Audio, rate: int = 48000, corner_hz: float = 5.0) -> Audio:
    """One-pole high-pass."""
    r = 1.0 - 2.0 * np.pi * corner_hz / rate
    out = np.zeros(len(audio))
    x = y = 0.0
    for i, value in enumerate(audio):
        y = value - x + r * y
        x = value
        out[i] = y
    return out


def limit(audio: Audio, ceiling: float, release_s: float, look_ahead: int = 72, rate: int = 48000) -> Audio:
    """Look-ahead limiter, one channel: lowest wanted gain, recovery, average; delayed by `look_ahead`."""
    release = 1.0 - np.exp(-1.0 / (release_s * rate))
    wanted = np.minimum(1.0, ceiling / np.maximum(np.abs(audio), 1e-30))
    padded = np.concatenate([np.ones(look_ahead), wanted])
    gains, gain = [1.0] * look_ahead, 1.0
    out = np.zeros(len(audio))
    for i in range(len(audio)):
        least = padded[i : i + look_ahead + 1].min()
        gain = min(least, gain + (1.0 - gain) * release)
        gains.append(gain)
        delayed = audio[i - look_ahead] if i >= look_ahead else 0.0
        out[i] = delayed * np.mean(gains[-look_ahead:])
    return out
