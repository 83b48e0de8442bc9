"""The master: volume, pause, DC block, look-ahead limiter, meters.

The limiter never lets a sample past its ceiling.  Per frame it wants the gain that brings the loudest
channel to the ceiling; it takes the least wanted within its look-ahead, recovers slowly, and averages
over the look-ahead, so that the gain has arrived when the peak does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.jit import rtsafe
from adaptive.kernel.layout import LINEAR, MASTER_LOOK_AHEAD, QUANTUM
from adaptive.kernel.maths import F32, ONE, ZERO, ramp_at
from adaptive.kernel.meter import energy, peak_of

Q = np.int64(QUANTUM)
W = np.int64(MASTER_LOOK_AHEAD)
SPAN = Q + W
FRAMES = QUANTUM + MASTER_LOOK_AHEAD


@rtsafe
def apply_gain(master: Any, audio: Any, channels: int, header: Any) -> None:
    """Fade, volume and pause, as one straight line in the quantum."""
    before = master["gain_value"] * master["pause_value"] * master["volume_value"]
    master["gain_value"] = ramp_at(
        master["gain_from"], master["gain_to"], master["gain_start"], master["gain_frames"],
        np.int32(LINEAR), header["frame"] + Q,
    )  # fmt: skip
    volume = master["volume_value"]
    master["volume_value"] = volume + (header["volume_wanted"] - volume) * master["volume_share"]
    step = master["pause_step"]
    wanted = ONE - F32(header["pause_wanted"]) - master["pause_value"]
    master["pause_value"] += min(max(wanted, -step), step)
    if header["pause_wanted"] == 1 and master["pause_value"] <= ZERO:
        # two quanta of silence first: they push the end of the fade out of the look-ahead
        master["silent_quanta"] += np.int32(1)
        master["is_paused"] = np.int32(1) if master["silent_quanta"] > 2 else np.int32(0)
    else:
        master["silent_quanta"] = np.int32(0)
    after = master["gain_value"] * master["pause_value"] * master["volume_value"]
    line = (after - before) / F32(QUANTUM)
    for channel in range(channels):
        row = audio[channel]
        for i in range(Q):
            row[i] *= before + line * F32(i)


@rtsafe
def block_dc(master: Any, audio: Any, channels: int) -> None:
    """High-pass at 5 Hz: ``y[n] = x[n] - x[n-1] + r·y[n-1]``."""
    r = master["dc_coefficient"]
    for channel in range(channels):
        x, y = master["dc_input"][channel], master["dc_output"][channel]
        row = audio[channel]
        for i in range(Q):
            value = row[i]
            y = value - x + r * y
            x = value
            row[i] = y
        if not (abs(y) < F32(1e6)):
            y = ZERO
            x = ZERO
            for i in range(Q):
                row[i] = ZERO
        master["dc_input"][channel] = x
        master["dc_output"][channel] = y


@rtsafe
def want_gain(master: Any, audio: Any, channels: int) -> bool:
    """Gain each new frame wants; False when all of them and their past want none."""
    wanted = master["wanted"]
    ceiling = master["ceiling"]
    for i in range(W):
        wanted[i] = wanted[i + Q]
    for i in range(Q):
        wanted[W + i] = ZERO
    for channel in range(channels):
        row = audio[channel]
        for i in range(Q):
            wanted[W + i] = max(wanted[W + i], abs(row[i]))
    loud = np.int32(0)  # counted, not compared: integers add up in any order, so in vectors
    for i in range(Q):
        peak = wanted[W + i]
        loud += np.int32(peak > ceiling)
        wanted[W + i] = ceiling / peak if peak > ceiling else ONE
    return loud > 0 or master["is_limiting"] == 1


@rtsafe
def least_of_window(master: Any) -> None:
    """Least of the last 73 wanted gains, for the new frames, into `doubled`: doubling windows, then 64 + 9.

    What lies nearer to the beginning than a window is long is not read by the next.
    """
    for i in range(1, FRAMES):
        master["doubled"][i] = min(master["wanted"][i], master["wanted"][i - 1])
    for i in range(2, FRAMES):
        master["least"][i] = min(master["doubled"][i], master["doubled"][i - 2])
    for i in range(4, FRAMES):
        master["doubled"][i] = min(master["least"][i], master["least"][i - 4])
    for i in range(8, FRAMES):
        master["least"][i] = min(master["doubled"][i], master["doubled"][i - 8])
    for i in range(16, FRAMES):
        master["doubled"][i] = min(master["least"][i], master["least"][i - 16])
    for i in range(32, FRAMES):
        master["least"][i] = min(master["doubled"][i], master["doubled"][i - 32])
    # 73 gains: each of the 72 that are averaged must know of the frame that leaves the delay
    for i in range(MASTER_LOOK_AHEAD, FRAMES):
        master["doubled"][i] = min(master["least"][i], master["least"][i - 9])


@rtsafe
def recover_and_smooth(master: Any) -> None:
    """Hold the least, recover by the release."""
    smooth, least = master["smooth"], master["doubled"]
    for i in range(W):
        smooth[i] = smooth[i + Q]
    before, release = master["reduction"], master["release"]
    gain, kept = before, ONE - release
    for i in range(W, SPAN):
        gain = min(least[i], gain * kept + release)
        smooth[i] = gain
    reduced, held = np.int32(0), np.int32(0)
    for i in range(SPAN):
        reduced += np.int32(smooth[i] < ONE)
    for i in range(W, SPAN):
        held += np.int32(least[i] < ONE)
    # in single precision it comes no nearer than 0.9998 (at 48 kHz): there it has recovered
    master["reduction"] = ONE if held == 0 and gain == before else gain
    master["is_limiting"] = np.int32(1) if reduced > 0 else np.int32(0)


@rtsafe
def average_window(master: Any) -> None:
    """Mean of the last 72 gains for the new 64 frames, into `doubled`: doubling sums, then 64 + 8."""
    for i in range(1, FRAMES):
        master["least"][i] = master["smooth"][i] + master["smooth"][i - 1]
    for i in range(2, FRAMES):
        master["doubled"][i] = master["least"][i] + master["least"][i - 2]
    for i in range(4, FRAMES):
        master["wide"][i] = master["doubled"][i] + master["doubled"][i - 4]
    for i in range(8, FRAMES):
        master["least"][i] = master["wide"][i] + master["wide"][i - 8]
    for i in range(16, FRAMES):
        master["doubled"][i] = master["least"][i] + master["least"][i - 16]
    for i in range(32, FRAMES):
        master["least"][i] = master["doubled"][i] + master["doubled"][i - 32]
    for i in range(QUANTUM):
        total = master["least"][i + MASTER_LOOK_AHEAD] + master["wide"][i + MASTER_LOOK_AHEAD - 64]
        master["doubled"][i] = total / F32(MASTER_LOOK_AHEAD)


@rtsafe
def limit(master: Any, audio: Any, delay: Any, out: Any, channels: int) -> None:
    """Delay by the look-ahead and hold every sample under the ceiling."""
    is_needed = want_gain(master, audio, channels)
    if is_needed:
        least_of_window(master)
        recover_and_smooth(master)
        average_window(master)
    for channel in range(channels):
        line, row, to = delay[channel], audio[channel], out[channel]
        for i in range(Q):
            line[W + i] = row[i]
        for i in range(Q):
            to[i] = line[i]
        for i in range(W):
            line[i] = line[i + Q]
        if is_needed:
            ceiling = master["ceiling"]
            for i in range(Q):
                value = to[i] * master["doubled"][i]
                # the average of gains that each suffice suffices; rounding may miss by 1e-7
                to[i] = min(max(value, -ceiling), ceiling)
    if is_needed:
        for i in range(Q):
            master["least_gain"] = min(master["least_gain"], master["doubled"][i])


@rtsafe
def measure_master(master: Any, address: int, channels: int, share: float) -> None:
    """Peak and mean square of each channel of the output at an address."""
    for channel in range(channels):
        at = address + np.int64(4) * Q * channel
        master["peak"][channel] = max(master["peak"][channel], peak_of(at))
        mean = energy(at) / F32(QUANTUM)
        master["square"][channel] += (mean - master["square"][channel]) * share
