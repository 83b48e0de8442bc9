"""The dark electronic kit: a deep kick, a snare in a short room, tight hats, low toms."""

from __future__ import annotations

from functools import partial

import numpy as np

from adaptive.composer.percussion import SWELL_S
from adaptive.instruments.recipe import Recipe
from adaptive.instruments.synthesis import MEMBRANE, Bench, Signal, mixed, saturated


def kick(bench: Bench, end_hz: float = 49.0, length_s: float = 0.55, click: float = 0.3) -> Signal:
    """Return a sine that falls into the floor, with a knock and a click in front."""
    body = bench.glide(length_s, 260.0, end_hz, 0.022) * bench.decay(length_s, length_s, 0.001)
    knock = bench.glide(0.06, 900.0, 140.0, 0.006) * bench.decay(0.06, 0.05)
    snap = bench.band(bench.noise(0.02), 3400.0, 0.8) * bench.decay(0.02, 0.012)
    return mixed(saturated(body, 1.9), 0.35 * knock, click * 0.5 * snap)


def snare(bench: Bench, level: float = 1.0) -> Signal:
    """Return two drumhead modes under noise of two speeds, in a small room."""
    body = bench.modes(0.25, 182.0, (1.0, 1.81), 0.2, drop=0.25)
    wires = bench.high_pass(bench.noise(0.4), 1700.0) * (
        0.8 * bench.decay(0.4, 0.11) + 0.25 * bench.decay(0.4, 0.3)
    )
    crack = bench.band(bench.noise(0.03), 2600.0, 0.7) * bench.decay(0.03, 0.018)
    dry = saturated(mixed(0.9 * body, 0.42 * level * wires, 0.5 * crack), 1.6)
    return bench.room(dry, 0.32, 0.35, 6500.0)


def rim(bench: Bench) -> Signal:
    """Return a stick on the edge: four dry modes and a click."""
    stick = bench.modes(0.12, 470.0, (1.0, 1.74, 3.51, 4.9), 0.075, damping=0.6, tilt=0.4)
    click = bench.high_pass(bench.noise(0.01), 3000.0) * bench.decay(0.01, 0.006)
    return bench.room(saturated(mixed(stick, 0.4 * click), 1.3), 0.25, 0.28, 5000.0)


def hat(bench: Bench, to_sixty_db_s: float = 0.09) -> Signal:
    """Return two cymbals: beating squares and noise, above 7 kHz."""
    length = to_sixty_db_s * 1.3
    metal = bench.band(bench.metal(length), 8600.0, 1.1)
    air = bench.band(bench.noise(length), 9800.0, 1.4)
    body = bench.low_pass(2.2 * metal + 0.5 * air, 13500.0)
    chip = bench.band(bench.noise(0.008), 8000.0, 1.0) * bench.decay(0.008, 0.005)
    sound = mixed(body * bench.decay(length, to_sixty_db_s, 0.0008), 0.5 * chip)
    return bench.high_pass(sound, 5500.0, 4)


def tom(bench: Bench, lowest_hz: float, length_s: float) -> Signal:
    """Return a deep skin with a soft beater."""
    skin = bench.modes(length_s, lowest_hz, MEMBRANE[:5], length_s, 1.3, 1.5, drop=0.35)
    beater = bench.low_pass(bench.noise(0.03), 1800.0) * bench.decay(0.03, 0.02)
    return bench.room(saturated(mixed(skin, 0.25 * beater), 1.5), 0.4, 0.22, 3500.0)


def crash(bench: Bench, length_s: float = 2.4) -> Signal:
    """Return a cymbal: noise in bands that die from above, over beating metal; two channels."""
    return np.stack([_wash(bench, length_s, length_s * 1.2) for _ in range(2)])


def _wash(bench: Bench, length_s: float, to_sixty_db_s: float) -> Signal:
    out = np.zeros(bench.frames(length_s))
    for centre, share in ((500.0, 0.8), (1100.0, 1.0), (2600.0, 0.9), (5200.0, 0.7), (9500.0, 0.5)):
        grain = bench.band(bench.noise(length_s), centre, 1.2)
        out += share * grain * bench.decay(length_s, to_sixty_db_s * share, 0.002)
    shimmer = bench.high_pass(bench.metal(length_s, 1.37), 4000.0) * bench.decay(length_s, to_sixty_db_s / 2)
    return bench.high_pass(out + 0.5 * shimmer, 320.0)


def swell(bench: Bench) -> Signal:
    """Return a cymbal that comes out of nothing, peaks after `SWELL_S`, and is gone soon after."""
    rise, fall = bench.frames(SWELL_S), bench.frames(0.7)
    time = np.arange(rise + fall) / rise
    shape = np.where(time < 1.0, np.minimum(time, 1.0) ** 3, 10.0 ** (-3.2 * (time - 1.0)))
    shape[:rise] *= 10.0 ** (0.5 * (time[:rise] - 1.0))
    wash = [_wash(bench, SWELL_S + 0.8, 8.0)[: rise + fall] for _ in range(2)]
    return np.stack(wash) * shape


def shaker(bench: Bench) -> Signal:
    """Return a short grain of bright noise."""
    grain = bench.band(bench.noise(0.12), 7000.0, 1.2)
    return bench.high_pass(grain, 4000.0) * bench.decay(0.12, 0.09, 0.012)


def woodblock(bench: Bench) -> Signal:
    """Return a dark digital click with a pitch."""
    return saturated(bench.modes(0.12, 640.0, (1.0, 1.5, 2.7), 0.08, tilt=0.8, drop=0.05), 1.4)


RECIPES = {
    "kick": Recipe(kick, 1.0, peak_db=-1.5),
    "rim": Recipe(rim, 0.5, 0.15),
    "snare": Recipe(snare, 0.8),
    "snare:soft": Recipe(partial(snare, level=0.45), 0.7),
    "hat": Recipe(hat, 0.38, 0.2, "hat"),
    "hat:2": Recipe(partial(hat, to_sixty_db_s=0.075), 0.38, 0.2, "hat"),
    "hat_open": Recipe(partial(hat, to_sixty_db_s=0.55), 0.34, 0.2, "hat"),
    "tom_low": Recipe(partial(tom, lowest_hz=68.0, length_s=0.8), 0.85, 0.3),
    "tom_mid": Recipe(partial(tom, lowest_hz=92.0, length_s=0.65), 0.8, 0.05),
    "tom_high": Recipe(partial(tom, lowest_hz=128.0, length_s=0.5), 0.75, -0.25),
    "crash": Recipe(crash, 0.5, -0.2),
    "swell": Recipe(swell, 0.45),
    "shaker": Recipe(shaker, 0.4, -0.3),
    "woodblock": Recipe(woodblock, 0.4, -0.25),
}
"""By piece."""
