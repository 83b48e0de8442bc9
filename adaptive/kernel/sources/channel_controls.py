"""What a player moves while notes sound: pitch bend, modulation wheel and pressure, for every channel.

Every kind of instrument but drums has the fields `CONTROL_FIELDS` and `CONTROL_VOICES`; a sampler has
controls of its own, which its modulators read (`sampler_modulators`).  A control glides to where it is moved,
from the next quantum on, so a wheel of 128 steps is not heard as steps.  An instrument whose controls rest
computes nothing of this, and its samples are the same as without.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, OCTAVES_PER_DB, ONE, ZERO, exp2
from adaptive.kernel.layout import INSTRUMENT_CONTROL, LANES, QUANTUM
from adaptive.kernel.sources.channel_record import (
    BEND,
    BEND_RANGE,
    BEND_SEMITONES,
    CHANNELS,
    KEY_PRESSURE,
    MAPPED,
    PRESSURE,
    PRESSURE_BRIGHTNESS,
    PRESSURE_LEVEL,
    PRESSURE_VIBRATO,
    WHEEL_BRIGHTNESS,
    WHEEL_LEVEL,
    WHEEL_VIBRATO,
)
from adaptive.kernel.sources.notes import OFF
from adaptive.kernel.sources.oscillator import lfo_value, wrap

LAST_CHANNEL = np.int64(CHANNELS - 1)
WHEEL_CONTROLLER, ALL_SOUND_OFF, RESET, ALL_NOTES_OFF = (np.int64(number) for number in (1, 120, 121, 123))
BEND_CONTROL, PRESSURE_CONTROL, RANGE_CONTROL, KEY_CONTROL = (
    np.int64(number) for number in (BEND, PRESSURE, BEND_RANGE, KEY_PRESSURE)
)

GLIDE_S = F32(0.004)
"""Time constant of a control: the glide begins in the next quantum, and 99 % are done after 18 ms."""

NEAR = F32(1e-4)
"""So near to what is wanted a control is there; of a bend, a hundredth of a cent."""

VIBRATO_HZ = F32(5.5)
CENT = F32(0.01)
OCTAVES_PER_NEPER = F32(1.4426950)


@rtsafe
def take_channel_controls(voices: Any, instrument: Any, entries: Any, frame: int) -> None:
    """Apply the controls of this quantum; they act from its beginning on."""
    event = np.int64(instrument["first_event"])
    while event >= 0:
        entry = entries[event]
        command = entry["command"]
        if command["operation"] == INSTRUMENT_CONTROL:
            channel = np.int64(command["i1"]) & LAST_CHANNEL
            number, value = np.int64(command["which"]), min(max(command["f0"], ZERO), ONE)
            if number == KEY_CONTROL:
                press_keys(voices, instrument, channel, command["f1"], value)
            elif number == ALL_SOUND_OFF or number == ALL_NOTES_OFF:
                end_channel(voices, instrument, channel, frame + np.int64(entry["offset"]))
            else:
                set_channel_control(instrument, channel, number, value)
        event = np.int64(entry["event_next"])


@rtsafe
def set_channel_control(instrument: Any, channel: int, number: int, value: float) -> None:
    """Set what is wanted of a control of a channel; a reset is that of MIDI recommended practice RP-015."""
    instrument["played_quanta"] = np.int32(2)
    if number == BEND_CONTROL:
        instrument["bend_wanted"][channel] = value + value - ONE
    elif number == RANGE_CONTROL:
        instrument["bend_range"][channel] = F32(127.0) * value
    elif number == PRESSURE_CONTROL:
        instrument["pressure_wanted"][channel] = value
    elif number == WHEEL_CONTROLLER:
        instrument["wheel_wanted"][channel] = value
    elif number == RESET:
        instrument["bend_wanted"][channel] = ZERO
        instrument["pressure_wanted"][channel] = ZERO
        instrument["wheel_wanted"][channel] = ZERO


@rtsafe
def press_keys(voices: Any, instrument: Any, channel: int, key: float, value: float) -> None:
    """Set the pressure of the notes of a key."""
    instrument["played_quanta"], instrument["is_key_pressed"] = np.int32(2), np.int32(1)
    for number in range(np.int64(instrument["group_count"])):
        group = voices[number]
        for lane in range(LANES):
            is_its = abs(group["pitch"][lane] - key) < HALF and np.int64(group["channel"][lane]) == channel
            if is_its and group["stage"][lane] != OFF:
                group["key_pressure_wanted"][lane] = value


@rtsafe
def end_channel(voices: Any, instrument: Any, channel: int, at: int) -> None:
    """Release the notes of a channel at a frame."""
    for number in range(np.int64(instrument["group_count"])):
        group = voices[number]
        for lane in range(LANES):
            if group["stage"][lane] != OFF and np.int64(group["channel"][lane]) == channel:
                group["release_frame"][lane] = min(group["release_frame"][lane], at)


@rtsafe
def map_controls(instrument: Any) -> None:
    """Take over what the instrument's last parameters say of its controls."""
    first = np.int64(instrument["now"].shape[0]) - np.int64(MAPPED)
    for row in range(np.int64(MAPPED)):
        instrument["mapped"][row] = instrument["now"][first + row, np.int64(0)]


@rtsafe
def glided(now: float, wanted: float, share: float) -> float:
    """A control a quantum later."""
    return wanted if abs(wanted - now) < NEAR else now + (wanted - now) * share


@rtsafe
def follow_channels(instrument: Any, was_sounding: int, rate: float) -> None:
    """Let all controls glide by a quantum; those of an instrument that was silent are there at once."""
    frames = F32(QUANTUM)
    share = ONE - exp2(-frames * OCTAVES_PER_NEPER / (GLIDE_S * rate))
    share = share if was_sounding != 0 else ONE
    instrument["glide_share"] = share
    away = F32(instrument["is_key_pressed"])
    for channel in range(np.int64(CHANNELS)):
        reach = instrument["bend_range"][channel]
        reach = reach if reach > ZERO else instrument["mapped"][BEND_SEMITONES]
        bend = glided(instrument["bend_now"][channel], reach * instrument["bend_wanted"][channel], share)
        wheel = glided(instrument["wheel_now"][channel], instrument["wheel_wanted"][channel], share)
        pressure = glided(instrument["pressure_now"][channel], instrument["pressure_wanted"][channel], share)
        instrument["bend_now"][channel] = bend
        instrument["wheel_now"][channel] = wheel
        instrument["pressure_now"][channel] = pressure
        away += abs(instrument["bend_wanted"][channel]) + abs(bend) + wheel + pressure
        away += instrument["wheel_wanted"][channel] + instrument["pressure_wanted"][channel]
    instrument["played_quanta"] = np.int32(2) if away > ZERO else instrument["played_quanta"] - np.int32(1)
    instrument["is_key_pressed"] = np.int32(0)
    phase = wrap(instrument["vibrato_phase"] + VIBRATO_HZ * frames / rate)
    instrument["vibrato_phase"] = phase
    instrument["vibrato_semitones"] = ZERO if instrument["has_vibrato"] == 1 else CENT * lfo_value(phase)


@rtsafe
def shade_lane(group: Any, instrument: Any, lane: int) -> bool:
    """Compute what the controls of a voice's channel and key do to it; return whether its pitch moves."""
    channel = np.int64(group["channel"][lane]) & LAST_CHANNEL
    wheel = instrument["wheel_now"][channel]
    pressure = min(instrument["pressure_now"][channel] + group["key_pressure"][lane], ONE)
    sway = instrument["mapped"][WHEEL_VIBRATO] * wheel + instrument["mapped"][PRESSURE_VIBRATO] * pressure
    lift = (
        instrument["mapped"][WHEEL_BRIGHTNESS] * wheel + instrument["mapped"][PRESSURE_BRIGHTNESS] * pressure
    )
    level_db = instrument["mapped"][WHEEL_LEVEL] * wheel + instrument["mapped"][PRESSURE_LEVEL] * pressure
    bend = instrument["bend_now"][channel] + instrument["vibrato_semitones"] * sway
    has_moved = bend != group["bend"][lane] or lift != group["lift"][lane]
    group["bend"][lane] = bend
    group["sway"][lane] = sway
    group["lift"][lane] = lift
    group["swell"][lane] = exp2(level_db * OCTAVES_PER_DB) - ONE
    return has_moved


@rtsafe
def shade_lanes(group: Any, instrument: Any) -> bool:
    """Let controls move every voice of a group; return whether a pitch or a brightness moves.

    An instrument whose controls rest need not call it.
    """
    has_moved = False
    for lane in range(LANES):
        wanted = group["key_pressure_wanted"][lane]
        pressure = glided(group["key_pressure"][lane], wanted, instrument["glide_share"])
        group["key_pressure"][lane] = pressure
        if group["stage"][lane] != OFF and pressure + wanted > ZERO:
            instrument["is_key_pressed"] = np.int32(1)
        if shade_lane(group, instrument, lane):
            has_moved = True
    return has_moved


@rtsafe
def begin_channel(group: Any, instrument: Any, lane: int, command: Any) -> None:
    """Let a note that begins have the controls of its channel, which its command names."""
    group["channel"][lane] = np.int32(np.int64(command["which"]) & LAST_CHANNEL)
    group["key_pressure_wanted"][lane] = ZERO
    group["key_pressure"][lane] = ZERO
    group["bend"][lane] = ZERO
    group["sway"][lane] = ZERO
    group["lift"][lane] = ZERO
    group["swell"][lane] = ZERO
    if instrument["played_quanta"] > 0:
        shade_lane(group, instrument, lane)
