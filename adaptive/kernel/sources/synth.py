"""Synthesiser voices in groups of sixteen: notes, voice stealing, envelopes, rendering.

Once a quantum, envelopes, LFO, gain and filter coefficients are computed as they will be at the end of the
quantum.  Within the quantum, gain and coefficients move there along straight lines; the pitch is constant.

A note starts and is released at its exact frame; in that quantum its group is rendered in pieces.  The other
fifteen voices of the group compute their gains, coefficients and phases from the number of the frame, so they
have the same samples whether or not the quantum is rendered in pieces.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import (
    F32,
    HALF,
    ONE,
    PI,
    TWO,
    ZERO,
    exp2,
    pan_left,
    pan_right,
)
from adaptive.kernel.dsp.ramps import doubled_coefficients
from adaptive.kernel.fill import clear
from adaptive.kernel.layout import HEADER, LANES, QUANTUM
from adaptive.kernel.sources.channel_controls import (
    begin_channel,
    follow_channels,
    shade_lanes,
    take_channel_controls,
)
from adaptive.kernel.sources.notes import (
    ATTACK,
    DECAY,
    NEVER,
    OFF,
    RELEASE,
    bus_of,
    entries_of,
    forget_starts,
    is_playing,
    next_split,
    take_commands,
    telemetry_of,
)
from adaptive.kernel.sources.oscillator import add_oscillator, lfo_value, phase_at, wrap
from adaptive.kernel.sources.synth_frames import LEFT, RIGHT, ring_out, shape_frames, sum_lanes
from adaptive.kernel.sources.synth_record import INSTRUMENT, VOICE_GROUP

Q = np.int64(QUANTUM)
A4_PITCH, A4_HZ = F32(69.0), F32(440.0)
SEMITONE = F32(1.0 / 12.0)
FLOOR = F32(1e-4)  # -80 dB: a released voice below it is free
LOWEST_FILTER, HIGHEST_FILTER = F32(20.0), F32(135.0)  # MIDI pitches: 26 Hz and 20 kHz
INAUDIBLE, TOO_LOUD = F32(1e-6), F32(1e6)
GROUP_BYTES = np.int64(VOICE_GROUP.itemsize)
LANE_ROW, ROW = np.int64(4 * LANES), np.int64(4 * QUANTUM)
GOLDEN_SECTION = F32(0.618034)
BRIGHT_SEMITONES = F32(24.0)
"""How far a control that moves the brightness fully moves the cutoff."""


@rtsafe
def hz_of_pitch(pitch: float) -> float:
    """Frequency of a MIDI pitch in equal temperament, A4 = 69 = 440 Hz."""
    return A4_HZ * exp2((pitch - A4_PITCH) * SEMITONE)


@rtsafe
def next_level(level: float, stage: int, rise: float, fall: float, sustain: float, release: float) -> float:
    """Level of an envelope some frames later: linear attack, exponential decay and release.

    In these frames an attack rises by `rise`, the distance of a decay to `sustain` is multiplied by `fall`,
    and the level of a release is multiplied by `release`.
    """
    risen = min(level + rise, ONE)
    fallen = sustain + (level - sustain) * fall
    result = risen if stage == ATTACK else fallen
    result = level * release if stage == RELEASE else result
    return ZERO if stage == OFF else result


@rtsafe
def filter_warp_of_pitch(pitch: float, sample_rate: float) -> float:
    """``tan(π f / rate)`` of a cutoff given as a MIDI pitch, between 20 Hz and 20 kHz.

    The tangent is computed by its continued fraction: relative error below 2e-4 up to 0.45 of the rate.
    """
    pitch = min(max(pitch, LOWEST_FILTER), HIGHEST_FILTER)
    angle = PI * min(hz_of_pitch(pitch), F32(0.45) * sample_rate) / sample_rate
    square = angle * angle
    over = angle * (F32(945.0) - square * (F32(105.0) - square))
    return over / (F32(945.0) - square * (F32(420.0) - F32(15.0) * square))


@rtsafe
def advance_envelopes(group: Any, instrument: Any, frames: float) -> None:
    """Advance both envelopes of every voice by `frames`."""
    rise, fall = instrument["attack_rate"][0] * frames, exp2(-instrument["decay_rate"][0] * frames)
    sustain, release = instrument["sustain"][0], exp2(-instrument["release_rate"][0] * frames)
    for lane in range(LANES):
        stage = group["stage"][lane]
        level = next_level(group["amplitude"][lane], stage, rise, fall, sustain, release)
        group["amplitude"][lane] = level
        group["stage"][lane] = DECAY if stage == ATTACK and level >= ONE else stage
    rise, fall = instrument["attack_rate"][1] * frames, exp2(-instrument["decay_rate"][1] * frames)
    sustain, release = instrument["sustain"][1], exp2(-instrument["release_rate"][1] * frames)
    for lane in range(LANES):
        stage = group["modulation_stage"][lane]
        level = next_level(group["modulation"][lane], stage, rise, fall, sustain, release)
        group["modulation"][lane] = level
        group["modulation_stage"][lane] = DECAY if stage == ATTACK and level >= ONE else stage


@rtsafe
def advance_lfo(group: Any, instrument: Any) -> None:
    """Advance the LFO of every voice by a quantum and store its value in `wave`."""
    step, fade_step = instrument["lfo_step"], instrument["lfo_fade_step"]
    for lane in range(LANES):
        phase = wrap(group["lfo_phase"][lane] + step)
        fade = min(ONE, group["lfo_fade"][lane] + fade_step)
        group["lfo_phase"][lane] = phase
        group["lfo_fade"][lane] = fade
        group["wave"][lane] = lfo_value(phase) * fade


@rtsafe
def aim_voices(group: Any, instrument: Any, sample_rate: float, fade: float) -> None:
    """Compute the values of every voice at the end of the quantum, and the lines that lead there.

    Each line begins at the start of the quantum, with the value reached in the quantum before.
    """
    advance_envelopes(group, instrument, F32(QUANTUM))
    advance_lfo(group, instrument)
    pitch_depth, first, second = (
        instrument["lfo_pitch"],
        instrument["oscillator_pitch"][0],
        instrument["oscillator_pitch"][1],
    )
    for lane in range(LANES):
        pitch = group["pitch"][lane] + group["bend"][lane] + group["wave"][lane] * pitch_depth
        group["step"][lane] = min(F32(0.49), hz_of_pitch(pitch + first) / sample_rate)
        group["step_other"][lane] = min(F32(0.49), hz_of_pitch(pitch + second) / sample_rate)
    for lane in range(LANES):
        group["inverse"][lane] = ONE / group["step"][lane]
        group["inverse_other"][lane] = ONE / group["step_other"][lane]
    gain, level_depth = instrument["gain"] * fade, instrument["lfo_level"]
    share = ONE / F32(QUANTUM)
    for lane in range(LANES):
        velocity = group["velocity"][lane]
        level = group["amplitude"][lane] * velocity * velocity * gain
        level *= (ONE + group["wave"][lane] * level_depth) * (ONE + group["swell"][lane])
        group["gain_step"][lane] = (level - group["gain_value"][lane]) * share
        group["gain_origin"][lane] = ZERO
    aim_filters(group, instrument, sample_rate, share)


@rtsafe
def aim_filters(group: Any, instrument: Any, sample_rate: float, share: float) -> None:
    """Set the filter ramps of every voice to the cutoff at the end of the quantum."""
    base = instrument["cutoff_pitch"] + instrument["brightness"]
    track, envelope = instrument["key_track"], instrument["filter_semitones"]
    touch, wobble = instrument["velocity_semitones"], instrument["lfo_cutoff"]
    for lane in range(LANES):
        pitch = base + track * (group["pitch"][lane] - F32(60.0))
        pitch += envelope * group["modulation"][lane] + wobble * group["wave"][lane]
        pitch += touch * (group["velocity"][lane] - ONE) + BRIGHT_SEMITONES * group["lift"][lane]
        warp = filter_warp_of_pitch(pitch, sample_rate)
        # `doubled_coefficients` inlined: a call would prevent vectorisation
        a1 = ONE / (ONE + warp * (warp + group["damping"][lane]))
        a2 = warp * a1
        a3 = warp * a2
        group["b1_step"][lane] = (a1 + a1 - ONE - group["b1"][lane]) * share
        group["b2_step"][lane] = (a2 + a2 - group["b2"][lane]) * share
        group["b3_step"][lane] = (a3 + a3 - group["b3"][lane]) * share


@rtsafe
def aim_note(group: Any, instrument: Any, lane: int, origin: int, sample_rate: float, fade: float) -> None:
    """Set the lines of a note that begins at frame `origin`, from there to the end of the quantum."""
    frames = F32(Q - origin)
    level = min(ONE, instrument["attack_rate"][0] * frames)
    group["amplitude"][lane] = level
    group["stage"][lane] = DECAY if level >= ONE else ATTACK
    contour = min(ONE, instrument["attack_rate"][1] * frames)
    group["modulation"][lane] = contour
    group["modulation_stage"][lane] = DECAY if contour >= ONE else ATTACK
    pitch, velocity = group["pitch"][lane] + group["bend"][lane], group["velocity"][lane]
    step = min(F32(0.49), hz_of_pitch(pitch + instrument["oscillator_pitch"][0]) / sample_rate)
    group["step"][lane] = step
    group["inverse"][lane] = ONE / step
    step = min(F32(0.49), hz_of_pitch(pitch + instrument["oscillator_pitch"][1]) / sample_rate)
    group["step_other"][lane] = step
    group["inverse_other"][lane] = ONE / step
    # The cycle begins at frame `origin`, but `phase` belongs to the first frame of the quantum: go back
    # `origin` frames.  That is at most 0.49 · 63 cycles; adding 32 whole cycles keeps the phase positive.
    cycles = F32(32.0) - group["step"][lane] * F32(origin)
    group["phase"][lane] = phase_at(group["phase"][lane], ONE, cycles)
    cycles = F32(32.0) - step * F32(origin)
    group["phase_other"][lane] = phase_at(group["phase_other"][lane], ONE, cycles)
    level *= velocity * velocity * instrument["gain"] * fade * (ONE + group["swell"][lane])
    group["gain_step"][lane] = level / frames
    group["gain_origin"][lane] = F32(origin)
    cutoff = (
        instrument["cutoff_pitch"]
        + instrument["brightness"]
        + instrument["key_track"] * (group["pitch"][lane] - F32(60.0))
    )
    cutoff += BRIGHT_SEMITONES * group["lift"][lane]
    cutoff += instrument["filter_semitones"] * contour + instrument["velocity_semitones"] * (velocity - ONE)
    warp = filter_warp_of_pitch(cutoff, sample_rate)
    b1, b2, b3 = doubled_coefficients(warp, group["damping"][lane])
    group["b1"][lane] = b1
    group["b2"][lane] = b2
    group["b3"][lane] = b3
    group["b1_step"][lane] = ZERO
    group["b2_step"][lane] = ZERO
    group["b3_step"][lane] = ZERO


@rtsafe
def begin_note(group: Any, instrument: Any, lane: int, command: Any, frame: int, serial: int) -> None:
    """Start a note on a lane; the last sample of a note that it steals decays and does not stop at once."""
    if group["stage"][lane] != OFF:
        group["residual_left"][lane] += group["last"][lane] * group["pan_left"][lane]
        group["residual_right"][lane] += group["last"][lane] * group["pan_right"][lane]
    else:
        group["active"] += np.int32(1)
    group["stage"][lane] = ATTACK
    group["modulation_stage"][lane] = ATTACK
    group["age"][lane] = np.int32(serial)
    group["note"][lane] = command["i1"]
    group["release_frame"][lane] = frame + command["i0"] if command["i0"] > 0 else NEVER
    # A pitch or velocity that is not a number would make the filter's state invalid for ever.  A note with
    # such a value, or with one of 1000 or more, gets velocity 0.
    is_number = abs(command["f0"]) < F32(1000.0) and abs(command["f1"]) < F32(1000.0)
    group["pitch"][lane] = command["f0"] if is_number else F32(60.0)
    group["velocity"][lane] = min(max(command["f1"], ZERO), F32(4.0)) if is_number else ZERO
    group["amplitude"][lane] = ZERO
    group["modulation"][lane] = ZERO
    group["lfo_phase"][lane] = ZERO
    group["lfo_fade"][lane] = ZERO
    group["gain_value"][lane] = ZERO
    # phases of successive notes differ by the golden section, so that two saws do not add up to a pulse
    start = F32(serial % np.int32(1024)) * GOLDEN_SECTION
    group["phase"][lane] = start - F32(np.int32(start))
    group["phase_other"][lane] = HALF * group["phase"][lane]
    group["noise"][lane] = np.uint32(serial) * np.uint32(2654435761) + np.uint32(lane)
    group["low"][lane] = ZERO
    group["band"][lane] = ZERO
    group["damping"][lane] = TWO - TWO * instrument["resonance"]
    begin_channel(group, instrument, lane, command)
    side = ONE if serial % np.int32(2) == 0 else -ONE
    pan = min(max(command["f2"] + side * instrument["spread"] * F32(0.7), -ONE), ONE)
    group["pan_left"][lane] = pan_left(pan)
    group["pan_right"][lane] = pan_right(pan)


@rtsafe
def release_lane(group: Any, lane: int) -> None:
    """Start the release of a voice."""
    if group["stage"][lane] != OFF:
        group["stage"][lane] = RELEASE
        group["modulation_stage"][lane] = RELEASE
    group["release_frame"][lane] = NEVER


@rtsafe
def add_pieces(group: Any, address: int, instrument: Any, blocks: int, first: int, last: int) -> None:
    """Render the frames from `first` to just before `last` of the group at `address` into the blocks."""
    clear(carray(pointer(blocks + LANE_ROW * first), (last - first) * np.int64(LANES), np.float32))
    for number in range(np.int64(2)):
        level = instrument["oscillator_level"][number]
        if level > ZERO:
            shape, width = instrument["shape"][number], instrument["width"][number]
            add_oscillator(blocks, address, number, shape, first, last, level, width)
    low, band, high = instrument["filter_low"], instrument["filter_band"], instrument["filter_high"]
    shape_frames(blocks, address, first, last, low, band, high)
    if residual_sum(group) > ZERO:
        ring_out(blocks, address, first, last)


@rtsafe
def forget_residuals(group: Any) -> None:
    """Clear each residual of a stolen note that has become inaudible, very loud or not a number.

    This is done once a quantum and for each lane separately.  So a residual has the same samples whether or
    not the quantum is rendered in pieces, and whatever the other lanes play.
    """
    for lane in range(LANES):
        left, right = group["residual_left"][lane], group["residual_right"][lane]
        is_heard = abs(left) + abs(right) > INAUDIBLE and abs(left) + abs(right) < TOO_LOUD
        group["residual_left"][lane] = left if is_heard else ZERO
        group["residual_right"][lane] = right if is_heard else ZERO


@rtsafe
def residual_sum(group: Any) -> float:
    """Sum of the magnitudes of all residuals of a group."""
    total = ZERO
    for lane in range(LANES):
        total += abs(group["residual_left"][lane]) + abs(group["residual_right"][lane])
    return total


@rtsafe
def end_line(group: Any, lane: int, at: int) -> None:
    """End a gain line at a frame, where another begins."""
    elapsed = F32(at) - group["gain_origin"][lane]
    group["gain_value"][lane] += group["gain_step"][lane] * elapsed
    group["gain_step"][lane] = ZERO
    group["gain_origin"][lane] = F32(at)


@rtsafe
def begin_and_release(
    group: Any, instrument: Any, entries: Any, frame: int, at: int, sample_rate: float, fade: float
) -> None:
    """Start the notes that begin at frame `at` of the quantum, and release those whose release is due."""
    for lane in range(LANES):
        if group["release_frame"][lane] <= frame + at and group["stage"][lane] != OFF:
            if at > 0:
                # the gain line was computed as if the note were held: from here on, compute it again
                end_line(group, lane, at)
                value = group["gain_value"][lane]
                release_lane(group, lane)
                tail = exp2(-instrument["release_rate"][0] * F32(Q - at))
                group["amplitude"][lane] *= tail
                group["gain_step"][lane] = (value * tail - value) / F32(Q - at)
            else:
                release_lane(group, lane)
        if np.int64(group["event_offset"][lane]) == at:
            serial = instrument["next_age"]
            instrument["next_age"] = serial + np.int32(1)
            command = entries[group["event_entry"][lane]]["command"]
            begin_note(group, instrument, lane, command, frame + at, serial)
            aim_note(group, instrument, lane, at, sample_rate, fade)


@rtsafe
def release_due(group: Any, frame: int) -> None:
    """Release the notes whose release is due at or before the first frame of the quantum."""
    for lane in range(LANES):
        is_due = group["release_frame"][lane] <= frame and group["stage"][lane] != OFF
        if is_due:
            release_lane(group, lane)


@rtsafe
def render_voices(
    group: Any,
    address: int,
    instrument: Any,
    entries: Any,
    blocks: int,
    frame: int,
    sample_rate: float,
    fade: float,
) -> None:
    """Render the group at `address` for one quantum into the blocks."""
    release_due(group, frame)
    if instrument["played_quanta"] > 0:
        shade_lanes(group, instrument)
    aim_voices(group, instrument, sample_rate, fade)
    zero = np.int64(0)
    if next_split(group, frame, np.int64(-1)) == 0:
        begin_and_release(group, instrument, entries, frame, zero, sample_rate, fade)
    first = zero
    while first < Q:
        last = next_split(group, frame, first)
        add_pieces(group, address, instrument, blocks, first, last)
        if last < Q:
            begin_and_release(group, instrument, entries, frame, last, sample_rate, fade)
        first = last
    close_voices(group)


@rtsafe
def close_voices(group: Any) -> None:
    """Advance all lines to the next quantum and free the voices that have faded out."""
    if residual_sum(group) > ZERO:
        forget_residuals(group)
    for lane in range(LANES):
        elapsed = F32(QUANTUM) - group["gain_origin"][lane]
        group["gain_value"][lane] += group["gain_step"][lane] * elapsed
    frames = F32(QUANTUM)
    for lane in range(LANES):
        group["phase"][lane] = phase_at(group["phase"][lane], group["step"][lane], frames)
        group["phase_other"][lane] = phase_at(group["phase_other"][lane], group["step_other"][lane], frames)
    for lane in range(LANES):
        group["b1"][lane] += group["b1_step"][lane] * frames
        group["b2"][lane] += group["b2_step"][lane] * frames
        group["b3"][lane] += group["b3_step"][lane] * frames
    forget_starts(group)
    finished = np.int32(0)
    for lane in range(LANES):
        stage = group["stage"][lane]
        is_over = stage == RELEASE and group["amplitude"][lane] < FLOOR
        finished += np.int32(1) if is_over else np.int32(0)
        group["stage"][lane] = OFF if is_over else stage
    if finished > 0:
        for lane in range(LANES):
            if group["stage"][lane] == OFF:
                group["gain_value"][lane] = ZERO
                group["release_frame"][lane] = NEVER
        group["active"] -= finished


@rtsafe
def render_instrument(
    voices: Any, voices_address: int, instrument: Any, entries: Any, bus: int, blocks: int, frame: int,
    sample_rate: float, telemetry: Any,
) -> None:  # fmt: skip
    """Render all voices of an instrument into its bus; `bus` and `blocks` (scratch memory) are addresses."""
    before = instrument["sounding"]
    take_channel_controls(voices, instrument, entries, frame)
    if not take_commands(voices, instrument, entries, frame, telemetry):
        return
    if instrument["played_quanta"] > 0:
        follow_channels(instrument, before, sample_rate)
    sounding = np.int32(0)
    for number in range(np.int64(instrument["group_count"])):
        group = voices[number]
        if not is_sounding(group):
            continue
        if sounding == 0:
            clear(carray(pointer(blocks + LEFT), np.int64(2) * Q * np.int64(LANES), np.float32))
            sounding = np.int32(1)
        address = voices_address + GROUP_BYTES * number
        render_voices(
            group, address, instrument, entries, blocks, frame, sample_rate, instrument["fade_value"]
        )
    if sounding == 1:
        sum_lanes(bus, blocks + LEFT)
        sum_lanes(bus + ROW, blocks + RIGHT)
    instrument["sounding"] = sounding


@rtsafe
def is_sounding(group: Any) -> bool:
    """Whether a voice of the group sounds, has a residual, or starts in this quantum."""
    return is_playing(group) or residual_sum(group) > ZERO


def unit(header_address: int, instrument_address: int, _first: int, _count: int) -> int:
    """Render a synthesiser into its bus for one quantum; see `descriptor.SoundSource.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    instrument = carray(pointer(instrument_address), np.int64(1), INSTRUMENT)[0]
    voices = carray(pointer(instrument["voices"]), instrument["group_count"], VOICE_GROUP)
    render_instrument(
        voices, instrument["voices"], instrument, entries_of(header), bus_of(header, instrument),
        header["at_lanes"], header["frame"], np.float32(header["sample_rate"]), telemetry_of(header),
    )  # fmt: skip
    return np.int32(0)
