"""The light kit: a shaker, wood, brushes, a soft kick; for walking, waiting and daylight."""

from __future__ import annotations

from functools import partial

import numpy as np

from adaptive.instruments import kit_night
from adaptive.instruments.recipe import Recipe
from adaptive.instruments.synthesis import MEMBRANE, Bench, Signal, mixed, saturated


def kick(bench: Bench) -> Signal:
    """Return a felt beater on a small bass drum."""
    skin = bench.glide(0.42, 105.0, 53.0, 0.016) * bench.decay(0.42, 0.4, 0.003)
    felt = bench.low_pass(bench.noise(0.03), 700.0) * bench.decay(0.03, 0.025, 0.002)
    return mixed(saturated(skin, 1.2), 0.3 * felt)


def brush(bench: Bench, length_s: float = 0.2) -> Signal:
    """Return wires stroked over a skin: noise that opens and closes, and hardly any body."""
    wires = bench.band(bench.noise(length_s), 3800.0, 0.6)
    wires = bench.high_pass(wires, 900.0) * bench.decay(length_s, length_s * 0.8, 0.006)
    body = bench.modes(0.12, 210.0, MEMBRANE[:2], 0.1, drop=0.1)
    return bench.room(mixed(wires, 0.3 * body), 0.3, 0.2, 5000.0)


def shaker(bench: Bench, length_s: float = 0.11) -> Signal:
    """Return seeds in a gourd: a few dozen small collisions, thickest after 12 ms."""
    frames = bench.frames(length_s)
    arrivals = bench.rng.gamma(2.2, length_s / 9.0, 140)
    rain = np.zeros(frames)
    for arrival in arrivals[arrivals < length_s * 0.95]:
        place = bench.frames(float(arrival))
        rain[min(place, frames - 1)] += float(bench.rng.standard_normal())
    grains = bench.band(rain, 6300.0, 2.2) + 0.5 * bench.band(rain, 9200.0, 2.0)
    hiss = bench.band(bench.noise(length_s), 7600.0, 1.0)
    grains /= np.max(np.abs(grains)) or 1.0
    hiss *= bench.decay(length_s, length_s * 0.8, 0.012) / np.max(np.abs(hiss))
    tail = bench.decay(length_s, length_s * 1.6)
    return bench.high_pass((grains * tail + 0.6 * hiss), 3500.0, 3)


def woodblock(bench: Bench, lowest_hz: float = 810.0) -> Signal:
    """Return a hollow block: two strong modes and a tick."""
    block = bench.modes(0.16, lowest_hz, (1.0, 1.47, 2.93, 4.1), 0.1, 0.8, 0.9, drop=0.015)
    tick = bench.band(bench.noise(0.006), 4200.0, 0.8) * bench.decay(0.006, 0.004)
    return bench.room(mixed(block, 0.25 * tick), 0.28, 0.16, 5000.0)


def rim(bench: Bench) -> Signal:
    """Return two sticks."""
    sticks = bench.modes(0.09, 1150.0, (1.0, 1.6, 2.35), 0.06, 0.5, 0.6)
    tick = bench.high_pass(bench.noise(0.006), 3500.0) * bench.decay(0.006, 0.004)
    return bench.room(mixed(sticks, 0.35 * tick), 0.25, 0.15, 6000.0)


def hand(bench: Bench, lowest_hz: float) -> Signal:
    """Return a hand drum."""
    skin = bench.modes(0.4, lowest_hz, MEMBRANE[:6], 0.35, 1.0, 1.2, drop=0.08)
    palm = bench.band(bench.noise(0.02), 1500.0, 0.7) * bench.decay(0.02, 0.014)
    return bench.room(mixed(skin, 0.35 * palm), 0.3, 0.15, 4500.0)


RECIPES = {
    "kick": Recipe(kick, 0.8),
    "rim": Recipe(rim, 0.4, 0.2),
    "snare": Recipe(brush, 0.6, 0.05),
    "snare:soft": Recipe(partial(brush, length_s=0.14), 0.6, 0.05),
    "hat": Recipe(partial(kit_night.hat, to_sixty_db_s=0.06), 0.28, 0.25, "hat"),
    "hat_open": Recipe(partial(kit_night.hat, to_sixty_db_s=0.35), 0.26, 0.25, "hat"),
    "tom_low": Recipe(partial(hand, lowest_hz=98.0), 0.7, 0.3),
    "tom_mid": Recipe(partial(hand, lowest_hz=147.0), 0.65, 0.1),
    "tom_high": Recipe(partial(hand, lowest_hz=220.0), 0.6, -0.2),
    "crash": Recipe(partial(kit_night.crash, length_s=1.5), 0.35, -0.2),
    "swell": Recipe(kit_night.swell, 0.35),
    "shaker": Recipe(shaker, 0.5, -0.25),
    "shaker:2": Recipe(partial(shaker, length_s=0.125), 0.5, -0.25),
    "shaker:soft": Recipe(partial(shaker, length_s=0.085), 0.5, -0.25),
    "woodblock": Recipe(woodblock, 0.5, -0.15),
    "woodblock:2": Recipe(partial(woodblock, lowest_hz=1010.0), 0.5, -0.15),
}
"""By piece."""
