"""Clips: players of sound in memory, started and stopped at exact frames, which loop with their tails.

A clip plays the frames of a `SOUND`.  Its `origin` is the frame of beat 1; a start at a negative position
plays the pickup before it.  After `loop_frames` the next pass begins, while the tail of the file sounds over
it: the present pass is read at ``position``, the n-th pass before it at ``position + n · loop_frames``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import (
    F32,
    HALF,
    HALF_PI,
    ONE,
    ZERO,
    cosine,
    pan_left,
    pan_right,
    sine,
)
from adaptive.kernel.dsp.ramps import (
    add_line,
    add_quantum,
    add_short_line,
    aim_filter,
    prefetch_quantum,
    rest_filter,
    set_filter,
)
from adaptive.kernel.layout import (
    CLIP_CUTOFF,
    CLIP_GAIN,
    CLIP_PAN,
    CLIP_RELEASE,
    CLIP_START,
    CLIP_STOP,
    CLIP_TEMPO,
    CUTOFF_OPEN_HZ,
    EQUAL_POWER_IN,
    EQUAL_POWER_OUT,
    PAIRS,
    QUANTUM,
)
from adaptive.kernel.processors.lowpass import filter_rows, forget_broken
from adaptive.kernel.sources.clip_ramps import cutoff_now, gain_now, pan_now
from adaptive.kernel.sources.clip_record import CLIP_GROUP, STRETCHED_FRAMES
from adaptive.kernel.sources.clip_stream import begin_stream, stream_gain, watch_streams
from adaptive.kernel.sources.clip_tempo import (
    end_stretch,
    follow_tempo,
    lean_residual,
    lean_to_tail,
    sample_of,
    stretched_sample,
)

Q = np.int64(QUANTUM)
OPEN = F32(CUTOFF_OPEN_HZ)
GROUP_BYTES, FILTER_OFFSET = np.int64(CLIP_GROUP.itemsize), np.int64(CLIP_GROUP.fields["filter"][1])
INAUDIBLE = F32(1e-6)
FLOAT, SHORT = np.int64(4), np.int64(2)
ROW = FLOAT * Q
PAIR = np.int64(2) * ROW
STRETCHED_ROW = np.int64(4 * STRETCHED_FRAMES)
TOO_LOUD = F32(1e6)
OPENING_S = F32(0.005)  # time in which the filter of a restarted clip opens


@rtsafe
def play_channel(
    out: int,
    data: int,
    position: int,
    count: int,
    first: int,
    end: int,
    loop_frames: int,
    passes: int,
    value: float,
    step: float,
    is_short: int,
) -> None:
    """Add one channel of a clip, with the tails of its earlier passes, along a gain line.

    Parameters
    ----------
    out, data : int64
        Addresses of the first frame to write and of beat 1.
    position, count : int64
        Frames from beat 1 to the first frame, and number of frames.
    first, end : int64
        The file has frames `first` (negative: before beat 1) to `end`; others are silent.
    loop_frames, passes : int64
        Length of a pass, and number of earlier passes.
    value, step : float32
        Gain at the first frame, and its change per frame.
    is_short : int64
        Whether the frames are of 16 bit.
    """
    start = position
    for _ in range(passes + np.int64(1)):
        if start >= end:
            break
        skipped = max(np.int64(0), first - start)
        length = min(count, end - start) - skipped
        if length > 0:
            at = start + skipped
            line = value + step * F32(skipped)
            if is_short != 0:
                add_short_line(out + FLOAT * skipped, data + SHORT * at, length, line, step)
            else:
                add_line(out + FLOAT * skipped, data + FLOAT * at, length, line, step)
        if loop_frames == 0:
            break
        start += loop_frames


@rtsafe
def sample_before(group: Any, column: int, sound: Any, lane: int, frame: int) -> float:
    """Last sample a clip has put out on a lane, at its present gain; it decays when the clip is cut."""
    if group["at_stretched"][column] != 0:
        return stretched_sample(group, column, lane, frame % Q - np.int64(1)) * group["line_value"][lane]
    position, passes = group["position"][column], group["passes"][column]
    loop_frames, origin = sound["loop_frames"], sound["origin"]
    is_tail = group["is_tail"][column] == 1
    if passes == 0 and position == group["begun_at"][column]:
        return ZERO
    if position == 0 and passes > 0 and not is_tail:
        position, passes = loop_frames, passes - np.int64(1)
    head = np.int64(1) if is_tail else np.int64(0)
    total = ZERO
    while head <= passes:
        at = origin + position + head * loop_frames - np.int64(1)
        if at >= sound["frames"]:
            break
        if at >= 0:
            total += sample_of(sound, lane, at)
        if loop_frames == 0:
            break
        head += np.int64(1)
    return total * group["line_value"][lane]


@rtsafe
def leave_residual(group: Any, column: int, sounds: Any, frame: int, decay: float) -> None:
    """Add the last sample of a clip that is cut to its residual, which decays instead of stepping to zero."""
    sound = sounds[group["sound"][column]]
    group["residual_bus"][column] = group["bus"][column]
    for side in range(np.int64(2)):
        lane = np.int64(2) * column + side
        group["residual"][lane] += sample_before(group, column, sound, lane, frame)
        if group["at_stretched"][column] != 0:
            lean_residual(group, column, lane, frame, decay)


@rtsafe
def start_clip(
    group: Any, column: int, sounds: Any, command: Any, frame: int, decay: float, opening: int
) -> None:
    """Start a clip at this frame: sound, position, bus, gain, pan.

    A closed filter opens over `opening` frames, so that the residual of a cut clip is still filtered.
    """
    if group["state"][column] != 0:
        leave_residual(group, column, sounds, frame, decay)
    group["follows"][column] = np.int32(0)
    group["way"][column] = np.int32(0)
    group["at_stretched"][column] = np.int64(0)
    sound = sounds[np.int64(command["i0"])]
    position = command["i1"]
    if sound["loop_frames"] > 0 and position >= sound["loop_frames"]:
        position %= sound["loop_frames"]
    group["state"][column] = np.int32(1)
    group["sound"][column] = np.int32(command["i0"])
    group["position"][column] = position
    group["begun_at"][column] = position
    group["bus"][column] = command["which"]
    group["passes"][column] = np.int64(0)
    group["stops_at_end"][column] = np.int32(0)
    group["is_tail"][column] = np.int32(0)
    begin_stream(group, column, sound)
    group["gain_from"][column] = command["f0"]
    group["gain_to"][column] = command["f0"]
    group["gain_frames"][column] = np.int64(0)
    group["pan_from"][column] = command["f1"]
    group["pan_to"][column] = command["f1"]
    group["pan_frames"][column] = np.int64(0)
    group["cutoff_from"][column] = cutoff_now(group, column, frame)
    group["cutoff_to"][column] = OPEN
    group["cutoff_start"][column] = frame
    group["cutoff_frames"][column] = opening if group["is_filtered"][column] != 0 else np.int64(0)
    lane, gain = np.int64(2) * column, command["f0"] * stream_gain(group, column)
    group["line_value"][lane] = gain * pan_left(command["f1"])
    group["line_value"][lane + np.int64(1)] = gain * pan_right(command["f1"])


@rtsafe
def release_clip(group: Any, column: int, sounds: Any, frame: int, decay: float) -> None:
    """Stop the present pass of a loop and let the tails of earlier passes sound to their end.

    Tails ring at their own speed, also those of a stretched clip.
    """
    if group["state"][column] == 0 or group["is_tail"][column] == 1:
        return
    sound = sounds[group["sound"][column]]
    is_stretched = group["at_stretched"][column] != 0
    if is_stretched or group["position"][column] != 0:
        # within a pass: the last sample of this pass decays, without the tails, which go on
        leave_residual(group, column, sounds, frame, decay)
        if is_stretched:
            end_stretch(group, column, sound["loop_frames"], frame)
        group["is_tail"][column] = np.int32(1)
        for side in range(np.int64(2)):
            lane = np.int64(2) * column + side
            if is_stretched:
                lean_to_tail(group, column, sound, lane, decay)
            else:
                group["residual"][lane] -= sample_before(group, column, sound, lane, frame)
    group["is_tail"][column] = np.int32(1)


@rtsafe
def command_clip(
    group: Any, column: int, sounds: Any, command: Any, frame: int, decay: float, opening: int
) -> None:
    """Apply one command at its frame."""
    operation = command["operation"]
    group["moving_until"] = max(group["moving_until"], frame + command["i0"] + Q)
    if operation == CLIP_START:
        start_clip(group, column, sounds, command, frame, decay, opening)
    elif operation == CLIP_GAIN or operation == CLIP_STOP:
        group["gain_from"][column] = gain_now(group, column, frame)
        group["gain_to"][column] = command["f0"]
        group["gain_start"][column] = frame
        group["gain_frames"][column] = command["i0"]
        group["gain_shape"][column] = np.int32(command["i1"])
        if operation == CLIP_STOP:
            group["gain_to"][column] = ZERO
            group["stops_at_end"][column] = np.int32(1)
            if command["i0"] == 0 and group["state"][column] != 0:
                leave_residual(group, column, sounds, frame, decay)
                group["state"][column] = np.int32(0)
        else:
            group["stops_at_end"][column] = np.int32(0)
    elif operation == CLIP_RELEASE:
        release_clip(group, column, sounds, frame, decay)
    elif operation == CLIP_TEMPO:
        follow_tempo(group, column, command, frame)
    elif operation == CLIP_PAN:
        group["pan_from"][column] = pan_now(group, column, frame)
        group["pan_to"][column] = command["f0"]
        group["pan_start"][column] = frame
        group["pan_frames"][column] = command["i0"]
    elif operation == CLIP_CUTOFF:
        group["cutoff_from"][column] = cutoff_now(group, column, frame)
        group["cutoff_to"][column] = command["f0"]
        group["cutoff_start"][column] = frame
        group["cutoff_frames"][column] = command["i0"]
        if group["is_filtered"][column] == 0:
            group["is_filtered"][column] = np.int32(2)  # coefficients and state are set when it first runs


@rtsafe
def play_piece(
    left: int, right: int, group: Any, column: int, sound: Any, first: int, last: int, frame: int
) -> None:
    """Render frames `first` … `last` of the quantum of one clip along its gain lines."""
    stretched = group["at_stretched"][column]
    end_frame = frame + Q
    gain = gain_now(group, column, end_frame) * stream_gain(group, column)
    pan = pan_now(group, column, end_frame)
    lane = np.int64(2) * column
    share = ONE / F32(Q - first)
    value_l, value_r = group["line_value"][lane], group["line_value"][lane + np.int64(1)]
    end_l, end_r = gain * pan_left(pan), gain * pan_right(pan)
    step_l, step_r = (end_l - value_l) * share, (end_r - value_r) * share
    origin, loop_frames = sound["origin"], sound["loop_frames"]
    first_of_all, end = -origin, sound["frames"] - origin
    is_short = sound["is_short"]
    width = SHORT if is_short != 0 else FLOAT
    data_l, data_r = sound["left"] + width * origin, sound["right"] + width * origin
    at = first
    position = group["position"][column]
    is_tail = group["is_tail"][column] == 1
    skipped = np.int64(1) if is_tail else np.int64(0)
    if stretched != 0:
        source = stretched + FLOAT * first
        add_line(left + FLOAT * first, source, last - first, value_l, step_l)
        add_line(right + FLOAT * first, source + STRETCHED_ROW, last - first, value_r, step_r)
        at = last
    while at < last:
        count = last - at
        if loop_frames > 0 and not is_tail:
            count = min(count, loop_frames - position)
        done = F32(at - first)
        passes = group["passes"][column] - skipped
        heard = position + skipped * loop_frames
        play_channel(
            left + FLOAT * at, data_l, heard, count, first_of_all, end, loop_frames, passes,
            value_l + step_l * done, step_l, is_short,
        )  # fmt: skip
        play_channel(
            right + FLOAT * at, data_r, heard, count, first_of_all, end, loop_frames, passes,
            value_r + step_r * done, step_r, is_short,
        )  # fmt: skip
        at += count
        position += count
        if loop_frames > 0 and position >= loop_frames and not is_tail:
            position = np.int64(0)
            group["passes"][column] = passes + np.int64(1)
    group["position"][column] = position
    if last == Q:
        group["line_value"][lane] = end_l
        group["line_value"][lane + np.int64(1)] = end_r
    else:
        group["line_value"][lane] = value_l + step_l * F32(last - first)
        group["line_value"][lane + np.int64(1)] = value_r + step_r * F32(last - first)


@rtsafe
def add_residual(address: int, group: Any, lane: int, first: int, last: int, decay: float) -> None:
    """Add the decaying residual of a cut clip to frames `first` … `last` of a row."""
    value, lean = group["residual"][lane], group["residual_lean"][lane]
    if value == ZERO and lean == ZERO:
        return
    out = carray(pointer(address), Q, np.float32)
    for i in range(first, last):
        value = (value + lean) * decay
        lean *= decay
        out[i] += value
    group["residual_lean"][lane] = lean if abs(lean) >= INAUDIBLE and abs(lean) < TOO_LOUD else ZERO
    # inaudible or not a number: it has ended
    is_heard = abs(value) >= INAUDIBLE and abs(value) < TOO_LOUD
    group["residual"][lane] = value if is_heard else ZERO


@rtsafe
def play_until(
    base: int, is_direct: int, group: Any, column: int, sounds: Any, first: int, last: int, frame: int,
    decay: float,
) -> None:  # fmt: skip
    """Render frames `first` … `last` of a clip and of its residual.

    `base` is the address of the buses, or (`is_direct` 0) of the sixteen rows of the group.
    """
    if last <= first:
        return
    if group["state"][column] != 0:
        row = np.int64(group["bus"][column]) if is_direct == 1 else column
        left = base + PAIR * row
        sound = sounds[group["sound"][column]]
        play_piece(left, left + ROW, group, column, sound, first, last, frame)
    row = np.int64(group["residual_bus"][column]) if is_direct == 1 else column
    left = base + PAIR * row
    lane = np.int64(2) * column
    add_residual(left, group, lane, first, last, decay)
    add_residual(left + ROW, group, lane + np.int64(1), first, last, decay)


@rtsafe
def end_clip(group: Any, column: int, sounds: Any, frame: int) -> None:
    """Stop a clip whose fade, file or tails have ended."""
    if group["state"][column] == 0:
        return
    sound = sounds[group["sound"][column]]
    has_faded = (
        group["stops_at_end"][column] == 1
        and frame + Q >= group["gain_start"][column] + group["gain_frames"][column]
    )
    is_over = sound["loop_frames"] == 0 and (group["position"][column] + sound["origin"] >= sound["frames"])
    heard = group["position"][column] + sound["loop_frames"] + sound["origin"]
    has_rung = group["is_tail"][column] == 1 and (heard >= sound["frames"] or group["passes"][column] == 0)
    if has_faded or is_over or has_rung:
        group["state"][column] = np.int32(0)


@rtsafe
def render_clip(
    base: int, is_direct: int, group: Any, column: int, sounds: Any, entries: Any, frame: int,
    decay: float, opening: int,
) -> None:  # fmt: skip
    """Render a clip for one quantum, split into pieces at the frames of its commands."""
    first = np.int64(0)
    event = group["first_event"][column]
    while event >= 0:
        entry = entries[event]
        at = np.int64(entry["offset"])
        play_until(base, is_direct, group, column, sounds, first, at, frame, decay)
        first = at
        command_clip(group, column, sounds, entry["command"], frame + at, decay, opening)
        event = entry["event_next"]
    group["first_event"][column] = np.int32(-1)
    play_until(base, is_direct, group, column, sounds, first, Q, frame, decay)
    end_clip(group, column, sounds, frame)


@rtsafe
def prepare_filters(group: Any, frame: int, sample_rate: float) -> bool:
    """Set the filter ramps of a group for this quantum; return False if all filters are open."""
    is_any = False
    for column in range(np.int64(PAIRS)):
        if group["is_filtered"][column] == 0:
            continue
        cutoff = cutoff_now(group, column, frame + Q)
        if group["is_filtered"][column] == 2:
            set_filter(group["filter"], column, cutoff_now(group, column, frame), sample_rate)
            group["is_filtered"][column] = np.int32(3)
        if cutoff >= OPEN and group["cutoff_to"][column] >= OPEN:
            rest_filter(group["filter"], column)
            group["is_filtered"][column] = np.int32(0)
            continue
        aim_filter(group["filter"], column, cutoff, sample_rate, Q)
        is_any = True
    return is_any


@rtsafe
def render_columns(
    base: int, is_direct: int, group: Any, sounds: Any, entries: Any, frame: int, decay: float, opening: int
) -> None:
    """Render the clips of a group into the buses, or (`is_direct` 0) into the sixteen rows of the group."""
    for column in range(np.int64(PAIRS)):
        if group["state"][column] == 1:
            sound = sounds[group["sound"][column]]
            if is_plain(group, column, sound):
                row = np.int64(group["bus"][column]) if is_direct == 1 else column
                at = base + PAIR * row
                play_plain(at, at + ROW, group, column, sound, frame)
                continue
        render_clip(base, is_direct, group, column, sounds, entries, frame, decay, opening)


@rtsafe
def render_filtered(
    group: Any, filter_address: int, sounds: Any, entries: Any, buses: Any, frame: int, decay: float,
    opening: int, lanes: Any, lanes_address: int,
) -> None:  # fmt: skip
    """Render a group with a closed filter: into rows of its own, through the filters, then into the buses."""
    for row in range(np.int64(2 * PAIRS)):
        for i in range(Q):
            lanes[row, i] = ZERO
    render_columns(lanes_address, np.int64(0), group, sounds, entries, frame, decay, opening)
    for column in range(np.int64(PAIRS)):
        is_on = np.int32(0) if group["is_filtered"][column] == 0 else np.int32(1)
        for side in range(np.int64(2)):
            lane = np.int64(2) * column + side
            group["filter"]["is_on"][lane] = is_on
            if group["is_filtered"][column] == 3:
                group["filter"]["low"][lane] = lanes[lane, np.int64(0)]
                group["filter"]["band"][lane] = ZERO
        if group["is_filtered"][column] == 3:
            group["is_filtered"][column] = np.int32(1)
    filter_rows(filter_address, lanes_address)
    forget_broken(group["filter"])
    for column in range(np.int64(PAIRS)):
        bus = group["bus"][column]
        for side in range(np.int64(2)):
            lane = np.int64(2) * column + side
            for i in range(Q):
                buses[bus, side, i] += lanes[lane, i]


@rtsafe
def aim_gains(group: Any, frame: int) -> None:
    """Evaluate the gain and pan ramps of eight clips at a frame, in vectors.

    The formulas are those of `gain_now` and `pan_now`, with selections instead of branches.
    """
    for column in range(PAIRS):
        elapsed = frame - group["gain_start"][column]
        frames = group["gain_frames"][column]
        share = F32(max(elapsed, np.int64(0))) / F32(max(frames, np.int64(1)))
        rising = sine(share * HALF_PI)
        falling = ONE - cosine(share * HALF_PI)
        shape = group["gain_shape"][column]
        progress = rising if shape == EQUAL_POWER_IN else share
        progress = falling if shape == EQUAL_POWER_OUT else progress
        start, end = group["gain_from"][column], group["gain_to"][column]
        value = start + (end - start) * progress
        value = start if elapsed <= 0 else value
        group["gain_next"][column] = end if elapsed >= frames else value
    for column in range(PAIRS):
        elapsed = frame - group["pan_start"][column]
        frames = group["pan_frames"][column]
        share = F32(max(elapsed, np.int64(0))) / F32(max(frames, np.int64(1)))
        start, end = group["pan_from"][column], group["pan_to"][column]
        pan = start + (end - start) * share
        pan = start if elapsed <= 0 else pan
        pan = end if elapsed >= frames else pan
        group["left_next"][column] = group["gain_next"][column] * pan_left(pan)
        group["right_next"][column] = group["gain_next"][column] * pan_right(pan)


@rtsafe
def is_plain(group: Any, column: int, sound: Any) -> bool:
    """Whether the next quantum of a clip is one contiguous read: no command, loop point, tail or residual."""
    position, loop_frames = group["position"][column], sound["loop_frames"]
    end = sound["frames"] - sound["origin"]
    last = end if loop_frames == 0 else min(end, loop_frames - np.int64(1))
    has_no_tail = group["passes"][column] == 0 or position + loop_frames >= end
    lane = np.int64(2) * column
    return (
        group["first_event"][column] < 0
        and position + sound["origin"] >= 0
        and position + Q <= last
        and has_no_tail
        and group["is_tail"][column] == 0
        and group["at_stretched"][column] == 0
        and group["missing"][column] == 0
        and group["residual"][lane] == ZERO
        and group["residual"][lane + np.int64(1)] == ZERO
    )


@rtsafe
def play_plain(left: int, right: int, group: Any, column: int, sound: Any, frame: int) -> None:
    """Render a quantum of a clip that is one contiguous read, the usual case."""
    lane = np.int64(2) * column
    position = group["position"][column]
    width = SHORT if sound["is_short"] != 0 else FLOAT
    offset = width * (sound["origin"] + position)
    share = ONE / F32(QUANTUM)
    value, end = group["line_value"][lane], group["left_next"][column]
    step = (end - value) * share
    group["line_value"][lane] = end
    value_r, end_r = group["line_value"][lane + np.int64(1)], group["right_next"][column]
    step_r = (end_r - value_r) * share
    group["line_value"][lane + np.int64(1)] = end_r
    if sound["is_short"] != 0:
        add_short_line(left, sound["left"] + offset, Q, value, step)
        add_short_line(right, sound["right"] + offset, Q, value_r, step_r)
    else:
        add_quantum(left, sound["left"] + offset, value, step)
        add_quantum(right, sound["right"] + offset, value_r, step_r)
    group["position"][column] = position + Q
    prefetch_quantum(sound["left"] + offset + width * Q)
    prefetch_quantum(sound["right"] + offset + width * Q)
    if group["stops_at_end"][column] == 1:
        if frame + Q >= group["gain_start"][column] + group["gain_frames"][column]:
            group["state"][column] = np.int32(0)


@rtsafe
def is_idle(group: Any) -> bool:
    """Whether no clip of the group plays, has a residual, or has a command in this quantum."""
    for column in range(np.int64(PAIRS)):
        lane = np.int64(2) * column
        if (
            group["state"][column] != 0
            or group["first_event"][column] >= 0
            or group["residual"][lane] != ZERO
            or group["residual"][lane + np.int64(1)] != ZERO
        ):
            return False
    return True


@rtsafe
def render_clips(
    clips: Any, clips_address: int, count: int, sounds: Any, entries: Any, buses: Any, bus_address: int,
    lanes: Any, lanes_address: int, frame: int, sample_rate: float, decay: float,
) -> None:  # fmt: skip
    """Render every clip of every group into its bus."""
    opening = np.int64(sample_rate * OPENING_S + HALF)
    for index in range(count):
        group = clips[index]
        if is_idle(group):
            continue
        watch_streams(group, sounds)
        if group["moving_until"] >= frame:
            aim_gains(group, frame + Q)
        if prepare_filters(group, frame, sample_rate):
            filter_address = clips_address + index * GROUP_BYTES + FILTER_OFFSET
            render_filtered(
                group, filter_address, sounds, entries, buses, frame, decay, opening, lanes, lanes_address
            )
            continue
        render_columns(bus_address, np.int64(1), group, sounds, entries, frame, decay, opening)
