"""A reverb whose network moves: halls, rooms, plates and springs.

A diffuser of three steps, each sixteen delays and a matrix, makes the sound dense within some hundredths of a
second; its first step gives the early reflections.  Behind it is a loop of sixteen long lines, each damped in
three bands.  The matrix of the loop turns pairs of lines slowly into each other, so that no resonance stays
(S. J. Schlecht, E. A. P. Habets, "Time-varying feedback matrices in feedback delay networks and their
application in artificial reverberation", J. Acoust. Soc. Am. 138(3), 2015); a rotation keeps the energy and
bends no pitch.  Every delay is longer than a quantum, so eight frames are processed at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.dispersion import CHAINS, disperse
from adaptive.kernel.dsp.lane_rows import lanes_to_rows, rows_to_lanes
from adaptive.kernel.dsp.maths import F32, HALF_PI, ONE, ZERO, exp2, gain_of_db, sine
from adaptive.kernel.dsp.one_pole import low_pass, low_pass_share
from adaptive.kernel.dsp.ramps import prefetch_quantum
from adaptive.kernel.dsp.rows import blend_row, copy_rows
from adaptive.kernel.dsp.vectors import (
    LANE_BYTES,
    LANE_FLOATS,
    ROW_BYTES,
    VECTOR_BYTES,
    VECTORS,
    WIDTH,
    WORD,
    constant,
    everywhere,
    load,
    splat,
    store,
)
from adaptive.kernel.layout import HEADER, LANES, PAIRS, QUANTUM
from adaptive.kernel.processors.descriptor import Law, NamedOption, Option, Parameter, Processor, Values
from adaptive.kernel.processors.insert import BROKEN, RESTS, begin_columns, clear_memory, end_column, row_of
from adaptive.kernel.processors.insert_record import insert_group
from adaptive.kernel.processors.modulated_reverb_delays import (
    CHARACTERS,
    SCRATCH_ROWS,
    lay_out,
    memory_frames,
)
from adaptive.kernel.processors.modulated_reverb_record import (
    FIRST_LINE,
    FIRST_STEP,
    HALL,
    HALL_ROWS,
    PAIRS_OF_LINES,
    SIDES,
    STEPS,
)

Q = np.int64(QUANTUM)
FLOAT = np.int64(4)
ROW = FLOAT * Q
BLOCK = ROW * np.int64(LANES)
LINE = np.int64(FIRST_LINE)
MINUS_SIXTY_DB = F32(-3.0 * np.log2(10.0))
QUARTER = 0.25  # 1/√16: the Hadamard matrix becomes orthogonal
OUTPUT_GAIN, EARLY_GAIN = 0.2, 0.2
"""Gains of sums of sixteen lines, and of sixteen early reflections: 7 dB below the input at its defaults."""

LOG: Law = "logarithmic"
PARAMETERS = (
    Parameter("decay_s", 0.1, 60.0, 2.4, "Time in which its middle falls by 60 dB.", LOG),
    Parameter("bass_decay", 0.2, 2.0, 1.1, "Decay of what lies below `bass_hz`, as a share of `decay_s`."),
    Parameter("treble_decay", 0.05, 1.0, 0.5, "Decay of what lies above `treble_hz`, likewise."),
    Parameter("bass_hz", 50.0, 1000.0, 250.0, "Upper end of the bass.", LOG),
    Parameter("treble_hz", 1000.0, 16000.0, 4000.0, "Lower end of the treble.", LOG),
    Parameter("early_db", -80.0, 12.0, -6.0, "Level of the early reflections; -80 is silence."),
    Parameter("low_cut_hz", 10.0, 2000.0, 100.0, "Keeps what lies below out of the reverb.", LOG),
    Parameter("high_cut_hz", 500.0, 20000.0, 14000.0, "Keeps what lies above out of the reverb.", LOG),
    Parameter("motion", 0.0, 3.0, 1.0, "How fast the network turns; 0: it stands still."),
    Parameter("mix", 0.0, 1.0, 1.0, "Share of the reverb in the output; 1: nothing of the signal itself."),
)
(DECAY, BASS, TREBLE, BASS_HZ, TREBLE_HZ, EARLY, LOW_CUT, HIGH_CUT, MOTION, MIX) = range(len(PARAMETERS))
LOGARITHMIC = sum(1 << row for row, one in enumerate(PARAMETERS) if one.law == LOG)
OPTIONS = (
    NamedOption("character", tuple(CHARACTERS), "hall", "What kind of room it is."),
    Option("size", 0.4, 2.0, 1.0, "How large it is, against the usual one of its kind."),
    Option("predelay_ms", 0.0, 300.0, 12.0, "Time before the reverb begins."),
)

HALL_GROUP = insert_group(PARAMETERS, [("halls", HALL, PAIRS)])
HALLS_OFFSET, HALL_BYTES = int(HALL_GROUP.fields["halls"][1]), int(HALL.itemsize)
LINE_READS_OFFSET = int(HALL.fields["reads"][1]) + 8 * FIRST_LINE
LINE_ROWS_OFFSET = int(HALL.fields["line_rows"][1])
SPRING_ROWS, SPRING_STATES = (int(HALL.fields[name][1]) for name in ("spring_rows", "spring_states"))

TURNS = tuple(0.31 * 1.17**pair * (1.0 if pair % 2 else -1.0) for pair in range(PAIRS_OF_LINES))
"""Turns a second of each pair of lines at a motion of 1: 0.31 to 0.93, every other one backwards."""


def _hadamard(builder: Any, channels: list[Any]) -> list[Any]:
    """Sixteen channels, multiplied by a Hadamard matrix and scaled to keep their energy."""
    channels, half = list(channels), 1
    while half < LANES:
        for low in range(LANES):
            if not low & half:
                a, b = channels[low], channels[low + half]
                channels[low], channels[low + half] = builder.fadd(a, b), builder.fsub(a, b)
        half *= 2
    return [builder.fmul(channel, everywhere(QUARTER)) for channel in channels]


def _sides(builder: Any, channels: list[Any], gain: float) -> list[Any]:
    """Left and right sums of sixteen channels, with alternating sides and signs."""
    sums = [everywhere(0.0)] * SIDES
    for number, channel in enumerate(channels):
        join = builder.fadd if (number // 2) % 2 == 0 else builder.fsub
        sums[number % SIDES] = join(sums[number % SIDES], channel)
    return [builder.fmul(side, everywhere(gain)) for side in sums]


def _field(builder: Any, hall: Any, name: str, index: int, kind: Any = WORD) -> Any:
    size = 8 if kind is WORD else 4
    return load(builder, hall, int(HALL.fields[name][1]) + size * index, kind)


@intrinsic
def diffuse(_context: Any, _hall: Any, _out: Any, _early: Any) -> Any:
    """Diffuse the input: sixteen rows to `_out`, and the early reflections of both sides to `_early`.

    All arguments are addresses.
    """

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        hall, out, early = args
        reads = [_field(builder, hall, "reads", row) for row in range(FIRST_LINE)]
        writes = [_field(builder, hall, "writes", row) for row in range(FIRST_LINE)]
        with cgutils.for_range(builder, WORD(VECTORS)) as loop:
            at = builder.mul(loop.index, WORD(VECTOR_BYTES))
            sides = [load(builder, reads[side], at) for side in range(SIDES)]
            channels = [sides[number % SIDES] for number in range(LANES)]
            for step in range(STEPS):
                first = FIRST_STEP + step * LANES
                for number, channel in enumerate(channels):
                    store(builder, channel, writes[first + number], at)
                channels = [load(builder, reads[first + number], at) for number in range(LANES)]
                if step == 0:
                    for side, heard in enumerate(_sides(builder, channels, EARLY_GAIN)):
                        store(builder, heard, builder.add(early, WORD(side * ROW_BYTES)), at)
                channels = _hadamard(builder, channels)
            for number, channel in enumerate(channels):
                store(builder, channel, builder.add(out, WORD(number * ROW_BYTES)), at)
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


@intrinsic
def damp_lanes(_context: Any, _hall: Any, _block: Any) -> Any:
    """Damp 64 frames of sixteen lines in place: `low_gain`, `middle_gain` and `high_gain` of three bands."""

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        hall, block = args
        names = ("middle_gain", "low_gain", "high_gain", "low_share", "high_share")
        fixed = {name: _field(builder, hall, name, 0, LANE_FLOATS) for name in names}
        states = {
            name: cgutils.alloca_once_value(builder, _field(builder, hall, name, 0, LANE_FLOATS))
            for name in ("low", "high")
        }
        with cgutils.for_range(builder, WORD(QUANTUM)) as loop:
            at = builder.mul(loop.index, WORD(LANE_BYTES))
            x = load(builder, block, at, LANE_FLOATS)
            kept = {}
            for name, state in states.items():
                before = builder.load(state)
                kept[name] = builder.fadd(
                    before, builder.fmul(fixed[f"{name}_share"], builder.fsub(x, before))
                )
                builder.store(kept[name], state)
            low = builder.fmul(fixed["low_gain"], kept["low"])
            high = builder.fmul(fixed["high_gain"], builder.fsub(x, kept["high"]))
            middle = builder.fmul(fixed["middle_gain"], x)
            store(builder, builder.fadd(middle, builder.fadd(low, high)), block, at)
        for name, state in states.items():
            store(builder, builder.load(state), hall, int(HALL.fields[name][1]))
        return ctx.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@intrinsic
def turn_lines(
    _context: Any, _hall: Any, _diffused: Any, _lines: Any, _out: Any, _early: Any, _step: Any
) -> Any:
    """Write the output of a reverb over its early reflections, and the next input of its lines.

    `_hall`, `_diffused`, `_lines` and `_out` are addresses: of a `HALL`, of sixteen rows each, and of the two
    rows of the output; `_early` is the gain of the reflections at the first frame and `_step` its change.
    """

    def generate(ctx: Any, builder: Any, _sig: Any, args: Any) -> Any:
        hall, diffused, lines, out = args[:4]
        writes = [_field(builder, hall, "writes", FIRST_LINE + line) for line in range(LANES)]
        turns = {
            name: [
                splat(builder, _field(builder, hall, name, pair, ir.FloatType()))
                for pair in range(PAIRS_OF_LINES)
            ]
            for name in ("cosine", "sine", "cosine_step", "sine_step")
        }
        early, early_step = splat(builder, args[4]), splat(builder, args[5])
        with cgutils.for_range(builder, WORD(VECTORS)) as loop:
            at = builder.mul(loop.index, WORD(VECTOR_BYTES))
            first = builder.sitofp(builder.mul(loop.index, WORD(WIDTH)), ir.FloatType())
            frames = builder.fadd(splat(builder, first), constant([float(n) for n in range(WIDTH)]))

            def moving(value: Any, step: Any, frames: Any = frames) -> Any:
                return builder.fadd(value, builder.fmul(step, frames))

            ends = [load(builder, builder.add(lines, WORD(line * ROW_BYTES)), at) for line in range(LANES)]
            level = moving(early, early_step)
            for side, late in enumerate(_sides(builder, ends, OUTPUT_GAIN)):
                row = builder.add(out, WORD(side * ROW_BYTES))
                heard = builder.fadd(late, builder.fmul(level, load(builder, row, at)))
                store(builder, heard, row, at)
            for pair in range(PAIRS_OF_LINES):
                a, b = ends[2 * pair], ends[2 * pair + 1]
                cos = moving(turns["cosine"][pair], turns["cosine_step"][pair])
                sin = moving(turns["sine"][pair], turns["sine_step"][pair])
                ends[2 * pair] = builder.fsub(builder.fmul(cos, a), builder.fmul(sin, b))
                ends[2 * pair + 1] = builder.fadd(builder.fmul(sin, a), builder.fmul(cos, b))
            for line, mixed in enumerate(_hadamard(builder, ends)):
                entering = load(builder, builder.add(diffused, WORD(line * ROW_BYTES)), at)
                store(builder, builder.fadd(mixed, entering), writes[line], at)
        return ctx.get_dummy_value()

    signature = types.void(*[types.int64] * 4, types.float32, types.float32)
    return signature, generate


@rtsafe
def find_rows(hall: Any, memory: int) -> None:
    """Compute the addresses from which and to which each row is read and written in this quantum."""
    for row in range(np.int64(HALL_ROWS)):
        at = hall["row_write"][row] - hall["length"][row]
        at += hall["row_frames"][row] if at < 0 else np.int64(0)
        hall["reads"][row] = memory + FLOAT * (hall["row_first"][row] + at)
        hall["writes"][row] = memory + FLOAT * (hall["row_first"][row] + hall["row_write"][row])


@rtsafe
def move_rows(hall: Any, memory: int) -> None:
    """Advance every row by a quantum, copy its first quantum behind its last, prefetch the next read."""
    for row in range(np.int64(HALL_ROWS)):
        frames = hall["row_frames"][row]
        if hall["row_write"][row] == 0:
            first = memory + FLOAT * hall["row_first"][row]
            copy_rows(first + FLOAT * frames, first, np.int64(1))
        at = hall["row_write"][row] + Q
        hall["row_write"][row] = np.int64(0) if at == frames else at
        prefetch_quantum(hall["reads"][row] + ROW)


@rtsafe
def sine_of_turn(phase: float) -> float:
    """Sine of a phase in turns, from -2 up to 2."""
    phase -= np.floor(phase)
    if phase < F32(0.25):
        return sine(F32(4.0) * phase * HALF_PI)
    if phase < F32(0.75):
        return sine((F32(2.0) - F32(4.0) * phase) * HALF_PI)
    return sine((F32(4.0) * phase - F32(4.0)) * HALF_PI)


@rtsafe
def turn_pair(hall: Any, pair: int, turns: float, start: bool) -> None:
    """Turn a pair of lines on within this quantum, by a part of a turn."""
    if start:
        hall["cosine"][pair] = sine_of_turn(hall["phase"][pair] + F32(0.25))
        hall["sine"][pair] = sine_of_turn(hall["phase"][pair])
    else:
        hall["cosine"][pair] += hall["cosine_step"][pair] * F32(QUANTUM)
        hall["sine"][pair] += hall["sine_step"][pair] * F32(QUANTUM)
    phase = hall["phase"][pair] + turns
    phase -= np.floor(phase)
    hall["phase"][pair] = phase
    share = F32(1.0 / QUANTUM)
    hall["cosine_step"][pair] = (sine_of_turn(phase + F32(0.25)) - hall["cosine"][pair]) * share
    hall["sine_step"][pair] = (sine_of_turn(phase) - hall["sine"][pair]) * share


@rtsafe
def follow(group: Any, column: int, hall: Any, rate: float) -> None:
    """Compute what follows from the parameters of a column, and turn its lines on."""
    now, is_new = group["now"], group["is_new"][column] == 1
    if is_new:
        hall["mix"], hall["early"] = now[MIX, column], gain_of_db(now[EARLY, column])
    quantum = now[MOTION, column] * F32(QUANTUM) / rate
    turns = F32(TURNS[0])
    for pair in range(np.int64(PAIRS_OF_LINES)):
        turn_pair(hall, pair, turns * quantum, is_new)
        turns *= F32(-1.17)
    if not is_new and group["is_changed"][column] == 0:
        return
    octaves = MINUS_SIXTY_DB / (rate * now[DECAY, column])
    low, high = low_pass_share(now[BASS_HZ, column], rate), low_pass_share(now[TREBLE_HZ, column], rate)
    for line in range(np.int64(LANES)):
        loss = octaves * F32(hall["length"][LINE + line])
        middle = exp2(loss)
        hall["middle_gain"][line] = middle
        hall["low_gain"][line] = exp2(loss / now[BASS, column]) - middle
        hall["high_gain"][line] = exp2(loss / now[TREBLE, column]) - middle
        hall["low_share"][line], hall["high_share"][line] = low, high


@rtsafe
def enter(group: Any, column: int, hall: Any, audio: int, rate: float, work: int) -> None:
    """Write both sides of the input, without its lows and highs, to their delays; `work` is a row."""
    low = low_pass_share(group["now"][LOW_CUT, column], rate)
    high = low_pass_share(group["now"][HIGH_CUT, column], rate)
    for side in range(np.int64(SIDES)):
        to = hall["writes"][side]
        row, bass = carray(pointer(to), Q, np.float32), carray(pointer(work), Q, np.float32)
        hall["cut"][side] = low_pass(to, audio + ROW * side, high, hall["cut"][side])
        hall["cut"][side + np.int64(SIDES)] = low_pass(work, to, low, hall["cut"][side + np.int64(SIDES)])
        for i in range(Q):
            row[i] -= bass[i]


@rtsafe
def disperse_input(hall: Any, hall_address: int, memory: int) -> None:
    """Let the highs of the input of a spring arrive later than its lows."""
    stretch, at = hall["stretch"], hall["spring_at"]
    state_bytes = FLOAT * np.int64(LANES) * (stretch + np.int64(1))
    state = memory + FLOAT * hall["spring_first"]
    for side in range(np.int64(SIDES)):
        hall["spring_rows"][side] = hall["writes"][side]
    for chain in range(np.int64(CHAINS)):
        for side in range(np.int64(SIDES)):
            hall["spring_states"][side] = state + state_bytes * (np.int64(SIDES) * chain + side)
        hall["spring_at"] = disperse(
            hall_address + np.int64(SPRING_ROWS), hall_address + np.int64(SPRING_STATES), at, stretch
        )


@rtsafe
def render_hall(group: Any, column: int, hall: Any, hall_address: int, header: Any) -> None:
    """Replace the audio of a column by its reverb."""
    audio, memory, rate = row_of(group, column, header), group["memory"][column], F32(header["sample_rate"])
    work = memory + FLOAT * group["memory_frames"][column] - ROW * np.int64(SCRATCH_ROWS)
    dry, diffused, lanes = work + BLOCK, header["at_lanes"], header["at_lanes"] + BLOCK
    follow(group, column, hall, rate)
    mix, mix_goal = hall["mix"], group["now"][MIX, column]
    is_mixed = mix != ONE or mix_goal != ONE
    if is_mixed:
        copy_rows(dry, audio, np.int64(SIDES))
    find_rows(hall, memory)
    enter(group, column, hall, audio, rate, work)
    if hall["stretch"] > 0:
        disperse_input(hall, hall_address, memory)
    diffuse(hall_address, diffused, audio)
    for line in range(np.int64(LANES)):
        hall["line_rows"][line] = work + ROW * line
    rows_to_lanes(hall_address + np.int64(LINE_READS_OFFSET), lanes)
    damp_lanes(hall_address, lanes)
    lanes_to_rows(lanes, hall_address + np.int64(LINE_ROWS_OFFSET))
    early, early_goal = hall["early"], gain_of_db(group["now"][EARLY, column])
    step = (early_goal - early) * F32(1.0 / QUANTUM)
    turn_lines(hall_address, diffused, work, audio, early, step)
    hall["early"], hall["mix"] = early_goal, mix_goal
    move_rows(hall, memory)
    if is_mixed:
        for side in range(np.int64(SIDES)):
            blend_row(audio + ROW * side, dry + ROW * side, audio + ROW * side, mix, mix_goal)


@rtsafe
def clear(group: Any, column: int, hall: Any) -> None:
    """Forget every echo; the lines turn from where a new reverb begins."""
    clear_memory(group, column, np.int64(0))
    for line in range(np.int64(LANES)):
        hall["low"][line], hall["high"][line] = ZERO, ZERO
    for number in range(np.int64(2 * SIDES)):
        hall["cut"][number] = ZERO
    for pair in range(np.int64(PAIRS_OF_LINES)):
        hall["phase"][pair] = F32(np.int32(pair)) * F32(1.0 / PAIRS_OF_LINES)
        hall["cosine"][pair] = sine_of_turn(hall["phase"][pair] + F32(0.25))
        hall["sine"][pair] = sine_of_turn(hall["phase"][pair])
        hall["cosine_step"][pair], hall["sine_step"][pair] = ZERO, ZERO


@rtsafe
def reverberate(group: Any, group_address: int, columns: int, header: Any) -> None:
    """Process the columns of a mask for one quantum."""
    run = begin_columns(group, columns, header, LOGARITHMIC)
    first = group_address + np.int64(HALLS_OFFSET)
    halls = carray(pointer(first), np.int64(PAIRS), HALL)
    for column in range(np.int64(PAIRS)):
        if run & (np.int64(1) << column) == 0:
            continue
        hall = halls[column]
        render_hall(group, column, hall, first + np.int64(HALL_BYTES) * column, header)
        end = end_column(group, column, header)
        if end == BROKEN or end == RESTS:
            clear(group, column, hall)


def unit(header_address: int, group_address: int, columns: int, _count: int) -> int:
    """Process the columns of a mask of a group; see `descriptor.Processor.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    group = carray(pointer(group_address), np.int64(1), HALL_GROUP)[0]
    reverberate(group, group_address, columns, header)
    return np.int32(0)


def prepare(group: Any, column: int, rate: int, values: Values) -> None:
    """Lay out the delays of a new reverb; see `descriptor.Processor.prepare`."""
    lay_out(group["halls"][column], rate, values)


MODULATED_REVERB = Processor(
    "modulated_reverb",
    "A hall, a room, a plate or a spring: a dense network that moves, damped in three bands.",
    unit,
    HALL_GROUP,
    PARAMETERS,
    OPTIONS,
    memory_frames,
    tail_s=lambda values: values["predelay_ms"] / 1000.0 + values["decay_s"] * max(1.0, values["bass_decay"]),
    gap_s=lambda values: 0.7 + values["predelay_ms"] / 1000.0,
    prepare=prepare,
)
