"""Gain, pan and cutoff of a clip at a frame."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.ramps import ramp_at
from adaptive.kernel.layout import LINEAR


@rtsafe
def gain_now(group: Any, column: int, frame: int) -> float:
    """Gain of a clip's ramp at a frame."""
    return ramp_at(
        group["gain_from"][column],
        group["gain_to"][column],
        group["gain_start"][column],
        group["gain_frames"][column],
        group["gain_shape"][column],
        frame,
    )


@rtsafe
def pan_now(group: Any, column: int, frame: int) -> float:
    """Pan of a clip's ramp at a frame."""
    return ramp_at(
        group["pan_from"][column],
        group["pan_to"][column],
        group["pan_start"][column],
        group["pan_frames"][column],
        np.int32(LINEAR),
        frame,
    )


@rtsafe
def cutoff_now(group: Any, column: int, frame: int) -> float:
    """Cutoff of a clip's ramp at a frame, in Hz."""
    return ramp_at(
        group["cutoff_from"][column],
        group["cutoff_to"][column],
        group["cutoff_start"][column],
        group["cutoff_frames"][column],
        np.int32(LINEAR),
        frame,
    )
