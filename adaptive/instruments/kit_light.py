"""The light kit: a shaker, woodblocks, brushes and a soft kick, for calm scenes."""

from __future__ import annotations

from functools import partial

import numpy as np

from adaptive.instruments import kit_night
from adaptive.instruments.recipe import Recipe
from adaptive.instruments.synthesis import MEMBRANE, OfflineSynth, Signal, mixed, saturated


def kick(synth: OfflineSynth) -> Signal:
    """Return a small bass drum played with a felt beater."""
    skin = synth.glide(0.42, 105.0, 53.0, 0.016) * synth.decay(0.42, 0.4, 0.003)
    felt = synth.low_pass(synth.noise(0.03), 700.0) * synth.decay(0.03, 0.025, 0.002)
    return mixed(saturated(skin, 1.2), 0.3 * felt)


def brush(synth: OfflineSynth, length_s: float = 0.2) -> Signal:
    """Return a brush stroke on a snare drum: noise with a soft attack, and little of the drum's body."""
    wires = synth.band(synth.noise(length_s), 3800.0, 0.6)
    wires = synth.high_pass(wires, 900.0) * synth.decay(length_s, length_s * 0.8, 0.006)
    body = synth.modes(0.12, 210.0, MEMBRANE[:2], 0.1, drop=0.1)
    return synth.reverb(mixed(wires, 0.3 * body), 0.3, 0.2, 5000.0)


def shaker(synth: OfflineSynth, length_s: float = 0.11) -> Signal:
    """Return a shaker: about 140 small collisions under noise that peaks after 12 ms."""
    frames = synth.frames(length_s)
    arrivals = synth.rng.gamma(2.2, length_s / 9.0, 140)
    rain = np.zeros(frames)
    for arrival in arrivals[arrivals < length_s * 0.95]:
        place = synth.frames(float(arrival))
        rain[min(place, frames - 1)] += float(synth.rng.standard_normal())
    grains = synth.band(rain, 6300.0, 2.2) + 0.5 * synth.band(rain, 9200.0, 2.0)
    hiss = synth.band(synth.noise(length_s), 7600.0, 1.0)
    grains /= np.max(np.abs(grains)) or 1.0
    hiss *= synth.decay(length_s, length_s * 0.8, 0.012) / np.max(np.abs(hiss))
    tail = synth.decay(length_s, length_s * 1.6)
    return synth.high_pass((grains * tail + 0.6 * hiss), 3500.0, 3)


def woodblock(synth: OfflineSynth, lowest_hz: float = 810.0) -> Signal:
    """Return a woodblock: two strong modes and a click."""
    block = synth.modes(0.16, lowest_hz, (1.0, 1.47, 2.93, 4.1), 0.1, 0.8, 0.9, drop=0.015)
    click = synth.band(synth.noise(0.006), 4200.0, 0.8) * synth.decay(0.006, 0.004)
    return synth.reverb(mixed(block, 0.25 * click), 0.28, 0.16, 5000.0)


def rim(synth: OfflineSynth) -> Signal:
    """Return two sticks struck together."""
    sticks = synth.modes(0.09, 1150.0, (1.0, 1.6, 2.35), 0.06, 0.5, 0.6)
    click = synth.high_pass(synth.noise(0.006), 3500.0) * synth.decay(0.006, 0.004)
    return synth.reverb(mixed(sticks, 0.35 * click), 0.25, 0.15, 6000.0)


def hand(synth: OfflineSynth, lowest_hz: float) -> Signal:
    """Return a hand drum."""
    skin = synth.modes(0.4, lowest_hz, MEMBRANE[:6], 0.35, 1.0, 1.2, drop=0.08)
    palm = synth.band(synth.noise(0.02), 1500.0, 0.7) * synth.decay(0.02, 0.014)
    return synth.reverb(mixed(skin, 0.35 * palm), 0.3, 0.15, 4500.0)


RECIPES = {
    "kick": Recipe(kick, 0.8),
    "rim": Recipe(rim, 0.4, 0.2),
    "snare": Recipe(brush, 0.6, 0.05),
    "snare:soft": Recipe(partial(brush, length_s=0.14), 0.6, 0.05),
    "hat": Recipe(partial(kit_night.hat, to_sixty_db_s=0.06), 0.28, 0.25, "hat"),
    "hat_open": Recipe(partial(kit_night.hat, to_sixty_db_s=0.35), 0.26, 0.25, "hat"),
    "hat_pedal": Recipe(partial(kit_night.hat, to_sixty_db_s=0.045), 0.2, 0.2, "hat"),
    "tom_low": Recipe(partial(hand, lowest_hz=98.0), 0.7, 0.3),
    "tom_mid": Recipe(partial(hand, lowest_hz=147.0), 0.65, 0.1),
    "tom_high": Recipe(partial(hand, lowest_hz=220.0), 0.6, -0.2),
    "ride": Recipe(partial(kit_night.ride, length_s=1.2), 0.24, 0.3),
    "crash": Recipe(partial(kit_night.crash, length_s=1.5), 0.35, -0.2),
    "swell": Recipe(kit_night.swell, 0.35),
    "shaker": Recipe(shaker, 0.5, -0.25),
    "shaker:2": Recipe(partial(shaker, length_s=0.125), 0.5, -0.25),
    "shaker:soft": Recipe(partial(shaker, length_s=0.085), 0.5, -0.25),
    "woodblock": Recipe(woodblock, 0.5, -0.15),
    "woodblock:2": Recipe(partial(woodblock, lowest_hz=1010.0), 0.5, -0.15),
}
"""Recipes by piece."""
