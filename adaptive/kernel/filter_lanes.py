"""The low-pass of strips, sixteen lanes at a time, for clips and for buses."""

from __future__ import annotations

from typing import Any

from adaptive.kernel.jit import rtsafe
from adaptive.kernel.layout import LANES, QUANTUM
from adaptive.kernel.maths import F32, TWO, ZERO

TOO_LOUD = F32(1e6)


@rtsafe
def filter_frame(group: Any) -> None:
    """Low-pass one frame: fixed fields only, so that LLVM proves that none overlap."""
    for lane in range(LANES):
        a1, a2, a3 = group["a1"][lane], group["a2"][lane], group["a3"][lane]
        band, low = group["band"][lane], group["low"][lane]
        v3 = group["x"][lane] - low
        v1 = a1 * band + a2 * v3
        v2 = low + a2 * band + a3 * v3
        group["band"][lane] = TWO * v1 - band
        group["low"][lane] = TWO * v2 - low
        group["x"][lane] = v2
        group["a1"][lane] = a1 + group["a1_step"][lane]
        group["a2"][lane] = a2 + group["a2_step"][lane]
        group["a3"][lane] = a3 + group["a3_step"][lane]


@rtsafe
def filter_lanes(group: Any) -> None:
    """Low-pass a group's block in place; coefficients run straight through the quantum."""
    for i in range(QUANTUM):
        for lane in range(LANES):
            group["x"][lane] = group["block"][i, lane]
        filter_frame(group)
        for lane in range(LANES):
            group["block"][i, lane] = group["x"][lane]


@rtsafe
def forget_broken(group: Any) -> None:
    """Clear the state of lanes that are no longer numbers: a filter would keep them for ever."""
    for lane in range(LANES):
        is_fine = abs(group["low"][lane]) < TOO_LOUD and abs(group["band"][lane]) < TOO_LOUD
        group["low"][lane] = group["low"][lane] if is_fine else ZERO
        group["band"][lane] = group["band"][lane] if is_fine else ZERO
