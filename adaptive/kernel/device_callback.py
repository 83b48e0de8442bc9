"""One block for one stream of a sound card: through its gate, or silence.

A stream that was given up may wake up and call once more, while another already drives the engine.
So a callback passes a gate of its own stream first.  The gate is one word and every change of it one
indivisible step: either the callback is inside before the gate is shut, and whoever shut it sees that
and waits, or it finds the gate shut.
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
    """Fill the block of a stream at an address, note how long it took; silence if its gate is shut."""
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
    """Fill the block from the engine whose header is published at this moment."""
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
