"""Wavetables: a voice reads cycles that lie one behind the other, at a position that moves.

Up to seven detuned voices read at a time, each at its place in the stereo image.  What they read is
band-limited, see `wave_bank`.  A second envelope, an LFO, velocity, key and chance move the position.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, TWO, ZERO, exp2, pan_left, pan_right
from adaptive.kernel.layout import HEADER, LANES, QUANTUM
from adaptive.kernel.processors.descriptor import NamedOption, Option, Parameter
from adaptive.kernel.sources.channel_record import CHANNEL_PARAMETERS
from adaptive.kernel.sources.controls import ratios_of
from adaptive.kernel.sources.descriptor import SoundSource, SourceText
from adaptive.kernel.sources.notes import (
    ATTACK,
    DECAY,
    OFF,
    RELEASE,
    bus_of,
    entries_of,
    is_playing,
    next_split,
)
from adaptive.kernel.sources.oscillator import lfo_value, wrap
from adaptive.kernel.sources.plain import (
    BIT,
    PLAIN_FIELDS,
    PLAIN_VOICES,
    SIXTY_DB,
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
from adaptive.kernel.sources.synth import hz_of_pitch, next_level
from adaptive.kernel.sources.voice_filter import (
    FILTER_VOICES,
    aim_voice_filter,
    cutoff_of,
    filter_parameters,
    filter_voice,
)
from adaptive.kernel.sources.wave_bank import HARMONICS, LIMITS, PADDING, WaveBank, samples_of
from adaptive.kernel.sources.wave_tables import TABLES, factory_table

Q = np.int64(QUANTUM)
FRAMES = F32(QUANTUM)
NO = np.int64(0)
MOST_UNISON = 7
TURN = F32(2.0**32)


def _time(name: str, default: float, doc: str) -> Parameter:
    return Parameter(name, 0.5, 60000.0, default, doc, "logarithmic")


PARAMETERS = (
    *plain_parameters(4.0, 4000.0, 1.0, 300.0),
    *filter_parameters(20000.0),
    Parameter("position", 0.0, 1.0, 0.5, "Which cycle is read, from the first to the last."),
    Parameter("detune_cents", 0.0, 100.0, 12.0, "How far the outer unison voices are from the pitch."),
    Parameter("width", 0.0, 1.0, 0.8, "How far unison voices are apart, left to right."),
    Parameter("tune_cents", -2400.0, 2400.0, 0.0, "Added to the pitch."),
    Parameter("vibrato_cents", 0.0, 200.0, 0.0, "Depth of the vibrato."),
    Parameter("vibrato_hz", 0.1, 20.0, 5.0, "Rate of the vibrato.", "logarithmic"),
    _time("vibrato_fade_ms", 500.0, "Time in which the vibrato sets in."),
    _time("envelope_attack_ms", 5.0, "Time in which the second envelope rises."),
    _time("envelope_decay_ms", 600.0, "Time in which the second envelope falls by 60 dB to its sustain."),
    Parameter("envelope_sustain", 0.0, 1.0, 0.0, "Sustained level of the second envelope."),
    _time("envelope_release_ms", 300.0, "Time in which the second envelope falls by 60 dB after the note."),
    Parameter("envelope_position", -1.0, 1.0, 0.0, "How far the second envelope moves the position."),
    Parameter("envelope_cutoff_octaves", -8.0, 8.0, 0.0, "How far the second envelope moves the cutoff."),
    Parameter("lfo_hz", 0.01, 40.0, 0.3, "Rate of the LFO.", "logarithmic"),
    Parameter("lfo_position", -1.0, 1.0, 0.0, "How far the LFO moves the position."),
    Parameter("lfo_cutoff_octaves", -8.0, 8.0, 0.0, "How far the LFO moves the cutoff."),
    Parameter("velocity_position", -1.0, 1.0, 0.0, "How far the velocity moves the position."),
    Parameter("key_position", -1.0, 1.0, 0.0, "How far each octave above middle C moves the position."),
    Parameter("random_position", 0.0, 1.0, 0.0, "How far chance moves the position of a note."),
    Parameter("random_pitch_cents", 0.0, 100.0, 0.0, "How far chance moves the pitch of a note."),
    *CHANNEL_PARAMETERS,
)
RATIOS = ratios_of(PARAMETERS)
(
    CUTOFF, RESONANCE, VELOCITY_CUTOFF, KEY_CUTOFF, POSITION, DETUNE, WIDTH, TUNE, VIBRATO, VIBRATO_HZ,
    VIBRATO_FADE, CONTOUR_RISE, CONTOUR_FALL, CONTOUR_SUSTAIN, CONTOUR_GO, CONTOUR_POSITION,
    CONTOUR_CUTOFF, LFO_HZ, LFO_POSITION, LFO_CUTOFF, VELOCITY_POSITION, KEY_POSITION, RANDOM_POSITION,
    RANDOM_PITCH,
) = (np.int64(10 + row) for row in range(24))  # fmt: skip

WAVETABLE = instrument_record(
    [
        *PLAIN_FIELDS,
        ("at_waves", "i8"),  # address of the first sample
        ("waves", "i8"),  # their number
        ("first", "i8", LIMITS),  # where the cycles of a limit begin
        ("stride", "i8", LIMITS),  # samples from a cycle to the next
        ("shift", "u4", LIMITS),  # by which a phase is shifted for a sample
        ("harmonics", "f4", LIMITS),
        ("last_cycle", "f4"),
        ("unison", "i4"),
        ("share", "f4"),
    ],
    PARAMETERS,
)
WAVETABLE_VOICES = voice_record(
    [
        *PLAIN_VOICES,
        *FILTER_VOICES,
        ("phase", "u4", (LANES, MOST_UNISON)),
        ("step", "u4", (LANES, MOST_UNISON)),
        ("limit", "i8", LANES),
        ("limit_before", "i8", LANES),
        ("place", "f4", LANES),  # in cycles; a straight line
        ("place_step", "f4", LANES),
        ("contour", "f4", LANES),
        ("contour_stage", "i4", LANES),
        ("lfo", "f4", LANES),
        ("vibrato", "f4", LANES),
        ("vibrato_depth", "f4", LANES),
        ("own_place", "f4", LANES),  # what chance adds
        ("own_pitch", "f4", LANES),
    ]
)


@rtsafe
def limit_of(wavetable: Any, cycles: float) -> int:
    """The first band limit whose harmonics all lie below half the sample rate; the last if none does."""
    limit = NO
    while limit < np.int64(LIMITS - 1) and wavetable["harmonics"][limit] * cycles >= HALF:
        limit += BIT
    return limit


@rtsafe
def aim_pitch(group: Any, wavetable: Any, lane: int, rate: float, frames: float) -> None:
    """Set the steps of a voice's unison, and its band limit: that of its highest pitch while it sways."""
    rise = frames / (F32(0.001) * value(wavetable, VIBRATO_FADE) * rate)
    depth = min(group["vibrato_depth"][lane] + rise, ONE)
    group["vibrato_depth"][lane] = depth
    group["vibrato"][lane] = wrap(group["vibrato"][lane] + value(wavetable, VIBRATO_HZ) * frames / rate)
    sway = F32(0.01) * (value(wavetable, VIBRATO) + group["sway"][lane])
    pitch = group["pitch"][lane] + group["bend"][lane] + F32(0.01) * value(wavetable, TUNE)
    pitch += F32(0.01) * value(wavetable, RANDOM_PITCH) * group["own_pitch"][lane]
    unison = np.int64(wavetable["unison"])
    detune = F32(0.01) * value(wavetable, DETUNE) if unison > 1 else ZERO
    highest = min(hz_of_pitch(pitch + sway + detune) / rate, F32(0.49))
    group["limit"][lane] = limit_of(wavetable, highest)
    pitch += sway * depth * lfo_value(group["vibrato"][lane])
    apart = TWO / F32(max(unison - BIT, BIT))
    for number in range(unison):
        own = detune * (apart * F32(number) - ONE)
        cycles = min(hz_of_pitch(pitch + own) / rate, F32(0.49))
        group["step"][lane, number] = np.uint32(np.int64(cycles * TURN))


@rtsafe
def aim_place(group: Any, wavetable: Any, lane: int, rate: float, frames: float, is_new: int) -> None:
    """Lead the position and the filter of a voice to where they are in so many frames."""
    unit = F32(0.001) * rate
    stage = group["contour_stage"][lane]
    contour = next_level(
        group["contour"][lane], stage, frames / (unit * value(wavetable, CONTOUR_RISE)),
        exp2(-frames * SIXTY_DB / (unit * value(wavetable, CONTOUR_FALL))),
        value(wavetable, CONTOUR_SUSTAIN),
        exp2(-frames * SIXTY_DB / (unit * value(wavetable, CONTOUR_GO))),
    )  # fmt: skip
    group["contour"][lane] = contour
    if stage == ATTACK and contour >= ONE:
        group["contour_stage"][lane] = DECAY
    group["lfo"][lane] = wrap(group["lfo"][lane] + value(wavetable, LFO_HZ) * frames / rate)
    sway = lfo_value(group["lfo"][lane])
    velocity = min(group["velocity"][lane], ONE)
    octaves = (group["pitch"][lane] - F32(60.0)) * F32(1.0 / 12.0)
    place = value(wavetable, POSITION) + value(wavetable, CONTOUR_POSITION) * contour
    place += value(wavetable, LFO_POSITION) * sway + value(wavetable, VELOCITY_POSITION) * velocity
    place += value(wavetable, KEY_POSITION) * octaves
    place += value(wavetable, RANDOM_POSITION) * group["own_place"][lane]
    place = min(max(place, ZERO), ONE) * wavetable["last_cycle"]
    if is_new == BIT:
        group["place"][lane] = place
    group["place_step"][lane] = (place - group["place"][lane]) / frames
    moved = value(wavetable, CONTOUR_CUTOFF) * contour + value(wavetable, LFO_CUTOFF) * sway
    moved += value(wavetable, KEY_CUTOFF) * octaves + value(wavetable, VELOCITY_CUTOFF) * (velocity - ONE)
    cutoff = cutoff_of(value(wavetable, CUTOFF), moved, brightness_of(group, wavetable, lane))
    aim_voice_filter(group, lane, cutoff, value(wavetable, RESONANCE), rate, frames, is_new)


@rtsafe
def unison_side(number: int, unison: int) -> float:
    """Place of a unison voice, -1 … 1: outer ones further aside, neighbours and mirror images opposite."""
    if unison == 1:
        return ZERO
    mirrored = unison - BIT - number
    nearest = min(number, mirrored)
    aside = ONE - TWO * F32(nearest) / F32(unison - BIT)
    is_left = (nearest % np.int64(2) == 0) == (number <= mirrored)
    return -aside if is_left else aside


@rtsafe
def read_cycles(waves: Any, at: int, stride: int, index: int, part: float, share: float) -> float:
    """A sample between four of two cycles, by a cubic B-spline; `share` is that of the second cycle."""
    back = ONE - part
    square, other = part * part, back * back
    sixth = F32(1.0 / 6.0)
    w0, w3 = other * back * sixth, square * part * sixth
    w1 = F32(2.0 / 3.0) - square * (ONE - HALF * part)
    w2 = F32(2.0 / 3.0) - other * (ONE - HALF * back)
    near = at + index
    far = near + stride
    a = (
        w0 * waves[near] + w1 * waves[near + 1]
        + w2 * waves[near + 2] + w3 * waves[near + 3]
    )  # fmt: skip
    b = (
        w0 * waves[far] + w1 * waves[far + 1]
        + w2 * waves[far + 2] + w3 * waves[far + 3]
    )  # fmt: skip
    return a + share * (b - a)


@rtsafe
def add_cycles(
    group: Any, wavetable: Any, lane: int, number: int, limit: int, row: Any,
    first: int, last: int, weight: float, weight_step: float,
) -> None:  # fmt: skip
    """Add frames `first` … `last` of one unison voice to a row, at a band limit and with a moving weight."""
    waves = carray(pointer(wavetable["at_waves"]), wavetable["waves"], np.float32)
    begin, stride = wavetable["first"][limit], wavetable["stride"][limit]
    shift = np.int64(wavetable["shift"][limit])
    mask = (BIT << shift) - BIT
    scale = ONE / F32(mask + BIT)
    phase, step = np.int64(group["phase"][lane, number]), np.int64(group["step"][lane, number])
    place, place_step = group["place"][lane], group["place_step"][lane]
    highest = np.int64(wavetable["last_cycle"]) - BIT
    for i in range(first, last):
        cycle = min(np.int64(place), highest)
        part = F32(phase & mask) * scale
        found = read_cycles(waves, begin + cycle * stride, stride, phase >> shift, part, place - F32(cycle))
        row[i] += found * weight
        weight += weight_step
        place += place_step
        phase = (phase + step) & np.int64(0xFFFFFFFF)


@rtsafe
def add_unison(group: Any, wavetable: Any, lane: int, rows: Any, first: int, last: int) -> None:
    """Write frames `first` … `last` of a voice to three rows: left, right, and one for work."""
    left, right, work = rows[0], rows[1], rows[2]
    unison = np.int64(wavetable["unison"])
    limit, before = group["limit"][lane], group["limit_before"][lane]
    fade = ONE / FRAMES
    done, turns = F32(first) * fade, np.int64(1 if limit == before else 2)
    width = min(max(value(wavetable, WIDTH) + F32(0.4) * value(wavetable, SPACE), ZERO), ONE)
    for i in range(first, last):
        left[i] = ZERO
        right[i] = ZERO
    for number in range(unison):
        for i in range(first, last):
            work[i] = ZERO
        for turn in range(turns):  # the limit before fades out while the present one fades in
            is_before = turn == 0 and turns == 2
            weight = ONE if turns == 1 else ONE - done if is_before else done
            rise = ZERO if turns == 1 else -fade if is_before else fade
            asked = before if is_before else limit
            add_cycles(group, wavetable, lane, number, asked, work, first, last, weight, rise)
        aside = width * unison_side(number, unison)
        to_left, to_right = pan_left(aside) * wavetable["share"], pan_right(aside) * wavetable["share"]
        for i in range(first, last):
            left[i] += work[i] * to_left
            right[i] += work[i] * to_right
        group["phase"][lane, number] += group["step"][lane, number] * np.uint32(last - first)
    group["place"][lane] += group["place_step"][lane] * F32(last - first)


@rtsafe
def change(group: Any, wavetable: Any, entries: Any, frame: int, at: int, rate: float) -> None:
    """Release and begin the notes whose time is frame `at` of the quantum."""
    begun = change_plain(group, wavetable, entries, frame, at)
    for lane in range(LANES):
        if group["stage"][lane] == RELEASE:
            group["contour_stage"][lane] = RELEASE
        if begun & (BIT << np.int64(lane)):
            for _warm_up in range(np.int64(3)):
                chance(group, lane)
            group["contour"][lane], group["contour_stage"][lane] = ZERO, ATTACK
            group["lfo"][lane] = HALF + HALF * chance(group, lane)
            group["vibrato"][lane], group["vibrato_depth"][lane] = ZERO, ZERO
            group["own_place"][lane], group["own_pitch"][lane] = chance(group, lane), chance(group, lane)
            for number in range(np.int64(MOST_UNISON)):
                turned = np.uint32(np.int64((HALF + HALF * chance(group, lane)) * F32(2.0**31)))
                group["phase"][lane, number] = turned if wavetable["unison"] > 1 else np.uint32(0)
            aim_pitch(group, wavetable, lane, rate, F32(Q - at))
            group["limit_before"][lane] = group["limit"][lane]
            aim_place(group, wavetable, lane, rate, F32(Q - at), BIT)


@rtsafe
def render(group: Any, wavetable: Any, entries: Any, bus: int, rows: Any, frame: int, rate: float) -> None:
    """Add sixteen voices to a bus for one quantum, in pieces between the notes that begin and end."""
    advance_plain(group, wavetable, frame)
    for lane in range(LANES):
        if group["stage"][lane] != OFF:
            group["limit_before"][lane] = group["limit"][lane]
            aim_pitch(group, wavetable, lane, rate, FRAMES)
            aim_place(group, wavetable, lane, rate, FRAMES, NO)
    first = NO
    while first < Q:
        change(group, wavetable, entries, frame, first, rate)
        last = next_split(group, frame, first)
        for lane in range(LANES):
            if group["stage"][lane] != OFF:
                add_unison(group, wavetable, lane, rows, first, last)
                filter_voice(group, lane, rows[0], rows[1], first, last)
                add_rows(group, lane, rows[0], rows[1], bus, first, last)
        first = last
    close_plain(group)


def unit(header_address: int, instrument_address: int, _first: int, _count: int) -> int:
    """Render a wavetable synthesiser for one quantum; see `descriptor.SoundSource.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    wavetable = carray(pointer(instrument_address), np.int64(1), WAVETABLE)[0]
    voices = carray(pointer(wavetable["voices"]), wavetable["group_count"], WAVETABLE_VOICES)
    if begin_plain(header, voices, wavetable, RATIOS):
        entries, frame, rate = entries_of(header), header["frame"], F32(header["sample_rate"])
        rows = carray(pointer(header["at_lanes"]), (LANES, QUANTUM), np.float32)
        for number in range(np.int64(wavetable["group_count"])):
            if is_playing(voices[number]):
                render(voices[number], wavetable, entries, bus_of(header, wavetable), rows, frame, rate)
                wavetable["sounding"] = np.int32(1)
    return np.int32(0)


def fill(wavetable: Any, spec: Any, _sample_rate: int) -> None:
    """Write the tables of a specification into the record: its material, or else a factory wavetable."""
    numbers = WAVETABLE_SOURCE.numbers(spec)
    bank = getattr(spec, "material", None)
    if not isinstance(bank, WaveBank):
        bank = factory_table(list(TABLES)[round(numbers["table"])])
    wavetable["polyphony"], wavetable["has_vibrato"] = spec.voices, 1
    wavetable["at_waves"], wavetable["waves"] = bank.data.ctypes.data, bank.data.size
    wavetable["last_cycle"] = bank.cycles - 1
    for limit, harmonics in enumerate(HARMONICS):
        size = samples_of(limit)
        wavetable["first"][limit], wavetable["stride"][limit] = bank.first[limit], size + PADDING
        wavetable["shift"][limit], wavetable["harmonics"][limit] = 33 - size.bit_length(), harmonics
    unison = round(numbers["unison"])
    wavetable["unison"], wavetable["share"] = unison, 2.0 / unison**0.5


WAVETABLE_SOURCE = SoundSource(
    "wavetable",
    "A wavetable with up to seven unison voices: cycles between which a position moves.",
    unit,
    WAVETABLE,
    WAVETABLE_VOICES,
    fill,
    parameters=PARAMETERS,
    options=(
        NamedOption("table", tuple(TABLES), "basic", "The factory wavetable."),
        Option("unison", 1.0, MOST_UNISON, 1.0, "Voices that read at a time, a whole number."),
        Option(
            "frame_size", 0.0, 8192.0, 0.0,
            "Samples of a cycle in the file; 0: what the file says, or else 2,048.",
        ),
    ),
    texts=(
        SourceText("file", "An audio file with cycles one behind the other, in place of `table`."),
    ),
    spare_voices=LANES,
)  # fmt: skip
