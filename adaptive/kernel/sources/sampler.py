"""A sampler: recordings that notes play at their pitch, with loops, envelopes, a filter and choke groups.

Each voice plays one region; which regions a note plays is decided where its command is made.  A note starts
and is released at its exact frame.  Once a quantum, envelopes, modulation, gain and filter coefficients are
computed as they will be at its end; gain and coefficients move there along straight lines.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, TWO, ZERO, exp2, gain_of_db
from adaptive.kernel.dsp.vectors import add_lane_sums
from adaptive.kernel.layout import ENTRY, HEADER, LANES, QUANTUM, TELEMETRY
from adaptive.kernel.sources.chunk_marks import FADE_QUANTA, SHARE
from adaptive.kernel.sources.controls import follow_controls
from adaptive.kernel.sources.notes import (
    OFF,
    RELEASE,
    begin_notes,
    end_note,
    forget_starts,
    next_split,
    release_notes,
    starts,
    take_commands,
)
from adaptive.kernel.sources.sampler_frames import (
    LEFT,
    PLACE_BITS,
    RIGHT,
    read_lane,
    ring_out,
    shape_lanes,
    skip_lane,
)
from adaptive.kernel.sources.sampler_modulators import (
    ENVELOPE,
    LAST_CHANNEL,
    PARTS,
    SHORTEST,
    START,
    concave,
    make_room,
    resolve_voice,
    step_of,
    take_controls,
)
from adaptive.kernel.sources.sampler_record import CHANNELS, MODULATOR, REGION, SAMPLER, SAMPLER_VOICES
from adaptive.kernel.sources.sampler_stream import begin_stream, watch_voice
from adaptive.kernel.sources.synth import filter_warp_of_pitch

Q = np.int64(QUANTUM)
PAIR = np.int64(8) * Q  # bytes of both channels of a bus
AMPLITUDE, MODULATION = np.int64(0), np.int64(1)
DELAY, RISE, HOLD, FALL, LET_GO = np.int32(0), np.int32(1), np.int32(2), np.int32(3), np.int32(4)
FLOOR = F32(1.6e-5)  # -96 dB
LANE_NUMBERS = Q * np.int64(LANES)
VOICES_BYTES = np.int64(SAMPLER_VOICES.itemsize)
INAUDIBLE = F32(1e-6)
OF_CENTS = F32(0.01)  # semitones
PAN_SHARE = F32(0.25)  # of the distance to its place that a pan moves in a quantum
BIT = np.int64(1)


@rtsafe
def advance_envelope(group: Any, which: int, lane: int, frames: float) -> None:
    """Advance an envelope of a voice: amplitude falls in decibels after its attack, modulation linearly."""
    part, left, level = group["part"][which, lane], group["left"][which, lane], group["level"][which, lane]
    while part < FALL:
        if left > frames:
            if part == RISE:
                level = min(level + frames / group["attack"][which, lane], ONE)
            left -= frames
            frames = ZERO
            break
        frames -= left
        part += np.int32(1)
        if part == RISE:
            left = group["attack"][which, lane]
        else:
            level = ONE
            left = group["hold"][which, lane]
    if part == FALL:
        rate, sustain = group["decay_rate"][which, lane], group["sustain"][which, lane]
        if level > sustain:
            fallen = level * exp2(-rate * frames) if which == AMPLITUDE else level - rate * frames
            level = max(fallen, sustain)
    elif part == LET_GO:
        rate = group["release_rate"][which, lane]
        level = level * exp2(-rate * frames) if which == AMPLITUDE else max(level - rate * frames, ZERO)
    group["part"][which, lane] = part
    group["left"][which, lane] = left
    group["level"][which, lane] = level


@rtsafe
def wave_of(frames: float, delay: float, step: float) -> float:
    """A triangle between -1 and 1 that begins at 0 after its delay and rises."""
    phase = max(frames - delay, ZERO) * step + F32(0.25)
    phase -= F32(np.floor(phase))
    return ONE - F32(4.0) * abs(phase - HALF)


@rtsafe
def aim_voice(group: Any, sampler: Any, region: Any, lane: int, at: int, rate: float) -> None:
    """Compute a voice as it will be at the end of the quantum, and the lines that lead there from `at`."""
    frames = F32(Q - at)
    if group["is_choked"][lane] == 1 and group["part"][AMPLITUDE, lane] == LET_GO:
        group["release_rate"][AMPLITUDE, lane] = sampler["choke_rate"]
    advance_envelope(group, AMPLITUDE, lane, frames)
    group["lfo_frames"][lane] += frames
    level = (
        group["level"][AMPLITUDE, lane] * group["loudness"][lane] * sampler["gain"] * sampler["fade_value"]
    )
    level *= ONE - SHARE * F32(group["missing"][lane])
    cutoff = group["cutoff"][lane]
    if region["has_modulation"] == 0 and group["is_moving"][lane] == 0:
        group["step"][lane] = group["resting_step"][lane]
    else:
        before, wave, vibrato = group["level"][MODULATION, lane], ZERO, ZERO
        advance_envelope(group, MODULATION, lane, frames)
        modulation = group["level"][MODULATION, lane]
        if group["is_moving"][lane] == 1 or modulation != before or group["step"][lane] == 0:
            if group["part"][MODULATION, lane] == RISE:  # convex, section 8.1.3
                modulation = ONE - concave(ONE - modulation)
            if group["is_moving"][lane] == 1:
                passed, delay, rise = group["lfo_frames"][lane], group["lfo_delay"], group["lfo_step"]
                wave = wave_of(passed, delay[0, lane], rise[0, lane])
                vibrato = wave_of(passed, delay[1, lane], rise[1, lane])
                level *= exp2(wave * group["lfo_octaves"][lane])
            pitch = group["tuned"][lane] + sampler["tune"] + modulation * group["modulation_pitch"][lane]
            pitch += wave * group["lfo_pitch"][0, lane] + vibrato * group["lfo_pitch"][1, lane]
            group["step"][lane] = step_of(region, pitch)
            cutoff += modulation * group["modulation_cutoff"][lane] + wave * group["lfo_cutoff"][lane]
        else:
            cutoff = group["aimed"][lane]
    group["gain_step"][lane] = (level - group["gain_value"][lane]) / frames
    group["gain_origin"][lane] = F32(at)
    group["gain_until"][lane] = F32(Q)
    group["pan_left"][lane] += PAN_SHARE * (group["pan_left_wanted"][lane] - group["pan_left"][lane])
    group["pan_right"][lane] += PAN_SHARE * (group["pan_right_wanted"][lane] - group["pan_right"][lane])
    if group["wet"][lane] == ONE:
        aim_filter(group, lane, cutoff, rate)


@rtsafe
def for_new_filter(group: Any, lane: int) -> None:
    """Forget the coefficients of a voice's filter."""
    group["b1"][lane] = ZERO
    group["b2"][lane] = ZERO
    group["b3"][lane] = ZERO
    group["b1_step"][lane] = ZERO
    group["b2_step"][lane] = ZERO
    group["b3_step"][lane] = ZERO


@rtsafe
def aim_filter(group: Any, lane: int, cutoff_pitch: float, rate: float) -> None:
    """Move the coefficients of a voice's filter to a cutoff; those of a new note begin there."""
    is_new = group["b3"][lane] == ZERO
    group["b1"][lane] += group["b1_step"][lane] * F32(Q)
    group["b2"][lane] += group["b2_step"][lane] * F32(Q)
    group["b3"][lane] += group["b3_step"][lane] * F32(Q)
    group["b1_step"][lane] = ZERO
    group["b2_step"][lane] = ZERO
    group["b3_step"][lane] = ZERO
    if group["aimed"][lane] == cutoff_pitch and not is_new:
        return  # it stays where it is
    group["aimed"][lane] = cutoff_pitch
    warp = filter_warp_of_pitch(cutoff_pitch, rate)
    a1 = ONE / (ONE + warp * (warp + group["damping"][lane]))
    b1, b2, b3 = a1 + a1 - ONE, TWO * warp * a1, TWO * warp * warp * a1
    if is_new:
        group["b1"][lane] = b1
        group["b2"][lane] = b2
        group["b3"][lane] = b3
    else:
        group["b1_step"][lane] = (b1 - group["b1"][lane]) / F32(Q)
        group["b2_step"][lane] = (b2 - group["b2"][lane]) / F32(Q)
        group["b3_step"][lane] = (b3 - group["b3"][lane]) / F32(Q)


@rtsafe
def begin_voice(
    group: Any, sampler: Any, regions: Any, modulators: Any, lane: int, command: Any, at: int, rate: float
) -> None:
    """Start a region on a lane; what a stolen voice played last decays."""
    number = min(max(np.int64(command["which"]), np.int64(0)), sampler["region_count"] - BIT)
    region = regions[number]
    group["residual_left"][lane] += group["last"][lane] * group["pan_left"][lane]
    group["residual_right"][lane] += group["last"][lane] * group["pan_right"][lane]
    group["region"][lane] = np.int32(number)
    group["is_plain"][lane] = np.int32(0)
    group["is_over"][lane] = np.int32(0)
    group["is_choked"][lane] = np.int32(0)
    if region["fixed_pitch"] >= ZERO:
        group["pitch"][lane] = region["fixed_pitch"]
    if region["fixed_velocity"] >= ZERO:
        group["velocity"][lane] = region["fixed_velocity"]
    group["note_gain"][lane] = exp2(command["f3"])
    group["note_pan"][lane] = command["f2"]
    resolve_voice(group, sampler, region, modulators, lane)
    start = region["start"] + np.float64(group["shift"][START, lane])
    start = min(max(start, np.float64(0.0)), np.float64(region["frames"] - BIT))
    group["position"][lane] = np.int64(start) << PLACE_BITS
    begin_stream(group, sampler, region, lane)
    group["lfo_frames"][lane] = ZERO
    for which in range(np.int64(2)):
        delay = exp2(region["delay"][which] + group["shift"][ENVELOPE + PARTS * which, lane])
        group["part"][which, lane] = DELAY
        group["left"][which, lane] = F32(np.floor(delay + HALF)) if delay > SHORTEST * rate else ZERO
        group["level"][which, lane] = ZERO
    group["gain_value"][lane] = ZERO
    group["last"][lane] = ZERO
    group["low"][lane] = ZERO
    group["band"][lane] = ZERO
    for_new_filter(group, lane)
    group["pan_left"][lane] = group["pan_left_wanted"][lane]
    group["pan_right"][lane] = group["pan_right_wanted"][lane]
    has_delay = group["left"][AMPLITUDE, lane] > ZERO
    aim_voice(group, sampler, region, lane, at, rate)
    attack = group["attack"][AMPLITUDE, lane]
    if not has_delay and attack < F32(Q - at):  # the line reaches its end as early as the attack
        group["gain_step"][lane] *= F32(Q - at) / attack
        group["gain_until"][lane] = F32(at) + attack


@rtsafe
def choke(voices: Any, regions: Any, group_count: int, choke_group: int, note: int) -> None:
    """Silence the notes that a group chokes, apart from the parts of the note that begins."""
    for number in range(group_count):
        group = voices[number]
        for lane in range(LANES):
            if group["stage"][lane] == OFF or group["note"][lane] == note:
                continue
            region = regions[group["region"][lane]]
            if region["choked_by"] == choke_group:
                group["stage"][lane] = RELEASE
                group["part"][AMPLITUDE, lane] = LET_GO
                if region["is_choked_slowly"] == 0:
                    group["is_choked"][lane] = np.int32(1)
                elif region["off_rate"] > ZERO:
                    group["release_rate"][AMPLITUDE, lane] = region["off_rate"]


@rtsafe
def end_line(group: Any, lane: int, at: int) -> None:
    """End a gain line at a frame, where another begins."""
    passed = min(F32(at), group["gain_until"][lane]) - group["gain_origin"][lane]
    group["gain_value"][lane] += group["gain_step"][lane] * max(passed, ZERO)
    group["gain_step"][lane] = ZERO
    group["gain_origin"][lane] = F32(at)


@rtsafe
def let_go(group: Any, regions: Any, lane: int, at: int, choke_rate: float) -> None:
    """Release a voice at frame `at` of the quantum."""
    region = regions[group["region"][lane]]
    if group["is_choked"][lane] == 1:
        group["release_rate"][AMPLITUDE, lane] = choke_rate
    elif region["plays_to_its_end"] == 1:
        return
    for which in range(np.int64(2)):
        group["part"][which, lane] = LET_GO
    if at > 0:  # its line was computed as if it were held
        end_line(group, lane, at)
        value = group["gain_value"][lane]
        share = exp2(-group["release_rate"][AMPLITUDE, lane] * F32(Q - at))
        group["level"][AMPLITUDE, lane] *= share
        group["gain_step"][lane] = (value * share - value) / F32(Q - at)
        group["gain_until"][lane] = F32(Q)
    if region["loops_until_release"] == 1 and region["loop_end"] > 0 and group["is_plain"][lane] == 0:
        group["is_plain"][lane] = np.int32(1)
        if group["position"][lane] >= region["loop_end"] << PLACE_BITS:
            group["position"][lane] -= region["loop_frames"] << PLACE_BITS


@rtsafe
def change_voices(
    voices: Any,
    group: Any,
    sampler: Any,
    regions: Any,
    modulators: Any,
    entries: Any,
    frame: int,
    at: int,
    rate: float,
) -> None:
    """Release and start the voices of a group whose time is frame `at` of the quantum."""
    released = release_notes(group, frame, at)
    begun = begin_notes(group, sampler, entries, frame, at)
    for lane in range(LANES):
        if released & (BIT << np.int64(lane)) and not begun & (BIT << np.int64(lane)):
            let_go(group, regions, lane, at, sampler["choke_rate"])
        if begun & (BIT << np.int64(lane)):
            command = entries[group["event_entry"][lane]]["command"]
            begin_voice(group, sampler, regions, modulators, lane, command, at, rate)
            own = regions[group["region"][lane]]["choke_group"]
            if own != 0:
                choke(voices, regions, np.int64(sampler["group_count"]), own, group["note"][lane])


@rtsafe
def render_group(
    voices: Any,
    group: Any,
    sampler: Any,
    regions: Any,
    modulators: Any,
    entries: Any,
    blocks: int,
    voices_at: int,
    frame: int,
    rate: float,
) -> bool:
    """Add a group of voices to two blocks of sums for one quantum; return whether any sounds on.

    `blocks` is the address of three blocks, see `sampler_frames.shape_lanes`.
    """
    zero = np.int64(0)
    released = release_notes(group, frame, zero)
    for lane in range(LANES):
        if released & (BIT << np.int64(lane)):
            let_go(group, regions, lane, zero, sampler["choke_rate"])
        if group["stage"][lane] != OFF:
            region = regions[group["region"][lane]]
            channel = min(max(region["channel"], zero), LAST_CHANNEL)
            if group["version"][lane] != sampler["version"][channel]:
                resolve_voice(group, sampler, region, modulators, lane)
            if region["at_marks"] != 0:
                watch_voice(group, sampler, region, lane)
            aim_voice(group, sampler, region, lane, zero, rate)
    if next_split(group, frame, np.int64(-1)) == 0:
        change_voices(voices, group, sampler, regions, modulators, entries, frame, zero, rate)
    first = zero
    while first < Q:
        last = next_split(group, frame, first)
        is_ringing, has_filter = False, zero
        for lane in range(LANES):
            is_ringing = is_ringing or group["residual_left"][lane] != ZERO
            is_ringing = is_ringing or group["residual_right"][lane] != ZERO
            if group["stage"][lane] != OFF and group["is_over"][lane] == 0:
                region = regions[group["region"][lane]]
                if group["missing"][lane] == FADE_QUANTA:
                    skip_lane(group, lane, region, first, last)
                else:
                    read_lane(group, lane, region, sampler["at_sinc"], blocks, first, last)
                has_filter |= np.int64(group["wet"][lane])
        if is_ringing:
            ring_out(blocks, voices_at, first, last)
        shape_lanes(blocks, voices_at, first, last, has_filter)
        if last < Q:
            change_voices(voices, group, sampler, regions, modulators, entries, frame, last, rate)
        first = last
    return close_group(group)


@rtsafe
def close_group(group: Any) -> bool:
    """End lines and voices at the end of a quantum; return whether any sounds on."""
    forget_starts(group)
    is_ringing = False
    for lane in range(LANES):
        rest = abs(group["residual_left"][lane]) + abs(group["residual_right"][lane])
        if rest > INAUDIBLE:
            is_ringing = True
        else:
            group["residual_left"][lane] = ZERO
            group["residual_right"][lane] = ZERO
        if group["stage"][lane] == OFF:
            continue
        end_line(group, lane, Q)
        is_faded = group["part"][AMPLITUDE, lane] >= FALL and group["level"][AMPLITUDE, lane] < FLOOR
        if is_faded or group["is_over"][lane] == 1:
            end_note(group, lane)
            group["last"][lane] = ZERO
    return is_ringing or group["active"] > 0


@rtsafe
def take_parameters(sampler: Any) -> None:
    """Take level and tuning as they are in this quantum; what sounds is tuned anew if that has moved."""
    column, level, tune = np.int64(0), np.int64(0), np.int64(1)
    sampler["gain"] = gain_of_db(sampler["now"][level, column])
    semitones = sampler["now"][tune, column] * OF_CENTS
    if semitones != sampler["tune"]:
        sampler["tune"] = semitones
        for channel in range(CHANNELS):
            sampler["version"][channel] += np.int32(1)


def unit(header_address: int, instrument_address: int, _first: int, _count: int) -> int:
    """Render a sampler into its bus for one quantum; see `descriptor.SoundSource.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    sampler = carray(pointer(instrument_address), np.int64(1), SAMPLER)[0]
    voices = carray(pointer(sampler["voices"]), sampler["group_count"], SAMPLER_VOICES)
    regions = carray(pointer(sampler["at_regions"]), sampler["region_count"], REGION)
    entries = carray(pointer(header["at_entries"]), header["entry_count"], ENTRY)
    telemetry = carray(pointer(header["at_telemetry"]), np.int64(1), TELEMETRY)[0]
    frame, rate = header["frame"], np.float32(header["sample_rate"])
    modulators = carray(pointer(sampler["at_modulators"]), sampler["modulator_count"], MODULATOR)
    was_sounding = sampler["sounding"]
    if sampler["first_event"] >= 0:
        if take_controls(voices, sampler, regions, entries, frame) > 0:
            make_room(voices, sampler, entries, frame, telemetry)
    if not take_commands(voices, sampler, entries, frame, telemetry):
        return np.int32(0)
    follow_controls(sampler, np.int64(0), was_sounding)
    take_parameters(sampler)
    blocks = header["at_lanes"]
    sums = carray(pointer(blocks), np.int64(3) * LANE_NUMBERS, np.float32)
    sums[LANE_NUMBERS:] = ZERO
    sounding = np.int32(0)
    for number in range(np.int64(sampler["group_count"])):
        group = voices[number]
        is_ringing = False
        for lane in range(LANES):
            is_ringing = is_ringing or group["residual_left"][lane] != ZERO
        if group["active"] > 0 or is_ringing or starts(group):
            sums[:LANE_NUMBERS] = ZERO
            voices_at = sampler["voices"] + VOICES_BYTES * number
            if render_group(
                voices, group, sampler, regions, modulators, entries, blocks, voices_at, frame, rate
            ):
                sounding = np.int32(1)
    bus = header["at_bus_audio"] + PAIR * np.int64(sampler["bus"])
    add_lane_sums(bus, blocks + LEFT)
    add_lane_sums(bus + PAIR // np.int64(2), blocks + RIGHT)
    sampler["sounding"] = sounding
    return np.int32(0)
