"""Controls of a sampler's channels, and what modulators make of them.

"SoundFont Technical Specification" 2.04 (2006), sections 8.2 to 8.4 and 9.5: curves, sources, the sum at each
destination.  A voice keeps what its modulators add; they are computed anew when a control of its channel has
changed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO, exp2, log2, pan_left, pan_right
from adaptive.kernel.layout import INSTRUMENT_CONTROL, LANES, NOTE_ON
from adaptive.kernel.sources.notes import OFF, RELEASE
from adaptive.kernel.sources.sampler_record import (
    ALWAYS,
    BEND,
    CHANNELS,
    CONTROLS,
    CURVE_SHIFT,
    DESTINATIONS,
    ENVELOPE_PARTS,
    FIRST_LINK,
    IS_BIPOLAR,
    IS_FALLING,
    KEY,
    LINKS,
    OFFSETS,
    PRESSURE,
    VELOCITY,
)

COUNT = np.int64(len(DESTINATIONS))
PITCH, CUTOFF, RESONANCE, ATTENUATION, PAN = (np.int64(number) for number in range(5))
LFO_PITCH, VIBRATO_PITCH, MODULATION_PITCH, LFO_CUTOFF, MODULATION_CUTOFF, LFO_LEVEL = (
    np.int64(number) for number in range(5, 11)
)
ENVELOPE = np.int64(DESTINATIONS.index("delay"))
PARTS = np.int64(len(ENVELOPE_PARTS))
AT_DELAY, AT_ATTACK, AT_HOLD, AT_DECAY, AT_SUSTAIN, AT_RELEASE = (np.int64(number) for number in range(6))
LFO_DELAY, LFO_RATE = (np.int64(DESTINATIONS.index(name)) for name in ("lfo_delay", "lfo_rate"))
START = np.int64(DESTINATIONS.index("start"))

SEMITONE = F32(1.0 / 12.0)
MOST_STEP = F32(64.0)
PLACES = np.float64(2.0**32)  # of a position, to a frame

LAST_CHANNEL, LAST_CONTROL = np.int64(CHANNELS - 1), np.int64(CONTROLS - 1)
VELOCITY_SOURCE, KEY_SOURCE, NO_SOURCE = np.int64(VELOCITY), np.int64(KEY), np.int64(ALWAYS)
LINK_SOURCE, LINK_SUM = np.int64(FIRST_LINK), np.int64(len(DESTINATIONS) - LINKS)
FIRST_OFFSET = np.int64(OFFSETS)
MOST_OFFSET = F32(1e6)
CURVE_AT, FALLS, HAS_TWO_SIDES = np.int64(CURVE_SHIFT), np.int64(IS_FALLING), np.int64(IS_BIPOLAR)
NUMBER_MASK, CURVE_MASK = np.int64(255), np.int64(3)
LINEAR, CONCAVE, CONVEX = np.int64(0), np.int64(1), np.int64(2)
CONCAVE_SHARE = F32(-40.0 / 96.0 * np.log10(2.0))
STEEPEST = F32(0.004)  # the concave curve reaches 1 here, from its end

FALL_OCTAVES = F32(96.0 / (20.0 * np.log10(2.0)))
MIDDLE_KEY = F32(60.0)
MOST_PITCH = F32(127.0)
SHORTEST = F32(1.0 / 1000.0)  # seconds: a delay or hold of no more is none
FLAT_DAMPING = F32(np.sqrt(2.0))
MOST_RESONANCE = F32(96.0 / (20.0 * np.log10(2.0)))
MOST_ATTENUATION = F32(144.0 / (20.0 * np.log10(2.0)))

ALL_SOUND_OFF, RESET, ALL_NOTES_OFF = np.int64(120), np.int64(121), np.int64(123)
MODULATION_WHEEL, EXPRESSION, PEDAL = np.int64(1), np.int64(11), np.int64(64)
WHEEL, CHANNEL_PRESSURE = np.int64(BEND), np.int64(PRESSURE)


@rtsafe
def concave(x: float) -> float:
    """The concave curve of the specification from 0 to 1: in decibels, 40 dB for each tenth of what is left.

    ``-40 / 96 · log10(1 - x)``, at most 1.
    """
    return min(CONCAVE_SHARE * log2(max(ONE - x, STEEPEST)), ONE)


@rtsafe
def curved(x: float, source: int) -> float:
    """A control from 0 to 1 after the curve, direction and polarity of a source."""
    curve = (source >> CURVE_AT) & CURVE_MASK
    if source & FALLS:
        x = ONE - x
    sign = ONE
    if source & HAS_TWO_SIDES:
        x = x + x - ONE
        if x < ZERO:
            sign = -ONE
            x = -x
    if curve == CONCAVE:
        x = concave(x)
    elif curve == CONVEX:
        x = ONE - concave(ONE - x)
    elif curve != LINEAR:  # a switch; both sides of a bipolar one are full
        if source & HAS_TWO_SIDES:
            x = ONE
        else:
            x = ONE if x >= HALF else ZERO
    return sign * x


@rtsafe
def source_value(sampler: Any, group: Any, lane: int, channel: int, source: int) -> float:
    """What a source of a modulator says for a voice."""
    number = source & NUMBER_MASK
    if number == NO_SOURCE:
        return ONE
    if number == VELOCITY_SOURCE:
        return curved(min(group["velocity"][lane], ONE), source)
    if number == KEY_SOURCE:
        return curved(min(max(group["pitch"][lane] / MOST_PITCH, ZERO), ONE), source)
    if number >= LINK_SOURCE:
        total = group["shift"][min(LINK_SUM + number - LINK_SOURCE, COUNT - np.int64(1)), lane]
        if source & HAS_TWO_SIDES:
            return curved(HALF * (min(max(total, -ONE), ONE) + ONE), source)
        return curved(min(max(total, ZERO), ONE), source)
    return curved(sampler["controls"][channel, min(number, LAST_CONTROL)], source)


@rtsafe
def sum_modulators(group: Any, sampler: Any, region: Any, modulators: Any, lane: int) -> None:
    """Sum what the modulators of a region, and offsets of its channel, add at each destination.

    A modulator that moves another one comes before it.
    """
    channel = min(max(region["channel"], np.int64(0)), LAST_CHANNEL)
    offsets = sampler["offsets"]
    for number in range(COUNT):
        group["shift"][number, lane] = offsets[channel, number] + offsets[channel, number + COUNT]
    for number in range(region["modulator_count"]):
        one = modulators[region["first_modulator"] + number]
        value = source_value(sampler, group, lane, channel, np.int64(one["source"]))
        value *= one["amount"]
        if value != ZERO:
            value *= source_value(sampler, group, lane, channel, np.int64(one["amount_source"]))
        if one["is_absolute"] == 1:
            value = abs(value)
        group["shift"][np.int64(one["destination"]), lane] += value
    group["version"][lane] = sampler["version"][channel]


@rtsafe
def resolve_envelope(group: Any, region: Any, which: int, lane: int) -> None:
    """Compute the times of an envelope of a voice."""
    first = ENVELOPE + PARTS * which
    shift = group["shift"]
    below = MIDDLE_KEY - group["pitch"][lane]
    whole = FALL_OCTAVES if which == 0 else ONE
    group["attack"][which, lane] = max(exp2(region["attack"][which] + shift[first + AT_ATTACK, lane]), ONE)
    hold = region["hold"][which] + shift[first + AT_HOLD, lane] + below * region["hold_octaves"][which]
    group["hold"][which, lane] = exp2(hold)
    decay = region["decay"][which] + shift[first + AT_DECAY, lane] + below * region["decay_octaves"][which]
    group["decay_rate"][which, lane] = whole / max(exp2(decay), ONE)
    release = region["release"][which] + shift[first + AT_RELEASE, lane]
    group["release_rate"][which, lane] = whole / max(exp2(release), ONE)
    sustain = region["sustain"][which] + shift[first + AT_SUSTAIN, lane]
    if which == 0:
        group["sustain"][which, lane] = exp2(-max(sustain, ZERO))
    else:
        group["sustain"][which, lane] = min(max(sustain, ZERO), ONE)


@rtsafe
def resolve_voice(group: Any, sampler: Any, region: Any, modulators: Any, lane: int) -> None:
    """Compute all that modulators move: what a region says and what they add to it."""
    sum_modulators(group, sampler, region, modulators, lane)
    shift = group["shift"]
    for which in range(np.int64(2)):
        resolve_envelope(group, region, which, lane)
        group["lfo_delay"][which, lane] = exp2(region["lfo_delay"][which] + shift[LFO_DELAY + which, lane])
        group["lfo_step"][which, lane] = exp2(region["lfo_rate"][which] + shift[LFO_RATE + which, lane])
        group["lfo_pitch"][which, lane] = region["lfo_pitch"][which] + shift[LFO_PITCH + which, lane]
    moving = abs(group["lfo_pitch"][0, lane]) + abs(group["lfo_pitch"][1, lane])
    tuned = (group["pitch"][lane] - region["root"]) * region["key_scale"] + region["tune"]
    group["tuned"][lane] = tuned + shift[PITCH, lane]
    group["modulation_pitch"][lane] = region["modulation_pitch"] + shift[MODULATION_PITCH, lane]
    group["modulation_cutoff"][lane] = region["modulation_cutoff"] + shift[MODULATION_CUTOFF, lane]
    group["lfo_cutoff"][lane] = region["lfo_cutoff"] + shift[LFO_CUTOFF, lane]
    group["lfo_octaves"][lane] = region["lfo_octaves"] + shift[LFO_LEVEL, lane]
    moving += abs(group["lfo_cutoff"][lane]) + abs(group["lfo_octaves"][lane])
    channel = min(max(region["channel"], np.int64(0)), LAST_CHANNEL)
    filtering = abs(sampler["offsets"][channel, CUTOFF]) + abs(sampler["offsets"][channel, RESONANCE])
    filtering += abs(sampler["offsets"][channel, LFO_CUTOFF])
    filtering += abs(sampler["offsets"][channel, MODULATION_CUTOFF])
    moving += abs(sampler["offsets"][channel, MODULATION_PITCH])
    moving += abs(sampler["offsets"][channel, MODULATION_CUTOFF])
    group["wet"][lane] = ONE if region["is_filtered"] == 1 or filtering > ZERO else ZERO
    group["is_moving"][lane] = np.int32(1) if moving > ZERO else np.int32(0)
    group["step"][lane] = np.int64(0)  # it is computed anew
    group["resting_step"][lane] = step_of(region, group["tuned"][lane] + sampler["tune"])
    group["cutoff"][lane] = region["cutoff_pitch"] + shift[CUTOFF, lane]
    group["aimed"][lane] = -MOST_PITCH
    resonance = min(max(region["resonance"] + shift[RESONANCE, lane], ZERO), MOST_RESONANCE)
    group["damping"][lane] = FLAT_DAMPING * exp2(-resonance)
    attenuation = min(shift[ATTENUATION, lane], MOST_ATTENUATION) + HALF * resonance
    group["loudness"][lane] = region["gain"] * group["note_gain"][lane] * exp2(-attenuation)
    pan = min(max(region["pan"] + shift[PAN, lane] + group["note_pan"][lane], -ONE), ONE)
    group["pan_left_wanted"][lane] = pan_left(pan)
    group["pan_right_wanted"][lane] = pan_right(pan)


@rtsafe
def step_of(region: Any, semitones: float) -> int:
    """Frames of a recording to one of the engine, times 2^32, so many semitones from its pitch."""
    step = min(region["ratio"] * exp2(semitones * SEMITONE), MOST_STEP)
    return max(np.int64(np.float64(step) * PLACES), np.int64(1))


@rtsafe
def set_control(sampler: Any, channel: int, number: int, value: float) -> None:
    """Set a control of a channel; a reset does what the MIDI recommended practice RP-015 says.

    It also ends what was added to destinations, as players of SoundFonts do.
    """
    controls = sampler["controls"]
    if number == RESET:
        controls[channel, MODULATION_WHEEL] = ZERO
        controls[channel, EXPRESSION] = ONE
        controls[channel, PEDAL] = ZERO
        controls[channel, WHEEL] = HALF
        controls[channel, CHANNEL_PRESSURE] = ZERO
        for other in range(COUNT + COUNT):
            sampler["offsets"][channel, other] = ZERO
    elif number >= FIRST_OFFSET:
        other = min(number - FIRST_OFFSET, COUNT + COUNT - np.int64(1))
        sampler["offsets"][channel, other] = min(max(value, -MOST_OFFSET), MOST_OFFSET)
    else:
        controls[channel, min(number, LAST_CONTROL)] = min(max(value, ZERO), ONE)
    sampler["version"][channel] += np.int32(1)


@rtsafe
def end_channel(voices: Any, sampler: Any, regions: Any, channel: int, at: int, is_cut: bool) -> None:
    """Release the voices of a channel at a frame; `is_cut`: silence them."""
    for number in range(np.int64(sampler["group_count"])):
        group = voices[number]
        for lane in range(LANES):
            is_its = regions[group["region"][lane]]["channel"] == channel
            if group["stage"][lane] != OFF and is_its:
                group["release_frame"][lane] = min(group["release_frame"][lane], at)
                if is_cut:
                    group["is_choked"][lane] = np.int32(1)


@rtsafe
def take_controls(voices: Any, sampler: Any, regions: Any, entries: Any, frame: int) -> int:
    """Apply the controls of this quantum; return how many notes begin in it.

    They act from its beginning on: 64 frames, as computed gains do.
    """
    event, notes = sampler["first_event"], np.int64(0)
    while event >= 0:
        entry = entries[event]
        command = entry["command"]
        if command["operation"] == NOTE_ON:
            notes += np.int64(1)
        if command["operation"] == INSTRUMENT_CONTROL:
            channel = min(max(command["i1"], np.int64(0)), LAST_CHANNEL)
            number = max(np.int64(command["which"]), np.int64(0))
            value = command["f0"] if abs(command["f0"]) <= MOST_OFFSET else ZERO
            if number == ALL_SOUND_OFF or number == ALL_NOTES_OFF:
                at = frame + np.int64(entry["offset"])
                end_channel(voices, sampler, regions, channel, at, number == ALL_SOUND_OFF)
            else:
                set_control(sampler, channel, number, value)
        event = entry["event_next"]
    return notes


@rtsafe
def steal_voice(voices: Any, sampler: Any, at: int) -> None:
    """Let a voice fade at a frame: the oldest of the released ones, or else the oldest."""
    best_number, best_score = np.int64(-1), np.int64(-1)
    for number in range(np.int64(sampler["group_count"]) * np.int64(LANES)):
        group = voices[number // np.int64(LANES)]
        lane = number % np.int64(LANES)
        if group["stage"][lane] == OFF or group["is_choked"][lane] == 1:
            continue
        score = np.int64(sampler["next_age"] - group["age"][lane])
        if group["stage"][lane] == RELEASE:
            score += np.int64(2**32)
        if score > best_score:
            best_number, best_score = number, score
    if best_number >= 0:
        group = voices[best_number // np.int64(LANES)]
        lane = best_number % np.int64(LANES)
        group["is_choked"][lane] = np.int32(1)
        group["release_frame"][lane] = min(group["release_frame"][lane], at)


@rtsafe
def make_room(voices: Any, sampler: Any, entries: Any, frame: int, telemetry: Any) -> None:
    """Let voices fade, each from the frame at which a note begins that would be one too many."""
    sounding = np.int64(0)
    for number in range(np.int64(sampler["group_count"])):
        group = voices[number]
        for lane in range(LANES):
            if group["stage"][lane] != OFF and group["is_choked"][lane] == 0:
                sounding += np.int64(1)
    event = sampler["first_event"]
    while event >= 0:
        entry = entries[event]
        if entry["command"]["operation"] == NOTE_ON:
            sounding += np.int64(1)
            if sounding > sampler["most_voices"]:
                steal_voice(voices, sampler, frame + np.int64(entry["offset"]))
                telemetry["stolen_voices"] += np.int64(1)
                sounding -= np.int64(1)
        event = entry["event_next"]
