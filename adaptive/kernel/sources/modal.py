"""Bells and bars: each note is a sum of partials that ring out, struck by a mallet.

A partial is a number that turns in the complex plane and shrinks, so its pitch is exact.  Ratios of bars and
plates are those of Fletcher & Rossing, "The Physics of Musical Instruments" (1998), chapters 2 and 19 to 21.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, TWO, ZERO, exp2, log2, sine
from adaptive.kernel.layout import HEADER, LANES, QUANTUM
from adaptive.kernel.processors.descriptor import NamedOption, Parameter
from adaptive.kernel.sources.channel_record import CHANNEL_PARAMETERS
from adaptive.kernel.sources.controls import ratios_of
from adaptive.kernel.sources.descriptor import NumbersSpec, SoundSource
from adaptive.kernel.sources.notes import (
    OFF,
    bus_of,
    entries_of,
    is_playing,
    next_split,
)
from adaptive.kernel.sources.plain import (
    BIT,
    PLAIN_FIELDS,
    PLAIN_VOICES,
    SIXTY_DB,
    SPACE,
    add_row,
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
from adaptive.kernel.sources.synth import hz_of_pitch

Q = np.int64(QUANTUM)
MODES = 10
SHAPES: dict[str, tuple[float, ...]] = {
    "bar": (1.0, 2.756, 5.404, 8.933, 13.34),
    "marimba": (1.0, 3.93, 9.88, 16.2),
    "vibraphone": (1.0, 4.0, 10.3, 17.4),
    "glockenspiel": (1.0, 2.71, 5.15, 8.43, 12.2),
    "bell": (0.5, 1.0, 1.19, 1.5, 2.0, 2.51, 2.66, 3.01, 4.1, 5.2),
    "bowl": (1.0, 2.77, 5.18, 8.16, 11.66, 15.64),
    "glass": (1.0, 2.32, 4.25, 6.63, 9.38),
    "plate": (1.0, 1.48, 1.93, 2.55, 2.63, 3.9, 4.32, 5.81),
}
"""Partials over the pitch, by shape."""

PARAMETERS = (
    *plain_parameters(0.5, 60000.0, 1.0, 400.0),
    Parameter(
        "ring_s",
        0.02,
        60.0,
        2.5,
        "Time in which the lowest partial of middle C falls by 60 dB.",
        "logarithmic",
    ),
    Parameter("damping", 0.0, 2.0, 0.8, "How much faster high partials fall."),
    Parameter("hardness", 0.0, 1.0, 0.5, "Of the mallet: soft ones leave high partials out."),
    Parameter("position", 0.0, 1.0, 0.3, "Where it is struck, from the middle to the edge."),
    Parameter("key_decay", 0.0, 1.0, 0.5, "How much shorter higher notes ring."),
    Parameter(
        "beat_cents", 0.0, 20.0, 0.0, "How far two halves of each partial are apart, so that they beat."
    ),
    Parameter("stroke", 0.0, 1.0, 0.1, "Noise of the mallet."),
    Parameter("variation", 0.0, 1.0, 0.3, "How far chance makes strokes differ."),
    *CHANNEL_PARAMETERS,
)
RING, DAMPING, HARDNESS, POSITION, KEY_DECAY, BEAT, STROKE, VARIATION = (
    np.int64(10 + row) for row in range(8)
)
RATIOS = ratios_of(PARAMETERS)
MODAL = instrument_record([*PLAIN_FIELDS, ("ratio", "f4", MODES), ("modes", "i4")], PARAMETERS)
MODAL_VOICES = voice_record(
    [
        *PLAIN_VOICES,
        ("real", "f4", (LANES, 2 * MODES)),
        ("imaginary", "f4", (LANES, 2 * MODES)),
        ("turn_real", "f4", (LANES, 2 * MODES)),
        ("turn_imaginary", "f4", (LANES, 2 * MODES)),
        ("cycles", "f4", (LANES, 2 * MODES)),  # a frame, without bends
        ("fall", "f4", (LANES, 2 * MODES)),  # a frame
        ("noise", "f4", LANES),
        ("noise_fall", "f4", LANES),
        ("smooth", "f4", LANES),
        ("rings", "i4", LANES),
    ]
)


@rtsafe
def set_mode(group: Any, lane: int, mode: int, cycles: float, level: float, fall: float) -> None:
    """Begin a partial of `cycles` a frame that starts as a sine."""
    group["real"][lane, mode] = ZERO
    group["imaginary"][lane, mode] = -level
    group["cycles"][lane, mode] = cycles
    group["fall"][lane, mode] = fall
    turn_mode(group, lane, mode, ONE)


@rtsafe
def turn_mode(group: Any, lane: int, mode: int, ratio: float) -> None:
    """Set how a partial turns in a frame, a ratio off its pitch; one that is too high falls silent."""
    cycles, fall = group["cycles"][lane, mode] * ratio, group["fall"][lane, mode]
    fall = fall if cycles < F32(0.48) else F32(0.9)
    angle = F32(6.2831853) * min(cycles, F32(0.48))
    across = angle if angle < F32(1.5707963) else F32(3.1415927) - angle
    turned = sine(across)
    half = sine(HALF * angle)
    straight = ONE - TWO * half * half
    group["turn_real"][lane, mode] = fall * straight
    group["turn_imaginary"][lane, mode] = fall * turned


@rtsafe
def bend_modes(group: Any, modal: Any, lane: int) -> None:
    """Turn the partials of a voice as its bend says."""
    ratio = exp2(group["bend"][lane] * F32(1.0 / 12.0))
    for mode in range(np.int64(modal["modes"])):
        turn_mode(group, lane, mode, ratio)
        turn_mode(group, lane, mode + np.int64(MODES), ratio)


@rtsafe
def strike(group: Any, modal: Any, lane: int, rate: float) -> None:
    """Begin a note: the levels and decays of its partials."""
    for _warm_up in range(np.int64(3)):
        chance(group, lane)
    spread, velocity = value(modal, VARIATION), min(group["velocity"][lane], ONE)
    pitch = group["pitch"][lane]
    cycles = min(hz_of_pitch(pitch) / rate, F32(0.45))
    hardness = (
        value(modal, HARDNESS) + F32(0.4) * (velocity - F32(0.7)) + HALF * brightness_of(group, modal, lane)
    )
    hardness += F32(0.15) * spread * chance(group, lane)
    slope = F32(3.2) * (ONE - min(max(hardness, ZERO), F32(1.2)))  # octaves of level an octave of pitch
    place = min(max(value(modal, POSITION) + F32(0.2) * spread * chance(group, lane), ZERO), ONE)
    ring = value(modal, RING) * exp2(
        value(modal, SPACE) + value(modal, KEY_DECAY) * (F32(60.0) - pitch) / F32(12.0)
    )
    beat = exp2(value(modal, BEAT) / F32(2400.0))
    total = ZERO
    for mode in range(np.int64(modal["modes"])):
        ratio = modal["ratio"][mode]
        along = place * ratio * HALF
        along -= F32(np.floor(along))
        shape = F32(0.35) + F32(0.65) * abs(ONE - TWO * along)  # how far the place moves in this mode
        level = shape * exp2(-slope * abs(log2(ratio))) * exp2(F32(0.5) * spread * chance(group, lane))
        own = cycles * ratio
        level = level if own < F32(0.45) else ZERO
        own = own if own < F32(0.45) else F32(0.1)
        rate_of = SIXTY_DB * exp2(value(modal, DAMPING) * log2(max(ratio, F32(0.25)))) / (ring * rate)
        fall = exp2(-rate_of)
        total += level
        set_mode(group, lane, mode, own * beat, level, fall)
        set_mode(group, lane, mode + np.int64(MODES), own / beat, level, fall)
    if group["bend"][lane] != ZERO:
        bend_modes(group, modal, lane)
    share = HALF / max(total, F32(0.05))
    for mode in range(np.int64(modal["modes"])):
        group["imaginary"][lane, mode] *= share
        group["imaginary"][lane, mode + np.int64(MODES)] *= share
    group["noise"][lane] = value(modal, STROKE) * (F32(0.5) + velocity)
    group["noise_fall"][lane] = exp2(-SIXTY_DB / (F32(0.02) * rate))
    group["smooth"][lane] = ZERO


@rtsafe
def add_voice(group: Any, modal: Any, lane: int, row: Any, first: int, last: int) -> None:
    """Write frames `first` … `last` of a voice to a row."""
    for i in range(first, last):
        row[i] = ZERO
    pairs = np.int64(2) if value(modal, BEAT) > ZERO else np.int64(1)
    gain = ONE if pairs == np.int64(2) else TWO
    for half in range(pairs):
        for number in range(np.int64(modal["modes"])):
            mode = number + half * np.int64(MODES)
            real, imaginary = group["real"][lane, mode], group["imaginary"][lane, mode]
            turn_real, turn_imaginary = group["turn_real"][lane, mode], group["turn_imaginary"][lane, mode]
            for i in range(first, last):
                following = real * turn_real - imaginary * turn_imaginary
                imaginary = real * turn_imaginary + imaginary * turn_real
                real = following
                row[i] += gain * real
            group["real"][lane, mode] = real
            group["imaginary"][lane, mode] = imaginary
    if group["noise"][lane] > F32(1e-4):
        for i in range(first, last):
            smooth = group["smooth"][lane] + F32(0.4) * (chance(group, lane) - group["smooth"][lane])
            group["smooth"][lane] = smooth
            row[i] += smooth * group["noise"][lane]
            group["noise"][lane] *= group["noise_fall"][lane]


@rtsafe
def change(group: Any, modal: Any, entries: Any, frame: int, at: int, rate: float) -> None:
    """Release and begin the notes whose time is frame `at` of the quantum."""
    begun = change_plain(group, modal, entries, frame, at)
    for lane in range(LANES):
        if begun & (BIT << np.int64(lane)):
            strike(group, modal, lane, rate)


@rtsafe
def render(group: Any, modal: Any, entries: Any, bus: int, row: Any, frame: int, rate: float) -> None:
    """Add sixteen voices to a bus for one quantum, in pieces between the notes that begin and end."""
    if advance_plain(group, modal, frame):
        for lane in range(LANES):
            if group["stage"][lane] != OFF:
                bend_modes(group, modal, lane)
    change(group, modal, entries, frame, np.int64(0), rate)
    first = np.int64(0)
    while first < Q:
        last = next_split(group, frame, first)
        for lane in range(LANES):
            if group["stage"][lane] != OFF:
                add_voice(group, modal, lane, row, first, last)
                add_row(group, lane, row, bus, first, last)
        if last < Q:
            change(group, modal, entries, frame, last, rate)
        first = last
    for lane in range(LANES):
        if group["stage"][lane] != OFF:
            rest = group["noise"][lane]
            for mode in range(np.int64(2 * MODES)):
                rest += abs(group["real"][lane, mode]) + abs(group["imaginary"][lane, mode])
            if rest < F32(1e-5):  # it has rung out while its key is held
                group["amplitude"][lane] = ZERO
    close_plain(group)


def unit(header_address: int, instrument_address: int, _first: int, _count: int) -> int:
    """Render bells or bars for one quantum; see `descriptor.SoundSource.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    modal = carray(pointer(instrument_address), np.int64(1), MODAL)[0]
    voices = carray(pointer(modal["voices"]), modal["group_count"], MODAL_VOICES)
    if begin_plain(header, voices, modal, RATIOS):
        entries, frame, rate = entries_of(header), header["frame"], F32(header["sample_rate"])
        row = carray(pointer(header["at_lanes"]), Q, np.float32)
        for number in range(np.int64(modal["group_count"])):
            if is_playing(voices[number]):
                render(voices[number], modal, entries, bus_of(header, modal), row, frame, rate)
                modal["sounding"] = np.int32(1)
    return np.int32(0)


def fill(modal: Any, spec: NumbersSpec, _sample_rate: int) -> None:
    """Write the ratios of the partials into the record."""
    modal["polyphony"] = spec.voices
    ratios = list(SHAPES.values())[round(MODAL_SOURCE.numbers(spec)["shape"])]
    modal["ratio"][: len(ratios)] = ratios
    modal["modes"] = len(ratios)


MODAL_SOURCE = SoundSource(
    "modal",
    "Bells and bars: partials that ring out, struck by a mallet.",
    unit,
    MODAL,
    MODAL_VOICES,
    fill,
    parameters=PARAMETERS,
    options=(NamedOption("shape", tuple(SHAPES), "bar", "What is struck."),),
    spare_voices=LANES,
)
