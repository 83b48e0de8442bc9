"""The taiko kit: large drums in a hall that ring for a second, sticks on shells, a gong."""

from __future__ import annotations

from functools import partial

import numpy as np

from adaptive.instruments import kit_light, kit_night
from adaptive.instruments.recipe import Recipe
from adaptive.instruments.synthesis import MEMBRANE, OfflineSynth, Signal, mixed, saturated

HALL_S, HALL = 1.3, 0.3
"""Reverb of the kit: time to -60 dB in seconds, and level."""


def drum(synth: OfflineSynth, lowest_hz: float, length_s: float = 1.1, force: float = 1.0) -> Signal:
    """Return a large drum.

    Parameters
    ----------
    synth : OfflineSynth
        Sample rate and random numbers.
    lowest_hz, length_s : float
        Lowest mode, and its time to -60 dB.
    force : float
        0.4 (soft) … 1 (full): raises pitch drop, brightness of the modes, and attack of the stick.
    """
    skin = synth.modes(length_s, lowest_hz, MEMBRANE, length_s, 1.1, 1.7 - 0.8 * force, drop=0.2 * force)
    # The air inside the drum adds a second tone with a slower attack.
    air = synth.glide(length_s, lowest_hz * 1.1, lowest_hz * 0.96, 0.08)
    air *= synth.decay(length_s, length_s * 0.8, 0.012)
    stick = synth.low_pass(synth.noise(0.04), 900.0 + 3600.0 * force**2)
    stick = synth.high_pass(stick, 250.0) * synth.decay(0.04, 0.028)
    dry = saturated(mixed(skin, 0.6 * air, 0.9 * force * stick), 1.0 + 0.9 * force)
    return synth.reverb(dry, HALL_S, HALL, 1400.0 + 2200.0 * force)


def shell(synth: OfflineSynth) -> Signal:
    """Return a stick on the shell of a large drum."""
    wood = synth.modes(0.16, 620.0, (1.0, 1.38, 2.2, 3.4, 4.7), 0.11, 0.6, 0.5)
    click = synth.high_pass(synth.noise(0.012), 2200.0) * synth.decay(0.012, 0.008)
    return synth.reverb(saturated(mixed(wood, 0.5 * click), 1.3), HALL_S * 0.7, 0.22, 4500.0)


def small(synth: OfflineSynth, force: float = 1.0) -> Signal:
    """Return a small drum under high tension (shime-daiko)."""
    skin = synth.modes(0.28, 295.0, MEMBRANE[:6], 0.22, 0.9, 1.6 - 0.6 * force, drop=0.12)
    stick = synth.high_pass(synth.noise(0.02), 1800.0) * synth.decay(0.02, 0.012)
    return synth.reverb(saturated(mixed(skin, 0.4 * force * stick), 1.4), HALL_S, 0.24, 4200.0)


def gong(synth: OfflineSynth) -> Signal:
    """Return a gong in two channels: low metallic modes with a slow attack, and a cymbal."""
    length = 3.2
    ratios = (1.0, 1.52, 2.11, 2.63, 3.37, 4.21, 5.3)
    low = synth.modes(length, 98.0, ratios, length, 0.6, 0.9) * synth.decay(length, 4.0, 0.02)
    bloom = kit_night.crash(synth, length)
    rise = 1.0 - np.exp(-synth.time(length) / 0.05)
    return 0.5 * low / float(np.max(np.abs(low))) + 0.7 * bloom * rise / float(np.max(np.abs(bloom)))


RECIPES = {
    "kick": Recipe(partial(drum, lowest_hz=50.0, length_s=1.3), 1.2, 0.0, None, -1.5),
    "kick:soft": Recipe(partial(drum, lowest_hz=50.0, length_s=1.1, force=0.45), 1.1),
    "rim": Recipe(shell, 0.5, 0.2),
    "rim:2": Recipe(shell, 0.5, 0.25),
    "snare": Recipe(small, 0.6, -0.1),
    "snare:soft": Recipe(partial(small, force=0.4), 0.6, -0.1),
    "hat": Recipe(partial(kit_night.hat, to_sixty_db_s=0.06), 0.22, 0.25, "hat"),
    "hat_open": Recipe(partial(kit_night.hat, to_sixty_db_s=0.4), 0.2, 0.25, "hat"),
    "hat_pedal": Recipe(partial(kit_night.hat, to_sixty_db_s=0.045), 0.2, 0.2, "hat"),
    "tom_low": Recipe(partial(drum, lowest_hz=62.0), 1.25, 0.2),
    "tom_low:2": Recipe(partial(drum, lowest_hz=62.0), 1.25, 0.2),
    "tom_low:soft": Recipe(partial(drum, lowest_hz=62.0, force=0.45), 1.1, 0.2),
    "tom_mid": Recipe(partial(drum, lowest_hz=86.0, length_s=0.85), 1.15, -0.05),
    "tom_mid:2": Recipe(partial(drum, lowest_hz=86.0, length_s=0.85), 1.15, -0.05),
    "tom_mid:soft": Recipe(partial(drum, lowest_hz=86.0, length_s=0.8, force=0.45), 1.05, -0.05),
    "tom_high": Recipe(partial(drum, lowest_hz=128.0, length_s=0.6), 1.0, -0.3),
    "tom_high:2": Recipe(partial(drum, lowest_hz=128.0, length_s=0.6), 1.0, -0.3),
    "tom_high:soft": Recipe(partial(drum, lowest_hz=128.0, length_s=0.55, force=0.45), 0.95, -0.3),
    "ride": Recipe(partial(kit_night.ride, length_s=1.6), 0.2, 0.3),
    "crash": Recipe(gong, 0.5, -0.15),
    "swell": Recipe(kit_night.swell, 0.45),
    "shaker": Recipe(kit_light.shaker, 0.35, -0.3),
    "woodblock": Recipe(partial(kit_light.woodblock, lowest_hz=560.0), 0.45, -0.25),
}
"""Recipes by piece."""
