"""Oscillators, sixteen voices at a time, each adding one frame to the group's row `x`.

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
def blep(phase: float, step: float, inverse: float) -> float:
    """Residual of a unit saw's step at phase 0, for the samples beside it; `inverse` is 1 / step."""
    before = phase * inverse
    after = (phase - ONE) * inverse
    low = before + before - before * before - ONE
    high = after * after + after + after + ONE
    value = low if phase < step else ZERO
    return high if phase > ONE - step else value


@rtsafe
def wrap(phase: float) -> float:
    """Bring a phase in [0, 2) back to [0, 1)."""
    return phase - ONE if phase >= ONE else phase


@rtsafe
def add_saw(group: Any, level: float) -> None:
    """Add band-limited saws."""
    for lane in range(LANES):
        phase, step, inverse = group["phase"][lane], group["step"][lane], group["inverse"][lane]
        group["x"][lane] += level * (TWO * phase - ONE - blep(phase, step, inverse))
        group["phase"][lane] = wrap(phase + step)


@rtsafe
def add_pulse(group: Any, level: float, width: float) -> None:
    """Add band-limited pulses: the difference of two saws `width` of a cycle apart, without its mean."""
    offset = TWO * width - ONE
    for lane in range(LANES):
        phase, step, inverse = group["phase"][lane], group["step"][lane], group["inverse"][lane]
        other = wrap(phase + ONE - width)
        value = TWO * (phase - other) - blep(phase, step, inverse) + blep(other, step, inverse)
        group["x"][lane] += level * (value - offset)
        group["phase"][lane] = wrap(phase + step)


@rtsafe
def add_triangle(group: Any, level: float) -> None:
    """Add triangles; their overtones fall with the square, so that none is worth a polynomial."""
    for lane in range(LANES):
        phase = group["phase"][lane]
        group["x"][lane] += level * (FOUR * abs(phase - HALF) - ONE)
        group["phase"][lane] = wrap(phase + group["step"][lane])


@rtsafe
def add_sine(group: Any, level: float) -> None:
    """Add sines: the phase is folded into ±π/2, where the polynomial holds."""
    for lane in range(LANES):
        phase = group["phase"][lane]
        folded = QUARTER - abs(wrap(phase + QUARTER) - HALF)
        group["x"][lane] += level * sine(TWO * PI * folded)
        group["phase"][lane] = wrap(phase + group["step"][lane])


@rtsafe
def add_noise(group: Any, level: float) -> None:
    """Add white noise: a linear congruential generator a lane (Numerical Recipes' constants)."""
    for lane in range(LANES):
        state = np.uint32(group["noise"][lane] * np.uint32(1664525) + np.uint32(1013904223))
        group["noise"][lane] = state
        group["x"][lane] += level * NOISE_SCALE * F32(np.int32(state))


@rtsafe
def add_oscillator(group: Any, shape: int, level: float, width: float) -> None:
    """Add one frame of one oscillator of a group's voices to the row `x`."""
    if shape == SAW:
        add_saw(group, level)
    elif shape == PULSE:
        add_pulse(group, level, width)
    elif shape == TRIANGLE:
        add_triangle(group, level)
    elif shape == NOISE:
        add_noise(group, level)
    else:
        add_sine(group, level)
