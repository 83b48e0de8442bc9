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
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO, exp2, pan_left, pan_right
from adaptive.kernel.layout import ENTRY, HEADER, LANES, QUANTUM, TELEMETRY
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
from adaptive.kernel.sources.sampler_frames import add_voice, ring_out
from adaptive.kernel.sources.sampler_record import REGION, SAMPLER, SAMPLER_VOICES
from adaptive.kernel.sources.synth import filter_warp_of_pitch

Q = np.int64(QUANTUM)
PAIR = np.int64(8) * Q  # bytes of both channels of a bus
AMPLITUDE, MODULATION = np.int64(0), np.int64(1)
DELAY, RISE, HOLD, FALL, LET_GO = np.int32(0), np.int32(1), np.int32(2), np.int32(3), np.int32(4)
FLOOR = F32(1.6e-5)  # -96 dB
SEMITONE = F32(1.0 / 12.0)
MIDDLE_KEY = F32(60.0)
MOST_STEP = F32(64.0)
BIT = np.int64(1)


@rtsafe
def advance_envelope(group: Any, region: Any, which: int, lane: int, frames: float) -> None:
    """Advance an envelope of a voice: amplitude falls in decibels after its attack, modulation linearly."""
    part, left, level = group["part"][which, lane], group["left"][which, lane], group["level"][which, lane]
    below = MIDDLE_KEY - group["pitch"][lane]
    while part < FALL:
        if left > frames:
            if part == RISE:
                level = min(level + frames / region["attack"][which], ONE)
            left -= frames
            frames = ZERO
            break
        frames -= left
        part += np.int32(1)
        if part == RISE:
            left = region["attack"][which]
        else:
            level = ONE
            left = region["hold"][which] * exp2(below * region["hold_octaves"][which])
    if part == FALL:
        rate = region["decay_rate"][which] * exp2(-below * region["decay_octaves"][which])
        fallen = level * exp2(-rate * frames) if which == AMPLITUDE else level - rate * frames
        level = max(fallen, min(level, region["sustain"][which]))
    elif part == LET_GO:
        if which == AMPLITUDE:
            level *= exp2(-group["release_rate"][lane] * frames)
        else:
            level = max(level - region["release_rate"][which] * frames, ZERO)
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
    advance_envelope(group, region, AMPLITUDE, lane, frames)
    advance_envelope(group, region, MODULATION, lane, frames)
    group["lfo_frames"][lane] += frames
    wave = wave_of(group["lfo_frames"][lane], region["lfo_delay"][0], region["lfo_step"][0])
    vibrato = wave_of(group["lfo_frames"][lane], region["lfo_delay"][1], region["lfo_step"][1])
    modulation = group["level"][MODULATION, lane]
    pitch = (group["pitch"][lane] - region["root"]) * region["key_scale"] + region["tune"] + sampler["tune"]
    pitch += modulation * region["modulation_pitch"]
    pitch += wave * region["lfo_pitch"][0] + vibrato * region["lfo_pitch"][1]
    group["step"][lane] = min(region["ratio"] * exp2(pitch * SEMITONE), MOST_STEP)
    level = group["level"][AMPLITUDE, lane] * group["velocity"][lane] * group["velocity"][lane]
    level *= region["gain"] * sampler["gain"] * sampler["fade_value"] * exp2(wave * region["lfo_octaves"])
    group["gain_step"][lane] = (level - group["gain_value"][lane]) / frames
    group["gain_origin"][lane] = F32(at)
    group["gain_until"][lane] = F32(Q)
    if region["is_filtered"] == 1:
        cutoff = (
            region["cutoff_pitch"] + modulation * region["modulation_cutoff"] + wave * region["lfo_cutoff"]
        )
        aim_filter(group, region, lane, cutoff, frames, rate)


@rtsafe
def aim_filter(group: Any, region: Any, lane: int, cutoff_pitch: float, frames: float, rate: float) -> None:
    """Move the coefficients of a voice's filter to a cutoff; those of a new note begin there."""
    warp = filter_warp_of_pitch(cutoff_pitch, rate)
    a1 = ONE / (ONE + warp * (warp + region["damping"]))
    a2 = warp * a1
    a3 = warp * a2
    is_new = group["a1"][lane] == ZERO
    group["a1_step"][lane] = ZERO if is_new else (a1 - group["a1"][lane]) / frames
    group["a2_step"][lane] = ZERO if is_new else (a2 - group["a2"][lane]) / frames
    group["a3_step"][lane] = ZERO if is_new else (a3 - group["a3"][lane]) / frames
    if is_new:
        group["a1"][lane] = a1
        group["a2"][lane] = a2
        group["a3"][lane] = a3


@rtsafe
def begin_voice(
    group: Any, sampler: Any, regions: Any, lane: int, command: Any, at: int, rate: float
) -> None:
    """Start a region on a lane; what a stolen voice played last decays."""
    number = min(max(np.int64(command["which"]), np.int64(0)), sampler["region_count"] - BIT)
    region = regions[number]
    group["residual_left"][lane] += group["last"][lane] * group["pan_left"][lane]
    group["residual_right"][lane] += group["last"][lane] * group["pan_right"][lane]
    group["region"][lane] = np.int32(number)
    group["is_plain"][lane] = np.int32(0)
    group["is_over"][lane] = np.int32(0)
    group["position"][lane] = region["start"]
    group["release_rate"][lane] = region["release_rate"][0]
    group["lfo_frames"][lane] = ZERO
    for which in range(np.int64(2)):
        group["part"][which, lane] = DELAY
        group["left"][which, lane] = region["delay"][which]
        group["level"][which, lane] = ZERO
    group["gain_value"][lane] = ZERO
    group["last"][lane] = ZERO
    group["low"][lane] = ZERO
    group["band"][lane] = ZERO
    group["a1"][lane] = ZERO
    pan = min(max(region["pan"] + command["f2"], -ONE), ONE)
    group["pan_left"][lane] = pan_left(pan)
    group["pan_right"][lane] = pan_right(pan)
    aim_voice(group, sampler, region, lane, at, rate)
    attack = region["attack"][0]
    if region["delay"][0] == ZERO and attack < F32(Q - at):  # the line reaches its end as early as the attack
        group["gain_step"][lane] *= F32(Q - at) / attack
        group["gain_until"][lane] = F32(at) + attack


@rtsafe
def choke(voices: Any, regions: Any, group_count: int, choke_group: int, note: int, rate: float) -> None:
    """Silence the other notes of a choke group."""
    for number in range(group_count):
        group = voices[number]
        for lane in range(LANES):
            if group["stage"][lane] == OFF or group["note"][lane] == note:
                continue
            if regions[group["region"][lane]]["choke"] == choke_group:
                group["stage"][lane] = RELEASE
                group["part"][AMPLITUDE, lane] = LET_GO
                group["release_rate"][lane] = rate


@rtsafe
def end_line(group: Any, lane: int, at: int) -> None:
    """End a gain line at a frame, where another begins."""
    passed = min(F32(at), group["gain_until"][lane]) - group["gain_origin"][lane]
    group["gain_value"][lane] += group["gain_step"][lane] * max(passed, ZERO)
    group["gain_step"][lane] = ZERO
    group["gain_origin"][lane] = F32(at)


@rtsafe
def let_go(group: Any, regions: Any, lane: int, at: int) -> None:
    """Release a voice at frame `at` of the quantum."""
    region = regions[group["region"][lane]]
    for which in range(np.int64(2)):
        group["part"][which, lane] = LET_GO
    if at > 0:  # its line was computed as if it were held
        end_line(group, lane, at)
        value = group["gain_value"][lane]
        share = exp2(-group["release_rate"][lane] * F32(Q - at))
        group["level"][AMPLITUDE, lane] *= share
        group["gain_step"][lane] = (value * share - value) / F32(Q - at)
        group["gain_until"][lane] = F32(Q)
    if region["loops_until_release"] == 1 and region["loop_end"] > 0 and group["is_plain"][lane] == 0:
        group["is_plain"][lane] = np.int32(1)
        if group["position"][lane] >= np.float64(region["loop_end"]):
            group["position"][lane] -= np.float64(region["loop_frames"])


@rtsafe
def change_voices(
    voices: Any, group: Any, sampler: Any, regions: Any, entries: Any, frame: int, at: int, rate: float
) -> None:
    """Release and start the voices of a group whose time is frame `at` of the quantum."""
    released = release_notes(group, frame, at)
    begun = begin_notes(group, sampler, entries, frame, at)
    for lane in range(LANES):
        if released & (BIT << np.int64(lane)) and not begun & (BIT << np.int64(lane)):
            let_go(group, regions, lane, at)
        if begun & (BIT << np.int64(lane)):
            command = entries[group["event_entry"][lane]]["command"]
            begin_voice(group, sampler, regions, lane, command, at, rate)
            own = regions[group["region"][lane]]["choke"]
            if own != 0:
                count = np.int64(sampler["group_count"])
                choke(voices, regions, count, own, group["note"][lane], sampler["choke_rate"])


@rtsafe
def render_group(
    voices: Any, group: Any, sampler: Any, regions: Any, entries: Any, bus: int, frame: int, rate: float
) -> bool:
    """Add a group of voices to a bus for one quantum; return whether any sounds on."""
    zero = np.int64(0)
    released = release_notes(group, frame, zero)
    for lane in range(LANES):
        if released & (BIT << np.int64(lane)):
            let_go(group, regions, lane, zero)
        if group["stage"][lane] != OFF:
            aim_voice(group, sampler, regions[group["region"][lane]], lane, zero, rate)
    if next_split(group, frame, np.int64(-1)) == 0:
        change_voices(voices, group, sampler, regions, entries, frame, zero, rate)
    first = zero
    while first < Q:
        last = next_split(group, frame, first)
        for lane in range(LANES):
            if group["residual_left"][lane] != ZERO or group["residual_right"][lane] != ZERO:
                ring_out(group, lane, bus, first, last)
            if group["stage"][lane] != OFF and group["is_over"][lane] == 0:
                region = regions[group["region"][lane]]
                add_voice(group, lane, region, sampler["at_sinc"], bus, first, last)
        if last < Q:
            change_voices(voices, group, sampler, regions, entries, frame, last, rate)
        first = last
    return close_group(group)


@rtsafe
def close_group(group: Any) -> bool:
    """End lines and voices at the end of a quantum; return whether any sounds on."""
    forget_starts(group)
    is_ringing = False
    for lane in range(LANES):
        if group["residual_left"][lane] != ZERO or group["residual_right"][lane] != ZERO:
            is_ringing = True
        if group["stage"][lane] == OFF:
            continue
        end_line(group, lane, Q)
        is_faded = group["part"][AMPLITUDE, lane] >= FALL and group["level"][AMPLITUDE, lane] < FLOOR
        if is_faded or group["is_over"][lane] == 1:
            end_note(group, lane)
            group["last"][lane] = ZERO
    return is_ringing or group["active"] > 0


def unit(header_address: int, instrument_address: int, _first: int, _count: int) -> int:
    """Render a sampler into its bus for one quantum; see `descriptor.SoundSource.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    sampler = carray(pointer(instrument_address), np.int64(1), SAMPLER)[0]
    voices = carray(pointer(sampler["voices"]), sampler["group_count"], SAMPLER_VOICES)
    regions = carray(pointer(sampler["at_regions"]), sampler["region_count"], REGION)
    entries = carray(pointer(header["at_entries"]), header["entry_count"], ENTRY)
    telemetry = carray(pointer(header["at_telemetry"]), np.int64(1), TELEMETRY)[0]
    frame, rate = header["frame"], np.float32(header["sample_rate"])
    if not take_commands(voices, sampler, entries, frame, telemetry):
        return np.int32(0)
    bus = header["at_bus_audio"] + PAIR * np.int64(sampler["bus"])
    sounding = np.int32(0)
    for number in range(np.int64(sampler["group_count"])):
        group = voices[number]
        is_ringing = False
        for lane in range(LANES):
            is_ringing = is_ringing or group["residual_left"][lane] != ZERO
        if group["active"] > 0 or is_ringing or starts(group):
            if render_group(voices, group, sampler, regions, entries, bus, frame, rate):
                sounding = np.int32(1)
    sampler["sounding"] = sounding
    return np.int32(0)
