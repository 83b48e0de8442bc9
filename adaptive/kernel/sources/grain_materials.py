"""Sounds for grains without a file: three seconds each, made from formulas when they are first used."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from adaptive.kernel.sources.grain_sound import Array, GrainSound, grain_sound

RATE, SECONDS, ROOT = 48000, 3.0, 60.0
FRAMES = int(RATE * SECONDS)
C4_HZ = 261.6255653
TIME = np.arange(FRAMES) / RATE
SLOW = 240
"""Frames between the points of a slow line."""


def _sway(rng: np.random.Generator, depth: float, slowest_hz: float, fastest_hz: float) -> Array:
    """A slow random line around 0."""
    slow = TIME[::SLOW]
    made = np.zeros(slow.size)
    for _ in range(5):
        hertz, phase = rng.uniform(slowest_hz, fastest_hz), rng.uniform(0.0, 2.0 * np.pi)
        made += np.sin(2.0 * np.pi * hertz * slow + phase)
    return depth / np.sqrt(2.5) * np.interp(TIME, slow, made)


def _shaped(rng: np.random.Generator, response: Callable[[Array], Array]) -> Array:
    """Noise whose spectrum is shaped."""
    bins = np.fft.rfft(rng.standard_normal(FRAMES))
    return np.asarray(np.fft.irfft(bins * response(np.fft.rfftfreq(FRAMES, 1.0 / RATE)), FRAMES))


def _harmonics(
    rng: np.random.Generator, cents: float, count: int, levels: Callable[[Array], Array], sway_cents: float
) -> Array:
    """Harmonics of middle C that sway together in pitch and each in level."""
    pitch = 2.0 ** ((cents + _sway(rng, sway_cents, 0.3, 5.5)) / 1200.0)
    phase = 2.0 * np.pi * np.cumsum(C4_HZ * pitch) / RATE
    number = np.arange(1, count + 1)
    weights = levels(number * C4_HZ) * np.exp(2j * np.pi * rng.uniform(size=count))
    turned, turn, made = np.exp(1j * phase).astype(np.complex64), np.complex64(1.0), np.zeros(FRAMES)
    for weight in weights:
        turn = turn * turned
        made += weight.real * turn.real - weight.imag * turn.imag
    return made * (1.0 + _sway(rng, 0.15, 0.3, 2.0))


def _strings(rng: np.random.Generator) -> Array:
    def levels(hertz: Array) -> Array:
        return (
            C4_HZ
            / hertz
            / (1.0 + (hertz / 3200.0) ** 2)
            * (1.0 + 1.2 * np.exp(-(((hertz - 1100) / 500) ** 2)))
        )

    players = [_harmonics(rng, cents, 30, levels, 5.0) for cents in (-11.0, -4.0, 3.0, 9.0)]
    air = _shaped(rng, lambda hertz: (hertz / 3000.0) / (1.0 + (hertz / 3000.0) ** 3))
    return np.stack([players[0] + 0.6 * players[2], players[1] + 0.6 * players[3]]) + 0.02 * air


def _voices(rng: np.random.Generator) -> Array:
    def vowel(formants: tuple[tuple[float, float, float], ...]) -> Callable[[Array], Array]:
        return lambda hertz: (
            sum(level / (1.0 + ((hertz - middle) / width) ** 2) for middle, width, level in formants)
            / np.sqrt(1.0 + hertz / 600.0)
        )

    ah = vowel(((730.0, 100.0, 1.0), (1090.0, 120.0, 0.6), (2700.0, 200.0, 0.2)))
    oh = vowel(((450.0, 90.0, 1.0), (800.0, 110.0, 0.5), (2600.0, 200.0, 0.08)))
    along = np.clip(TIME / SECONDS, 0.0, 1.0)
    sides = []
    for cents in ((-9.0, 4.0), (-3.0, 10.0)):
        sung = [
            (1.0 - along) * _harmonics(rng, one, 24, ah, 9.0) + along * _harmonics(rng, one, 24, oh, 9.0)
            for one in cents
        ]
        breath = _shaped(rng, lambda hertz: np.exp(-(((hertz - 2800.0) / 1800.0) ** 2)))
        sides.append(sum(sung) + 0.05 * breath)
    return np.stack(sides)


def _glass(rng: np.random.Generator) -> Array:
    sides = np.zeros((2, FRAMES))
    for ratio, level in ((1.0, 1.0), (2.76, 0.5), (5.40, 0.3), (8.93, 0.16), (13.3, 0.08), (2.0, 0.3)):
        for side in range(2):
            hertz = C4_HZ * ratio * (1.0 + 0.0012 * rng.uniform(-1.0, 1.0))
            swell = 0.5 + 0.5 * np.sin(2.0 * np.pi * rng.uniform(0.2, 0.9) * TIME + rng.uniform(0.0, 6.28))
            sides[side] += level * swell * np.sin(2.0 * np.pi * hertz * TIME + rng.uniform(0.0, 6.28))
    return sides


def _water(rng: np.random.Generator) -> Array:
    sides = np.zeros((2, FRAMES))
    for _ in range(220):
        begin, hertz = int(rng.uniform(0, FRAMES - 9600)), 2.0 ** rng.uniform(8.6, 11.4)
        time = np.arange(int(rng.uniform(0.02, 0.11) * RATE)) / RATE
        rise = 1.0 + rng.uniform(0.0, 5.0) * time * 10.0
        drop = np.sin(2.0 * np.pi * hertz * np.cumsum(rise) / RATE) * np.exp(-time * rng.uniform(30.0, 90.0))
        drop *= np.minimum(time / 0.002, 1.0) * rng.uniform(0.1, 1.0) * (300.0 / hertz) ** 0.3
        place = rng.uniform(0.0, 1.0)
        sides[0, begin : begin + time.size] += drop * np.sqrt(1.0 - place)
        sides[1, begin : begin + time.size] += drop * np.sqrt(place)
    stream = [_shaped(rng, lambda hertz: hertz / 900.0 / (1.0 + (hertz / 900.0) ** 2.6)) for _ in range(2)]
    return sides + 0.05 * np.stack(stream)


def _air(rng: np.random.Generator) -> Array:
    def response(hertz: Array) -> Array:
        bands = sum(
            level * np.exp(-(((hertz - number * C4_HZ) / (18.0 + 10.0 * number)) ** 2))
            for number, level in ((1, 1.0), (2, 0.5), (3, 0.45), (5, 0.2), (8, 0.1))
        )
        return bands + 0.012 / (1.0 + (hertz / 2500.0) ** 2)

    return np.stack([_shaped(rng, response) * (1.0 + _sway(rng, 0.25, 0.2, 1.5)) for _ in range(2)])


def _embers(rng: np.random.Generator) -> Array:
    sides = np.zeros((2, FRAMES))
    for _ in range(500):
        begin, length = int(rng.uniform(0, FRAMES - 4800)), int(rng.uniform(0.001, 0.02) * RATE)
        crack = rng.standard_normal(length) * np.exp(-np.arange(length) / (0.12 * length))
        crack = np.convolve(crack, np.hanning(int(rng.uniform(3, 40))), "same") * rng.uniform(0.0, 1.0) ** 3
        sides[int(rng.integers(2)), begin : begin + crack.size] += crack
        sides[:, begin : begin + crack.size] += 0.3 * crack
    hum = [_shaped(rng, lambda hertz: (hertz > 20.0) / (1.0 + (hertz / 160.0) ** 2)) for _ in range(2)]
    return sides + 0.6 * np.stack(hum)


MATERIALS: dict[str, Callable[[np.random.Generator], Array]] = {
    "strings": _strings,
    "voices": _voices,
    "glass": _glass,
    "water": _water,
    "air": _air,
    "embers": _embers,
}
"""What makes both channels of a sound, by its name."""


@lru_cache(maxsize=len(MATERIALS))
def factory_sound(name: str) -> GrainSound:
    """A factory sound for grains, by its name; it is kept."""
    sides = MATERIALS[name](np.random.default_rng(17))
    return grain_sound(sides / np.abs(sides).max(), float(RATE), ROOT)
