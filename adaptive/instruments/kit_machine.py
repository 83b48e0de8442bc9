"""The machine kit: a long low kick, a clap for a snare, short metal hats, as drum machines have them."""

from __future__ import annotations

from functools import partial

import numpy as np

from adaptive.instruments import kit_night
from adaptive.instruments.recipe import Recipe
from adaptive.instruments.synthesis import OfflineSynth, Signal, mixed, saturated


def kick(synth: OfflineSynth) -> Signal:
    """Return a kick: a sine that falls to 49 Hz within 20 ms, with a click."""
    body = synth.glide(0.5, 180.0, 49.0, 0.02) * synth.decay(0.5, 0.42, 0.001)
    click = synth.high_pass(synth.noise(0.006), 2500.0) * synth.decay(0.006, 0.004)
    return mixed(saturated(body, 1.9), 0.15 * click)


def clap(synth: OfflineSynth, level: float = 1.0) -> Signal:
    """Return a clap over a snare: four bursts of noise 11 ms apart, and a short skin."""
    length = synth.frames(0.35)
    out = np.zeros(length)
    for place, gain in ((0.0, 0.7), (0.011, 0.8), (0.022, 0.9), (0.033, 1.0)):
        burst = synth.band(synth.noise(0.3), 1250.0, 1.1) * synth.decay(0.3, 0.17 if place > 0.03 else 0.02)
        first = synth.frames(place)
        out[first : first + burst.size] += gain * burst[: length - first]
    skin = synth.glide(0.14, 260.0, 190.0, 0.02) * synth.decay(0.14, 0.11)
    wires = synth.high_pass(synth.noise(0.18), 3000.0) * synth.decay(0.18, 0.14)
    return saturated(mixed(level * out / np.max(np.abs(out)), 0.5 * skin, 0.25 * level * wires), 1.5)


def hat(synth: OfflineSynth, to_sixty_db_s: float = 0.06) -> Signal:
    """Return a hat of six beating square waves, above 7 kHz."""
    length = to_sixty_db_s * 1.3
    metal = synth.band(synth.metal(length, 1.12), 9200.0, 0.9) * synth.decay(length, to_sixty_db_s, 0.0005)
    return synth.high_pass(metal, 6500.0, 4)


def tom(synth: OfflineSynth, end_hz: float) -> Signal:
    """Return a tom: a sine that falls by a fifth."""
    return saturated(synth.glide(0.5, 1.5 * end_hz, end_hz, 0.05) * synth.decay(0.5, 0.42, 0.001), 1.3)


RECIPES = {
    "kick": Recipe(kick, 1.0, peak_db=-1.5),
    "rim": Recipe(kit_night.rim, 0.4, 0.15),
    "snare": Recipe(clap, 0.72),
    "snare:soft": Recipe(partial(clap, level=0.35), 0.5),
    "hat": Recipe(hat, 0.32, 0.15, "hat"),
    "hat_open": Recipe(partial(hat, to_sixty_db_s=0.4), 0.3, 0.15, "hat"),
    "hat_pedal": Recipe(partial(kit_night.hat, to_sixty_db_s=0.045), 0.2, 0.2, "hat"),
    "tom_low": Recipe(partial(tom, end_hz=64.0), 0.75, 0.3),
    "tom_mid": Recipe(partial(tom, end_hz=92.0), 0.7, 0.0),
    "tom_high": Recipe(partial(tom, end_hz=132.0), 0.65, -0.25),
    "ride": Recipe(partial(kit_night.ride, length_s=1.2), 0.26, 0.3),
    "crash": Recipe(partial(kit_night.crash, length_s=2.2), 0.42, -0.2),
    "swell": Recipe(kit_night.swell, 0.42),
    "shaker": Recipe(kit_night.shaker, 0.32, -0.3),
    "woodblock": Recipe(kit_night.woodblock, 0.4, -0.25),
}
"""Recipes by piece."""
