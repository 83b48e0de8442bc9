"""The factory wavetables: sixteen cycles each, made from formulas when they are first used."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from adaptive.kernel.sources.wave_bank import HARMONICS, Array, WaveBank, spectra_of, wave_bank

CYCLES = 16
NUMBERS = np.arange(1, HARMONICS[0] + 1)
ALONG = np.linspace(0.0, 1.0, CYCLES)[:, None]
SAW = 1.0 / NUMBERS
SINES = -1j
"""A harmonic that begins as a sine."""

CALM = np.exp(1j * np.pi * NUMBERS.astype(float) ** 2 / 48.0)
"""Phases that spread the energy of a cycle (M. Schroeder 1970): the peak is 6 to 9 dB lower."""

VOWELS: tuple[tuple[tuple[float, float, float], ...], ...] = (
    ((730.0, 90.0, 1.0), (1090.0, 110.0, 0.5), (2440.0, 170.0, 0.2), (3400.0, 250.0, 0.1)),
    ((530.0, 70.0, 1.0), (1840.0, 110.0, 0.35), (2480.0, 170.0, 0.25), (3500.0, 250.0, 0.1)),
    ((290.0, 60.0, 1.0), (2270.0, 110.0, 0.3), (3010.0, 170.0, 0.25), (3700.0, 250.0, 0.12)),
    ((570.0, 80.0, 1.0), (840.0, 90.0, 0.6), (2410.0, 170.0, 0.1), (3300.0, 250.0, 0.06)),
    ((310.0, 60.0, 1.0), (870.0, 90.0, 0.3), (2240.0, 170.0, 0.06), (3200.0, 250.0, 0.04)),
)
"""Frequency and width in hertz and level of the formants of a, e, i, o, u (G. Peterson & H. Barney 1952)."""

VOWEL_HZ = 130.0
"""The pitch at which the vowels are those of a voice."""


def _between(rows: Array) -> Array:
    """Rows of a few shapes, led over in as many cycles as a table has."""
    places = ALONG[:, 0] * (len(rows) - 1)
    first = np.minimum(places.astype(int), len(rows) - 2)
    part = (places - first)[:, None]
    return np.asarray(rows[first] * (1.0 - part) + rows[first + 1] * part)


def _pulse(width: float) -> Array:
    return SAW * np.sin(np.pi * NUMBERS * width)


def _basic() -> Array:
    sine = np.where(NUMBERS == 1, 1.0, 0.0)
    odd = NUMBERS % 2 == 1
    triangle = np.where(odd, SAW**2, 0.0)
    square = np.where(odd, SAW, 0.0)
    return _between(np.stack([sine, triangle, 0.8 * SAW, square, 0.9 * np.abs(_pulse(0.12))])) * SINES


def _vowels() -> Array:
    hertz = NUMBERS * VOWEL_HZ
    shapes = []
    for vowel in VOWELS:
        envelope = sum(
            level / (1.0 + ((hertz - middle) / width) ** 2) for middle, width, level in vowel
        )  # a resonance falls by 12 dB an octave beyond its width, the voice itself by as much
        shapes.append(envelope * (1.0 + hertz / 500.0) ** -0.5 + 0.25 * (NUMBERS == 1))
    return np.asarray(_between(np.stack(shapes)) * CALM)


def _peak() -> Array:
    middle = 2.0 ** (5.5 * ALONG)
    near = np.exp(-((np.log2(NUMBERS) - np.log2(middle)) ** 2) / 0.08)
    above = 1.0 / (1.0 + (NUMBERS / (middle * 1.3)) ** 4)
    return (SAW * above + 0.55 * near / np.sqrt(middle)) * SINES


def _fold() -> Array:
    at = np.arange(4096) / 4096.0 * 2.0 * np.pi
    drive = 0.3 + 9.0 * ALONG**1.4
    wave = np.sin(drive * np.sin(at) + 0.35 * ALONG * drive)
    return spectra_of((wave - wave.mean(axis=1, keepdims=True)).reshape(-1), 4096)[:, : NUMBERS.size]


def _glass() -> Array:
    rng = np.random.default_rng(7)
    shapes = []
    for number in range(5):
        places = np.array([1, 2, 3, 5, 7, 11, 14, 19, 23, 29, 37]) + (number * np.arange(11)) % 3
        levels = np.exp(-(0.20 - 0.025 * number) * np.arange(11)) * rng.uniform(0.4, 1.0, 11)
        shape = np.where(NUMBERS == 1, 1.0, 0.0)
        shape[places - 1] += levels * 0.7
        shapes.append(shape)
    return _between(np.stack(shapes)) * SINES


def _drawbars() -> Array:
    bars = (1, 2, 3, 4, 6, 8, 10, 12, 16)
    shape = np.zeros((CYCLES, NUMBERS.size))
    for number, harmonic in enumerate(bars):
        shape[:, harmonic - 1] = np.clip(ALONG[:, 0] * 8.0 - number + 1.0, 0.0, 1.0) * 0.86**number
    return shape * SINES


def _bowed() -> Array:
    """A bowed string with its body: the bow moves from the fingerboard to the bridge."""
    place = 0.21 - 0.15 * ALONG
    string = SAW * np.abs(np.sin(np.pi * NUMBERS * place)) ** 0.6
    hertz = NUMBERS * 220.0
    body = 0.35 + sum(
        level / (1.0 + ((np.log2(hertz) - np.log2(middle)) / width) ** 2)
        for middle, width, level in ((280, 0.25, 0.9), (460, 0.2, 1.0), (1100, 0.4, 0.5), (2600, 0.5, 1.1))
    )
    damped = 1.0 / (1.0 + (hertz / (3800.0 + 3500.0 * ALONG)) ** 2)
    return string * body * damped * SINES


def _hollow() -> Array:
    odd = np.where(NUMBERS % 2 == 1, 1.0, 0.04 + 0.5 * ALONG)
    reed = 1.0 / (1.0 + (NUMBERS / (5.0 + 18.0 * ALONG)) ** 2.2)
    return SAW**0.55 * odd * reed * SINES


def _digital() -> Array:
    rng = np.random.default_rng(11)
    shapes = []
    for number in range(6):
        levels = rng.uniform(0.0, 1.0, NUMBERS.size) ** 4 * np.exp(-NUMBERS / (8.0 + 9.0 * number))
        levels[0] += 0.5
        shapes.append(levels * np.exp(2j * np.pi * rng.uniform(0, 1, NUMBERS.size) * 0.5))
    return _between(np.stack(shapes))


def _brass() -> Array:
    edge = 2.5 * 2.0 ** (4.0 * ALONG)
    bell = NUMBERS**0.4 / (1.0 + (NUMBERS / edge) ** 2.6)
    return SAW**0.35 * bell * CALM


TABLES: dict[str, Callable[[], Array]] = {
    "basic": _basic,
    "vowels": _vowels,
    "peak": _peak,
    "fold": _fold,
    "glass": _glass,
    "drawbars": _drawbars,
    "bowed": _bowed,
    "hollow": _hollow,
    "brass": _brass,
    "digital": _digital,
}
"""What makes the harmonics of a table, by its name."""


@lru_cache(maxsize=len(TABLES))
def factory_table(name: str) -> WaveBank:
    """A factory wavetable, by its name; it is kept."""
    return wave_bank(TABLES[name](), is_even=True)
