"""Synthesises percussion: membranes, sticks, metal, a riser.  Arrays have the shape (2, frames)."""

from __future__ import annotations

from typing import Any

import numpy as np

from tools.nightfall.theory import RATE

Audio = np.ndarray[Any, np.dtype[np.float32]]

MEMBRANE = (1.0, 1.594, 2.136, 2.296, 2.653, 2.918)
"""Modes of an ideal membrane, as ratios."""


def _time(seconds: float) -> Any:
    return np.arange(int(seconds * RATE)) / RATE


def _noise(seconds: float, seed: int, low_hz: float, high_hz: float) -> Any:
    """Return band-limited noise with gentle slopes and an RMS of 1."""
    count = int(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    hz = np.fft.rfftfreq(count, 1.0 / RATE) + 1e-9
    spectrum *= 1.0 / np.sqrt(1.0 + (low_hz / hz) ** 4) / np.sqrt(1.0 + (hz / high_hz) ** 4)
    sound = np.fft.irfft(spectrum, count)
    return sound / np.sqrt(np.mean(sound**2))


def _decay(t: Any, seconds: float) -> Any:
    """Return an exponential decay of 60 dB in `seconds`."""
    return 10.0 ** (-3.0 * t / seconds)


def _finish(sound: Any, width: float = 0.0, seed: int = 0) -> Audio:
    """Return a stereo sound with a peak of 0.9, a short final fade and slightly different channels."""
    sound = sound / np.max(np.abs(sound)) * 0.9
    fade = min(sound.size, RATE // 50)
    sound[-fade:] *= np.linspace(1.0, 0.0, fade)
    sides = np.stack([sound, sound])
    if width:
        shade = _noise(sound.size / RATE, seed + 99, 800.0, 9000.0) * np.abs(sound) * width
        sides += np.stack([shade, -shade])
    return sides.astype(np.float32)


def taiko(hz: float, seconds: float, seed: int, *, slap: float = 0.5, drop: float = 0.5) -> Audio:
    """Return a large drum: its pitch falls, and its upper modes decay first."""
    t = _time(seconds)
    bend = 1.0 + drop * np.exp(-t / 0.028)
    phase = 2.0 * np.pi * np.cumsum(hz * bend) / RATE
    rng = np.random.default_rng(seed)
    body = np.zeros_like(t)
    for number, ratio in enumerate(MEMBRANE):
        decay = seconds * 0.95 / (1.0 + 1.5 * number)
        start = 0.0 if number == 0 else rng.uniform(0, 2 * np.pi)
        body += np.sin(phase * ratio + start) * _decay(t, decay) / (1.0 + 1.1 * number)
    stick = _noise(seconds, seed, 900.0, 5200.0) * _decay(t, 0.11) * 0.5 * slap
    skin = _noise(seconds, seed + 1, 120.0, 900.0) * _decay(t, 0.22) * 0.30 * slap
    sound = np.tanh(1.5 * (body * (1.0 - np.exp(-t / 0.0012)) + stick + skin))
    return _finish(sound, 0.05, seed)


def boom(hz: float = 41.0, seconds: float = 2.2) -> Audio:
    """Return a very low drum."""
    t = _time(seconds)
    phase = 2.0 * np.pi * np.cumsum(hz * (1.0 + 1.6 * np.exp(-t / 0.045))) / RATE
    sound = np.sin(phase) * _decay(t, seconds * 0.8) * (1.0 - np.exp(-t / 0.003))
    return _finish(np.tanh(1.3 * sound + 0.08 * _noise(seconds, 5, 60, 400) * _decay(t, 0.3)))


def rim(seed: int) -> Audio:
    """Return a stick on wood."""
    t = _time(0.16)
    tone = sum(np.sin(2 * np.pi * hz * t) * level for hz, level in ((1180, 1.0), (1710, 0.7), (2630, 0.4)))
    return _finish(tone * _decay(t, 0.06) + 0.4 * _noise(0.16, seed, 1500, 7000) * _decay(t, 0.03))


def crack(seed: int) -> Audio:
    """Return the hit on beats 2 and 4: many sticks, slightly apart."""
    t = _time(0.7)
    sound = np.zeros_like(t)
    rng = np.random.default_rng(seed)
    for _ in range(4):
        late = np.maximum(t - rng.uniform(0.0, 0.011), 0.0)
        sound += _noise(0.7, int(rng.integers(1 << 30)), 700, 5200) * _decay(late, 0.24) * (late > 0)
    body = np.sin(2 * np.pi * 168 * t * (1 + 0.25 * np.exp(-t / 0.02))) * _decay(t, 0.3)
    return _finish(np.tanh(0.35 * sound + 1.2 * body), 0.12, seed)


def tick(seed: int, seconds: float = 0.09) -> Audio:
    """Return a short metallic noise."""
    t = _time(seconds)
    ring = sum(np.sin(2 * np.pi * hz * t) for hz in (5230, 6870, 8120, 9410))
    return _finish(_noise(seconds, seed, 5000, 12000) * _decay(t, seconds) + 0.2 * ring * _decay(t, 0.05))


def gong(seed: int, seconds: float = 4.5) -> Audio:
    """Return a gong, which becomes brighter after it is struck."""
    t = _time(seconds)
    rng = np.random.default_rng(seed)
    sound = np.zeros_like(t)
    for hz in 110.0 * np.exp(rng.uniform(0.0, 3.6, 60)):
        swell = 1.0 - np.exp(-t / (0.004 + 0.00008 * hz))
        level = (hz / 110.0) ** -0.35
        decay = seconds * 0.9 / (1.0 + hz / 2600.0)
        sound += level * swell * np.sin(2 * np.pi * hz * t + rng.uniform(0, 6.28)) * _decay(t, decay)
    sound += 4.0 * _noise(seconds, seed, 2500, 9000) * _decay(t, 0.9) * (1 - np.exp(-t / 0.02))
    return _finish(sound, 0.1, seed)


def riser(seconds: float, seed: int, low_hz: float = 300.0, high_hz: float = 5000.0) -> Audio:
    """Return a riser: noise that becomes louder and brighter, and stops at its loudest."""
    t = _time(seconds)
    grow = (t / seconds) ** 2.6
    dark = _noise(seconds, seed, low_hz, 4 * low_hz)
    sound = dark * grow + _noise(seconds, seed + 1, high_hz / 2, high_hz) * grow**2 * 0.7
    end = int(0.012 * RATE)
    sound[-end:] *= np.linspace(1.0, 0.0, end)
    return _finish(sound, 0.2, seed)


def kit() -> dict[str, Audio]:
    """Return all one-shots by name."""
    return {
        "low": taiko(58.0, 1.5, 101, slap=0.45),
        "low2": taiko(61.0, 1.4, 107, slap=0.6),
        "mid": taiko(92.0, 0.95, 103, slap=0.8),
        "high": taiko(138.0, 0.6, 104, slap=1.0, drop=0.35),
        "boom": boom(),
        "rim": rim(3),
        "rim2": rim(4),
        "crack": crack(8),
        "tick": tick(21),
        "tick2": tick(22, 0.16),
        "gong": gong(31),
        "breath": riser(0.2667, 41),
        "gasp": riser(0.1333, 43, 200.0, 3200.0),
        "lub": taiko(47.0, 0.5, 61, slap=0.12, drop=0.7),
        "dub": taiko(56.0, 0.36, 62, slap=0.08, drop=0.5),
    }
