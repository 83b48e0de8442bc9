"""What simple sources share: one envelope, gain and place of each voice, in straight lines over a quantum.

A source gives its record `PLAIN_FIELDS` and its voices `PLAIN_VOICES`, begins its parameters with
`plain_parameters` and ends them with `CHANNEL_PARAMETERS`, begins a quantum with `begin_plain`, and writes
the samples of a voice to a row that `add_row` adds to a bus.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, ONE, TWO, ZERO, exp2, gain_of_db, pan_left, pan_right
from adaptive.kernel.layout import LANES, QUANTUM
from adaptive.kernel.processors.descriptor import Parameter
from adaptive.kernel.sources.channel_controls import (
    begin_channel,
    follow_channels,
    map_controls,
    shade_lanes,
    take_channel_controls,
)
from adaptive.kernel.sources.channel_record import CONTROL_FIELDS, CONTROL_VOICES
from adaptive.kernel.sources.controls import follow_controls
from adaptive.kernel.sources.notes import (
    ATTACK,
    DECAY,
    OFF,
    RELEASE,
    begin_notes,
    end_note,
    entries_of,
    forget_starts,
    release_notes,
    take_commands,
    telemetry_of,
)
from adaptive.kernel.sources.polyphony import make_room
from adaptive.kernel.sources.synth import next_level

Q = np.int64(QUANTUM)
FRAMES = F32(QUANTUM)
COLUMN, BIT = np.int64(0), np.int64(1)
(LEVEL, PAN, BRIGHTNESS, SOFTNESS, SPACE, SPREAD, RISE, FALL, SUSTAIN, LET_GO) = (
    np.int64(row) for row in range(10)
)
"""Rows of the parameters that simple sources share."""

SIXTY_DB = F32(9.9657843)  # octaves
SOFTEST_S = F32(0.3)
EBB = F32(1.0 / 16.0)
FLOOR = F32(1e-4)  # -80 dB


def plain_parameters(
    attack_ms: float, decay_ms: float, sustain: float, release_ms: float
) -> tuple[Parameter, ...]:
    """The parameters that simple sources share, with the defaults of an envelope."""

    def time(name: str, default: float, doc: str) -> Parameter:
        return Parameter(name, 0.5, 60000.0, default, doc, "logarithmic")

    return (
        Parameter("level_db", -60.0, 24.0, 0.0, "Level of its notes."),
        Parameter("pan", -1.0, 1.0, 0.0, "Place of its notes, left to right."),
        Parameter("brightness", -1.0, 1.0, 0.0, "Macro: from dark over as it is to bright."),
        Parameter("attack", -1.0, 1.0, 0.0, "Macro: from hard over as it is to soft."),
        Parameter("space", -1.0, 1.0, 0.0, "Macro: from narrow and short over as it is to wide and long."),
        Parameter("spread", 0.0, 1.0, 0.3, "How far successive notes are apart, left to right."),
        time("attack_ms", attack_ms, "Time in which a note rises."),
        time("decay_ms", decay_ms, "Time in which a note falls by 60 dB towards its sustained level."),
        Parameter("sustain", 0.0, 1.0, sustain, "Sustained level."),
        time("release_ms", release_ms, "Time in which a note falls by 60 dB after its end."),
    )


PLAIN_FIELDS: list[Any] = [
    *CONTROL_FIELDS,
    ("polyphony", "i4"),
    ("attack_frames", "f4"),
    ("fall", "f4"),  # in a quantum
    ("release", "f4"),
    ("release_octaves", "f4"),
    ("gain", "f4"),
    ("aside", "f4"),
]

PLAIN_VOICES: list[Any] = [
    *CONTROL_VOICES,
    ("amplitude", "f4", LANES),  # at the end of the last quantum
    ("is_dying", "i4", LANES),  # 1: another note needs its voice
    ("ebb", "f4", LANES),  # then from 1 to 0
    ("side", "f4", LANES),
    ("seed", "u4", LANES),
    # straight lines: value + step · (frame - origin)
    ("gain_left", "f4", LANES),
    ("gain_right", "f4", LANES),
    ("gain_left_step", "f4", LANES),
    ("gain_right_step", "f4", LANES),
    ("origin", "f4", LANES),
]


@rtsafe
def value(instrument: Any, row: int) -> float:
    """A parameter at the end of the quantum."""
    return instrument["now"][row, COLUMN]


@rtsafe
def brightness_of(group: Any, instrument: Any, lane: int) -> float:
    """The macro of brightness, with what the controls of a voice add to it."""
    return min(max(value(instrument, BRIGHTNESS) + group["lift"][lane], -ONE), ONE)


@rtsafe
def chance(group: Any, lane: int) -> float:
    """A number from -1 to 1, another each time."""
    seed = np.uint32(group["seed"][lane] * np.uint32(1664525) + np.uint32(1013904223))
    group["seed"][lane] = seed
    return F32(np.int32(seed)) * F32(2.0**-31)


@rtsafe
def prepare_plain(instrument: Any, rate: float) -> None:
    """Compute what follows from the shared parameters for all voices."""
    softness = value(instrument, SOFTNESS)
    more = max(softness, ZERO)
    seconds = F32(0.001) * value(instrument, RISE) * exp2(F32(4.0) * softness) + more * more * SOFTEST_S
    instrument["attack_frames"] = max(seconds, F32(0.0005)) * rate
    instrument["fall"] = exp2(-FRAMES * SIXTY_DB / (F32(0.001) * value(instrument, FALL) * rate))
    octaves = SIXTY_DB / (F32(0.001) * value(instrument, LET_GO) * rate)
    octaves *= exp2(-TWO * value(instrument, SPACE))
    instrument["release_octaves"] = octaves
    instrument["release"] = exp2(-FRAMES * octaves)
    instrument["gain"] = gain_of_db(value(instrument, LEVEL)) * instrument["fade_value"]
    spread = value(instrument, SPREAD) + F32(0.5) * value(instrument, SPACE)
    instrument["aside"] = F32(0.8) * min(max(spread, ZERO), ONE)


@rtsafe
def begin_plain(header: Any, voices: Any, instrument: Any, ratios: int) -> bool:
    """Take the commands of a quantum and prepare all voices; return whether any may sound.

    `ratios` is the mask of the parameters that move along ratios, see `controls.ratios_of`.
    """
    entries, frame, before = entries_of(header), header["frame"], instrument["sounding"]
    take_channel_controls(voices, instrument, entries, frame)
    if not take_commands(voices, instrument, entries, frame, telemetry_of(header)):
        return False
    follow_controls(instrument, ratios, before)
    make_room(voices, instrument, frame, telemetry_of(header))
    prepare_plain(instrument, F32(header["sample_rate"]))
    if instrument["played_quanta"] > 0:
        map_controls(instrument)
        follow_channels(instrument, before, F32(header["sample_rate"]))
    instrument["sounding"] = np.int32(0)
    return True


@rtsafe
def lead_lane(group: Any, instrument: Any, lane: int, at: int) -> None:
    """Lead the gains of a voice to what they are at the end of the quantum, from frame `at`."""
    velocity, ebb = group["velocity"][lane], group["ebb"][lane]
    ebb *= ebb * (F32(3.0) - ebb - ebb)  # without a bend at either end
    level = group["amplitude"][lane] * velocity * velocity * instrument["gain"] * ebb
    level *= ONE + group["swell"][lane]
    pan = value(instrument, PAN) + instrument["aside"] * group["side"][lane]
    pan = min(max(pan, -ONE), ONE)
    share = ONE / F32(Q - at)
    group["gain_left_step"][lane] = (level * pan_left(pan) - group["gain_left"][lane]) * share
    group["gain_right_step"][lane] = (level * pan_right(pan) - group["gain_right"][lane]) * share
    group["origin"][lane] = F32(at)


@rtsafe
def advance_plain(group: Any, instrument: Any, frame: int) -> bool:
    """Release what is due at the start of the quantum, and lead all voices to its end.

    Return whether controls move the pitch or the brightness of a voice.
    """
    release_notes(group, frame, np.int64(0))
    has_moved = instrument["played_quanta"] > 0 and shade_lanes(group, instrument)
    rise, sustain = FRAMES / instrument["attack_frames"], value(instrument, SUSTAIN)
    for lane in range(LANES):
        stage = group["stage"][lane]
        if stage == OFF:
            continue
        is_dying = group["is_dying"][lane] == 1
        gone = ONE if is_dying else instrument["release"]
        level = next_level(group["amplitude"][lane], stage, rise, instrument["fall"], sustain, gone)
        group["amplitude"][lane] = level
        group["ebb"][lane] = max(group["ebb"][lane] - EBB, ZERO) if is_dying else ONE
        group["stage"][lane] = DECAY if stage == ATTACK and level >= ONE else stage
        lead_lane(group, instrument, lane, np.int64(0))
    return has_moved


@rtsafe
def change_plain(group: Any, instrument: Any, entries: Any, frame: int, at: int) -> int:
    """Release and begin the notes whose time is frame `at`; return the mask of those that begin."""
    released = release_notes(group, frame, at)
    begun = begin_notes(group, instrument, entries, frame, at)
    for lane in range(LANES):
        bit = BIT << np.int64(lane)
        if begun & bit:
            group["seed"][lane] = np.uint32(group["age"][lane]) * np.uint32(2654435761) + np.uint32(977)
            begin_channel(group, instrument, lane, entries[group["event_entry"][lane]]["command"])
            group["is_dying"][lane] = np.int32(0)
            group["ebb"][lane] = ONE
            group["side"][lane] = ONE if group["age"][lane] % np.int32(2) == 0 else -ONE
            level = min(ONE, F32(Q - at) / instrument["attack_frames"])
            group["amplitude"][lane] = level
            group["stage"][lane] = DECAY if level >= ONE else ATTACK
            group["gain_left"][lane] = ZERO
            group["gain_right"][lane] = ZERO
            lead_lane(group, instrument, lane, at)
        elif released & bit and at > 0 and group["is_dying"][lane] == 0:
            end_lines(group, lane, at)
            group["amplitude"][lane] *= exp2(-instrument["release_octaves"] * F32(Q - at))
            lead_lane(group, instrument, lane, at)
    return begun


@rtsafe
def end_lines(group: Any, lane: int, at: int) -> None:
    """End the lines of a voice at a frame, where others begin."""
    since = F32(at) - group["origin"][lane]
    group["gain_left"][lane] += group["gain_left_step"][lane] * since
    group["gain_right"][lane] += group["gain_right_step"][lane] * since
    group["origin"][lane] = F32(at)


@rtsafe
def add_row(group: Any, lane: int, row: Any, bus: int, first: int, last: int) -> None:
    """Add frames `first` … `last` of a voice's row to both rows of a bus."""
    audio = carray(pointer(bus), np.int64(2) * Q, np.float32)
    left, right, origin = group["gain_left"][lane], group["gain_right"][lane], group["origin"][lane]
    left_step, right_step = group["gain_left_step"][lane], group["gain_right_step"][lane]
    for i in range(first, last):
        since = F32(i) - origin
        audio[i] += row[i] * (left + left_step * since)
        audio[Q + i] += row[i] * (right + right_step * since)


@rtsafe
def add_rows(group: Any, lane: int, left: Any, right: Any, bus: int, first: int, last: int) -> None:
    """Add frames `first` … `last` of both rows of a voice to those of a bus."""
    audio = carray(pointer(bus), np.int64(2) * Q, np.float32)
    gain, step, origin = group["gain_left"][lane], group["gain_left_step"][lane], group["origin"][lane]
    for i in range(first, last):
        audio[i] += left[i] * (gain + step * (F32(i) - origin))
    gain, step = group["gain_right"][lane], group["gain_right_step"][lane]
    for i in range(first, last):
        audio[Q + i] += right[i] * (gain + step * (F32(i) - origin))


@rtsafe
def close_plain(group: Any) -> None:
    """End the quantum: lines, starts, and the voices that have faded out."""
    forget_starts(group)
    for lane in range(LANES):
        if group["stage"][lane] == OFF:
            continue
        end_lines(group, lane, Q)
        is_faded = group["amplitude"][lane] < FLOOR and group["stage"][lane] != ATTACK
        is_over = group["stage"][lane] == RELEASE and (is_faded or group["ebb"][lane] == ZERO)
        if is_over or (group["stage"][lane] == DECAY and group["amplitude"][lane] < FLOOR * F32(0.1)):
            end_note(group, lane)
