"""Plucked strings with a body.

A string is a loop of samples with a filter in it (Karplus & Strong 1983; Jaffe & Smith 1983, "Extensions of
the Karplus-Strong plucked-string algorithm"): filled with noise that a pick at its place leaves, and read
between samples by a cubic polynomial, less the delay of the filter, so that it is in tune.  The body is four
resonances.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, ZERO, cosine, exp2, filter_warp, sine
from adaptive.kernel.layout import HEADER, LANES, QUANTUM
from adaptive.kernel.processors.descriptor import NamedOption, Parameter
from adaptive.kernel.sources.channel_record import CHANNEL_PARAMETERS
from adaptive.kernel.sources.controls import ratios_of
from adaptive.kernel.sources.delay_line import LOOP, MASK, read_line
from adaptive.kernel.sources.descriptor import NumbersSpec, SoundSource
from adaptive.kernel.sources.notes import (
    OFF,
    RELEASE,
    bus_of,
    entries_of,
    is_playing,
    next_split,
)  # fmt: skip
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
GRID = np.int64(256)
RESONANCES = 4
BODIES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "guitar": ((104.0, 12.0, 1.0), (201.0, 14.0, 0.9), (392.0, 10.0, 0.6), (1250.0, 3.0, 0.4)),
    "harp": ((150.0, 6.0, 0.6), (270.0, 7.0, 0.7), (520.0, 6.0, 0.5), (2100.0, 2.0, 0.4)),
    "koto": ((180.0, 9.0, 0.8), (340.0, 9.0, 0.9), (900.0, 5.0, 0.8), (2600.0, 2.5, 0.6)),
    "bass": ((62.0, 8.0, 1.0), (102.0, 9.0, 0.9), (215.0, 7.0, 0.6), (700.0, 3.0, 0.4)),
}
"""Frequency, quality and level of four resonances, by body."""

PARAMETERS = (
    *plain_parameters(0.5, 60000.0, 1.0, 250.0),
    Parameter("ring_s", 0.05, 60.0, 4.0, "Time in which middle C falls by 60 dB.", "logarithmic"),
    Parameter("damping", 0.0, 0.98, 0.35, "How much faster high partials fall; less above 48 kHz."),
    Parameter("hardness", 0.0, 1.0, 0.6, "Of what plucks: a finger or a pick."),
    Parameter("position", 0.02, 0.5, 0.18, "Where it is plucked, as a share of the string."),
    Parameter("body", 0.0, 1.0, 0.4, "Level of the body."),
    Parameter("variation", 0.0, 1.0, 0.3, "How far chance makes strokes differ."),
    Parameter("tune_cents", -100.0, 100.0, 0.0, "Added to the pitch."),
    *CHANNEL_PARAMETERS,
)  # fmt: skip
RING, DAMPING, HARDNESS, POSITION, BODY, VARIATION, TUNE = (np.int64(10 + row) for row in range(7))
RATIOS = ratios_of(PARAMETERS)
PLUCKED = instrument_record(
    [*PLAIN_FIELDS, ("hertz", "f4", RESONANCES), ("q", "f4", RESONANCES), ("share", "f4", RESONANCES)],
    PARAMETERS,
)
PLUCKED_VOICES = voice_record(
    [
        *PLAIN_VOICES,
        ("string", "f4", (LANES, LOOP)),
        ("grid", "f4", (LANES, 256)),  # one period of a pluck
        ("at", "i4", LANES),  # where the next sample is written
        ("delay", "f4", LANES),  # a straight line
        ("delay_step", "f4", LANES),
        ("delay_wanted", "f4", LANES),  # where it ends
        ("keep", "f4", LANES),  # of the loop, each time around
        ("smooth", "f4", LANES),  # share of the sample before, in the loop's filter
        ("before", "f4", LANES),
        ("low", "f4", (LANES, RESONANCES)),
        ("band", "f4", (LANES, RESONANCES)),
    ]
)


@rtsafe
def filter_delay(smooth: float, angle: float) -> float:
    """Delay in frames of ``(1 - s) x + s x'`` at an angle below 0.8; its tangent by its series."""
    along = ONE - smooth + smooth * cosine(angle)
    across = smooth * sine(angle) / max(along, F32(1e-3))
    square = across * across
    turned = across * (
        ONE - square * (F32(1 / 3) - square * (F32(1 / 5) - square * (F32(1 / 7) - square * F32(1 / 9))))
    )
    return turned / angle


@rtsafe
def tune(group: Any, plucked: Any, lane: int, rate: float) -> None:
    """Lead the delay of a string to its pitch in a quantum, and set what its loop keeps."""
    pitch = group["pitch"][lane] + F32(0.01) * value(plucked, TUNE) + group["bend"][lane]
    hertz = min(max(hz_of_pitch(pitch), rate / F32(LOOP - 8)), F32(0.1) * rate)
    angle = F32(6.2831853) * hertz / rate
    damping = value(plucked, DAMPING) * exp2(-F32(1.5) * brightness_of(group, plucked, lane))
    smooth = HALF * min(max(damping, ZERO), ONE)
    # so far that a filter at a higher rate takes as much from what is heard; a half is the most there is
    beside = rate * F32(1.0 / 48000.0)
    smooth = HALF - np.sqrt(max(F32(0.25) - smooth * (ONE - smooth) * beside * beside, ZERO))
    group["smooth"][lane] = smooth
    group["delay_wanted"][lane] = rate / hertz - filter_delay(smooth, angle)
    group["delay_step"][lane] = (group["delay_wanted"][lane] - group["delay"][lane]) * F32(1.0 / QUANTUM)
    ring = value(plucked, RING) * exp2(value(plucked, SPACE) + (F32(60.0) - pitch) * F32(1.0 / 24.0))
    # what the filter itself takes from the fundamental in a round is given back
    kept = ONE - smooth + smooth * cosine(angle)
    lost = smooth * sine(angle)
    size = np.sqrt(kept * kept + lost * lost)
    group["keep"][lane] = min(exp2(-SIXTY_DB / (ring * hertz)) / size, F32(0.99999))


@rtsafe
def settle(group: Any, lane: int) -> None:
    """End the line of a string's delay."""
    group["delay"][lane] = group["delay_wanted"][lane]
    group["delay_step"][lane] = ZERO


@rtsafe
def pluck(group: Any, plucked: Any, lane: int, rate: float) -> None:
    """Fill a string with what a pluck leaves in it."""
    for _warm_up in range(np.int64(3)):
        chance(group, lane)
    tune(group, plucked, lane, rate)
    settle(group, lane)
    spread, velocity = value(plucked, VARIATION), min(group["velocity"][lane], ONE)
    length = np.int64(group["delay"][lane]) + np.int64(1)
    hardness = (
        value(plucked, HARDNESS)
        + F32(0.5) * (velocity - F32(0.7))
        + HALF * brightness_of(group, plucked, lane)
    )
    hardness = min(max(hardness + F32(0.1) * spread * chance(group, lane), ZERO), ONE)
    share = exp2(F32(-2.0) - F32(3.5) * (ONE - hardness))
    place = value(plucked, POSITION) * (ONE + F32(0.4) * spread * chance(group, lane))
    comb = min(max(np.int64(place * F32(GRID)), np.int64(1)), GRID - BIT)
    low = ZERO
    for _round in range(np.int64(2)):  # the second time, the filter has forgotten where it began
        for i in range(GRID):
            low += share * (chance(group, lane) - low)
            group["grid"][lane, i] = low
    total = ZERO
    for i in range(length):
        at = F32(i) * F32(GRID) / F32(length)
        first = np.int64(at)
        part = at - F32(first)
        # a pluck reaches the bridge twice, on both ways
        one = group["grid"][lane, first] - group["grid"][lane, (first + comb) % GRID]
        following = (first + BIT) % GRID
        two = group["grid"][lane, following] - group["grid"][lane, (following + comb) % GRID]
        sample = one + part * (two - one)
        group["string"][lane, i] = sample
        total += sample * sample
    gain = F32(0.35) / np.sqrt(total / F32(length) + F32(1e-9))
    for i in range(length):
        group["string"][lane, i] *= gain
    for i in range(np.int64(8)):  # what the polynomial reads beside them
        group["string"][lane, (length + i) & MASK] = ZERO
        group["string"][lane, (np.int64(-1) - i) & MASK] = ZERO
    group["at"][lane] = np.int32(length)
    group["before"][lane] = ZERO
    for number in range(np.int64(RESONANCES)):
        group["low"][lane, number] = ZERO
        group["band"][lane, number] = ZERO


@rtsafe
def add_voice(group: Any, plucked: Any, lane: int, row: Any, first: int, last: int, rate: float) -> None:
    """Write frames `first` … `last` of a voice to a row."""
    at, delay, smooth = np.int64(group["at"][lane]), group["delay"][lane], group["smooth"][lane]
    keep, before = group["keep"][lane], group["before"][lane]
    if group["stage"][lane] == RELEASE:
        keep *= F32(0.995)
    step = group["delay_step"][lane]
    whole = np.int64(delay)
    part = delay - F32(whole)
    # Lagrange's cubic between the two samples in the middle of four
    c0 = -part * (part - ONE) * (part - F32(2.0)) * F32(1 / 6)
    c1 = (part + ONE) * (part - ONE) * (part - F32(2.0)) * HALF
    c2 = -(part + ONE) * part * (part - F32(2.0)) * HALF
    c3 = (part + ONE) * part * (part - ONE) * F32(1 / 6)
    string = group["string"][lane]
    for i in range(first, last):
        place = at - whole
        if step == ZERO:
            read = (
                c0 * string[(place + np.int64(1)) & MASK] + c1 * string[place & MASK]
                + c2 * string[(place - np.int64(1)) & MASK] + c3 * string[(place - np.int64(2)) & MASK]
            )  # fmt: skip
        else:
            delay += step
            read = read_line(string, at, delay)
        sample = keep * (read + smooth * (before - read))
        before = read
        string[at & MASK] = sample
        at += np.int64(1)
        row[i] = sample
    group["at"][lane] = np.int32(at & MASK) + np.int32(LOOP)
    group["before"][lane] = before
    group["delay"][lane] = delay
    level = value(plucked, BODY)
    if level <= ZERO:
        return
    for number in range(np.int64(RESONANCES)):
        warp = filter_warp(plucked["hertz"][number], rate)
        damping = ONE / plucked["q"][number]
        a1 = ONE / (ONE + warp * (warp + damping))
        low, band, gain = (
            group["low"][lane, number],
            group["band"][lane, number],
            level * plucked["share"][number],
        )
        for i in range(first, last):
            v1 = a1 * (band + warp * (group["string"][lane, (at - last + i) & MASK] - low))
            v2 = low + warp * v1
            band = v1 + v1 - band
            low = v2 + v2 - low
            row[i] += gain * damping * v1 * F32(3.0)
        group["low"][lane, number] = low
        group["band"][lane, number] = band


@rtsafe
def change(group: Any, plucked: Any, entries: Any, frame: int, at: int, rate: float) -> None:
    """Release and begin the notes whose time is frame `at` of the quantum."""
    begun = change_plain(group, plucked, entries, frame, at)
    for lane in range(LANES):
        if begun & (BIT << np.int64(lane)):
            pluck(group, plucked, lane, rate)


@rtsafe
def render(group: Any, plucked: Any, entries: Any, bus: int, row: Any, frame: int, rate: float) -> None:
    """Add sixteen voices to a bus for one quantum, in pieces between the notes that begin and end."""
    has_moved = advance_plain(group, plucked, frame)
    if plucked["moving"] > 0 or has_moved:
        for lane in range(LANES):
            if group["stage"][lane] != OFF:
                tune(group, plucked, lane, rate)
                if not has_moved:
                    settle(group, lane)
    change(group, plucked, entries, frame, np.int64(0), rate)
    first = np.int64(0)
    while first < Q:
        last = next_split(group, frame, first)
        for lane in range(LANES):
            if group["stage"][lane] != OFF:
                add_voice(group, plucked, lane, row, first, last, rate)
                add_row(group, lane, row, bus, first, last)
        if last < Q:
            change(group, plucked, entries, frame, last, rate)
        first = last
    for lane in range(LANES):
        settle(group, lane)
    close_plain(group)


def unit(header_address: int, instrument_address: int, _first: int, _count: int) -> int:
    """Render plucked strings for one quantum; see `descriptor.SoundSource.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    plucked = carray(pointer(instrument_address), np.int64(1), PLUCKED)[0]
    voices = carray(pointer(plucked["voices"]), plucked["group_count"], PLUCKED_VOICES)
    if begin_plain(header, voices, plucked, RATIOS):
        entries, frame, rate = entries_of(header), header["frame"], F32(header["sample_rate"])
        row = carray(pointer(header["at_lanes"]), Q, np.float32)
        for number in range(np.int64(plucked["group_count"])):
            if is_playing(voices[number]):
                render(voices[number], plucked, entries, bus_of(header, plucked), row, frame, rate)
                plucked["sounding"] = np.int32(1)
    return np.int32(0)


def fill(plucked: Any, spec: NumbersSpec, _sample_rate: int) -> None:
    """Write the resonances of the body into the record."""
    plucked["polyphony"] = spec.voices
    body = list(BODIES.values())[round(PLUCKED_SOURCE.numbers(spec)["body_shape"])]
    for number, (hertz, quality, level) in enumerate(body):
        plucked["hertz"][number], plucked["q"][number], plucked["share"][number] = hertz, quality, level


PLUCKED_SOURCE = SoundSource(
    "plucked",
    "Plucked strings with a body.",
    unit,
    PLUCKED,
    PLUCKED_VOICES,
    fill,
    parameters=PARAMETERS,
    options=(NamedOption("body_shape", tuple(BODIES), "guitar", "The body."),),
    spare_voices=LANES,
)
