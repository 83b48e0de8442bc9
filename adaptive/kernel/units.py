"""The units: C functions ``(header, item, first, count) -> int32`` for each family of objects, and callbacks.

Each unit is compiled and cached separately, under a hash of the sources it depends on, so that an edit of
the reverb does not recompile the voices.  Only `adaptive.kernel.compile.build` imports this module; it
compiles the units and returns their addresses.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, types

from adaptive.kernel import bus, control, device_callback, fill, jack_ports, master, osc_receiver, panner
from adaptive.kernel.atomic import (
    FLUSH_BITS,
    add_to_word,
    keep_bits,
    read_float_mode,
    set_bits,
    store_release,
    write_float_mode,
)
from adaptive.kernel.bus_record import BUS_GROUP
from adaptive.kernel.capture import capture_block
from adaptive.kernel.capture_record import CAPTURE
from adaptive.kernel.compile.jit import UNIT, call_unit, pointer
from adaptive.kernel.dsp.fft import fft
from adaptive.kernel.dsp.rows import clear_rows
from adaptive.kernel.layout import (
    BUS_BEGIN,
    ENTRY,
    HEADER,
    LANES,
    MASTER,
    PAIRS,
    QUANTUM,
    ROOT,
    SOUND,
    STEP,
    UNIT_CONTROL,
)
from adaptive.kernel.osc_receiver_layout import RECEIVER
from adaptive.kernel.processors.registry import PROCESSORS
from adaptive.kernel.sources import clip, stretched_clips
from adaptive.kernel.sources.clip_record import CLIP_GROUP
from adaptive.kernel.sources.registry import SOURCES
from adaptive.kernel.sources.stretch_record import STRETCH, STRETCH_PLAN, STRETCH_WORK

Q = np.int64(QUANTUM)
PAIR = np.int64(8) * Q  # bytes of both channels of a bus
ONE = np.int64(1)
# addresses are int64 where C has pointers: both are passed in the same registers
PORTAUDIO = types.int32(types.int64, types.int64, types.uint64, types.int64, types.uint64, types.int64)
ROOT_BYTES = np.int64(ROOT.itemsize)
JACK = types.int32(types.uint32, types.int64)
MINIAUDIO = types.void(types.int64, types.int64, types.int64, types.uint32)


def control_unit(header_address: int, item: int, first: int, count: int) -> int:
    """Prepare a quantum (item 0) or finish it (item 1)."""
    header = carray(pointer(header_address), ONE, HEADER)[0]
    if item == 0:
        control.begin_quantum(header, control.telemetry_of(header))
    else:
        control.end_quantum(header)
        control.publish_step(header, header_address)
    return np.int32(0)


def clips_unit(header_address: int, item: int, first: int, count: int) -> int:
    """Render every clip into its bus."""
    header = carray(pointer(header_address), ONE, HEADER)[0]
    clips = carray(pointer(header["at_clips"]), header["clip_groups"], CLIP_GROUP)
    sounds = carray(pointer(header["at_sounds"]), header["sound_count"], SOUND)
    entries = carray(pointer(header["at_entries"]), header["entry_count"], ENTRY)
    buses = carray(pointer(header["at_bus_audio"]), (header["bus_count"], 2, QUANTUM), np.float32)
    lanes = carray(pointer(header["at_lanes"]), (LANES, QUANTUM), np.float32)
    clip.render_clips(
        clips, header["at_clips"], header["clip_groups"], sounds, entries, buses, header["at_bus_audio"],
        lanes, header["at_lanes"], header["frame"], np.float32(header["sample_rate"]),
        header["declick_decay"],
    )  # fmt: skip
    return np.int32(0)


def stretch_unit(header_address: int, item: int, first: int, count: int) -> int:
    """Render a quantum of every clip that follows a tempo map, for `clips_unit` to mix."""
    header = carray(pointer(header_address), ONE, HEADER)[0]
    groups = header["clip_groups"]
    clips = carray(pointer(header["at_clips"]), groups, CLIP_GROUP)
    sounds = carray(pointer(header["at_sounds"]), header["sound_count"], SOUND)
    plans = carray(pointer(header["at_stretch_plans"]), np.int64(2) * header["sound_count"], STRETCH_PLAN)
    stretches = carray(pointer(header["at_stretches"]), groups * np.int64(PAIRS), STRETCH)
    work = carray(pointer(header["at_stretch_work"]), ONE, STRETCH_WORK)[0]
    made = stretched_clips.render_stretched(
        clips, groups, sounds, plans, stretches, header["at_stretches"], header["at_stretch_rows"],
        header["at_stretch_tables"], work, header["at_stretch_work"], header["at_sinc"], header["frame"],
    )  # fmt: skip
    telemetry = control.telemetry_of(header)
    telemetry["stretch_hops"] += made
    telemetry["most_hops"] = max(telemetry["most_hops"], made)
    return np.int32(0)


def fft_unit(re: int, im: int, out_re: int, out_im: int, tables: int, work: int) -> None:
    """The Fourier transform of 4,096 points; all arguments are addresses."""
    fft(re, im, out_re, out_im, tables, work)


def buses_unit(header_address: int, item: int, first: int, count: int) -> int:
    """Render the part of a group of buses (`item`) before its inserts (`first` 0), or after them (1).

    Bits of `count` say which columns are rendered after their inserts.
    """
    header = carray(pointer(header_address), ONE, HEADER)[0]
    groups = carray(pointer(header["at_buses"]), header["bus_groups"], BUS_GROUP)
    if first == BUS_BEGIN:
        audio = carray(pointer(header["at_bus_audio"]), (header["bus_count"], 2, QUANTUM), np.float32)
        bus.begin_group(groups[item], item, audio, header, control.telemetry_of(header))
    else:
        entries = carray(pointer(header["at_entries"]), header["entry_count"], ENTRY)
        bus.end_group(groups[item], item, count, entries, header)
    return np.int32(0)


def panner_unit(header_address: int, item: int, first: int, count: int) -> int:
    """Take every placed bus to the channels of the output; see `kernel.panner`."""
    panner.render_rig(carray(pointer(header_address), ONE, HEADER)[0])
    return np.int32(0)


def master_unit(header_address: int, item: int, first: int, count: int) -> int:
    """Render the output from the mix: DC block, gain, limiter, meters."""
    header = carray(pointer(header_address), ONE, HEADER)[0]
    state = carray(pointer(header["at_master"]), ONE, MASTER)[0]
    channels = header["channels"]
    mix_address, master_address = header["at_master_audio"], header["at_master"]
    delay_address, out_address = header["at_master_delay"], header["at_output"]
    mix = carray(pointer(mix_address), (channels, QUANTUM), np.float32)
    # the gain follows the DC block: the state of that filter would outlast a fade before it
    master.block_dc(state, mix, mix_address, channels)
    master.apply_gain(state, mix_address, channels, header)
    master.limit(state, master_address, mix, mix_address, delay_address, out_address, channels)
    master.measure_master(state, out_address, channels, header["meter_share"])
    return np.int32(0)


def quantum_unit(header_address: int, item: int, first: int, count: int) -> int:
    """Render one quantum of the whole engine, in the order of ``docs/realtime.md``.

    While the engine is paused, its position holds and the output is silence.
    """
    header = carray(pointer(header_address), ONE, HEADER)[0]
    state = carray(pointer(header["at_master"]), ONE, MASTER)[0]
    channels = header["channels"]
    if state["is_paused"] == 1:
        if header["pause_wanted"] == 1:
            clear_rows(header["at_output"], channels)
            return np.int32(1)
        state["is_paused"] = np.int32(0)
    clear_rows(header["at_bus_audio"], np.int64(2) * header["bus_count"])
    clear_rows(header["at_master_audio"], channels)
    zero = np.int64(0)
    units = carray(pointer(header["at_units"]), header["unit_count"], np.int64)
    steps = carray(pointer(header["at_steps"]), header["step_rows"], STEP)
    call_unit(units[UNIT_CONTROL], header_address, zero, zero, zero)
    for number in range(header["step_rows"]):
        step = steps[number]
        if step["unit"] < 0:
            break
        call_unit(units[step["unit"]], header_address, step["item"], step["first"], step["count"])
    fill.tap_buses(header)
    call_unit(units[UNIT_CONTROL], header_address, ONE, zero, zero)
    control.telemetry_of(header)["quanta"] += ONE
    return np.int32(0)


def pull_unit(header_address: int, out_address: int, frames: int, channels: int) -> int:
    """Fill `frames` interleaved frames of `channels`; for files, sockets and tests."""
    header = carray(pointer(header_address), ONE, HEADER)[0]
    mode = read_float_mode()
    write_float_mode(mode | np.int64(FLUSH_BITS))
    fill.fill(header, header_address, out_address, frames, channels)
    write_float_mode(mode)
    return np.int32(0)


def callback(_inputs: int, outputs: int, frames: int, _time: int, flags: int, root_address: int) -> int:
    """The stream callback for PortAudio; its user data is the address of the stream's `ROOT`."""
    underflows = np.int64(flags & np.uint64(4)) // np.int64(4)
    device_callback.play_block(root_address, outputs, np.int64(frames), underflows)
    return np.int32(0)


def miniaudio_callback(device_address: int, outputs: int, _inputs: int, frames: int) -> None:
    """The data callback for miniaudio; the stream's `ROOT` is stored directly in front of the device.

    miniaudio passes the address of its ``ma_device`` and no user data.  The sink allocates the memory of the
    device, so it puts the root in front of it: no offset within the device has to be known.
    """
    device_callback.play_block(device_address - ROOT_BYTES, outputs, np.int64(frames), np.int64(0))


def jack_callback(frames: int, root_address: int) -> int:
    """The process callback of a JACK client; its argument is the address of the stream's `ROOT`."""
    jack_ports.play_ports(root_address, np.int64(frames))
    return np.int32(0)


def capture(inputs: int, _outputs: int, frames: int, _time: int, _flags: int, address: int) -> int:
    """The callback of an input stream for PortAudio; its user data is the address of a `CAPTURE`."""
    record = carray(pointer(address), ONE, CAPTURE)[0]
    capture_block(record, address, inputs, np.int64(frames))
    return np.int32(0)


def word_unit(address: int, bits: int, mode: int, _count: int) -> int:
    """Atomically set bits of a word (mode 0), keep only these (1) or add (2); return the previous value."""
    if mode == 1:
        return np.int32(keep_bits(address, bits))
    if mode == 2:
        return np.int32(add_to_word(address, bits))
    return np.int32(set_bits(address, bits))


def receive_unit(receiver_address: int, _item: int, _first: int, _count: int) -> int:
    """Receive OSC until told to stop; runs in its own thread."""
    osc_receiver.receive(carray(pointer(receiver_address), ONE, RECEIVER)[0], receiver_address)
    return np.int32(0)


def publish_unit(address: int, value: int, _first: int, _count: int) -> int:
    """Store a word with release ordering, as the producer of a ring does."""
    store_release(address, value)
    return np.int32(0)


UNITS: dict[str, tuple[Any, Any]] = {
    "control": (control_unit, UNIT),
    "clips": (clips_unit, UNIT),
    "stretch": (stretch_unit, UNIT),
    "fft": (fft_unit, types.void(*[types.int64] * 6)),
    "buses": (buses_unit, UNIT),
    "panner": (panner_unit, UNIT),
    "master": (master_unit, UNIT),
    "quantum": (quantum_unit, UNIT),
    "pull": (pull_unit, UNIT),
    "callback": (callback, PORTAUDIO),
    "miniaudio_callback": (miniaudio_callback, MINIAUDIO),
    "jack_callback": (jack_callback, JACK),
    "capture": (capture, PORTAUDIO),
    "publish": (publish_unit, UNIT),
    "word": (word_unit, UNIT),
    "receive": (receive_unit, UNIT),
}
"""Function and C signature of each unit."""

KINDS = {kind: one.unit for table in (SOURCES, PROCESSORS) for kind, one in table.items()}
"""Units of sound sources and processors."""

if not UNITS.keys().isdisjoint(KINDS) or len(KINDS) < len(SOURCES) + len(PROCESSORS):
    raise ValueError("a kind of source or processor has the name of a unit of the kernel, or of another")
UNITS |= {kind: (unit, UNIT) for kind, unit in KINDS.items()}

OPTIONAL = frozenset({"capture", "jack_callback", "clips", "stretch", "fft", "panner", *KINDS})
"""Units that are compiled only for an engine that uses them."""
