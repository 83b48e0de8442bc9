"""The master: volume, pause, DC block, look-ahead limiter, meters.

No sample of the limiter's output exceeds its ceiling.  For each frame the wanted gain brings the loudest
channel to the ceiling.  The limiter takes the lowest wanted gain within its look-ahead, lets it recover
slowly, and averages it over the look-ahead, so that the gain is reached when the peak arrives.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, ONE, ZERO
from adaptive.kernel.dsp.meter import energy, least_of, peak_of
from adaptive.kernel.dsp.one_pole import high_pass, release_row
from adaptive.kernel.dsp.ramps import ramp_at, scale_quantum
from adaptive.kernel.dsp.vectors import ROW_OFFSETS, VECTOR_BYTES, VECTORS, load, splat, store
from adaptive.kernel.layout import LINEAR, MASTER, MASTER_LOOK_AHEAD, QUANTUM

Q = np.int64(QUANTUM)
W = np.int64(MASTER_LOOK_AHEAD)
LENGTH = Q + W
FRAMES = QUANTUM + MASTER_LOOK_AHEAD
ROW = np.int64(4) * Q
WINDOW_QUANTA = np.int32(2 + MASTER_LOOK_AHEAD // QUANTUM)
SMOOTH_OFFSET = np.int64(MASTER.fields["smooth"][1] + 4 * MASTER_LOOK_AHEAD)
GAIN_OFFSET = np.int64(MASTER.fields["doubled"][1])
DELAY = 4 * MASTER_LOOK_AHEAD  # bytes of the delay line of one channel
DELAY_BYTES = np.int64(DELAY)
LEAST_OFFSET = np.int64(MASTER.fields["doubled"][1] + 4 * MASTER_LOOK_AHEAD)


@rtsafe
def apply_gain(master: Any, address: int, channels: int, header: Any) -> None:
    """Apply fade, volume, pause and a held level as one straight gain line over the quantum."""
    level = master["control_gain_now"]
    before = master["gain_value"] * master["pause_value"] * master["volume_value"] * level
    master["gain_value"] = ramp_at(
        master["gain_from"], master["gain_to"], master["gain_start"], master["gain_frames"],
        np.int32(LINEAR), header["frame"] + Q,
    )  # fmt: skip
    volume = master["volume_value"]
    master["volume_value"] = volume + (header["volume_wanted"] - volume) * master["volume_share"]
    level += (master["control_gain"] - level) * header["control_share"]
    master["control_gain_now"] = level
    step = master["pause_step"]
    wanted = ONE - F32(header["pause_wanted"]) - master["pause_value"]
    master["pause_value"] += min(max(wanted, -step), step)
    if header["pause_wanted"] == 1 and master["pause_value"] <= ZERO:
        # two quanta of silence first, so that the end of the fade leaves the look-ahead
        master["silent_quanta"] += np.int32(1)
        master["is_paused"] = np.int32(1) if master["silent_quanta"] > 2 else np.int32(0)
    else:
        master["silent_quanta"] = np.int32(0)
    after = master["gain_value"] * master["pause_value"] * master["volume_value"] * level
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
    """Whether a frame of the quantum or the look-ahead exceeds the ceiling, or the gain is still below 1."""
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
    """Compute the wanted gain of each new frame: at most 1, and low enough for its loudest channel."""
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
    """Write the lowest of the last 73 wanted gains, for each new frame, to `doubled`.

    Windows of 2, 4, 8, 16, 32 and 64 gains are each built from two of the windows before; 64 and 64 gains
    that start 9 frames apart make 73.  Results whose window would begin before the array are invalid; the
    last pass does not read them.
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
    # 73 gains: each of the 72 averaged ones must cover the frame that leaves the delay
    for i in range(MASTER_LOOK_AHEAD, FRAMES):
        master["doubled"][i] = min(master["least"][i], master["least"][i - 9])


@rtsafe
def recover(master: Any, master_address: int) -> None:
    """Follow the lowest wanted gain at once and recover from it with the release time."""
    smooth, least = master["smooth"], master["doubled"]
    for i in range(W):
        smooth[i] = smooth[i + Q]
    before = master["reduction"]
    gain = release_row(
        master_address + SMOOTH_OFFSET, master_address + LEAST_OFFSET, ONE - master["release"], before
    )
    reduced, held = np.int32(0), np.int32(0)
    for i in range(LENGTH):
        reduced += np.int32(smooth[i] < ONE)
    for i in range(W, LENGTH):
        held += np.int32(least[i] < ONE)
    # in single precision the gain stops short of 1: when it no longer moves, it has recovered
    master["reduction"] = ONE if held == 0 and gain == before else gain
    master["is_limiting"] = np.int32(1) if reduced > 0 else np.int32(0)


@rtsafe
def average_window(master: Any) -> None:
    """Write the mean of the last 72 gains, for each new frame, to `doubled`.

    Sums of 2, 4, 8, 16, 32 and 64 gains are each built from two sums before; 64 and 8 gains make 72.
    """
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
    """Delay a row by the look-ahead: write the oldest row to `_out` and move `_row` into the line `_line`."""

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
    """Multiply a row by a row of gains and clamp it to the ceiling.

    The averaged gain is low enough by itself; clamping removes rounding errors of up to 1e-7.
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
    """Delay the mix by the look-ahead and keep every sample under the ceiling.

    `master_address` and `address` are those of `master` and of the first channel of `audio`.
    """
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
        master["least_gain"] = min(master["least_gain"], least_of(master_address + GAIN_OFFSET))


@rtsafe
def measure_master(master: Any, address: int, channels: int, share: float) -> None:
    """Update peak and mean square of each channel of the output, whose rows begin at `address`."""
    for channel in range(channels):
        at = address + ROW * channel
        master["peak"][channel] = max(master["peak"][channel], peak_of(at))
        mean = energy(at) / F32(QUANTUM)
        master["square"][channel] += (mean - master["square"][channel]) * share
