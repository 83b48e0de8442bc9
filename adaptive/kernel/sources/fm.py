"""Frequency modulation with four operators (J. Chowning 1973, "The synthesis of complex audio spectra").

Each operator is a sine with a ratio to the pitch, a level and a decay of its own; an algorithm says which of
them are heard and which turn the phase of others.  The fourth may turn its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO, exp2, sine
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
    add_row,
    advance_plain,
    begin_plain,
    brightness_of,
    change_plain,
    close_plain,
    plain_parameters,
    value,
)  # fmt: skip
from adaptive.kernel.sources.source_record import instrument_record, voice_record
from adaptive.kernel.sources.synth import hz_of_pitch

Q = np.int64(QUANTUM)
FRAMES = F32(QUANTUM)
NO = np.int64(0)
OPERATORS = 4
ALGORITHMS: dict[str, tuple[tuple[str, ...], str]] = {
    "stack": (("43", "32", "21"), "1"),
    "pair_into_stack": (("42", "32", "21"), "1"),
    "stack_and_one": (("41", "32", "21"), "1"),
    "stack_beside": (("43", "31", "21"), "1"),
    "two_pairs": (("43", "21"), "31"),
    "one_into_three": (("43", "42", "41"), "321"),
    "pair_and_two": (("43",), "321"),
    "organ": ((), "4321"),
}
"""By name: which operator turns the phase of which, and which are heard."""


def _operator(number: int, ratio: float, level: float) -> list[Parameter]:
    name = f"operator_{number}"
    return [
        Parameter(
            f"{name}_ratio",
            0.125,
            24.0,
            ratio,
            f"Pitch of operator {number} over that of the note.",
            "logarithmic",
        ),
        Parameter(f"{name}_cents", -100.0, 100.0, 0.0, f"Detuning of operator {number}."),
        Parameter(
            f"{name}_level", 0.0, 1.0, level, f"Level of operator {number}, or how far it turns others."
        ),
        Parameter(
            f"{name}_decay_ms",
            1.0,
            60000.0,
            1000.0,
            f"Time in which operator {number} falls by 60 dB.",
            "logarithmic",
        ),
        Parameter(f"{name}_sustain", 0.0, 1.0, 1.0, f"Level to which operator {number} falls."),
    ]


PARAMETERS = (
    *plain_parameters(2.0, 4000.0, 1.0, 300.0),
    *_operator(1, 1.0, 1.0),
    *_operator(2, 1.0, 0.3),
    *_operator(3, 1.0, 0.0),
    *_operator(4, 1.0, 0.0),
    Parameter("feedback", 0.0, 1.0, 0.0, "How far the fourth operator turns itself."),
    Parameter("velocity_depth", 0.0, 1.0, 0.5, "How far softer notes are turned less."),
    Parameter("key_depth", 0.0, 1.0, 0.4, "How far higher notes are turned less."),
    Parameter("vibrato_cents", 0.0, 200.0, 0.0, "Depth of the vibrato."),
    Parameter("vibrato_hz", 0.1, 20.0, 5.0, "Rate of the vibrato.", "logarithmic"),
    *CHANNEL_PARAMETERS,
)  # fmt: skip
RATIOS = ratios_of(PARAMETERS)
FIRST_OPERATOR, OPERATOR_ROWS = np.int64(10), np.int64(5)
CENTS, LEVEL, DECAY, SUSTAIN = np.int64(1), np.int64(2), np.int64(3), np.int64(4)
FEEDBACK, VELOCITY, KEY, VIBRATO, VIBRATO_HZ = (np.int64(30 + row) for row in range(5))
MOST_TURN = F32(1.6)
"""Cycles by which an operator of full level turns another: an index of ten."""

FM = instrument_record(
    [*PLAIN_FIELDS, ("turns", "f4", (OPERATORS, OPERATORS)), ("heard", "f4", OPERATORS), ("share", "f4")],
    PARAMETERS,
)
FM_VOICES = voice_record(
    [
        *PLAIN_VOICES,
        ("phase", "f4", (LANES, OPERATORS)),
        ("step", "f4", (LANES, OPERATORS)),
        ("contour", "f4", (LANES, OPERATORS)),  # envelopes at the end of the quantum
        ("strength", "f4", (LANES, OPERATORS)),  # lines over the quantum
        ("strength_step", "f4", (LANES, OPERATORS)),
        ("output", "f4", (LANES, OPERATORS)),
        ("vibrato", "f4", LANES),
    ]
)


@rtsafe
def wave(phase: float) -> float:
    """A sine of a phase in cycles."""
    phase -= F32(np.floor(phase))
    turned = F32(0.25) - abs(abs(phase - HALF) - F32(0.25))
    folded = sine(F32(6.2831853) * turned)
    return folded if phase < HALF else -folded


@rtsafe
def aim_operators(group: Any, fm: Any, lane: int, rate: float, frames: float, is_new: int) -> None:
    """Set the steps of a voice's operators, and the lines of their strengths over so many frames.

    `is_new` is 1 for a note that begins, else 0.
    """
    pitch = group["pitch"][lane] + group["bend"][lane]
    phase = group["vibrato"][lane] + value(fm, VIBRATO_HZ) * frames / rate
    group["vibrato"][lane] = phase - F32(np.floor(phase))
    pitch += F32(0.01) * (value(fm, VIBRATO) + group["sway"][lane]) * wave(group["vibrato"][lane])
    cycles = hz_of_pitch(pitch) / rate
    velocity = ONE - value(fm, VELOCITY) * (ONE - min(group["velocity"][lane], ONE))
    depth = velocity * exp2(value(fm, KEY) * (F32(60.0) - pitch) * F32(1.0 / 12.0))
    depth = MOST_TURN * min(depth, F32(2.0)) * exp2(F32(1.5) * brightness_of(group, fm, lane))
    for number in range(np.int64(OPERATORS)):
        first = FIRST_OPERATOR + OPERATOR_ROWS * number
        ratio = value(fm, first) * exp2(value(fm, first + CENTS) * F32(1.0 / 1200.0))
        step = cycles * ratio
        group["step"][lane, number] = step if step < F32(0.5) else ZERO
        sustain = value(fm, first + SUSTAIN)
        fall = exp2(-frames * SIXTY_DB / (F32(0.001) * value(fm, first + DECAY) * rate))
        contour = group["contour"][lane, number]
        contour = sustain + (contour - sustain) * fall
        group["contour"][lane, number] = contour
        level = value(fm, first + LEVEL)
        # what is heard has its level; what turns others has it as a depth, in cycles
        strength = level * contour * (ONE if fm["heard"][number] > ZERO else depth)
        if step >= F32(0.5):
            strength = ZERO
        if is_new == BIT:
            group["strength"][lane, number] = level * (ONE if fm["heard"][number] > ZERO else depth)
        group["strength_step"][lane, number] = (strength - group["strength"][lane, number]) / frames


@rtsafe
def add_voice(group: Any, fm: Any, lane: int, row: Any, first: int, last: int) -> None:
    """Write frames `first` … `last` of a voice to a row."""
    turns, heard, share = fm["turns"], fm["heard"], fm["share"]
    feedback = F32(0.5) * value(fm, FEEDBACK) * value(fm, FEEDBACK)
    for i in range(first, last):
        total = ZERO
        for number in range(np.int64(OPERATORS - 1), np.int64(-1), np.int64(-1)):
            turned = group["phase"][lane, number]
            for by in range(np.int64(OPERATORS)):
                turned += turns[by, number] * group["output"][lane, by]
            if number == np.int64(OPERATORS - 1):
                turned += feedback * group["output"][lane, number]
            strength = group["strength"][lane, number] + group["strength_step"][lane, number]
            group["strength"][lane, number] = strength
            out = wave(turned) * strength
            group["output"][lane, number] = out
            total += heard[number] * out
            phase = group["phase"][lane, number] + group["step"][lane, number]
            group["phase"][lane, number] = phase - ONE if phase >= ONE else phase
        row[i] = total * share


@rtsafe
def change(group: Any, fm: Any, entries: Any, frame: int, at: int, rate: float) -> None:
    """Release and begin the notes whose time is frame `at` of the quantum."""
    begun = change_plain(group, fm, entries, frame, at)
    for lane in range(LANES):
        if begun & (BIT << np.int64(lane)):
            group["vibrato"][lane] = ZERO
            for number in range(np.int64(OPERATORS)):
                group["phase"][lane, number] = ZERO
                group["contour"][lane, number] = ONE
                group["output"][lane, number] = ZERO
            aim_operators(group, fm, lane, rate, F32(Q - at), BIT)


@rtsafe
def render(group: Any, fm: Any, entries: Any, bus: int, row: Any, frame: int, rate: float) -> None:
    """Add sixteen voices to a bus for one quantum, in pieces between the notes that begin and end."""
    advance_plain(group, fm, frame)
    for lane in range(LANES):
        if group["stage"][lane] != OFF:
            aim_operators(group, fm, lane, rate, FRAMES, NO)
    change(group, fm, entries, frame, np.int64(0), rate)
    first = np.int64(0)
    while first < Q:
        last = next_split(group, frame, first)
        for lane in range(LANES):
            if group["stage"][lane] != OFF:
                add_voice(group, fm, lane, row, first, last)
                add_row(group, lane, row, bus, first, last)
        if last < Q:
            change(group, fm, entries, frame, last, rate)
        first = last
    close_plain(group)


def unit(header_address: int, instrument_address: int, _first: int, _count: int) -> int:
    """Render an FM synthesiser for one quantum; see `descriptor.SoundSource.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    fm = carray(pointer(instrument_address), np.int64(1), FM)[0]
    voices = carray(pointer(fm["voices"]), fm["group_count"], FM_VOICES)
    if begin_plain(header, voices, fm, RATIOS):
        entries, frame, rate = entries_of(header), header["frame"], F32(header["sample_rate"])
        row = carray(pointer(header["at_lanes"]), Q, np.float32)
        for number in range(np.int64(fm["group_count"])):
            if is_playing(voices[number]):
                render(voices[number], fm, entries, bus_of(header, fm), row, frame, rate)
                fm["sounding"] = np.int32(1)
    return np.int32(0)


def fill(fm: Any, spec: NumbersSpec, _sample_rate: int) -> None:
    """Write the algorithm into the record."""
    fm["polyphony"], fm["has_vibrato"] = spec.voices, 1
    turns, heard = list(ALGORITHMS.values())[round(FM_SOURCE.numbers(spec)["algorithm"])]
    fm["turns"], fm["heard"] = 0.0, 0.0
    for pair in turns:
        fm["turns"][int(pair[0]) - 1, int(pair[1]) - 1] = 1.0
    for number in heard:
        fm["heard"][int(number) - 1] = 1.0
    fm["share"] = 1.0 / len(heard) ** 0.5


FM_SOURCE = SoundSource(
    "fm",
    "Frequency modulation with four operators.",
    unit,
    FM,
    FM_VOICES,
    fill,
    parameters=PARAMETERS,
    options=(NamedOption("algorithm", tuple(ALGORITHMS), "stack", "Which operators turn which."),),
    spare_voices=LANES,
)
