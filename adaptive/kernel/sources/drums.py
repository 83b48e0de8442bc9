"""Drums that are synthesised for each hit: partials with a sweep of pitch, and two noises behind filters.

How hard and where a drum is struck changes its sound: velocity opens the noises and raises the sweep, a hit
away from the middle has more of the high partials.  Chance moves pitch, sweep, decays, place and levels of
each hit, so that no two are alike.  A hit rings out; its end is not heard, but pieces of a choke group
silence each other.
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
    TWO,
    ZERO,
    exp2,
    filter_warp,
    gain_of_db,
    pan_left,
    pan_right,
    sine,
)  # fmt: skip
from adaptive.kernel.layout import HEADER, LANES, QUANTUM
from adaptive.kernel.processors.descriptor import NamedOption, Parameter
from adaptive.kernel.sources.controls import follow_controls, ratios_of
from adaptive.kernel.sources.descriptor import NumbersSpec, SoundSource
from adaptive.kernel.sources.drum_kits import DRUM_KITS
from adaptive.kernel.sources.drum_pieces import HIGH, LOW, PARTIALS, PIECE, PIECE_NAMES, fill_piece
from adaptive.kernel.sources.notes import (
    OFF,
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
)  # fmt: skip
from adaptive.kernel.sources.plain import chance
from adaptive.kernel.sources.source_record import instrument_record, voice_record

Q = np.int64(QUANTUM)
BIT, COLUMN = np.int64(1), np.int64(0)
PARAMETERS = (
    Parameter("level_db", -60.0, 24.0, 0.0, "Level of its hits."),
    Parameter("brightness", -1.0, 1.0, 0.0, "Macro: from dark over as it is to bright."),
    Parameter("attack", -1.0, 1.0, 0.0, "Macro: from more of the stroke over as it is to less."),
    Parameter("space", -1.0, 1.0, 0.0, "Macro: from narrow and short over as it is to wide and long."),
    Parameter("tension", -12.0, 12.0, 0.0, "Semitones by which all pieces are tuned higher."),
    Parameter("position", 0.0, 1.0, 0.3, "Where drums are struck, from the middle to the rim."),
    Parameter("sweep", 0.0, 3.0, 1.0, "How far pitches fall after a stroke, beside the kit's own."),
    Parameter("noise_db", -24.0, 12.0, 0.0, "Level of the noises beside that of the skins."),
    Parameter("decay", 0.1, 4.0, 1.0, "How long hits ring, beside the kit's own.", "logarithmic"),
    Parameter("variation", 0.0, 1.0, 0.7, "How far chance makes hits differ."),
)
LEVEL, BRIGHTNESS, STROKE, SPACE, TENSION, POSITION, SWEEP, NOISE, DECAY, VARIATION = (
    np.int64(row) for row in range(10)
)
RATIOS = ratios_of(PARAMETERS)
DRUMS = instrument_record(
    [("pieces", PIECE, len(PIECE_NAMES)), ("hits", "u4", len(PIECE_NAMES))],  # those of a piece so far
    PARAMETERS,
)
DRUM_VOICES = voice_record(
    [
        ("piece", "i4", LANES),
        ("seed", "u4", LANES),
        ("fading", "f4", LANES),  # share a frame by which a choked hit fades; 0: it rings
        ("left", "i4", LANES),  # frames until it is over
        ("frames", "i4", LANES),  # since it began
        ("fade", "f4", LANES),
        ("gain_left", "f4", LANES),
        ("gain_right", "f4", LANES),
        ("stroke", "f4", LANES),  # levels of the noises
        ("step", "f4", LANES),  # cycles a frame of the lowest partial, behind the sweep
        ("drift", "f4", LANES),  # by which it grows a frame
        ("bend", "f4", LANES),  # semitones of the sweep that are left
        ("bend_fall", "f4", LANES),
        ("phase", "f4", (LANES, PARTIALS)),
        ("ratio", "f4", (LANES, PARTIALS)),
        ("amplitude", "f4", (LANES, PARTIALS)),
        ("fall", "f4", (LANES, PARTIALS)),
        ("warp", "f4", (LANES, 2)),
        ("noise", "f4", (LANES, 2)),  # envelopes of the noises
        ("noise_fall", "f4", (LANES, 2)),
        ("low", "f4", (LANES, 2)),
        ("band", "f4", (LANES, 2)),
    ]
)
PIECE_COUNT = np.int64(len(PIECE_NAMES))
CHOKE_S, CUT_S = F32(0.012), F32(0.006)
SEMITONE = F32(1.0 / 12.0)
EVEN_1, EVEN_2 = np.uint32(3242174889), np.uint32(2447445414)
"""Shares of 2³² by which a point goes through a square evenly: 1 / g and 1 / g², g³ = g + 1."""

OF_LOW, OF_HIGH = np.int32(LOW), np.int32(HIGH)


@rtsafe
def evenly(hit: int, share: int) -> float:
    """A number from -1 to 1; with both shares, of a dozen hits in a row none is near another."""
    return F32(np.int32(np.uint32(hit) * share)) * F32(2.0**-31)


@rtsafe
def tune(group: Any, drums: Any, lane: int, number: int, rate: float) -> float:
    """Set the pitch of a hit, its drift and its sweep; return how long it rings beside its kit.

    A pure tone differs by these alone.  What has the same effect moves together, or else hits that differ in
    much would sound alike: a sweep that is deeper is slower, and the hit shorter; a higher pitch rises.
    """
    piece, now, seed = drums["pieces"][number], drums["now"], np.uint32(group["age"][lane])
    spread, hard = now[VARIATION, COLUMN], min(group["velocity"][lane], ONE) - F32(0.7)
    length = F32(1.1) * chance(group, lane)
    depth = F32(1.4) * chance(group, lane)
    haste = F32(0.5) * chance(group, lane)
    turn, drift = evenly(seed, EVEN_1), F32(0.2) * evenly(seed, EVEN_2)
    if piece["sweep"] > ZERO:  # a skin: at 0.7 its pitch differs by 15 cents, and by 50 where it ends
        hit = drums["hits"][number]
        drums["hits"][number] = hit + np.uint32(1)
        along, beside = evenly(hit, EVEN_1), evenly(hit, EVEN_2)
        length, depth, haste = F32(-1.1) * along, F32(1.65) * along, F32(-1.4) * along
        turn, drift = F32(0.22) * beside, F32(0.71) * beside - F32(0.28)
    bend = now[SWEEP, COLUMN] * piece["sweep"] * (ONE + F32(0.5) * hard)
    group["bend"][lane] = bend * exp2(spread * depth)
    group["bend_fall"][lane] = exp2(-piece["sweep_rate"] * exp2(spread * haste))
    group["step"][lane] = piece["hertz"] * exp2((now[TENSION, COLUMN] + spread * turn) * SEMITONE) / rate
    ring = now[DECAY, COLUMN] * exp2(now[SPACE, COLUMN] + spread * length)
    group["drift"][lane] = exp2(spread * drift / min(F32(0.3) * ring, ONE) / rate)
    return ring


@rtsafe
def strike(group: Any, drums: Any, lane: int, number: int, rate: float) -> None:
    """Begin a hit of a piece on a lane."""
    piece, now = drums["pieces"][number], drums["now"]
    group["seed"][lane] = np.uint32(group["age"][lane]) * np.uint32(2654435761) + np.uint32(977)
    spread = now[VARIATION, COLUMN]
    velocity = min(group["velocity"][lane], ONE)
    hard = velocity - F32(0.7)
    for _warm_up in range(np.int64(3)):
        chance(group, lane)
    position = min(max(now[POSITION, COLUMN] + F32(0.35) * spread * chance(group, lane), ZERO), ONE)
    length = tune(group, drums, lane, number, rate)
    tilt = (position - F32(0.3)) * F32(1.6) + F32(0.5) * hard + now[BRIGHTNESS, COLUMN]
    for partial in range(PARTIALS):
        share = F32(partial) / F32(PARTIALS)
        uneven = exp2(F32(2.0) * spread * chance(group, lane) + TWO * tilt * (share - F32(0.2)))
        group["phase"][lane, partial] = F32(0.06) * spread * abs(chance(group, lane))
        group["ratio"][lane, partial] = piece["ratio"][partial] * exp2(
            F32(0.03) * spread * chance(group, lane)
        )
        group["amplitude"][lane, partial] = piece["level"][partial] * uneven
        group["fall"][lane, partial] = exp2(-piece["rate"][partial] / length)
    gain = piece["gain"] * gain_of_db(now[LEVEL, COLUMN]) * group["velocity"][lane] * group["velocity"][lane]
    gain *= exp2(F32(0.15) * spread * chance(group, lane))
    stroke = gain_of_db(now[NOISE, COLUMN]) * exp2(F32(1.5) * hard - TWO * now[STROKE, COLUMN])
    stroke *= np.sqrt(rate * F32(1.0 / 48000.0))  # noise has the same power a hertz at every rate
    group["stroke"][lane] = stroke * exp2(F32(0.5) * spread * chance(group, lane))
    for which in range(np.int64(2)):
        octaves = F32(1.2) * hard + F32(0.3) * spread * chance(group, lane) + TWO * now[BRIGHTNESS, COLUMN]
        group["warp"][lane, which] = filter_warp(piece["noise_hertz"][which] * exp2(octaves), rate)
        group["noise"][lane, which] = ZERO
        group["noise_fall"][lane, which] = exp2(-piece["noise_rate"][which] / length)
        group["low"][lane, which] = ZERO
        group["band"][lane, which] = ZERO
    pan = piece["pan"] * (ONE + now[SPACE, COLUMN]) + F32(0.1) * spread * chance(group, lane)
    pan = min(max(pan, -ONE), ONE)
    group["gain_left"][lane] = gain * pan_left(pan)
    group["gain_right"][lane] = gain * pan_right(pan)
    group["piece"][lane] = np.int32(number)
    group["left"][lane] = np.int32(F32(piece["tail"]) * min(length, F32(8.0)))
    group["frames"][lane] = np.int32(0)
    group["fading"][lane] = ZERO
    group["fade"][lane] = ONE


@rtsafe
def choke(voices: Any, drums: Any, number: int, own_group: int, own_lane: int, rate: float) -> None:
    """Fade the other hits of a piece's choke group."""
    own = drums["pieces"][number]["choke"]
    if own == 0:
        return
    for at in range(np.int64(drums["group_count"])):
        group = voices[at]
        for lane in range(LANES):
            if group["stage"][lane] == OFF or (at == own_group and lane == own_lane):
                continue
            if drums["pieces"][group["piece"][lane]]["choke"] == own:
                group["fading"][lane] = ONE / (CHOKE_S * rate)


@rtsafe
def tone_at(group: Any, lane: int, step: float) -> float:
    """The partials of a hit at its next frame."""
    total = ZERO
    for partial in range(PARTIALS):
        phase = group["phase"][lane, partial] + step * group["ratio"][lane, partial]
        phase -= F32(np.int32(phase))
        group["phase"][lane, partial] = phase
        turned = F32(0.25) - abs(abs(phase - HALF) - F32(0.25))  # sin(2πφ), folded
        wave = sine(F32(6.2831853) * turned)
        is_heard = step * group["ratio"][lane, partial] < F32(0.45)
        wave = wave if phase < HALF else -wave
        amplitude = group["amplitude"][lane, partial]
        total += wave * amplitude if is_heard else ZERO
        group["amplitude"][lane, partial] = amplitude * group["fall"][lane, partial]
    return total


@rtsafe
def noise_at(group: Any, piece: Any, lane: int, which: int) -> float:
    """One of the noises of a hit at its next frame."""
    frames = group["frames"][lane]
    level = group["noise"][lane, which]
    if which == 0 and piece["bursts"] > 1:
        stroke = frames // max(piece["burst_frames"], np.int32(1))
        if stroke < piece["bursts"] and frames % max(piece["burst_frames"], np.int32(1)) == 0:
            level = ZERO
            frames = np.int32(0)
            group["noise_fall"][lane, which] = exp2(-F32(6.0) / F32(max(piece["burst_frames"], np.int32(1))))
            if stroke == piece["bursts"] - 1:
                group["noise_fall"][lane, which] = exp2(-piece["noise_rate"][which])
            group["noise"][lane, which] = ONE
            level = ONE
    elif F32(frames) * piece["noise_rise"][which] < ONE:
        level = min(F32(frames + 1) * piece["noise_rise"][which], ONE)
    else:
        level *= group["noise_fall"][lane, which]
    if piece["bursts"] > 1 and which == 0:
        level *= group["noise_fall"][lane, which]
    group["noise"][lane, which] = level
    x = chance(group, lane)
    warp, damping = group["warp"][lane, which], piece["noise_damping"][which]
    low, band = group["low"][lane, which], group["band"][lane, which]
    v3 = x - low
    a1 = ONE / (ONE + warp * (warp + damping))
    v1 = a1 * (band + warp * v3)
    v2 = low + warp * v1
    group["band"][lane, which] = v1 + v1 - band
    group["low"][lane, which] = v2 + v2 - low
    out = damping * v1
    out = v2 if piece["noise_output"][which] == OF_LOW else out
    out = x - damping * v1 - v2 if piece["noise_output"][which] == OF_HIGH else out
    return out * level * piece["noise_level"][which]


@rtsafe
def add_hit(group: Any, drums: Any, lane: int, bus: int, first: int, last: int) -> None:
    """Add frames `first` … `last` of a hit to both rows of a bus."""
    audio = carray(pointer(bus), np.int64(2) * Q, np.float32)
    piece = drums["pieces"][group["piece"][lane]]
    drive, stroke = piece["drive"], group["stroke"][lane]
    has_wires = piece["noise_level"][np.int64(1)] > ZERO
    has_noise = piece["noise_level"][np.int64(0)] > ZERO
    for i in range(first, last):
        step = group["step"][lane] * group["drift"][lane]
        group["step"][lane] = step
        if group["bend"][lane] > F32(0.01):
            step *= exp2(group["bend"][lane] * SEMITONE)
            group["bend"][lane] *= group["bend_fall"][lane]
        value = tone_at(group, lane, step)
        if has_noise:
            value += stroke * noise_at(group, piece, lane, np.int64(0))
        if has_wires:
            value += stroke * noise_at(group, piece, lane, np.int64(1))
        if drive > ZERO:
            driven = value * (ONE + drive)
            value = driven / (ONE + abs(driven) * drive * HALF)
        group["fade"][lane] = max(group["fade"][lane] - group["fading"][lane], ZERO)
        value *= group["fade"][lane]
        audio[i] += value * group["gain_left"][lane]
        audio[Q + i] += value * group["gain_right"][lane]
        group["frames"][lane] += np.int32(1)


@rtsafe
def change(voices: Any, own: int, drums: Any, entries: Any, frame: int, at: int, rate: float) -> None:
    """Begin the hits whose time is frame `at` of the quantum."""
    group = voices[own]
    release_notes(group, frame, at)  # a hit rings on; what is stopped as a whole fades
    begun = begin_notes(group, drums, entries, frame, at)
    for lane in range(LANES):
        if begun & (BIT << np.int64(lane)):
            which = np.int64(entries[group["event_entry"][lane]]["command"]["which"])
            number = min(max(which, np.int64(0)), PIECE_COUNT - BIT)
            strike(group, drums, lane, number, rate)
            choke(voices, drums, number, own, np.int64(lane), rate)


@rtsafe
def render(voices: Any, own: int, drums: Any, entries: Any, bus: int, frame: int, rate: float) -> None:
    """Add sixteen voices to a bus for one quantum, in pieces between the hits that begin."""
    group = voices[own]
    change(voices, own, drums, entries, frame, np.int64(0), rate)
    first = np.int64(0)
    while first < Q:
        last = next_split(group, frame, first)
        for lane in range(LANES):
            if group["stage"][lane] != OFF:
                add_hit(group, drums, lane, bus, first, last)
        if last < Q:
            change(voices, own, drums, entries, frame, last, rate)
        first = last
    forget_starts(group)
    for lane in range(LANES):
        if group["stage"][lane] == OFF:
            continue
        if drums["fade_value"] < F32(1e-4):
            group["fading"][lane] = ONE / (CUT_S * rate)
        if group["frames"][lane] > group["left"][lane] or group["fade"][lane] == ZERO:
            end_note(group, lane)


def unit(header_address: int, instrument_address: int, _first: int, _count: int) -> int:
    """Render drums for one quantum; see `descriptor.SoundSource.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    drums = carray(pointer(instrument_address), np.int64(1), DRUMS)[0]
    voices = carray(pointer(drums["voices"]), drums["group_count"], DRUM_VOICES)
    entries, frame, before = entries_of(header), header["frame"], drums["sounding"]
    if take_commands(voices, drums, entries, frame, telemetry_of(header)):
        follow_controls(drums, RATIOS, before)
        sounding = np.int32(0)
        for number in range(np.int64(drums["group_count"])):
            if is_playing(voices[number]):
                bus, rate = bus_of(header, drums), F32(header["sample_rate"])
                render(voices, number, drums, entries, bus, frame, rate)
                sounding = np.int32(1)
        drums["sounding"] = sounding
    return np.int32(0)


def fill(drums: Any, spec: NumbersSpec, sample_rate: int) -> None:
    """Write the pieces of the kit into the record."""
    kit = DRUM_KITS[list(DRUM_KITS)[round(DRUM_SOURCE.numbers(spec)["kit"])]]
    for row, name in zip(drums["pieces"], PIECE_NAMES, strict=True):
        fill_piece(row, kit[name], sample_rate)


DRUM_SOURCE = SoundSource(
    "drums",
    "A drum kit that is synthesised for each hit: no two are alike.",
    unit,
    DRUMS,
    DRUM_VOICES,
    fill,
    parameters=PARAMETERS,
    options=(NamedOption("kit", tuple(DRUM_KITS), "studio", "The kit."),),
    plays_drums=True,
)
