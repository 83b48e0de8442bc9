"""Oscillators, sixteen voices at a time, each adding to the group's left block.

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
def phase_at(phase: float, step: float, frame: float) -> float:
    """Phase of a cycle `frame` frames into the quantum, in [0, 1).

    Computed from the start of the quantum, not added up: frames do not wait for each other, and a
    quantum rendered in pieces has the same bits.
    """
    turned = phase + step * frame
    return turned - F32(np.int32(turned))


@rtsafe
def add_row(group: Any, i: int) -> None:
    """Add the row `x` to frame `i` of the left block.

    The row between is what lets LLVM see that the loops that fill it touch nothing else.
    """
    for lane in range(LANES):
        group["left"][i, lane] += group["x"][lane]


@rtsafe
def add_saw(group: Any, first: int, last: int, level: float) -> None:
    """Add band-limited saws."""
    for i in range(first, last):
        frame = F32(i)
        for lane in range(LANES):
            step, inverse = group["step"][lane], group["inverse"][lane]
            phase = phase_at(group["phase"][lane], step, frame)
            group["x"][lane] = level * (TWO * phase - ONE - blep(phase, step, inverse))
        add_row(group, i)


@rtsafe
def add_pulse(group: Any, first: int, last: int, level: float, width: float) -> None:
    """Add band-limited pulses: the difference of two saws `width` of a cycle apart, without its mean."""
    offset = TWO * width - ONE
    for i in range(first, last):
        frame = F32(i)
        for lane in range(LANES):
            step, inverse = group["step"][lane], group["inverse"][lane]
            phase = phase_at(group["phase"][lane], step, frame)
            other = wrap(phase + ONE - width)
            value = TWO * (phase - other) - blep(phase, step, inverse) + blep(other, step, inverse)
            group["x"][lane] = level * (value - offset)
        add_row(group, i)


@rtsafe
def add_triangle(group: Any, first: int, last: int, level: float) -> None:
    """Add triangles; their overtones fall with the square, so that none is worth a polynomial."""
    for i in range(first, last):
        frame = F32(i)
        for lane in range(LANES):
            phase = phase_at(group["phase"][lane], group["step"][lane], frame)
            group["x"][lane] = level * (FOUR * abs(phase - HALF) - ONE)
        add_row(group, i)


@rtsafe
def add_sine(group: Any, first: int, last: int, level: float) -> None:
    """Add sines: the phase is folded into ±π/2, where the polynomial holds."""
    for i in range(first, last):
        frame = F32(i)
        for lane in range(LANES):
            phase = phase_at(group["phase"][lane], group["step"][lane], frame)
            folded = QUARTER - abs(wrap(phase + QUARTER) - HALF)
            group["x"][lane] = level * sine(TWO * PI * folded)
        add_row(group, i)


@rtsafe
def add_noise(group: Any, first: int, last: int, level: float) -> None:
    """Add white noise: a linear congruential generator a lane (Numerical Recipes' constants)."""
    for i in range(first, last):
        for lane in range(LANES):
            state = np.uint32(group["noise"][lane] * np.uint32(1664525) + np.uint32(1013904223))
            group["noise"][lane] = state
            group["x"][lane] = level * NOISE_SCALE * F32(np.int32(state))
        add_row(group, i)


@rtsafe
def add_oscillator(group: Any, shape: int, first: int, last: int, level: float, width: float) -> None:
    """Add frames `first` … `last` of one oscillator of a group's voices to its left block."""
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
