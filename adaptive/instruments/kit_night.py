"""The dark electronic kit: a deep kick, a snare in a short room, tight hats, low toms."""

from __future__ import annotations

from functools import partial

import numpy as np

from adaptive.composer.percussion import SWELL_S
from adaptive.instruments.recipe import Recipe
from adaptive.instruments.synthesis import MEMBRANE, OfflineSynth, Signal, mixed, saturated


def kick(synth: OfflineSynth, end_hz: float = 49.0, length_s: float = 0.55, click: float = 0.3) -> Signal:
    """Return a kick: a sine that falls to `end_hz`, with a knock and a click at its start."""
    body = synth.glide(length_s, 260.0, end_hz, 0.022) * synth.decay(length_s, length_s, 0.001)
    knock = synth.glide(0.06, 900.0, 140.0, 0.006) * synth.decay(0.06, 0.05)
    snap = synth.band(synth.noise(0.02), 3400.0, 0.8) * synth.decay(0.02, 0.012)
    return mixed(saturated(body, 1.9), 0.35 * knock, click * 0.5 * snap)


def snare(synth: OfflineSynth, level: float = 1.0) -> Signal:
    """Return a snare: two drumhead modes and noise with two decay times, with a short reverb."""
    body = synth.modes(0.25, 182.0, (1.0, 1.81), 0.2, drop=0.25)
    wires = synth.high_pass(synth.noise(0.4), 1700.0) * (
        0.8 * synth.decay(0.4, 0.11) + 0.25 * synth.decay(0.4, 0.3)
    )
    crack = synth.band(synth.noise(0.03), 2600.0, 0.7) * synth.decay(0.03, 0.018)
    dry = saturated(mixed(0.9 * body, 0.42 * level * wires, 0.5 * crack), 1.6)
    return synth.reverb(dry, 0.32, 0.35, 6500.0)


def rim(synth: OfflineSynth) -> Signal:
    """Return a rim shot: four short modes and a click."""
    stick = synth.modes(0.12, 470.0, (1.0, 1.74, 3.51, 4.9), 0.075, damping=0.6, tilt=0.4)
    click = synth.high_pass(synth.noise(0.01), 3000.0) * synth.decay(0.01, 0.006)
    return synth.reverb(saturated(mixed(stick, 0.4 * click), 1.3), 0.25, 0.28, 5000.0)


def hat(synth: OfflineSynth, to_sixty_db_s: float = 0.09) -> Signal:
    """Return a hi-hat: beating square waves and noise, above 7 kHz."""
    length = to_sixty_db_s * 1.3
    metal = synth.band(synth.metal(length), 8600.0, 1.1)
    air = synth.band(synth.noise(length), 9800.0, 1.4)
    body = synth.low_pass(2.2 * metal + 0.5 * air, 13500.0)
    chip = synth.band(synth.noise(0.008), 8000.0, 1.0) * synth.decay(0.008, 0.005)
    sound = mixed(body * synth.decay(length, to_sixty_db_s, 0.0008), 0.5 * chip)
    return synth.high_pass(sound, 5500.0, 4)


def tom(synth: OfflineSynth, lowest_hz: float, length_s: float) -> Signal:
    """Return a low tom played with a soft beater."""
    skin = synth.modes(length_s, lowest_hz, MEMBRANE[:5], length_s, 1.3, 1.5, drop=0.35)
    beater = synth.low_pass(synth.noise(0.03), 1800.0) * synth.decay(0.03, 0.02)
    return synth.reverb(saturated(mixed(skin, 0.25 * beater), 1.5), 0.4, 0.22, 3500.0)


def crash(synth: OfflineSynth, length_s: float = 2.4) -> Signal:
    """Return a cymbal in two channels: noise bands with different decay times, and beating square waves."""
    return np.stack([_wash(synth, length_s, length_s * 1.2) for _ in range(2)])


def ride(synth: OfflineSynth, length_s: float = 1.8) -> Signal:
    """Return a ride cymbal: a stick's ping over a quiet wash."""
    ping = synth.modes(length_s, 2350.0, (1.0, 1.48, 2.13, 2.71, 3.4), 0.5, damping=0.4, tilt=0.5)
    wash = synth.high_pass(_wash(synth, length_s, length_s), 2500.0)
    stick = synth.band(synth.noise(0.006), 6500.0, 0.8) * synth.decay(0.006, 0.004)
    return synth.high_pass(mixed(0.5 * ping, 0.3 * wash, 0.4 * stick), 900.0)


def _wash(synth: OfflineSynth, length_s: float, to_sixty_db_s: float) -> Signal:
    out = np.zeros(synth.frames(length_s))
    for centre, share in ((500.0, 0.8), (1100.0, 1.0), (2600.0, 0.9), (5200.0, 0.7), (9500.0, 0.5)):
        grain = synth.band(synth.noise(length_s), centre, 1.2)
        out += share * grain * synth.decay(length_s, to_sixty_db_s * share, 0.002)
    shimmer = synth.high_pass(synth.metal(length_s, 1.37), 4000.0) * synth.decay(length_s, to_sixty_db_s / 2)
    return synth.high_pass(out + 0.5 * shimmer, 320.0)


def swell(synth: OfflineSynth) -> Signal:
    """Return a stereo cymbal that rises from silence, peaks after `SWELL_S` and fades out within 0.7 s."""
    rise, fall = synth.frames(SWELL_S), synth.frames(0.7)
    time = np.arange(rise + fall) / rise
    shape = np.where(time < 1.0, np.minimum(time, 1.0) ** 3, 10.0 ** (-3.2 * (time - 1.0)))
    shape[:rise] *= 10.0 ** (0.5 * (time[:rise] - 1.0))
    wash = [_wash(synth, SWELL_S + 0.8, 8.0)[: rise + fall] for _ in range(2)]
    return np.stack(wash) * shape


def shaker(synth: OfflineSynth) -> Signal:
    """Return a shaker: a short burst of bright noise."""
    grain = synth.band(synth.noise(0.12), 7000.0, 1.2)
    return synth.high_pass(grain, 4000.0) * synth.decay(0.12, 0.09, 0.012)


def woodblock(synth: OfflineSynth) -> Signal:
    """Return a woodblock: a dark, pitched click."""
    return saturated(synth.modes(0.12, 640.0, (1.0, 1.5, 2.7), 0.08, tilt=0.8, drop=0.05), 1.4)


RECIPES = {
    "kick": Recipe(kick, 1.0, peak_db=-1.5),
    "rim": Recipe(rim, 0.5, 0.15),
    "snare": Recipe(snare, 0.8),
    "snare:soft": Recipe(partial(snare, level=0.45), 0.7),
    "hat": Recipe(hat, 0.38, 0.2, "hat"),
    "hat:2": Recipe(partial(hat, to_sixty_db_s=0.075), 0.38, 0.2, "hat"),
    "hat_open": Recipe(partial(hat, to_sixty_db_s=0.55), 0.34, 0.2, "hat"),
    "hat_pedal": Recipe(partial(hat, to_sixty_db_s=0.045), 0.2, 0.2, "hat"),
    "tom_low": Recipe(partial(tom, lowest_hz=68.0, length_s=0.8), 0.85, 0.3),
    "tom_mid": Recipe(partial(tom, lowest_hz=92.0, length_s=0.65), 0.8, 0.05),
    "tom_high": Recipe(partial(tom, lowest_hz=128.0, length_s=0.5), 0.75, -0.25),
    "ride": Recipe(ride, 0.3, 0.3),
    "crash": Recipe(crash, 0.5, -0.2),
    "swell": Recipe(swell, 0.45),
    "shaker": Recipe(shaker, 0.4, -0.3),
    "woodblock": Recipe(woodblock, 0.4, -0.25),
}
"""Recipes by piece."""
