"""The room kit: an acoustic set in a small room, for jazz, funk, rock and pop."""

from __future__ import annotations

from functools import partial

from adaptive.instruments import kit_light, kit_night
from adaptive.instruments.recipe import Recipe
from adaptive.instruments.synthesis import MEMBRANE, OfflineSynth, Signal, mixed, saturated


def kick(synth: OfflineSynth) -> Signal:
    """Return a bass drum with a felt beater: a short skin and a soft click."""
    skin = synth.glide(0.4, 130.0, 56.0, 0.02) * synth.decay(0.4, 0.36, 0.002)
    felt = synth.low_pass(synth.noise(0.03), 1800.0) * synth.decay(0.03, 0.02, 0.001)
    return synth.reverb(saturated(mixed(skin, 0.4 * felt), 1.5), 0.25, 0.12, 3000.0)


def snare(synth: OfflineSynth, level: float = 1.0) -> Signal:
    """Return a snare drum: the skin's modes, wires that ring for a fifth of a second, and the room."""
    skin = synth.modes(0.22, 205.0, MEMBRANE[:4], 0.16, drop=0.15)
    wires = synth.high_pass(synth.noise(0.3), 2200.0) * synth.decay(0.3, 0.2, 0.001)
    crack = synth.band(synth.noise(0.02), 3600.0, 0.8) * synth.decay(0.02, 0.012)
    dry = saturated(mixed(skin, 0.5 * level * wires, 0.45 * level * crack), 1.4)
    return synth.reverb(dry, 0.35, 0.3, 7000.0)


def tom(synth: OfflineSynth, lowest_hz: float) -> Signal:
    """Return a tom that is struck with a stick."""
    skin = synth.modes(0.6, lowest_hz, MEMBRANE[:5], 0.5, 1.1, 1.4, drop=0.2)
    stick = synth.band(synth.noise(0.012), 2600.0, 0.8) * synth.decay(0.012, 0.008)
    return synth.reverb(mixed(skin, 0.3 * stick), 0.35, 0.2, 5000.0)


RECIPES = {
    "kick": Recipe(kick, 0.85),
    "rim": Recipe(kit_night.rim, 0.42, 0.1),
    "snare": Recipe(snare, 0.7, 0.05),
    "snare:2": Recipe(partial(snare, level=0.92), 0.7, 0.05),
    "snare:soft": Recipe(partial(snare, level=0.4), 0.55, 0.05),
    "hat": Recipe(partial(kit_night.hat, to_sixty_db_s=0.08), 0.3, 0.25, "hat"),
    "hat:2": Recipe(partial(kit_night.hat, to_sixty_db_s=0.1), 0.3, 0.25, "hat"),
    "hat_open": Recipe(partial(kit_night.hat, to_sixty_db_s=0.5), 0.28, 0.25, "hat"),
    "hat_pedal": Recipe(partial(kit_night.hat, to_sixty_db_s=0.045), 0.2, 0.2, "hat"),
    "tom_low": Recipe(partial(tom, lowest_hz=82.0), 0.75, 0.35),
    "tom_mid": Recipe(partial(tom, lowest_hz=118.0), 0.7, 0.1),
    "tom_high": Recipe(partial(tom, lowest_hz=164.0), 0.65, -0.2),
    "ride": Recipe(partial(kit_night.ride, length_s=1.6), 0.3, 0.3),
    "crash": Recipe(partial(kit_night.crash, length_s=2.0), 0.42, -0.25),
    "swell": Recipe(kit_night.swell, 0.38),
    "shaker": Recipe(kit_light.shaker, 0.4, -0.3),
    "woodblock": Recipe(kit_light.woodblock, 0.42, -0.2),
}
"""Recipes by piece."""
