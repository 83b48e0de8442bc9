"""The low-pass of a voice in stereo, for sources that render their voices one by one.

It is the filter of `processors.lowpass`, with resonance.  Its coefficients move along straight lines.
"""

from __future__ import annotations

from typing import Any

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO, exp2, filter_warp
from adaptive.kernel.dsp.ramps import doubled_coefficients
from adaptive.kernel.layout import LANES
from adaptive.kernel.processors.descriptor import Parameter

FILTER_VOICES: list[Any] = [
    ("low", "f4", (LANES, 2)),  # left, right
    ("band", "f4", (LANES, 2)),
    ("b", "f4", (LANES, 3)),
    ("b_step", "f4", (LANES, 3)),
]

FLAT = F32(1.41421356)
"""Damping without a peak."""

BRIGHTNESS_OCTAVES = F32(2.0)
"""How far the macro moves the cutoff."""


def filter_parameters(cutoff_hz: float) -> tuple[Parameter, ...]:
    """The parameters of the filter: the cutoff, the resonance, and what velocity and key do."""
    return (
        Parameter("cutoff_hz", 20.0, 20000.0, cutoff_hz, "Cutoff of the low-pass.", "logarithmic"),
        Parameter("resonance", 0.0, 1.0, 0.0, "How far the filter stresses its cutoff."),
        Parameter("velocity_cutoff_octaves", -8.0, 8.0, 0.0, "How far the velocity moves the cutoff."),
        Parameter(
            "key_cutoff_octaves", -8.0, 8.0, 0.0, "How far each octave above middle C moves the cutoff."
        ),
    )


@rtsafe
def aim_voice_filter(
    group: Any, lane: int, cutoff_hz: float, resonance: float, rate: float, frames: float, is_new: int
) -> None:
    """Lead the filter of a voice to a cutoff in so many frames; `is_new` 1: it has it at once, and rests."""
    damping = FLAT * (F32(1.02) - min(max(resonance, ZERO), ONE))
    b1, b2, b3 = doubled_coefficients(filter_warp(min(cutoff_hz, F32(20000.0)), rate), damping)
    if is_new == 1:
        group["b"][lane, 0], group["b"][lane, 1], group["b"][lane, 2] = b1, b2, b3
        group["low"][lane, 0], group["low"][lane, 1] = ZERO, ZERO
        group["band"][lane, 0], group["band"][lane, 1] = ZERO, ZERO
    share = ONE / frames
    group["b_step"][lane, 0] = (b1 - group["b"][lane, 0]) * share
    group["b_step"][lane, 1] = (b2 - group["b"][lane, 1]) * share
    group["b_step"][lane, 2] = (b3 - group["b"][lane, 2]) * share


@rtsafe
def cutoff_of(base_hz: float, octaves: float, brightness: float) -> float:
    """A cutoff moved by octaves and by the macro."""
    return base_hz * exp2(min(max(octaves + BRIGHTNESS_OCTAVES * brightness, F32(-10.0)), F32(10.0)))


@rtsafe
def filter_voice(group: Any, lane: int, left: Any, right: Any, first: int, last: int) -> None:
    """Filter frames `first` … `last` of both rows of a voice in place."""
    b1, b2, b3 = group["b"][lane, 0], group["b"][lane, 1], group["b"][lane, 2]
    step1, step2, step3 = group["b_step"][lane, 0], group["b_step"][lane, 1], group["b_step"][lane, 2]
    low, band = group["low"][lane, 0], group["band"][lane, 0]
    other_low, other_band = group["low"][lane, 1], group["band"][lane, 1]
    for i in range(first, last):
        b1, b2, b3 = b1 + step1, b2 + step2, b3 + step3
        above = left[i] - low
        next_low = low + b2 * band + b3 * above
        band = b1 * band + b2 * above
        left[i] = HALF * (low + next_low)
        low = next_low
        above = right[i] - other_low
        next_low = other_low + b2 * other_band + b3 * above
        other_band = b1 * other_band + b2 * above
        right[i] = HALF * (other_low + next_low)
        other_low = next_low
    group["b"][lane, 0], group["b"][lane, 1], group["b"][lane, 2] = b1, b2, b3
    group["low"][lane, 0], group["band"][lane, 0] = low, band
    group["low"][lane, 1], group["band"][lane, 1] = other_low, other_band
