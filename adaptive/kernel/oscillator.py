"""Oscillators, sixteen voices at a time, each adding to the group's block.

Saw and pulse are band-limited by PolyBLEP (Välimäki & Huovilainen 2007, "Antialiasing oscillators in
subtractive synthesis"): the step is replaced by a second-order polynomial over one sample to each side.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.jit import rtsafe
from adaptive.kernel.layout import LANES, NOISE, PULSE, SAW, TRIANGLE
from adaptive.kernel.maths import F32, HALF, ONE, PI, TWO, ZERO, sine

FOUR = F32(4.0)
QUARTER = F32(0.25)
NOISE_SCALE = F32(2.0**-31)


@rtsafe
def blep(phase: float, step: float) -> float:
    """Residual of a unit saw's step at phase 0, for the samples beside it."""
    before = phase / step
    after = (phase - ONE) / step
    low = before + before - before * before - ONE
    high = after * after + after + after + ONE
    value = low if phase < step else ZERO
    return high if phase > ONE - step else value


@rtsafe
def wrap(phase: float) -> float:
    """Bring a phase in [0, 2) back to [0, 1)."""
    return phase - ONE if phase >= ONE else phase


@rtsafe
def add_saw(group: Any, first: int, last: int, level: float) -> None:
    """Add band-limited saws."""
    for i in range(first, last):
        for lane in range(LANES):
            phase, step = group["phase"][lane], group["step"][lane]
            group["block"][i, lane] += level * (TWO * phase - ONE - blep(phase, step))
            group["phase"][lane] = wrap(phase + step)


@rtsafe
def add_pulse(group: Any, first: int, last: int, level: float, width: float) -> None:
    """Add band-limited pulses: the difference of two saws `width` of a cycle apart."""
    for i in range(first, last):
        for lane in range(LANES):
            phase, step = group["phase"][lane], group["step"][lane]
            other = wrap(phase + ONE - width)
            value = TWO * (phase - other) - blep(phase, step) + blep(other, step)
            offset = TWO * width - ONE
            group["block"][i, lane] += level * (value * HALF * TWO - offset)
            group["phase"][lane] = wrap(phase + step)


@rtsafe
def add_triangle(group: Any, first: int, last: int, level: float) -> None:
    """Add triangles; their overtones fall with the square, so that none is worth a polynomial."""
    for i in range(first, last):
        for lane in range(LANES):
            phase = group["phase"][lane]
            group["block"][i, lane] += level * (ONE - FOUR * abs(phase - HALF)) * -ONE
            group["phase"][lane] = wrap(phase + group["step"][lane])


@rtsafe
def add_sine(group: Any, first: int, last: int, level: float) -> None:
    """Add sines."""
    for i in range(first, last):
        for lane in range(LANES):
            phase = group["phase"][lane]
            # sin(2π·phase) folded into ±π/2, where the polynomial holds
            turned = abs(phase - HALF) - QUARTER
            group["block"][i, lane] += level * sine(TWO * PI * turned)  # a cosine, negated: starts at 1
            group["phase"][lane] = wrap(phase + group["step"][lane])


@rtsafe
def add_noise(group: Any, first: int, last: int, level: float) -> None:
    """Add white noise: a linear congruential generator a lane (Numerical Recipes' constants)."""
    for i in range(first, last):
        for lane in range(LANES):
            state = np.uint32(group["noise"][lane] * np.uint32(1664525) + np.uint32(1013904223))
            group["noise"][lane] = state
            group["block"][i, lane] += level * NOISE_SCALE * F32(np.int32(state))


@rtsafe
def add_oscillator(
    group: Any, shape: int, first: int, last: int, level: float, width: float
) -> None:
    """Add one oscillator of a group's voices to its block."""
    if shape == SAW:
        add_saw(group, first, last, level)
    elif shape == PULSE:
        add_pulse(group, first, last, level, width)
    elif shape == TRIANGLE:
        add_triangle(group, first, last, level)
    elif shape == NOISE:
        add_noise(group, first, last, level)
    else:
        add_sine(group, first, last, level)
