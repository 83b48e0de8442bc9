"""The body of a device callback: renders one block if the stream's gate is open, else writes silence.

While the gate is shut, one block of an engine like the one that will play may be rendered, and thrown away.

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
    store_release,
    write_float_mode,
)
from adaptive.kernel.clock import nanoseconds
from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.layout import GATE_INSIDE, GATE_SHUT, HEADER, ROOT, TELEMETRY
from adaptive.kernel.timing import note_time

ONE = np.int64(1)
CLOCK_OFFSET = np.int64(TELEMETRY.fields["clock"][1])
GATE_OFFSET = np.int64(ROOT.fields["gate"][1])
REHEARSAL_OFFSET = np.int64(ROOT.fields["rehearsal"][1])
INSIDE, SHUT, NOT_INSIDE = np.int64(GATE_INSIDE), np.int64(GATE_SHUT), np.int64(~GATE_INSIDE)


@rtsafe
def enter_gate(root_address: int) -> bool:
    """Return whether the stream's gate is open; `leave_gate` must follow in any case."""
    return set_bits(root_address + GATE_OFFSET, INSIDE) & SHUT == np.int64(0)


@rtsafe
def leave_gate(root_address: int) -> None:
    """Let the thread that shuts the gate go on."""
    keep_bits(root_address + GATE_OFFSET, NOT_INSIDE)


@rtsafe
def now_ns(header: Any) -> int:
    """The time on the clock of the telemetry."""
    clock_address = header["at_telemetry"] + CLOCK_OFFSET
    return nanoseconds(control.telemetry_of(header)["clock"], clock_address)


@rtsafe
def flush_to_zero() -> int:
    """Treat denormal numbers as zero from here on; return the mode before, for `write_float_mode`."""
    mode = read_float_mode()
    write_float_mode(mode | np.int64(FLUSH_BITS))
    return mode


@rtsafe
def note_block(root: Any, header: Any, header_address: int, began: int, frames: int) -> None:
    """Record that a block was rendered, by which engine, and how long it took."""
    root["header_seen"] = header_address
    root["last_ns"] = began
    root["frames"] += frames
    note_time(control.telemetry_of(header), began, now_ns(header), frames, header["sample_rate"])


@rtsafe
def rehearse(root_address: int, out_address: int, frames: int, channels: int) -> None:
    """Render a block of the engine that only rehearses, if there is one; nobody hears the block.

    The code of a quantum and its branches are then known to the processor on which the callback runs.
    """
    at = root_address + REHEARSAL_OFFSET
    header_address = load_acquire(at)
    if header_address != np.int64(0):
        header = carray(pointer(header_address), ONE, HEADER)[0]
        mode = flush_to_zero()
        fill.fill(header, header_address, out_address, frames, channels)
        write_float_mode(mode)
        store_release(at, np.int64(0))


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
    root["blocks"] += ONE
    if enter_gate(root_address):
        render_block(root, root_address, outputs, frames, underflows)
    else:
        rehearse(root_address, outputs, frames, root["device_channels"])
        fill.clear(carray(pointer(outputs), frames * root["device_channels"], np.float32))
    leave_gate(root_address)


@rtsafe
def render_block(root: Any, root_address: int, outputs: int, frames: int, underflows: int) -> None:
    """Fill the block from the engine whose header is published now, and record how long it took."""
    header_address = load_acquire(root_address)
    header = carray(pointer(header_address), ONE, HEADER)[0]
    began = now_ns(header)
    mode = flush_to_zero()
    fill.fill(header, header_address, outputs, frames, root["device_channels"])
    write_float_mode(mode)
    control.telemetry_of(header)["underflows"] += underflows
    note_block(root, header, header_address, began, frames)
