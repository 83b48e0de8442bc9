"""The master: volume, pause, DC block, look-ahead limiter, meters.

The limiter never lets a sample past its ceiling.  Per frame it wants the gain that brings the loudest
channel to the ceiling; it takes the least wanted within its look-ahead, recovers slowly, and averages
over the look-ahead, so that the gain has arrived when the peak does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, ONE, ZERO, ramp_at
from adaptive.kernel.dsp.meter import energy, peak_of
from adaptive.kernel.dsp.one_pole import high_pass, release_row
from adaptive.kernel.dsp.ramps import scale_quantum
from adaptive.kernel.dsp.vectors import ROW_OFFSETS, VECTOR_BYTES, VECTORS, load, splat, store
from adaptive.kernel.layout import LINEAR, MASTER, MASTER_LOOK_AHEAD, QUANTUM

Q = np.int64(QUANTUM)
W = np.int64(MASTER_LOOK_AHEAD)
SPAN = Q + W
FRAMES = QUANTUM + MASTER_LOOK_AHEAD
ROW = np.int64(4) * Q
WINDOW_QUANTA = np.int32(2 + MASTER_LOOK_AHEAD // QUANTUM)
SMOOTH_OFFSET = np.int64(MASTER.fields["smooth"][1] + 4 * MASTER_LOOK_AHEAD)
GAIN_OFFSET = np.int64(MASTER.fields["doubled"][1])
DELAY = 4 * MASTER_LOOK_AHEAD  # bytes a channel's delay takes
DELAY_BYTES = np.int64(DELAY)
LEAST_OFFSET = np.int64(MASTER.fields["doubled"][1] + 4 * MASTER_LOOK_AHEAD)


@rtsafe
def apply_gain(master: Any, address: int, channels: int, header: Any) -> None:
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
    if before == ONE and after == ONE:
        return
    for channel in range(channels):
        scale_quantum(address + ROW * channel, before, (after - before) / F32(QUANTUM))


@rtsafe
def block_dc(master: Any, audio: Any, address: int, channels: int) -> None:
    """High-pass at 5 Hz: ``y[n] = x[n] - x[n-1] + r·y[n-1]``."""
    for channel in range(channels):
        last_input = audio[channel, Q - np.int64(1)]
        last = high_pass(
            address + ROW * channel, master["dc_coefficient"],
            master["dc_input"][channel], master["dc_output"][channel],
        )  # fmt: skip
        if not (abs(last) < F32(1e6)):
            last_input = ZERO
            last = ZERO
            for i in range(Q):
                audio[channel, i] = ZERO
        master["dc_input"][channel] = last_input
        master["dc_output"][channel] = last


@rtsafe
def is_needed(master: Any, address: int, channels: int) -> bool:
    """Whether a frame of the quantum or of the window is above the ceiling, or the gain still below 1."""
    loudest = ZERO
    for channel in range(channels):
        loudest = max(loudest, peak_of(address + ROW * channel))
    if loudest > master["ceiling"]:
        master["loud_quanta"] = WINDOW_QUANTA
    elif master["loud_quanta"] > 0:
        master["loud_quanta"] -= np.int32(1)
    return master["loud_quanta"] > 0 or master["is_limiting"] == 1


@rtsafe
def want_gain(master: Any, audio: Any, channels: int) -> None:
    """Gain each new frame wants."""
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
    for i in range(Q):
        peak = wanted[W + i]
        wanted[W + i] = ceiling / peak if peak > ceiling else ONE


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
def recover(master: Any, master_address: int) -> None:
    """Hold the least, recover by the release."""
    smooth, least = master["smooth"], master["doubled"]
    for i in range(W):
        smooth[i] = smooth[i + Q]
    before = master["reduction"]
    gain = release_row(
        master_address + SMOOTH_OFFSET, master_address + LEAST_OFFSET, ONE - master["release"], before
    )
    reduced, held = np.int32(0), np.int32(0)
    for i in range(SPAN):
        reduced += np.int32(smooth[i] < ONE)
    for i in range(W, SPAN):
        held += np.int32(least[i] < ONE)
    # in single precision it comes near 1 and no further: there it has recovered
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


@intrinsic
def delay_row(_context: Any, _out: Any, _line: Any, _row: Any) -> Any:
    """Write the row that entered a look-ahead ago and let another enter; `_line` keeps what is between."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        out, line, row = args
        leaving = [load(builder, line, offset) for offset in range(0, DELAY, VECTOR_BYTES)]
        entering = [load(builder, row, offset) for offset in ROW_OFFSETS]
        for offset, vector in zip(ROW_OFFSETS, leaving[:VECTORS], strict=True):
            store(builder, vector, out, offset)
        staying = [*leaving[VECTORS:], *entering]
        for number, vector in enumerate(staying):
            store(builder, vector, line, number * VECTOR_BYTES)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


@intrinsic
def multiply_row(_context: Any, _row: Any, _gains: Any, _ceiling: Any) -> Any:
    """Multiply a row by another and hold it under the ceiling.

    The average of gains that each suffice suffices; rounding may miss by 1e-7.
    """

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        row, gains = args[:2]
        most, least = splat(builder, args[2]), splat(builder, builder.fneg(args[2]))
        for offset in ROW_OFFSETS:
            value = builder.fmul(load(builder, row, offset), load(builder, gains, offset))
            value = builder.select(builder.fcmp_ordered(">", value, most), most, value)
            value = builder.select(builder.fcmp_ordered("<", value, least), least, value)
            store(builder, value, row, offset)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, types.float32), generate


@rtsafe
def limit(
    master: Any, master_address: int, audio: Any, address: int, delay_address: int, out_address: int,
    channels: int,
) -> None:  # fmt: skip
    """Delay by the look-ahead and hold every sample under the ceiling; some things also come by address."""
    is_limited = is_needed(master, address, channels)
    if is_limited:
        want_gain(master, audio, channels)
        least_of_window(master)
        recover(master, master_address)
        average_window(master)
    for channel in range(channels):
        to = out_address + ROW * channel
        delay_row(to, delay_address + DELAY_BYTES * channel, address + ROW * channel)
        if is_limited:
            multiply_row(to, master_address + GAIN_OFFSET, master["ceiling"])
    if is_limited:
        for i in range(Q):
            master["least_gain"] = min(master["least_gain"], master["doubled"][i])


@rtsafe
def measure_master(master: Any, address: int, channels: int, share: float) -> None:
    """Peak and mean square of each channel of the output at an address."""
    for channel in range(channels):
        at = address + ROW * channel
        master["peak"][channel] = max(master["peak"][channel], peak_of(at))
        mean = energy(at) / F32(QUANTUM)
        master["square"][channel] += (mean - master["square"][channel]) * share
