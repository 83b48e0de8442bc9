"""Memory layout: every record that the kernel shares with the engine in Python, and their common constants.

Rules (measured, see ``docs/realtime.md``): repeated objects are stored in groups of 16 lanes, one record for
each group, with every field of the inner loop in that record.  Counts of objects are run-time sizes; small
fixed sizes belong to the record.  Records hold indices; addresses are in `HEADER`, in `STEP`, for
shared audio in `SOUND`, for the memory of inserts in their groups, which can be added while it plays, and for
the output of a stretched clip in its group.
"""

from __future__ import annotations

from typing import Any

import numpy as np

QUANTUM = 64
"""Frames rendered at a time; a quantum begins at a multiple of 64."""

LANES = 16
"""Voices, or channels of clips or buses, in one record."""

PAIRS = LANES // 2
"""Stereo clips, or stereo buses, in one record."""

CONTROL_STEP_QUANTA = 4
CONTROL_STEP_FRAMES = CONTROL_STEP_QUANTA * QUANTUM
"""A control step of the conductor: 256 frames, 5.3 ms at 48 kHz."""

HISTORY_COLUMNS = 5
"""Of a parameter in a control step: value, age in seconds, health, target, what was sent last."""

HEALTH_STALE, HEALTH_SLOW, HEALTH_DOUBTFUL = 1, 2, 4
"""Bits of a parameter's health: silent for too long, rarer than expected, the last reading was refused."""

HEALTH_READINGS = 7
"""Readings of a parameter among which an outlier is looked for."""

MAX_CHANNELS = 64
QUIET_QUANTA = 375
"""Quanta of silence (half a second at 48 kHz) after which a bus is skipped."""

CURVE_POINTS = 8
PROGRAM_LENGTH = 64
PROGRAM_STACK = 16
MASTER_LOOK_AHEAD = 72
"""Frames of limiter look-ahead; above 150 Hz, more than 64 to 96 frames make its distortion little lower."""


TIME_BINS = 160
"""Bins of callback durations, an eighth of an octave each, from 128 ns to 134 ms."""

CACHE_LINE = 64


def record(fields: list[Any]) -> np.dtype[Any]:
    """Lay out a record so that vectors do not cross cache lines.

    Fields of 64 bytes or more begin at a cache line, fields of 16 or 32 bytes at a multiple of their size,
    others at their natural alignment.

    Sixteen lanes of float32 fill one cache line; a vector across two lines costs two loads.  (256 voices take
    2.7 % of a core unaligned and 2.4 % aligned.)

    Parameters
    ----------
    fields : list of (name, type) or (name, type, shape)
        In the order in which they are stored.
    """
    names, formats, offsets, end = [], [], [], 0
    for name, *rest in fields:
        form = np.dtype((rest[0], rest[1])) if len(rest) == 2 else np.dtype(rest[0])
        size = form.itemsize
        step = CACHE_LINE if size >= CACHE_LINE else size if size in {16, 32} else form.alignment
        end = -(-end // step) * step
        names.append(name)
        formats.append(form)
        offsets.append(end)
        end += size
    total = -(-end // CACHE_LINE) * CACHE_LINE if end >= CACHE_LINE else -(-end // 8) * 8
    table: Any = {"names": names, "formats": formats, "offsets": offsets, "itemsize": total}
    return np.dtype(table, align=True)


COMMAND = record(
    [
        ("frame", "i8"),  # frame of the timeline; negative: the next quantum
        ("sequence", "i8"),  # rises by one for each command, over all producers
        ("commit", "i8"),  # rises by one for each commit
        ("i0", "i8"),
        ("i1", "i8"),
        ("operation", "i4"),
        ("group", "i4"),  # commands of a group can be withdrawn together
        ("target", "i4"),
        ("which", "i4"),
        ("tag", "i4"),  # non-zero: a reply reports when it was done
        ("is_last", "i4"),  # 1: the last command of its commit
        ("f0", "f4"),
        ("f1", "f4"),
        ("f2", "f4"),
        ("f3", "f4"),
    ]
)

ENTRY = record(
    [
        ("command", COMMAND),
        ("bucket", "i4"),
        ("bucket_next", "i4"),
        ("bucket_previous", "i4"),
        ("group_next", "i4"),
        ("group_previous", "i4"),
        ("ring", "i4"),
        ("event_next", "i4"),  # the next event of the same object in this quantum
        ("offset", "i4"),  # frame within the quantum
        ("delay", "i4"),  # frames behind its own at which it acts: what it acts on comes as late
    ]
)

RING = record(
    [
        ("head", "i8"),  # written by the producer, released
        ("pad0", "i8", 7),
        ("tail", "i8"),  # written by the kernel, released
        ("visible_commit", "i8"),
        ("address", "i8"),
        ("capacity", "i8"),
        ("pad1", "i8", 4),
    ]
)

REPLY = record(
    [
        ("kind", "i4"),
        ("tag", "i4"),
        ("asked", "i8"),
        ("done", "i8"),
        ("which", "i4"),
        ("value", "f4"),
    ]
)

SOUND = record(
    [
        ("left", "i8"),  # addresses of frames in the bank: float32, or int16 (`is_short`)
        ("right", "i8"),
        ("frames", "i8"),
        ("origin", "i8"),  # the frame where beat 1 lies
        ("loop_frames", "i8"),  # 0: plays once
        ("is_short", "i8"),  # 1: 16 bit, of which 32,768 is full scale
        ("at_chunks", "i8"),  # of a stream: address of an int64 a chunk, 1 while it is in memory; 0: all is
    ]
)

CHUNK_FRAMES = 8192
"""Frames of a stream that are read, and forgotten, together: whole pages of memory, also in 16 bit."""


def ramp_fields(name: str) -> list[Any]:
    """Fields of a linear ramp: value(frame) = from + (to - from) · (frame - start) / frames."""
    return [
        (f"{name}_from", "f4", PAIRS),
        (f"{name}_to", "f4", PAIRS),
        (f"{name}_start", "i8", PAIRS),
        (f"{name}_frames", "i8", PAIRS),
    ]


def shaped_ramp_fields(name: str) -> list[Any]:
    """Fields of a ramp whose progress is shaped: `LINEAR`, `EQUAL_POWER_IN` or `EQUAL_POWER_OUT`."""
    return [*ramp_fields(name), (f"{name}_shape", "i4", PAIRS)]


LANE_BLOCKS = 4
"""Scratch blocks of 64 frames of sixteen lanes: oscillators, left and right sums, right oscillators."""

PARAMETER = record(
    [
        ("target", "f4"),
        ("value", "f4"),  # smoothed, at the end of the quantum
        ("low", "f4"),
        ("high", "f4"),
        ("default", "f4"),
        ("rise", "f4"),  # one pole: share of the distance left after a quantum; linear: change per quantum
        ("fall", "f4"),
        ("is_linear", "i4"),
        ("is_circular", "i4"),  # 1: `high` is the same as `low`, and it moves the short way round
        ("program", "i4"),  # -1: set from outside, not derived
        ("stale_frames", "i8"),  # 0: never
        ("fallback", "i4"),  # when stale: one of FALLBACK_…
        ("fallback_value", "f4"),
        ("arrival_frame", "i8"),  # -1: nothing yet
        ("is_stale", "i4"),
        ("has_arrived", "i4"),
        ("sent", "f4"),  # what arrived last, clamped: the target, unless the value is refused
        ("cadence", "f4"),  # of the runner whose heart rate this is, in steps a minute; 0: nothing is refused
        ("is_refused", "i4"),  # 1: what arrives is the cadence, see `leap_guard`
        ("fallback_row", "i4"),  # the parameter that a stale one follows
        ("decay", "f4"),  # share of the distance to fallback_value left after a quantum
        ("most_per_s", "f4"),  # largest change a second, see `input_health`; 0: any
        ("accepted", "f4"),  # the last reading that was not refused
        ("outlier_sigmas", "f4"),  # 0: no reading is an outlier
        ("readings", "f4", HEALTH_READINGS),  # a ring of the last ones
        ("scratch", "f4", HEALTH_READINGS),
        ("readings_taken", "i4"),
        ("is_doubtful", "i4"),  # 1: the last reading was refused
        ("refused_count", "i8"),
        ("rate_keep", "f4"),  # share of activity left after a quantum; 0: no rate is expected
        ("activity", "f4"),  # readings within the time over which the rate is a mean
        ("is_slow", "i4"),
    ]
)

PROGRAM = record(
    [
        ("length", "i4"),
        ("opcode", "i4", PROGRAM_LENGTH),
        ("operand", "f4", PROGRAM_LENGTH),
        ("stack", "f4", PROGRAM_STACK),
    ]
)

MAPPING = record(
    [
        ("parameter", "i4"),
        ("is_level", "i4"),  # 1: the curve gives dB, and the cell takes a linear gain
        ("cell", "i8"),  # address of the float32 that the curve sets
        ("count", "i4"),
        ("x", "f4", CURVE_POINTS),
        ("y", "f4", CURVE_POINTS),
    ]
)

MASTER = record(
    [
        ("gain_from", "f4"),
        ("gain_to", "f4"),
        ("gain_start", "i8"),
        ("gain_frames", "i8"),
        ("gain_value", "f4"),
        ("control_gain", "f4"),  # a level that is held, 1 without; and smoothed
        ("control_gain_now", "f4"),
        ("volume_value", "f4"),
        ("volume_share", "f4"),
        ("pause_value", "f4"),
        ("pause_step", "f4"),
        ("is_paused", "i4"),
        ("silent_quanta", "i4"),
        ("ceiling", "f4"),
        ("release", "f4"),
        ("reduction", "f4"),  # gain of the limiter before averaging
        ("is_limiting", "i4"),
        ("loud_quanta", "i4"),  # quanta until the last peak has left the look-ahead
        ("dc_coefficient", "f4"),
        ("dc_input", "f4", MAX_CHANNELS),
        ("dc_output", "f4", MAX_CHANNELS),
        ("peak", "f4", MAX_CHANNELS),
        ("square", "f4", MAX_CHANNELS),
        ("least_gain", "f4"),
        ("wanted", "f4", QUANTUM + 2 * MASTER_LOOK_AHEAD),
        ("least", "f4", QUANTUM + 2 * MASTER_LOOK_AHEAD),
        ("smooth", "f4", QUANTUM + 2 * MASTER_LOOK_AHEAD),
        ("doubled", "f4", QUANTUM + 2 * MASTER_LOOK_AHEAD),
        ("wide", "f4", QUANTUM + 2 * MASTER_LOOK_AHEAD),
    ]
)

SEND = record(
    [
        ("to", "i4"),  # the bus it feeds, in a later group
        ("next", "i4"),  # row of the next send of the same bus; -1: none
        ("delay", "i8"),  # frames it waits for the paths beside it
        ("wanted", "f4"),  # linear gain
        ("now", "f4"),  # smoothed, at the end of this quantum
        ("value", "f4"),  # at the end of the quantum before
    ]
)
"""A send of a bus: what it adds to another bus, after its fader."""

STEP = record(
    [
        ("unit", "i8"),  # row of the table of units; negative: the list ends here
        ("item", "i8"),  # what the unit renders, in its own terms; of a processor: the address of a group
        ("first", "i8"),
        ("count", "i8"),
    ]
)
"""One step of the render list: a call of a unit in every quantum."""

UNIT_QUANTUM, UNIT_CONTROL = range(2)
"""First rows of the table of units; the units of the render list follow."""

BUS_BEGIN, BUS_END = range(2)
"""What a step of a group of buses does: before its inserts, and after them.

The part after them is for the columns whose bits are set in `count`.
"""

TELEMETRY = record(
    [
        ("callbacks", "i8"),
        ("underflows", "i8"),
        ("quanta", "i8"),
        ("commands", "i8"),
        ("late_commands", "i8"),
        ("most_late_frames", "i8"),
        ("withdrawn", "i8"),
        ("refused", "i8"),
        ("not_finite", "i8"),
        ("stolen_voices", "i8"),
        ("busy_ns", "i8"),
        ("longest_ns", "i8"),
        ("scheduled", "i8"),
        ("least_slack_frames", "i8"),  # shortest time between filing a timed command and its frame
        ("over_budget", "i8"),
        ("longest_gap_ns", "i8"),
        ("last_ns", "i8"),
        ("time_bins", "i8", TIME_BINS),
        ("stretch_hops", "i8"),  # spectra made by stretched clips
        ("most_hops", "i8"),  # in a quantum
        ("clock", "i8", 2),  # struct timespec, filled by clock_gettime
    ]
)

HEADER = record(
    [
        ("frame", "i8"),  # first frame of the next quantum
        ("steps_recorded", "i8"),
        ("sample_rate", "f8"),
        ("tempo_bpm", "f8"),  # quarter notes a minute
        ("channels", "i8"),
        ("bus_count", "i8"),
        ("bus_groups", "i8"),
        ("send_count", "i8"),  # rows of sends, used and spare
        ("spare_first", "i8"),  # first group of buses that is spare, and not rendered
        ("spare_end", "i8"),  # first group after the spare ones
        ("step_rows", "i8"),  # rows of the render list; a row without a unit ends it
        ("unit_count", "i8"),
        ("clip_groups", "i8"),
        ("instrument_count", "i8"),
        ("parameter_count", "i8"),
        ("parameter_capacity", "i8"),  # length of a row of slots and history: used and spare
        ("source_count", "i8"),
        ("mapping_count", "i8"),
        ("ring_count", "i8"),
        ("entry_count", "i8"),
        ("bucket_count", "i8"),
        ("group_count", "i8"),
        ("history_steps", "i8"),
        ("reply_capacity", "i8"),
        ("reply_head", "i8"),
        ("reply_tail", "i8"),
        ("hold_rows", "i8"),
        ("first_hold", "i8"),  # row of the first cell that is held; -1: none
        ("free_hold", "i8"),  # first free row; -1: none
        ("free_entry", "i8"),
        ("free_entries", "i8"),
        ("taken", "i8"),  # commands of the present quantum
        ("replies_lost", "i8"),
        ("declick_decay", "f4"),
        ("control_share", "f4"),  # share of the distance to its target that a control moves in a quantum
        ("meter_share", "f4"),
        ("fifo_fill", "i8"),  # frames of the last quantum not yet pulled
        ("pause_wanted", "i8"),  # latest wins: 1 pauses, 0 resumes
        ("volume_wanted", "f4"),  # latest wins: linear gain
        ("sound_count", "i8"),
        ("tap_frames", "i8"),  # length of the recording of single buses; 0: none
        ("tap_at", "i8"),
        ("played_ring", "i8"),  # quanta that the ring of what was played holds; 0: nobody listens
        ("played_quanta", "i8"),  # how many were written to it
        ("mailbox_sequence", "i8"),  # odd while the OSC receiver writes to its mailbox
        ("mailbox_taken", "i8"),  # sequence number of the mailbox that was last taken over
        # addresses
        ("at_header", "i8"),
        ("at_units", "i8"),  # addresses of C functions, in the order of `UNIT_QUANTUM` … and the render list
        ("at_steps", "i8"),
        ("at_clips", "i8"),
        ("at_sounds", "i8"),
        ("at_instruments", "i8"),  # addresses of instruments, whose records begin with `INSTRUMENT_HEAD`
        ("at_buses", "i8"),
        ("at_sends", "i8"),
        ("at_bus_audio", "i8"),
        ("at_bus_delays", "i8"),  # frames by which fader and low-pass of each bus are late
        ("at_master_audio", "i8"),
        ("at_master_delay", "i8"),
        ("at_output", "i8"),
        ("at_lanes", "i8"),
        ("at_taps", "i8"),
        ("at_played", "i8"),
        ("at_master", "i8"),
        ("at_parameters", "i8"),
        ("at_programs", "i8"),
        ("at_slots", "i8"),
        ("at_slot_seen", "i8"),
        ("at_mailbox", "i8"),
        ("at_arrivals", "i8"),  # counts packets and requests of all inputs, atomically
        ("at_source_rank", "i8"),
        ("at_mappings", "i8"),
        ("at_holds", "i8"),
        ("at_history", "i8"),
        ("at_rings", "i8"),
        ("at_entries", "i8"),
        ("at_buckets", "i8"),
        ("at_bucket_tails", "i8"),
        ("at_groups", "i8"),
        ("at_order", "i8"),
        ("at_replies", "i8"),
        ("at_telemetry", "i8"),
        # of clips that follow a tempo map; 0 in an engine without them
        ("at_stretches", "i8"),
        ("at_stretch_plans", "i8"),
        ("at_stretch_rows", "i8"),
        ("at_stretch_work", "i8"),
        ("at_stretch_tables", "i8"),
        ("at_sinc", "i8"),
        # of an engine that pans to speakers; 0 in others
        ("at_rig", "i8"),
        ("at_folds", "i8"),  # for each number of channels of a device: where it plays each of the engine's
        ("at_stem_rows", "i8"),  # what each pair of a JACK client's ports plays; 0: nothing
    ]
)

ROOT = record(
    [
        ("header", "i8"),  # address of the engine's header; replaced by one store
        ("header_seen", "i8"),
        ("device_channels", "i8"),
        ("gate", "i8"),  # bits: GATE_INSIDE while a callback renders, GATE_SHUT when none may
        ("blocks", "i8"),  # callbacks of this stream, silent ones included
        ("frames", "i8"),  # frames rendered for it
        ("last_ns", "i8"),  # time of the last callback that rendered
        ("rehearsal", "i8"),  # header of an engine to render into silence while the gate is shut; 0: none
    ]
)
"""User data of one device stream, one cache line; all its callback may touch when its gate is shut."""

RECEIVER_SOURCE = 3
"""Row of the slots that belongs to the OSC receiver."""

GATE_INSIDE, GATE_SHUT = 1, 2

# ── constants of commands, curves and replies ──────────────────────────────────────────────────

(
    CLIP_START,
    CLIP_GAIN,
    CLIP_STOP,
    CLIP_RELEASE,
    CLIP_PAN,
    CLIP_TEMPO,
    CLIP_CUTOFF,
    NOTE_ON,
    NOTE_OFF,
    INSTRUMENT_FADE,
    INSTRUMENT_RELEASE,
    BUS_GAIN,
    BUS_DUCK,
    BUS_PAN,
    BUS_CUTOFF,
    MASTER_GAIN,
    CELL_HOLD,
    SET_PARAMETER,
    SET_TEMPO,
    SET_CADENCE,
    INSTRUMENT_CONTROL,
    WITHDRAW,
) = range(1, 23)

STRETCH_TONES, STRETCH_TRANSIENTS, STRETCH_SLICES, STRETCH_VARISPEED = range(4)
"""Ways in which a clip follows a tempo map."""

LINEAR, EQUAL_POWER_IN, EQUAL_POWER_OUT = range(3)
"""Shapes of a ramp: straight; sin(x π/2), for fading in; 1 - cos(x π/2), for fading out."""


PANNED = -2
"""The `output` of a bus that the panner takes to the speakers."""

(
    MAP_GAIN_DB, MAP_PAN, MAP_CUTOFF, MAP_SEND_DB, MAP_INSERT, MAP_MASTER_DB, MAP_PLACE, MAP_INSTRUMENT,
) = range(8)  # fmt: skip
"""What a curve or a held value sets: a control or a place of a bus, a send, a parameter of an insert, the
master, or a parameter of an instrument.

The level of the master can be held; a curve of it is that of a bus.
"""

FALLBACK_HOLD, FALLBACK_VALUE, FALLBACK_DECAY, FALLBACK_PARAMETER = range(4)
"""What the target of a stale parameter becomes."""

REPLY_DONE, REPLY_APPLIED, REPLY_WITHDRAWN = range(1, 4)

CUTOFF_OPEN_HZ = 19000.0
"""A filter at or above this cutoff is open and skipped."""
