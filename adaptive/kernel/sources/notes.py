"""Notes of an instrument: commands, the choice of a voice, voice stealing, exact frames.

Every kind of source that has voices in lanes of sixteen uses these functions; they need no more than the
fields of `source_record`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, ZERO
from adaptive.kernel.dsp.ramps import ramp_at
from adaptive.kernel.layout import (
    ENTRY,
    INSTRUMENT_FADE,
    INSTRUMENT_RELEASE,
    LANES,
    NOTE_OFF,
    NOTE_ON,
    QUANTUM,
    TELEMETRY,
)

Q = np.int64(QUANTUM)
OFF, ATTACK, DECAY, RELEASE = np.int32(0), np.int32(1), np.int32(2), np.int32(3)
"""Stages of a voice; in `DECAY` it falls to its sustained level and stays there."""

NEVER = np.int64(2**62)
PAIR = np.int64(8) * Q  # bytes of both channels of a bus


@rtsafe
def entries_of(header: Any) -> Any:
    """The commands of an engine that are scheduled."""
    return carray(pointer(header["at_entries"]), header["entry_count"], ENTRY)


@rtsafe
def telemetry_of(header: Any) -> Any:
    """The counters of an engine."""
    return carray(pointer(header["at_telemetry"]), np.int64(1), TELEMETRY)[0]


@rtsafe
def bus_of(header: Any, instrument: Any) -> int:
    """Address of the row of an instrument's bus: 64 left samples, then 64 right ones."""
    return header["at_bus_audio"] + PAIR * np.int64(instrument["bus"])


@rtsafe
def choose_lane(voices: Any, instrument: Any, telemetry: Any) -> int:
    """Choose a voice for a note: a free one, else the oldest released one, else the oldest; -1 if none."""
    best, best_score = np.int64(-1), np.int64(0)
    left = np.int64(instrument["voice_limit"])
    for number in range(left):
        group = voices[number // np.int64(LANES)]
        lane = number % np.int64(LANES)
        if group["event_offset"][lane] >= 0:
            continue  # another note that starts in this quantum has this voice
        stage = group["stage"][lane]
        if stage == OFF:
            return number
        score = np.int64(instrument["next_age"] - group["age"][lane])
        if stage == RELEASE:
            score += np.int64(2**32)
        if score > best_score:
            best, best_score = number, score
    if best >= 0:
        telemetry["stolen_voices"] += np.int64(1)
    return best


@rtsafe
def take_command(voices: Any, instrument: Any, entries: Any, event: int, frame: int, telemetry: Any) -> None:
    """Apply one command of an instrument, or assign it to a voice that applies it at its frame."""
    entry = entries[event]
    command = entry["command"]
    operation = command["operation"]
    if operation == NOTE_ON:
        number = choose_lane(voices, instrument, telemetry)
        if number >= 0:
            group = voices[number // np.int64(LANES)]
            lane = number % np.int64(LANES)
            group["event_offset"][lane] = entry["offset"]
            group["event_entry"][lane] = np.int32(event)
            instrument["sounding"] = np.int32(1)
        else:
            # notes that start in this quantum have all voices: the new note itself is dropped, and counted
            telemetry["stolen_voices"] += np.int64(1)
        return
    at = frame + np.int64(entry["offset"])
    if operation == INSTRUMENT_FADE:
        # The new fade begins with the value that the old one has at this frame.  `fade_value` belongs to the
        # start of the quantum, and a fade may have begun since.
        instrument["fade_from"] = ramp_at(
            instrument["fade_from"], instrument["fade_to"], instrument["fade_start"],
            instrument["fade_frames"], instrument["fade_shape"], at,
        )  # fmt: skip
        instrument["fade_to"] = command["f0"]
        instrument["fade_start"] = at
        instrument["fade_frames"] = command["i0"]
        instrument["fade_shape"] = np.int32(command["i1"])
        return
    is_all = operation == INSTRUMENT_RELEASE
    if not is_all and operation != NOTE_OFF:
        return
    for number in range(np.int64(instrument["voice_limit"])):
        group = voices[number // np.int64(LANES)]
        lane = number % np.int64(LANES)
        if group["stage"][lane] != OFF and (is_all or group["note"][lane] == command["i1"]):
            group["release_frame"][lane] = min(group["release_frame"][lane], at)
        start = np.int64(group["event_offset"][lane])
        if start >= 0 and start <= np.int64(entry["offset"]):
            # the note starts in this quantum, not after this command: give the note's command a duration
            begun = entries[group["event_entry"][lane]]["command"]
            if is_all or begun["i1"] == command["i1"]:
                begun["i0"] = max(np.int64(1), at - frame - start)


@rtsafe
def next_split(group: Any, frame: int, after: int) -> int:
    """First frame later than `after` at which a note of the group starts or is released; 64: none."""
    nearest = Q
    for lane in range(LANES):
        start = np.int64(group["event_offset"][lane])
        if start > after and start < nearest:
            nearest = start
        end = group["release_frame"][lane] - frame
        if end > after and end < nearest:
            nearest = end
    return nearest


@rtsafe
def take_commands(voices: Any, instrument: Any, entries: Any, frame: int, telemetry: Any) -> bool:
    """Apply the commands of this quantum, and follow the fade; return whether the instrument may sound."""
    event = instrument["first_event"]
    while event >= 0:
        take_command(voices, instrument, entries, np.int64(event), frame, telemetry)
        event = entries[event]["event_next"]
    instrument["first_event"] = np.int32(-1)
    instrument["fade_value"] = ramp_at(
        instrument["fade_from"], instrument["fade_to"], instrument["fade_start"], instrument["fade_frames"],
        instrument["fade_shape"], frame + Q,
    )  # fmt: skip
    return instrument["sounding"] != 0


@rtsafe
def starts(group: Any) -> bool:
    """Whether a note of the group starts in this quantum."""
    total = np.int32(0)
    for lane in range(LANES):
        if group["event_offset"][lane] >= 0:
            total += np.int32(1)
    return total > 0


@rtsafe
def is_playing(group: Any) -> bool:
    """Whether a voice of the group sounds, or a note of it starts in this quantum."""
    return group["active"] > 0 or starts(group)


@rtsafe
def begin_notes(group: Any, instrument: Any, entries: Any, frame: int, at: int) -> int:
    """Start the notes that begin at frame `at` of the quantum; return the mask of their lanes.

    Stage, note, pitch and velocity are set; what else a voice needs is for the caller to set.
    """
    begun = np.int64(0)
    for lane in range(LANES):
        if np.int64(group["event_offset"][lane]) != at:
            continue
        begun |= np.int64(1) << np.int64(lane)
        command = entries[group["event_entry"][lane]]["command"]
        if group["stage"][lane] == OFF:
            group["active"] += np.int32(1)
        group["stage"][lane] = ATTACK
        group["age"][lane] = instrument["next_age"]
        instrument["next_age"] += np.int32(1)
        group["note"][lane] = command["i1"]
        group["release_frame"][lane] = frame + at + command["i0"] if command["i0"] > 0 else NEVER
        is_number = abs(command["f0"]) < F32(1000.0) and abs(command["f1"]) < F32(1000.0)
        group["pitch"][lane] = command["f0"] if is_number else F32(60.0)
        group["velocity"][lane] = min(max(command["f1"], ZERO), F32(4.0)) if is_number else ZERO
    return begun


@rtsafe
def release_notes(group: Any, frame: int, at: int) -> int:
    """Release the notes whose time is up at frame `at` of the quantum; return the mask of their lanes."""
    released = np.int64(0)
    for lane in range(LANES):
        if group["release_frame"][lane] <= frame + at and group["stage"][lane] != OFF:
            released |= np.int64(1) << np.int64(lane)
            group["stage"][lane] = RELEASE
            group["release_frame"][lane] = NEVER
    return released


@rtsafe
def forget_starts(group: Any) -> None:
    """Forget the notes that started in this quantum, at its end."""
    for lane in range(LANES):
        group["event_offset"][lane] = np.int32(-1)


@rtsafe
def end_note(group: Any, lane: int) -> None:
    """Free a voice that has fallen silent."""
    if group["stage"][lane] != OFF:
        group["stage"][lane] = OFF
        group["release_frame"][lane] = NEVER
        group["active"] -= np.int32(1)
