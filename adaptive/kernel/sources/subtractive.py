"""A subtractive synthesiser: unison oscillators without aliases, a filter, envelopes, LFOs, modulations.

Once a quantum, all that moves is computed as it will be at its end (`subtractive_aim`); within the quantum,
levels, widths, gains and filter coefficients move there along straight lines, and pitches are constant.  A
note starts and is released at its exact frame.

There are sixteen voices more than notes may sound: where a note needs the voice of another, that fades out
in a voice of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, ONE, ZERO, exp2
from adaptive.kernel.fill import clear
from adaptive.kernel.layout import HEADER, LANES, QUANTUM
from adaptive.kernel.sources.channel_controls import (
    begin_channel,
    follow_channels,
    map_controls,
    shade_lanes,
    take_channel_controls,
)
from adaptive.kernel.sources.controls import follow_controls, ratios_of
from adaptive.kernel.sources.descriptor import NumbersSpec, SoundSource
from adaptive.kernel.sources.notes import (
    ATTACK,
    DECAY,
    OFF,
    RELEASE,
    begin_notes,
    bus_of,
    end_note,
    entries_of,
    forget_starts,
    is_playing,
    next_split,
    release_notes,
    take_commands,
    telemetry_of,
)
from adaptive.kernel.sources.polyphony import make_room
from adaptive.kernel.sources.subtractive_aim import (
    CHANCE,
    FIRST,
    GLIDE,
    MIDDLE,
    NOISE_LEVEL,
    SECOND,
    SUB_LEVEL,
    advance_envelopes,
    advance_lfos,
    aim,
    leads,
    prepare_quantum,
    value,
)
from adaptive.kernel.sources.subtractive_frames import ring_out, shape_frames
from adaptive.kernel.sources.subtractive_oscillators import add_noise, add_oscillator, add_sub
from adaptive.kernel.sources.subtractive_record import (
    CYCLES,
    FILTERS,
    MOST_UNISON,
    OPTIONS,
    PARAMETERS,
    PULSE,
    SUBTRACTIVE,
    SUBTRACTIVE_VOICES,
)
from adaptive.kernel.sources.synth_frames import sum_lanes

Q = np.int64(QUANTUM)
FRAMES = F32(QUANTUM)
BLOCK = np.int64(4 * QUANTUM * LANES)
ROW = np.int64(4 * QUANTUM)
LANE_ROW = np.int64(4 * LANES)
GROUP_BYTES = np.int64(SUBTRACTIVE_VOICES.itemsize)
RATIOS = ratios_of(PARAMETERS)
BIT = np.int64(1)
FLOOR = F32(1e-4)  # -80 dB: a released voice below it is free
INAUDIBLE, TOO_LOUD = F32(1e-6), F32(1e6)
GOLDEN, SILVER = np.uint32(2654435769), np.uint32(1779033704)  # shares of a cycle: 0.618…, 0.414…


@rtsafe
def lead_lines(group: Any, instrument: Any) -> None:
    """Begin the lines of all voices at the start of the quantum, from where the last ones ended."""
    share = ONE / FRAMES
    for lane in range(LANES):
        group["gain_left_step"][lane] = (group["to_left"][lane] - group["gain_left"][lane]) * share
        group["gain_right_step"][lane] = (group["to_right"][lane] - group["gain_right"][lane]) * share
        group["origin"][lane] = ZERO
    for number in range(np.int64(4)):
        for lane in range(LANES):
            change = group["to_level"][number, lane] - group["level"][number, lane]
            group["level_step"][number, lane] = change * share
    for number in range(np.int64(2)):
        if instrument["shape"][number] == PULSE:
            for lane in range(LANES):
                change = np.int32(group["to_turn"][number, lane] - group["turn"][number, lane])
                group["turn_step"][number, lane] = np.uint32(change >> np.int32(6))
    rows = np.int64(6) if instrument["is_steep"] == 1 else np.int64(3)
    for number in range(rows):
        for lane in range(LANES):
            group["b_step"][number, lane] = (group["to_b"][number, lane] - group["b"][number, lane]) * share


@rtsafe
def settle_voice(group: Any, lane: int, at: int) -> None:
    """Begin the lines of a new note at a frame: all but its gains are where they lead to."""
    share = ONE / F32(Q - at)
    group["gain_left"][lane] = ZERO
    group["gain_right"][lane] = ZERO
    group["gain_left_step"][lane] = group["to_left"][lane] * share
    group["gain_right_step"][lane] = group["to_right"][lane] * share
    group["origin"][lane] = F32(at)
    for number in range(np.int64(4)):
        group["level"][number, lane] = group["to_level"][number, lane]
        group["level_step"][number, lane] = ZERO
    for number in range(np.int64(2)):
        group["turn"][number, lane] = group["to_turn"][number, lane]
        group["turn_step"][number, lane] = np.uint32(0)
    for number in range(np.int64(6)):
        group["b"][number, lane] = group["to_b"][number, lane]
        group["b_step"][number, lane] = ZERO


@rtsafe
def begin_voice(group: Any, instrument: Any, lane: int, at: int, rate: float) -> None:
    """Set the state of a note that begins at frame `at`; the voice it may have had rings out."""
    group["residual_left"][lane] += group["last_left"][lane]
    group["residual_right"][lane] += group["last_right"][lane]
    group["last_left"][lane] = ZERO
    group["last_right"][lane] = ZERO
    serial = group["age"][lane]
    seed = np.uint32(serial) * np.uint32(2654435761) + np.uint32(lane) * np.uint32(40503)
    seed = seed * np.uint32(1664525) + np.uint32(1013904223)
    group["lfo_seed"][lane] = seed
    group["noise"][FIRST, lane] = seed
    group["noise"][SECOND, lane] = seed * np.uint32(22695477) + np.uint32(1)
    group["modulators"][CHANCE, lane] = F32(np.int32(seed)) * F32(2.0**-31)
    group["is_dying"][lane] = np.int32(0)
    group["ebb"][lane] = ONE
    group["side"][lane] = ONE if serial % np.int32(2) == 0 else -ONE
    frames = F32(Q - at)
    level = min(ONE, frames / instrument["attack_frames"][0])
    group["amplitude"][lane] = level
    group["stage"][lane] = DECAY if level >= ONE else ATTACK
    level = min(ONE, frames / instrument["attack_frames"][1])
    group["modulation"][lane] = level
    group["modulation_stage"][lane] = DECAY if level >= ONE else ATTACK
    for which in range(np.int64(2)):
        group["lfo_phase"][which, lane] = ZERO
        group["lfo_fade"][which, lane] = ZERO
        group["lfo_held"][which, lane] = group["modulators"][CHANCE, lane]
        group["modulators"][np.int64(1) + which, lane] = ZERO
    glide_frames = F32(0.001) * value(instrument, GLIDE) * rate
    group["glide"][lane] = ZERO
    group["glide_step"][lane] = ZERO
    if instrument["has_played"] == 1 and glide_frames > FRAMES:
        group["glide"][lane] = instrument["last_pitch"] - group["pitch"][lane]
        group["glide_step"][lane] = group["glide"][lane] * FRAMES / glide_frames
    instrument["last_pitch"], instrument["has_played"] = group["pitch"][lane], np.int32(1)
    for number in range(np.int64(4)):
        group["low"][number, lane] = ZERO
        group["band"][number, lane] = ZERO


@rtsafe
def set_phases(group: Any, lane: int, at: int) -> None:
    """Let the oscillators of a new note begin at frame `at`, each somewhere else in its cycle.

    A phase belongs to the first frame of the quantum, `at` frames back.
    """
    start = np.uint32(group["age"][lane]) * GOLDEN
    for cycle in range(np.int64(CYCLES)):
        back = group["pace"][cycle, lane] * np.uint32(at)
        group["phase"][cycle, lane] = start + np.uint32(cycle) * SILVER - back


@rtsafe
def release_voice(group: Any, instrument: Any, lane: int, at: int) -> None:
    """Release a voice at frame `at`: its gains were led as if it were held."""
    group["modulation_stage"][lane] = RELEASE
    if at == 0 or group["is_dying"][lane] == 1:
        return
    tail = exp2(-instrument["release_octaves"] * F32(Q - at))
    share = (tail - ONE) / F32(Q - at)
    since = F32(at) - group["origin"][lane]
    group["gain_left"][lane] += group["gain_left_step"][lane] * since
    group["gain_right"][lane] += group["gain_right_step"][lane] * since
    group["gain_left_step"][lane] = group["gain_left"][lane] * share
    group["gain_right_step"][lane] = group["gain_right"][lane] * share
    group["origin"][lane] = F32(at)
    group["amplitude"][lane] *= tail


@rtsafe
def change_voices(group: Any, instrument: Any, entries: Any, frame: int, at: int, rate: float) -> None:
    """Release and start the notes whose time is frame `at` of the quantum."""
    released = release_notes(group, frame, at)
    begun = begin_notes(group, instrument, entries, frame, at)
    for lane in range(LANES):
        bit = BIT << np.int64(lane)
        if released & bit and not begun & bit:
            release_voice(group, instrument, lane, at)
        if begun & bit:
            begin_channel(group, instrument, lane, entries[group["event_entry"][lane]]["command"])
            begin_voice(group, instrument, lane, at, rate)
    if begun:
        aim(group, instrument, rate, BIT)
        for lane in range(LANES):
            if begun & (BIT << np.int64(lane)):
                set_phases(group, lane, at)
                settle_voice(group, lane, at)


@rtsafe
def add_piece(
    group: Any, address: int, instrument: Any, blocks: int, is_stereo: bool, first: int, last: int
) -> None:
    """Add frames `first` … `last` of the group at `address` to the sums of both channels."""
    unison, size = np.int64(instrument["unison"]), (last - first) * np.int64(LANES)
    left, right = blocks, blocks + np.int64(3) * BLOCK if is_stereo else np.int64(0)
    clear(carray(pointer(left + LANE_ROW * first), size, np.float32))
    if is_stereo:
        clear(carray(pointer(right + LANE_ROW * first), size, np.float32))
    for number in range(np.int64(2)):
        if leads(instrument, number):
            shape = instrument["shape"][number]
            for voice in range(unison):
                add_oscillator(left, right, address, number, voice, shape, first, last)
    if value(instrument, SUB_LEVEL) > ZERO:
        add_sub(left, right, address, instrument["sub_shape"], first, last)
    if value(instrument, NOISE_LEVEL) > ZERO:
        add_noise(left, right, address, first, last)
    shape_frames(
        left, right, address, blocks + BLOCK, blocks + BLOCK + BLOCK, np.int64(instrument["is_steep"]),
        first, last, instrument["filter_low"], instrument["filter_band"], instrument["filter_high"],
    )  # fmt: skip
    if is_ringing(group):
        ring_out(address, blocks + BLOCK, blocks + BLOCK + BLOCK, first, last)


@rtsafe
def is_ringing(group: Any) -> bool:
    """Whether a note that was cut off rings out."""
    total = ZERO
    for lane in range(LANES):
        total += abs(group["residual_left"][lane]) + abs(group["residual_right"][lane])
    return total > ZERO


@rtsafe
def close_voices(group: Any, instrument: Any) -> None:
    """Advance everything to the next quantum, and free the voices that have faded out."""
    for lane in range(LANES):
        since = FRAMES - group["origin"][lane]
        group["gain_left"][lane] += group["gain_left_step"][lane] * since
        group["gain_right"][lane] += group["gain_right_step"][lane] * since
    for number in range(np.int64(4)):
        for lane in range(LANES):
            group["level"][number, lane] = group["to_level"][number, lane]
    for number in range(np.int64(2)):
        for lane in range(LANES):
            group["turn"][number, lane] += group["turn_step"][number, lane] * np.uint32(QUANTUM)
    for number in range(np.int64(6)):
        for lane in range(LANES):
            group["b"][number, lane] = group["to_b"][number, lane]
    for cycle in range(np.int64(CYCLES)):
        place = cycle % np.int64(MOST_UNISON)
        if place < np.int64(instrument["unison"]) or cycle == np.int64(CYCLES - 1):
            for lane in range(LANES):
                group["phase"][cycle, lane] += group["pace"][cycle, lane] * np.uint32(QUANTUM)
    for lane in range(LANES):
        left = group["glide"][lane] - group["glide_step"][lane]
        is_there = abs(group["glide"][lane]) <= abs(group["glide_step"][lane])
        group["glide"][lane] = ZERO if is_there else left
        group["glide_step"][lane] = ZERO if is_there else group["glide_step"][lane]
    forget_starts(group)
    for lane in range(LANES):
        rest = abs(group["residual_left"][lane]) + abs(group["residual_right"][lane])
        if not INAUDIBLE < rest < TOO_LOUD:
            group["residual_left"][lane] = ZERO
            group["residual_right"][lane] = ZERO
        is_over = group["amplitude"][lane] < FLOOR or group["ebb"][lane] == ZERO
        if group["stage"][lane] == RELEASE and is_over:
            end_note(group, lane)
        if group["stage"][lane] == OFF:
            group["amplitude"][lane] = ZERO
            group["gain_left"][lane] = ZERO
            group["gain_right"][lane] = ZERO
            group["last_left"][lane] = ZERO
            group["last_right"][lane] = ZERO


@rtsafe
def render_group(
    group: Any, address: int, instrument: Any, entries: Any, blocks: int, frame: int, rate: float
) -> None:
    """Add the group at `address` to the sums of both channels for one quantum."""
    zero = np.int64(0)
    released = release_notes(group, frame, zero)
    for lane in range(LANES):
        if released & (BIT << np.int64(lane)):
            release_voice(group, instrument, lane, zero)
    advance_envelopes(group, instrument)
    advance_lfos(group, instrument)
    has_moved = instrument["played_quanta"] > 0 and shade_lanes(group, instrument)
    aim(group, instrument, rate, BIT if has_moved else zero)
    lead_lines(group, instrument)
    if next_split(group, frame, np.int64(-1)) == 0:
        change_voices(group, instrument, entries, frame, zero, rate)
    is_stereo = instrument["unison"] > 1
    first = zero
    while first < Q:
        last = next_split(group, frame, first)
        add_piece(group, address, instrument, blocks, is_stereo, first, last)
        if last < Q:
            change_voices(group, instrument, entries, frame, last, rate)
        first = last
    close_voices(group, instrument)


@rtsafe
def render(
    voices: Any, instrument: Any, entries: Any, bus: int, blocks: int, frame: int, rate: float
) -> None:
    """Add all voices to a bus; `bus` and `blocks`, scratch memory, are addresses."""
    sounding = np.int32(0)
    for number in range(np.int64(instrument["group_count"])):
        group = voices[number]
        if not (is_playing(group) or is_ringing(group)):
            continue
        if sounding == 0:
            clear(carray(pointer(blocks + BLOCK), np.int64(2) * Q * np.int64(LANES), np.float32))
            sounding = np.int32(1)
        address = instrument["voices"] + GROUP_BYTES * number
        render_group(group, address, instrument, entries, blocks, frame, rate)
    if sounding == 1:
        sum_lanes(bus, blocks + BLOCK)
        sum_lanes(bus + ROW, blocks + BLOCK + BLOCK)
    instrument["sounding"] = sounding


def unit(header_address: int, instrument_address: int, _first: int, _count: int) -> int:
    """Render a subtractive synthesiser for one quantum; see `descriptor.SoundSource.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    instrument = carray(pointer(instrument_address), np.int64(1), SUBTRACTIVE)[0]
    voices = carray(pointer(instrument["voices"]), instrument["group_count"], SUBTRACTIVE_VOICES)
    entries, frame, before = entries_of(header), header["frame"], instrument["sounding"]
    has_commands = instrument["first_event"] >= 0
    take_channel_controls(voices, instrument, entries, frame)
    if take_commands(voices, instrument, entries, frame, telemetry_of(header)):
        follow_controls(instrument, RATIOS, before)
        if has_commands:
            make_room(voices, instrument, frame, telemetry_of(header))
        bus, rate = bus_of(header, instrument), np.float32(header["sample_rate"])
        prepare_quantum(instrument, rate)
        if instrument["played_quanta"] > 0:
            map_controls(instrument)
            follow_channels(instrument, before, rate)
        render(voices, instrument, entries, bus, header["at_lanes"], frame, rate)
    return np.int32(0)


def fill(instrument: Any, spec: NumbersSpec, _sample_rate: int) -> None:
    """Write what is fixed into the record."""
    values = SUBTRACTIVE_SOURCE.numbers(spec)
    for number in range(2):
        instrument["shape"][number] = values[f"oscillator_{number + 1}_shape"]
        instrument["lfo_shape"][number] = values[f"lfo_{number + 1}_shape"]
    instrument["sub_shape"] = values["sub_shape"]
    instrument["unison"] = unison = round(values["unison"])
    instrument["place"][:unison] = (
        [2.0 * n / (unison - 1) - 1.0 for n in range(unison)] if unison > 1 else 0.0
    )
    name = FILTERS[round(values["filter"])]
    instrument["is_steep"] = name.endswith("_24")
    instrument["filter_low"] = name.startswith("low") or name == "notch"
    instrument["filter_band"] = name.startswith("band")
    instrument["filter_high"] = name.startswith("high") or name == "notch"
    instrument["polyphony"] = spec.voices


def prepare(voices: Any, _spec: NumbersSpec) -> None:
    """Write the steps of voices that have not sounded, so that nothing divides by zero, and the middle."""
    voices["step"], voices["period"], voices["pace"], voices["damping"] = 0.01, 100.0, 2**32 // 100, 1.0
    voices["left"][:, int(MIDDLE)], voices["right"][:, int(MIDDLE)] = 1.0, 1.0


SUBTRACTIVE_SOURCE = SoundSource(
    "subtractive",
    "A synthesiser: two oscillators with unison, a sub oscillator, noise, a filter, many modulations.",
    unit,
    SUBTRACTIVE,
    SUBTRACTIVE_VOICES,
    fill,
    prepare,
    parameters=PARAMETERS,
    options=OPTIONS,
    spare_voices=LANES,
)
