"""Granular textures: each voice is a cloud of short grains that are cut from a sound.

Grains begin at a place in the sound that stands or moves, and differ by chance in place, pitch and pan
(C. Roads, "Microsound", 2001).  A voice has at most 24 grains at a time, so its cost is bounded: where
density and length ask for more, grains come less often.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.interpolate import (
    ROWS,
    SHORT_BEFORE,
    SHORT_TAPS,
    interpolated_rising,
    rising_table,
)
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO, exp2, pan_left, pan_right
from adaptive.kernel.layout import HEADER, LANES, QUANTUM
from adaptive.kernel.processors.descriptor import NamedOption, Option, Parameter
from adaptive.kernel.sources.channel_record import CHANNEL_PARAMETERS
from adaptive.kernel.sources.controls import ratios_of
from adaptive.kernel.sources.descriptor import SoundSource, SourceText
from adaptive.kernel.sources.grain_materials import MATERIALS, factory_sound
from adaptive.kernel.sources.grain_sound import OCTAVES, PADDING, Array, GrainSound
from adaptive.kernel.sources.notes import OFF, bus_of, entries_of, is_playing, next_split
from adaptive.kernel.sources.plain import (
    BIT,
    PLAIN_FIELDS,
    PLAIN_VOICES,
    SPACE,
    add_rows,
    advance_plain,
    begin_plain,
    brightness_of,
    chance,
    change_plain,
    close_plain,
    plain_parameters,
    value,
)  # fmt: skip
from adaptive.kernel.sources.source_record import instrument_record, voice_record
from adaptive.kernel.sources.voice_filter import (
    FILTER_VOICES,
    aim_voice_filter,
    cutoff_of,
    filter_parameters,
    filter_voice,
)

Q = np.int64(QUANTUM)
FRAMES = F32(QUANTUM)
NO = np.int64(0)
GRAINS = 24
USUAL_GRAINS = F32(GRAINS - 4)
"""Grains at a time, on average, that density and length may ask for; chance needs the others."""

LEAST_APART = F32(16.0)
LEAST_LENGTH = F32(32.0)
WINDOW = 1024
TURN = F32(2.0**32)
SHARE_MASK, OF_SHARE = np.int64(2**23 - 1), F32(2.0**-23)
ROW_MASK, FLOAT = np.int64(ROWS - 1), np.int64(4)
ROW_BYTES = np.int64(8 * SHORT_TAPS)
BACK = np.int64(SHORT_BEFORE)

PARAMETERS = (
    *plain_parameters(120.0, 4000.0, 1.0, 1200.0),
    *filter_parameters(20000.0),
    Parameter("position", 0.0, 1.0, 0.2, "Where grains are cut, from the beginning to the end of the sound."),
    Parameter("scan", -4.0, 4.0, 0.0, "Speed at which that place moves; 1: as recorded, 0: it stands."),
    Parameter("spray_ms", 0.0, 5000.0, 120.0, "How far chance moves the place of each grain."),
    Parameter("grain_ms", 4.0, 1000.0, 140.0, "Length of the grains.", "logarithmic"),
    Parameter(
        "density_hz", 0.5, 400.0, 30.0, "Grains a second; at most 20 on average sound at a time.",
        "logarithmic",
    ),
    Parameter("irregularity", 0.0, 1.0, 0.5, "How far chance moves the beginnings of grains."),
    Parameter("tune_cents", -4800.0, 4800.0, 0.0, "Added to the pitch."),
    Parameter("pitch_spread_cents", 0.0, 2400.0, 6.0, "How far chance moves the pitch of each grain."),
    Parameter("octave_share", 0.0, 1.0, 0.0, "Share of grains that sound an octave higher."),
    Parameter("pan_spread", 0.0, 1.0, 0.7, "How far chance moves each grain, left to right."),
    Parameter("window", 0.0, 1.0, 0.0, "Shape of the grains: from a bell to a plateau with short slopes."),
    Parameter("slope", -1.0, 1.0, 0.0, "Where a grain is loudest: 1 at its beginning, -1 at its end."),
    Parameter("reverse", 0.0, 1.0, 0.0, "Share of grains that are read backwards."),
    *CHANNEL_PARAMETERS,
)  # fmt: skip
RATIOS = ratios_of(PARAMETERS)
(
    CUTOFF, RESONANCE, VELOCITY_CUTOFF, KEY_CUTOFF, POSITION, SCAN, SPRAY, LENGTH, DENSITY, IRREGULARITY,
    TUNE, PITCH_SPREAD, OCTAVE_SHARE, PAN_SPREAD, SHAPE, SLOPE, REVERSE,
) = (np.int64(10 + row) for row in range(17))  # fmt: skip

GRANULAR = instrument_record(
    [
        *PLAIN_FIELDS,
        ("at_left", "i8", OCTAVES),  # address of the first frame at each rate
        ("at_right", "i8", OCTAVES),
        ("frames", "i8", OCTAVES),
        ("at_window", "i8"),
        ("at_sinc", "i8"),
        ("ratio", "f4"),  # frames of the sound to one of the engine
        ("seconds", "f4"),
        ("root", "f4"),
        ("sound_gain", "f4"),
        ("is_pitched", "i4"),
        ("is_stereo", "i4"),
    ],
    PARAMETERS,
)
GRANULAR_VOICES = voice_record(
    [
        *PLAIN_VOICES,
        *FILTER_VOICES,
        ("until", "f4", LANES),  # frames of the quantum to the next grain
        ("scanned", "f4", LANES),  # share of the sound by which the place has moved
        ("bent", "f4", LANES),  # bend at which its grains are read, in semitones
        ("place", "i8", (LANES, GRAINS)),  # frames of the sound, times 2^32
        ("step", "i8", (LANES, GRAINS)),
        ("left_frames", "i4", (LANES, GRAINS)),  # 0: no grain
        ("octave", "i8", (LANES, GRAINS)),
        ("along", "f4", (LANES, GRAINS)),  # from 0 to 1
        ("along_step", "f4", (LANES, GRAINS)),
        ("top", "f4", (LANES, GRAINS)),  # where it is loudest
        ("to_left", "f4", (LANES, GRAINS)),
        ("to_right", "f4", (LANES, GRAINS)),
    ]
)


@rtsafe
def grain_ratio(group: Any, granular: Any, lane: int) -> float:
    """Frames of the sound that a new grain reads in a frame."""
    semitones = F32(0.01) * (value(granular, TUNE) + value(granular, PITCH_SPREAD) * chance(group, lane))
    if granular["is_pitched"] == 1:
        semitones += group["pitch"][lane] - granular["root"]
    semitones += group["bend"][lane]
    if HALF + HALF * chance(group, lane) < value(granular, OCTAVE_SHARE):
        semitones += F32(12.0)
    return granular["ratio"] * exp2(min(max(semitones * F32(1.0 / 12.0), F32(-8.0)), F32(8.0)))


@rtsafe
def aim_grain(group: Any, granular: Any, lane: int, slot: int, length: float) -> None:
    """Set what a new grain of a length reads: its rate, its place and its direction."""
    ratio = grain_ratio(group, granular, lane)
    octave = NO
    while ratio > ONE and octave < np.int64(OCTAVES - 1):
        ratio *= HALF
        octave += BIT
    ratio = min(ratio, ONE)
    frames = F32(granular["frames"][octave])
    length = max(min(length, (frames - ONE) / ratio), ONE)
    span = length * ratio
    sprayed = F32(0.001) * value(granular, SPRAY) * chance(group, lane) / granular["seconds"]
    place = value(granular, POSITION) + group["scanned"][lane] + sprayed
    if value(granular, SCAN) != ZERO:
        place -= F32(np.floor(place))
    place = min(max(place, ZERO), ONE) * max(frames - ONE - span, ZERO)
    step = np.int64(ratio * TURN)
    whole = np.int64(place)
    begin = (whole << np.int64(32)) + np.int64((place - F32(whole)) * TURN)
    if HALF + HALF * chance(group, lane) < value(granular, REVERSE):
        begin += step * np.int64(length)
        step = -step
    group["place"][lane, slot], group["step"][lane, slot] = begin, step
    group["octave"][lane, slot] = octave
    group["left_frames"][lane, slot] = np.int32(length)
    group["along"][lane, slot], group["along_step"][lane, slot] = ZERO, ONE / F32(np.int32(length))


@rtsafe
def bend_grains(group: Any, granular: Any, lane: int) -> None:
    """Read the grains of a voice faster or slower, as its bend has moved; none leaves its sound."""
    ratio = exp2((group["bend"][lane] - group["bent"][lane]) * F32(1.0 / 12.0))
    group["bent"][lane] = group["bend"][lane]
    for slot in range(np.int64(GRAINS)):
        left = np.int64(group["left_frames"][lane, slot])
        if left == 0:
            continue
        octave, place = group["octave"][lane, slot], group["place"][lane, slot]
        step = np.int64(F32(group["step"][lane, slot]) * ratio)
        while abs(step) > np.int64(TURN) and octave < np.int64(OCTAVES - 1):
            octave, place, step = octave + BIT, place >> BIT, step >> BIT
        farthest = (granular["frames"][octave] - BIT) << np.int64(32)
        step = min(max(step, -(place // left)), max(farthest - place, NO) // left)
        group["octave"][lane, slot], group["place"][lane, slot] = octave, place
        group["step"][lane, slot] = step


@rtsafe
def free_slot(group: Any, lane: int) -> int:
    """A place for a grain; -1: all are in use."""
    for slot in range(np.int64(GRAINS)):
        if group["left_frames"][lane, slot] == 0:
            return slot
    return np.int64(-1)


@rtsafe
def begin_grain(group: Any, granular: Any, lane: int, rate: float) -> int:
    """Begin a grain, and set when the next one comes; return its place, or -1."""
    length = F32(0.001) * value(granular, LENGTH) * rate
    length = max(length, LEAST_LENGTH)
    apart = max(rate / value(granular, DENSITY), length / USUAL_GRAINS)
    moved = ONE + value(granular, IRREGULARITY) * chance(group, lane)
    group["until"][lane] += max(apart * moved, LEAST_APART)
    slot = free_slot(group, lane)
    if slot < 0:
        return slot
    aim_grain(group, granular, lane, slot, length)
    group["top"][lane, slot] = HALF - F32(0.48) * value(granular, SLOPE)
    # as many as sound at a time, times the power of the window, which is 3/8 for a bell
    power = F32(0.375) + F32(0.5) * value(granular, SHAPE)
    overlap = F32(group["left_frames"][lane, slot]) / apart
    level = granular["sound_gain"] / np.sqrt(max(overlap * power, F32(0.25)))
    aside = value(granular, PAN_SPREAD) + F32(0.5) * value(granular, SPACE)
    aside = min(max(aside, ZERO), ONE) * chance(group, lane)
    group["to_left"][lane, slot] = level * pan_left(aside)
    group["to_right"][lane, slot] = level * pan_right(aside)
    return slot


@rtsafe
def add_grain(group: Any, granular: Any, lane: int, slot: int, rows: Any, first: int, last: int) -> None:
    """Add frames `first` … `last` of a grain to both rows of its voice."""
    left, right = rows[0], rows[1]
    bell = carray(pointer(granular["at_window"]), np.int64(2 * WINDOW + 4), np.float32)
    octave = group["octave"][lane, slot]
    at_left, at_right = granular["at_left"][octave], granular["at_right"][octave]
    sinc, shape, is_stereo = granular["at_sinc"], value(granular, SHAPE), granular["is_stereo"] == 1
    place, step = group["place"][lane, slot], group["step"][lane, slot]
    along, along_step, top = (
        group["along"][lane, slot], group["along_step"][lane, slot], group["top"][lane, slot],
    )  # fmt: skip
    to_left, to_right = group["to_left"][lane, slot], group["to_right"][lane, slot]
    rise, fall = HALF / top, HALF / (ONE - top)
    end: Any = np.int64(min(last, first + np.int64(group["left_frames"][lane, slot])))
    for i in range(first, end):
        bent = along * rise if along < top else HALF + (along - top) * fall
        at = min(bent, ONE) * F32(WINDOW)
        index = np.int64(at)
        part = at - F32(index)
        smooth = bell[index] + part * (bell[index + 1] - bell[index])
        index += np.int64(WINDOW + 2)
        flat = bell[index] + part * (bell[index + 1] - bell[index])
        level = smooth + shape * (flat - smooth)
        back = FLOAT * ((place >> np.int64(32)) - BACK)
        row = sinc + ROW_BYTES * ((place >> np.int64(23)) & ROW_MASK)
        share = F32(place & SHARE_MASK) * OF_SHARE
        sample = interpolated_rising(at_left + back, row, share) * level
        left[i] += sample * to_left
        if is_stereo:
            sample = interpolated_rising(at_right + back, row, share) * level
        right[i] += sample * to_right
        place += step
        along += along_step
    group["place"][lane, slot], group["along"][lane, slot] = place, along
    group["left_frames"][lane, slot] -= np.int32(end - first)


@rtsafe
def add_cloud(group: Any, granular: Any, lane: int, rows: Any, first: int, last: int, rate: float) -> None:
    """Write frames `first` … `last` of a voice to both rows."""
    left, right = rows[0], rows[1]
    for i in range(first, last):
        left[i] = ZERO
        right[i] = ZERO
    for slot in range(np.int64(GRAINS)):
        if group["left_frames"][lane, slot] > 0:
            add_grain(group, granular, lane, slot, rows, first, last)
    while group["until"][lane] < F32(last):
        at = max(np.int64(group["until"][lane]), first)
        slot = begin_grain(group, granular, lane, rate)
        if slot >= 0:
            add_grain(group, granular, lane, slot, rows, at, last)


@rtsafe
def aim_cloud(group: Any, granular: Any, lane: int, rate: float, frames: float, is_new: int) -> None:
    """Move the place of a voice, and lead its filter."""
    moved = group["scanned"][lane] + value(granular, SCAN) * frames / (rate * granular["seconds"])
    group["scanned"][lane] = moved - F32(np.floor(moved))
    octaves = value(granular, KEY_CUTOFF) * (group["pitch"][lane] - F32(60.0)) * F32(1.0 / 12.0)
    octaves += value(granular, VELOCITY_CUTOFF) * (min(group["velocity"][lane], ONE) - ONE)
    cutoff = cutoff_of(value(granular, CUTOFF), octaves, brightness_of(group, granular, lane))
    aim_voice_filter(group, lane, cutoff, value(granular, RESONANCE), rate, frames, is_new)


@rtsafe
def change(group: Any, granular: Any, entries: Any, frame: int, at: int, rate: float) -> None:
    """Release and begin the notes whose time is frame `at` of the quantum."""
    begun = change_plain(group, granular, entries, frame, at)
    for lane in range(LANES):
        if begun & (BIT << np.int64(lane)):
            for _warm_up in range(np.int64(3)):
                chance(group, lane)
            for slot in range(np.int64(GRAINS)):
                group["left_frames"][lane, slot] = np.int32(0)
            group["until"][lane], group["scanned"][lane] = F32(at), ZERO
            group["bent"][lane] = group["bend"][lane]
            aim_cloud(group, granular, lane, rate, F32(Q - at), BIT)


@rtsafe
def render(group: Any, granular: Any, entries: Any, bus: int, rows: Any, frame: int, rate: float) -> None:
    """Add sixteen voices to a bus for one quantum, in pieces between the notes that begin and end."""
    has_moved = advance_plain(group, granular, frame)
    for lane in range(LANES):
        if group["stage"][lane] != OFF:
            if has_moved and group["bent"][lane] != group["bend"][lane]:
                bend_grains(group, granular, lane)
            group["until"][lane] -= FRAMES
            aim_cloud(group, granular, lane, rate, FRAMES, NO)
    first = NO
    while first < Q:
        change(group, granular, entries, frame, first, rate)
        last = next_split(group, frame, first)
        for lane in range(LANES):
            if group["stage"][lane] != OFF:
                add_cloud(group, granular, lane, rows, first, last, rate)
                filter_voice(group, lane, rows[0], rows[1], first, last)
                add_rows(group, lane, rows[0], rows[1], bus, first, last)
        first = last
    close_plain(group)


def unit(header_address: int, instrument_address: int, _first: int, _count: int) -> int:
    """Render a granular texture for one quantum; see `descriptor.SoundSource.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    granular = carray(pointer(instrument_address), np.int64(1), GRANULAR)[0]
    voices = carray(pointer(granular["voices"]), granular["group_count"], GRANULAR_VOICES)
    if begin_plain(header, voices, granular, RATIOS):
        entries, frame, rate = entries_of(header), header["frame"], F32(header["sample_rate"])
        rows = carray(pointer(header["at_lanes"]), (LANES, QUANTUM), np.float32)
        for number in range(np.int64(granular["group_count"])):
            if is_playing(voices[number]):
                render(voices[number], granular, entries, bus_of(header, granular), rows, frame, rate)
                granular["sounding"] = np.int32(1)
    return np.int32(0)


@lru_cache(maxsize=1)
def _tables() -> tuple[Array, Array]:
    """The windows, a bell and a plateau, with a sample behind each; and the sinc."""
    along = np.arange(WINDOW + 1) / WINDOW
    slope = np.clip(np.minimum(along, 1.0 - along) / 0.08, 0.0, 1.0)
    windows = [0.5 - 0.5 * np.cos(2.0 * np.pi * along), 0.5 - 0.5 * np.cos(np.pi * slope)]
    return np.concatenate([np.append(one, 0.0) for one in windows]).astype(np.float32), rising_table()


def fill(granular: Any, spec: Any, sample_rate: int) -> None:
    """Write the sound of a specification into the record: its material, or else a factory sound."""
    numbers = GRANULAR_SOURCE.numbers(spec)
    sound = getattr(spec, "material", None)
    if not isinstance(sound, GrainSound):
        sound = factory_sound(list(MATERIALS)[round(numbers["material"])])
    windows, sinc = _tables()
    granular["polyphony"] = spec.voices
    granular["at_window"], granular["at_sinc"] = windows.ctypes.data, sinc.ctypes.data
    for octave in range(OCTAVES):
        sides = (sound.left[octave], sound.right[octave])
        granular["at_left"][octave], granular["at_right"][octave] = (
            one.ctypes.data + one.itemsize * PADDING for one in sides
        )
        granular["frames"][octave] = sound.frames[octave]
    granular["ratio"], granular["root"] = sound.sample_rate / sample_rate, sound.root
    granular["seconds"] = max(sound.frames[0], 1) / sound.sample_rate
    granular["sound_gain"], granular["is_stereo"] = sound.gain, sound.left[0] is not sound.right[0]
    granular["is_pitched"] = round(numbers["pitched"])


GRANULAR_SOURCE = SoundSource(
    "granular",
    "A texture of short grains that are cut from a sound.",
    unit,
    GRANULAR,
    GRANULAR_VOICES,
    fill,
    parameters=PARAMETERS,
    options=(
        NamedOption("material", tuple(MATERIALS), "strings", "The factory sound that grains are cut from."),
        NamedOption("pitched", ("no", "yes"), "yes", "Whether grains follow the pitch of the notes."),
        Option(
            "root_key", -1.0, 127.0, -1.0,
            "Key that plays the file as it was recorded; -1: what the file says, or else 60.",
        ),
    ),
    texts=(SourceText("file", "An audio file that grains are cut from, in place of `material`."),),
    usual_voices=8,
    spare_voices=LANES,
)  # fmt: skip
