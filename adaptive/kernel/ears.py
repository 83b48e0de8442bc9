"""Two ears: delays each side of a placed bus and darkens it, as a head does; see `engine.head_model`.

Away from the horizon a source is heard as the one on the horizon that is as far to the side: both lie on one
cone of confusion.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, TWO, ZERO, filter_warp
from adaptive.kernel.ears_record import RING
from adaptive.kernel.layout import QUANTUM

Q = np.int64(QUANTUM)
MASK = np.int64(RING - 1)
BASE_S = F32(0.0004)
"""Delay of both ears for a source ahead: more than half of the longest delay between them."""
LOW_HZ, HIGH_HZ = F32(300.0), F32(4000.0)
DEGREES = F32(180.0 / np.pi)
STEP_DEG = F32(5.0)
LAST_ROW = np.int64(35)
# arccosine on 0 … 1 (Abramowitz and Stegun, 4.4.45); error below 7e-5 rad
A0, A1, A2, A3 = F32(1.5707288), F32(-0.2121144), F32(0.0742610), F32(-0.0187293)
SMALL = F32(1e-3)
SIXTH = F32(1.0 / 6.0)


@rtsafe
def azimuth_of(x: float, y: float) -> float:
    """Azimuth, 0 to 180 degrees, of the place on the horizon that is as far to the side as a direction."""
    side = min(abs(x), ONE)
    from_side = F32(np.sqrt(ONE - side)) * (A0 + side * (A1 + side * (A2 + side * A3)))
    # the series does not end at exactly 90 degrees: what is ahead shall be the same for both ears
    lateral = F32(90.0) - from_side * DEGREES if side > SMALL else side * DEGREES
    return lateral if y >= ZERO else F32(180.0) - lateral


@rtsafe
def aim_ears(
    ears: Any, side: int, head: Any, x: float, y: float, near: float, level: float, rate: float
) -> None:
    """Compute delay, gain and shelves of both ears for a direction; `near` 0 is in the middle of the head."""
    azimuth = azimuth_of(x, y)
    row = min(np.int64(azimuth / STEP_DEG), LAST_ROW)
    share = azimuth / STEP_DEG - F32(row)
    is_right = x >= ZERO
    apart = head[row, 0] + (head[row + 1, 0] - head[row, 0]) * share
    apart *= HALF * near
    for ear in range(np.int64(2)):
        is_far = (ear == 0) == is_right
        first = np.int64(1) if is_far else np.int64(4)
        ears["delay_goal"][side, ear] = BASE_S * rate + (apart if is_far else -apart)
        gain = head[row, first] + (head[row + 1, first] - head[row, first]) * share
        ears["gain_goal"][side, ear] = (ONE + (gain - ONE) * near) * level
        at = first + np.int64(1)
        low = head[row, at] + (head[row + 1, at] - head[row, at]) * share
        ears["low_goal"][side, ear] = ONE + (low - ONE) * near
        at = first + np.int64(2)
        high = head[row, at] + (head[row + 1, at] - head[row, at]) * share
        ears["high_goal"][side, ear] = ONE + (high - ONE) * near


@rtsafe
def rest_ears(ears: Any) -> None:
    """Set what both ears hear to its goal, for a bus that is not heard."""
    for side in range(np.int64(2)):
        for ear in range(np.int64(2)):
            ears["delay"][side, ear] = ears["delay_goal"][side, ear]
            ears["gain"][side, ear] = ears["gain_goal"][side, ear]
            ears["low"][side, ear] = ears["low_goal"][side, ear]
            ears["high"][side, ear] = ears["high_goal"][side, ear]


@rtsafe
def clear_ears(ears: Any) -> None:
    """Forget what was heard, once a bus has been silent for long."""
    for side in range(np.int64(2)):
        for i in range(np.int64(RING)):
            ears["ring"][side, i] = ZERO
        for ear in range(np.int64(2)):
            for i in range(np.int64(4)):
                ears["state"][side, ear, i] = ZERO


@rtsafe
def hear(ears: Any, side: int, ear: int, out: int, frame: int, share: float, rate: float) -> None:
    """Add what an ear hears of a side to a row: delay, gain and shelves move along straight lines."""
    audio = carray(pointer(out), Q, np.float32)
    ring, state = ears["ring"][side], ears["state"][side, ear]
    step = ONE / F32(QUANTUM)
    delay, gain = ears["delay"][side, ear], ears["gain"][side, ear]
    low, high = ears["low"][side, ear], ears["high"][side, ear]
    delay_step = (ears["delay_goal"][side, ear] - delay) * share * step
    gain_step = (ears["gain_goal"][side, ear] - gain) * share * step
    low_step = (ears["low_goal"][side, ear] - low) * share * step
    high_step = (ears["high_goal"][side, ear] - high) * share * step
    low_warp, high_warp = filter_warp(LOW_HZ, rate), filter_warp(HIGH_HZ, rate)
    low_scale, high_scale = ONE / (ONE + low_warp), ONE / (ONE + high_warp)
    x1, y1, z1 = state[0], state[1], state[2]
    for i in range(Q):
        whole = np.int64(delay)
        part = delay - F32(whole)
        at = frame + i - whole
        a, b = ring[(at + np.int64(1)) & MASK], ring[at & MASK]
        c, d = ring[(at - np.int64(1)) & MASK], ring[(at - np.int64(2)) & MASK]
        # Lagrange's cubic through four samples
        p, m = part + ONE, part - ONE
        t = part - TWO
        outer = part * m * SIXTH * (p * d - t * a)
        x = (p * t * HALF * (m * b - part * c) + outer) * gain
        y = ((low_warp + low) * x + (low_warp - low) * x1 - (low_warp - ONE) * y1) * low_scale
        z = ((high_warp + high) * y + (high_warp - high) * y1 - (high_warp - ONE) * z1) * high_scale
        x1, y1, z1 = x, y, z
        audio[i] += z
        delay += delay_step
        gain += gain_step
        low += low_step
        high += high_step
    if not (abs(x1) + abs(y1) + abs(z1) < F32(1e6)):
        x1, y1, z1 = ZERO, ZERO, ZERO
    state[0], state[1], state[2] = x1, y1, z1
    ears["delay"][side, ear], ears["gain"][side, ear] = delay, gain
    ears["low"][side, ear], ears["high"][side, ear] = low, high


@rtsafe
def hear_side(ears: Any, side: int, row: int, master: int, frame: int, share: float, rate: float) -> None:
    """Add a side of a bus to both ears, the first two channels of the master."""
    data = carray(pointer(row), Q, np.float32)
    ring = ears["ring"][side]
    for i in range(Q):
        ring[(frame + i) & MASK] = data[i]
    for ear in range(np.int64(2)):
        hear(ears, side, ear, master + np.int64(4) * Q * ear, frame, share, rate)
