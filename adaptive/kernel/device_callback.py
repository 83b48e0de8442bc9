"""The body of a device callback: renders one block if the stream's gate is open, else writes silence.

The callback of an abandoned stream may run once more after another stream has taken over the engine.
Each stream therefore has a gate, one word that is changed atomically.  Either the callback sets
``GATE_INSIDE`` before the gate is shut, and the thread that shuts it sees that bit and waits; or the
callback finds the gate shut and leaves the engine alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel import control, fill
from adaptive.kernel.atomic import (
    FLUSH_BITS,
    keep_bits,
    load_acquire,
    read_float_mode,
    set_bits,
    write_float_mode,
)
from adaptive.kernel.clock import nanoseconds
from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.layout import GATE_INSIDE, GATE_SHUT, HEADER, ROOT, TELEMETRY
from adaptive.kernel.timing import note_time

ONE = np.int64(1)
CLOCK_OFFSET = np.int64(TELEMETRY.fields["clock"][1])
GATE_OFFSET = np.int64(ROOT.fields["gate"][1])
INSIDE, SHUT, NOT_INSIDE = np.int64(GATE_INSIDE), np.int64(GATE_SHUT), np.int64(~GATE_INSIDE)


@rtsafe
def play_block(root_address: int, outputs: int, frames: int, underflows: int) -> None:
    """Fill one block of a stream, or clear it if the stream's gate is shut.

    Parameters
    ----------
    root_address, outputs : int64
        Addresses of the stream's `ROOT` and of ``frames × device_channels`` interleaved float32.
    frames, underflows : int64
        Length of the block, and underruns the device reported with it.
    """
    root = carray(pointer(root_address), ONE, ROOT)[0]
    channels = root["device_channels"]
    root["blocks"] += ONE
    if set_bits(root_address + GATE_OFFSET, INSIDE) & SHUT != np.int64(0):
        fill.clear(carray(pointer(outputs), frames * channels, np.float32))
    else:
        render_block(root, root_address, outputs, frames, underflows)
    keep_bits(root_address + GATE_OFFSET, NOT_INSIDE)


@rtsafe
def render_block(root: Any, root_address: int, outputs: int, frames: int, underflows: int) -> None:
    """Fill the block from the engine whose header is published now, and record how long it took."""
    header_address = load_acquire(root_address)
    header = carray(pointer(header_address), ONE, HEADER)[0]
    telemetry = control.telemetry_of(header)
    clock_address = header["at_telemetry"] + CLOCK_OFFSET
    began = nanoseconds(telemetry["clock"], clock_address)
    mode = read_float_mode()
    write_float_mode(mode | np.int64(FLUSH_BITS))
    channels = root["device_channels"]
    fill.fill(header, header_address, outputs, frames, channels)
    write_float_mode(mode)
    root["header_seen"] = header_address
    root["last_ns"] = began
    root["frames"] += frames
    telemetry["underflows"] += underflows
    ended = nanoseconds(telemetry["clock"], clock_address)
    note_time(telemetry, began, ended, frames, header["sample_rate"])
