"""Blown reeds and bowed strings: waves that run through a bore or along a string, and what keeps them going.

A reed closes as the pressure in the mouth exceeds that in the bore (M. McIntyre, R. Schumacher & J. Woodhouse
1983, "On the oscillations of musical instruments"); a bow sticks to the string and slips (J. O. Smith 1986,
"Efficient simulation of the reed-bore and bow-string mechanisms").  A note begins with the wave that such an
instrument settles in, so that it speaks at once, on its lowest mode.  As a player listens, a loop compares
each cycle of the fundamental with the pitch that is wanted and corrects the length: what filters and friction
do to the pitch does not remain.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray

from adaptive.kernel.compile.jit import pointer, rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, TWO, ZERO, exp2, filter_warp, log2
from adaptive.kernel.layout import HEADER, LANES, QUANTUM
from adaptive.kernel.processors.descriptor import NamedOption, Parameter
from adaptive.kernel.sources.channel_record import CHANNEL_PARAMETERS
from adaptive.kernel.sources.controls import ratios_of
from adaptive.kernel.sources.delay_line import LOOP, MASK, read_line
from adaptive.kernel.sources.descriptor import NumbersSpec, SoundSource
from adaptive.kernel.sources.notes import OFF, RELEASE, bus_of, entries_of, is_playing, next_split
from adaptive.kernel.sources.oscillator import lfo_value, wrap
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
from adaptive.kernel.sources.synth import hz_of_pitch
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
LOWEST_HZ, HIGHEST_HZ = F32(29.9), F32(2510.0)
"""Pitches beyond sound an octave or more nearer."""

LOWEST_BENT_HZ, HIGHEST_BENT_HZ = F32(25.0), F32(3000.0)
"""Where a bend ends."""

RESONANCES = 6
BODIES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "violin": (
        (275.0, 14.0, 0.7), (460.0, 16.0, 1.0), (560.0, 14.0, 0.8), (1150.0, 5.0, 0.5), (2500.0, 2.5, 0.8),
        (3600.0, 3.0, 0.4),
    ),
    "cello": (
        (98.0, 12.0, 0.8), (185.0, 14.0, 1.0), (230.0, 12.0, 0.7), (480.0, 6.0, 0.6), (1050.0, 3.0, 0.7),
        (2100.0, 2.5, 0.5),
    ),
    "bass": (
        (62.0, 10.0, 0.9), (105.0, 12.0, 1.0), (150.0, 10.0, 0.7), (320.0, 5.0, 0.6), (700.0, 3.0, 0.5),
        (1500.0, 2.5, 0.3),
    ),
    "wood": (
        (330.0, 3.0, 0.3), (780.0, 2.5, 0.5), (1480.0, 2.0, 0.7), (2300.0, 2.5, 0.5), (3400.0, 3.0, 0.4),
        (5200.0, 2.5, 0.25),
    ),
    "pipe": (
        (420.0, 2.0, 0.3), (900.0, 2.0, 0.4), (1900.0, 1.5, 0.4), (3100.0, 1.5, 0.3), (4700.0, 1.5, 0.3),
        (7000.0, 1.5, 0.2),
    ),
}  # fmt: skip
"""Frequency, quality and level of six resonances, by body."""

PARAMETERS = (
    *plain_parameters(45.0, 4000.0, 1.0, 140.0),
    *filter_parameters(20000.0),
    Parameter("pressure", 0.0, 1.0, 0.5, "Pressure of the breath, or speed of the bow."),
    Parameter("velocity_pressure", 0.0, 1.0, 0.5, "How much less pressure softer notes have."),
    Parameter("force", 0.0, 1.0, 0.5, "How stiff the reed is, or how hard the bow presses."),
    Parameter("place", 0.05, 0.3, 0.13, "Where the bow lies, as a share of the string."),
    Parameter("damping", 0.0, 1.0, 0.3, "What bore or string take from high partials."),
    Parameter("noise", 0.0, 1.0, 0.15, "How rough the breath or the bow is."),
    Parameter("air", 0.0, 1.0, 0.05, "Noise beside the tone."),
    Parameter("body", 0.0, 1.0, 0.5, "Level of the body's resonances."),
    Parameter("vibrato_cents", 0.0, 200.0, 0.0, "Depth of the vibrato."),
    Parameter("vibrato_hz", 0.1, 20.0, 5.2, "Rate of the vibrato.", "logarithmic"),
    Parameter(
        "vibrato_fade_ms", 0.5, 60000.0, 700.0, "Time in which the vibrato sets in.", "logarithmic"
    ),
    Parameter("vibrato_pressure", 0.0, 1.0, 0.0, "How far the vibrato moves the pressure."),
    Parameter("variation", 0.0, 1.0, 0.3, "How far chance makes notes differ in pressure and place."),
    Parameter("tune_cents", -2400.0, 2400.0, 0.0, "Added to the pitch."),
    *CHANNEL_PARAMETERS,
)  # fmt: skip
RATIOS = ratios_of(PARAMETERS)
(
    CUTOFF, RESONANCE, VELOCITY_CUTOFF, KEY_CUTOFF, PRESSURE, VELOCITY_PRESSURE, FORCE, PLACE, DAMPING,
    NOISE, AIR, BODY, VIBRATO, VIBRATO_HZ, VIBRATO_FADE, VIBRATO_PRESSURE, VARIATION, TUNE,
) = (np.int64(10 + row) for row in range(18))  # fmt: skip

WAVEGUIDE = instrument_record(
    [
        *PLAIN_FIELDS,
        ("is_bowed", "i4"),
        ("hertz", "f4", RESONANCES),
        ("q", "f4", RESONANCES),
        ("share", "f4", RESONANCES),
    ],
    PARAMETERS,
)
WAVEGUIDE_VOICES = voice_record(
    [
        *PLAIN_VOICES,
        *FILTER_VOICES,
        ("line", "f4", (LANES, LOOP)),  # a bore; of a string, the way to the bridge
        ("other", "f4", (LANES, LOOP)),  # the way to the nut
        ("at", "i4", LANES),  # where the newest sample lies
        ("hz", "f4", LANES),
        ("delay", "f4", LANES),  # frames around, less what filters take; a straight line
        ("delay_step", "f4", LANES),
        ("push", "f4", LANES),  # pressure of the breath or speed of the bow; a straight line
        ("push_step", "f4", LANES),
        ("loss", "f4", LANES),  # share of the loop's low-pass
        ("lost", "f4", LANES),  # its state
        ("mean", "f4", LANES),
        ("read", "f4", (LANES, 2)),  # what was last read of a bore, or of the way to the nut
        ("across", "f4", LANES),  # pressure across the reed, and what passed, in the last frame
        ("flow", "f4", LANES),
        ("vibrato", "f4", LANES),
        ("vibrato_depth", "f4", LANES),
        ("own_push", "f4", LANES),  # factors that chance chose
        ("own_place", "f4", LANES),
        # what listens to the pitch
        ("heard_low", "f4", LANES),
        ("heard_band", "f4", LANES),
        ("heard_last", "f4", LANES),
        ("turned", "f4", LANES),  # wanted cycles since the fundamental rose through zero
        ("correction", "f4", LANES),  # of the length
        ("crossings", "i4", LANES),
        ("hiss", "f4", (LANES, 2)),
        ("body_low", "f4", (LANES, RESONANCES)),
        ("body_band", "f4", (LANES, RESONANCES)),
    ]
)
MOST_CORRECTION = F32(0.06)
LISTENING_S = F32(0.05)
"""Time constant in which the pitch is corrected."""

LOUDEST = F32(4.0)
"""What a line holds at most."""


@rtsafe
def folded_hz(pitch: float) -> float:
    """The frequency of a pitch, moved by octaves to what bore and string can play."""
    hertz = max(hz_of_pitch(pitch), ONE)
    below, above = log2(LOWEST_HZ / hertz), log2(hertz / HIGHEST_HZ)
    if below > ZERO:
        hertz *= exp2(-F32(np.floor(-below)))
    if above > ZERO:
        hertz *= exp2(F32(np.floor(-above)))
    return hertz


@rtsafe
def loss_delay(loss: float, cycles: float) -> float:
    """Delay in frames of ``y += loss · (x - y)`` at a frequency far below its cutoff."""
    angle = F32(6.2831853) * cycles
    pole, square = ONE - loss, angle * angle
    along = ONE - pole * (ONE - HALF * square * (ONE - square * F32(1 / 12)))
    across = pole * angle * (ONE - square * F32(1 / 6) * (ONE - square * F32(1 / 20))) / along
    square = across * across
    turned = across * (ONE - square * (F32(1 / 3) - square * (F32(1 / 5) - square * F32(1 / 7))))
    return turned / angle


@rtsafe
def aim_tone(group: Any, waveguide: Any, lane: int, rate: float, frames: float, is_new: int) -> None:
    """Lead the length of bore or string, the pressure and the filter to where they are in so many frames."""
    rise = frames / (F32(0.001) * value(waveguide, VIBRATO_FADE) * rate)
    depth = min(group["vibrato_depth"][lane] + rise, ONE)
    group["vibrato_depth"][lane] = depth
    group["vibrato"][lane] = wrap(group["vibrato"][lane] + value(waveguide, VIBRATO_HZ) * frames / rate)
    sway = depth * lfo_value(group["vibrato"][lane])
    pitch = group["pitch"][lane] + F32(0.01) * value(waveguide, TUNE)
    cents = sway * (value(waveguide, VIBRATO) + group["sway"][lane])
    hertz = folded_hz(pitch) * exp2(cents * F32(1.0 / 1200.0))
    if group["bend"][lane] != ZERO:
        hertz *= exp2(group["bend"][lane] * F32(1.0 / 12.0))
        hertz = min(max(hertz, LOWEST_BENT_HZ), HIGHEST_BENT_HZ)
    group["hz"][lane] = hertz
    bright = brightness_of(group, waveguide, lane)
    taken = min(max(value(waveguide, DAMPING) - F32(0.3) * bright, ZERO), ONE)
    edge = max(F32(11000.0) * exp2(F32(-3.5) * taken), F32(4.5) * hertz)
    loss = ONE - exp2(F32(-9.0647203) * min(edge, F32(0.4) * rate) / rate)
    group["loss"][lane] = loss
    period = rate / hertz * (ONE + group["correction"][lane])
    around = period - F32(3.0) if waveguide["is_bowed"] == 1 else HALF * period - F32(2.5)
    delay = around - loss_delay(loss, hertz / rate)
    velocity = min(group["velocity"][lane], ONE)
    push = value(waveguide, PRESSURE) * (ONE - value(waveguide, VELOCITY_PRESSURE) * (ONE - velocity))
    push *= group["own_push"][lane] * (ONE + HALF * value(waveguide, VIBRATO_PRESSURE) * sway)
    push = min(max(push, ZERO), F32(1.2))
    push = F32(0.06) + F32(0.28) * push if waveguide["is_bowed"] == 1 else F32(0.66) + F32(0.44) * push
    if is_new == BIT:
        group["delay"][lane], group["push"][lane] = delay, push
    group["delay_step"][lane] = (delay - group["delay"][lane]) / frames
    group["push_step"][lane] = (push - group["push"][lane]) / frames
    octaves = value(waveguide, KEY_CUTOFF) * (pitch - F32(60.0)) * F32(1.0 / 12.0)
    octaves += value(waveguide, VELOCITY_CUTOFF) * (velocity - ONE)
    cutoff = cutoff_of(value(waveguide, CUTOFF), octaves, bright)
    aim_voice_filter(group, lane, cutoff, value(waveguide, RESONANCE), rate, frames, is_new)


@rtsafe
def bow_frames(group: Any, waveguide: Any, lane: int, delay: float) -> float:
    """Frames from the bow to the bridge and back."""
    place = min(max(value(waveguide, PLACE) * group["own_place"][lane], F32(0.045)), F32(0.32))
    return max(place * delay, TWO)


@rtsafe
def begin_wave(group: Any, waveguide: Any, lane: int) -> None:
    """Fill the lines with the wave that the instrument settles in: a saw on a string, a square in a bore."""
    delay, push = group["delay"][lane], group["push"][lane]
    count = min(np.int64(delay) + np.int64(8), np.int64(LOOP))
    group["at"][lane] = np.int32(0)
    if waveguide["is_bowed"] == 0:
        for back in range(count):
            group["line"][lane, -back & MASK] = F32(-0.35) * push
        group["mean"][lane] = HALF * push
        return
    to_bridge = bow_frames(group, waveguide, lane, delay)
    slope, period = push / to_bridge, delay + F32(3.0)
    for back in range(count):
        along = F32(back) / period
        group["line"][lane, -back & MASK] = slope * period * (HALF - along + F32(np.floor(along)))
        along = (F32(back) + to_bridge) / period
        group["other"][lane, -back & MASK] = -slope * period * (HALF - along + F32(np.floor(along)))
    group["mean"][lane] = ZERO


@rtsafe
def blow(group: Any, waveguide: Any, lane: int, row: Any, first: int, last: int) -> None:
    """Write frames `first` … `last` of a reed with its bore to a row."""
    line, at = group["line"][lane], np.int64(group["at"][lane])
    delay, delay_step = group["delay"][lane], group["delay_step"][lane]
    push, push_step = group["push"][lane], group["push_step"][lane]
    loss, lost, mean = group["loss"][lane], group["lost"][lane], group["mean"][lane]
    # beyond these limits it does not sound, or stays shut, the sooner the higher
    stiffest = F32(0.115) - F32(1.6e-5) * group["hz"][lane]
    slope = (F32(0.205) + stiffest * value(waveguide, FORCE)) / push
    rough = F32(0.3) * value(waveguide, NOISE)
    newer, older = group["read"][lane, 0], group["read"][lane, 1]
    before, flow = group["across"][lane], group["flow"][lane]
    for i in range(first, last):
        breath = push * (ONE + rough * chance(group, lane))
        read = read_line(line, at, delay)
        lost += loss * (F32(0.2) * (older + read) + F32(0.6) * newer - lost)  # without what would be mirrored
        older, newer = newer, read
        across = F32(-0.96) * lost - breath
        # the mean from the last pressure to this one, by Simpson's rule, has fewer aliases than the value
        middle = HALF * (before + across)
        between = middle * min(max(F32(0.7) - slope * middle, -ONE), ONE)
        now = across * min(max(F32(0.7) - slope * across, -ONE), ONE)
        sample = min(max(breath + (flow + F32(4.0) * between + now) * F32(1 / 6), -LOUDEST), LOUDEST)
        before, flow = across, now
        at += BIT
        line[at & MASK] = sample
        mean += F32(0.001) * (sample - mean)
        row[i] = HALF * (sample - mean)
        delay += delay_step
        push += push_step
    group["at"][lane] = np.int32(at & MASK)
    group["delay"][lane], group["push"][lane] = delay, push
    group["lost"][lane], group["mean"][lane] = lost, mean
    group["across"][lane], group["flow"][lane] = before, flow
    group["read"][lane, 0], group["read"][lane, 1] = newer, older


@rtsafe
def bow(group: Any, waveguide: Any, lane: int, row: Any, first: int, last: int) -> None:
    """Write frames `first` … `last` of a string under a bow to a row."""
    line, other, at = group["line"][lane], group["other"][lane], np.int64(group["at"][lane])
    delay, delay_step = group["delay"][lane], group["delay_step"][lane]
    push, push_step = group["push"][lane], group["push_step"][lane]
    loss, lost = group["loss"][lane], group["lost"][lane]
    rough = F32(0.5) * value(waveguide, NOISE)
    share = bow_frames(group, waveguide, lane, delay) / delay
    level = F32(5.5) * share
    # between these limits a string slips once a cycle (J. Schelleng 1973), at every speed
    slip = (F32(7.6) - TWO * value(waveguide, FORCE)) * share / push
    newer, older = group["read"][lane, 0], group["read"][lane, 1]
    for i in range(first, last):
        speed = push * (ONE + rough * chance(group, lane))
        to_bridge = share * delay
        bridge = read_line(line, at, to_bridge)
        read = read_line(other, at, delay - to_bridge)
        nut = F32(0.2) * (older + read) + F32(0.6) * newer  # the nut takes what would be mirrored
        older, newer = newer, read
        lost += loss * (bridge - lost)
        from_bridge = F32(-0.98) * lost
        beside = speed - (from_bridge - nut)
        slipping = beside * slip
        slipping *= slipping
        # a friction curve without corners, which would be heard as aliases
        grip = beside * F32(0.98) / (ONE + slipping + F32(0.3) * slipping * slipping)
        at += BIT
        other[at & MASK] = min(max(from_bridge + grip, -LOUDEST), LOUDEST)
        line[at & MASK] = min(max(grip - nut, -LOUDEST), LOUDEST)
        row[i] = level * bridge
        delay += delay_step
        push += push_step
    group["at"][lane] = np.int32(at & MASK)
    group["delay"][lane], group["push"][lane], group["lost"][lane] = delay, push, lost
    group["read"][lane, 0], group["read"][lane, 1] = newer, older


@rtsafe
def listen(group: Any, lane: int, row: Any, first: int, last: int, rate: float) -> None:
    """Compare the cycles of the fundamental with the pitch that is wanted, and correct the length."""
    hertz = group["hz"][lane]
    warp = filter_warp(hertz, rate)
    a1 = ONE / (ONE + warp * (warp + HALF))
    low, band, before = group["heard_low"][lane], group["heard_band"][lane], group["heard_last"][lane]
    step, turned = hertz / rate, group["turned"][lane]
    share = min(ONE / (hertz * LISTENING_S), F32(0.35))
    for i in range(first, last):
        heard = a1 * (band + warp * (row[i] - low))
        passed = low + warp * heard
        band = heard + heard - band
        low = passed + passed - low
        turned += step
        if before < ZERO and heard >= ZERO:
            since = step * heard / (heard - before)
            off = turned - since - ONE
            turned = since
            group["crossings"][lane] += np.int32(1)
            if abs(off) < F32(0.2) and group["crossings"][lane] > 3 and group["stage"][lane] != RELEASE:
                moved = group["correction"][lane] - share * off
                group["correction"][lane] = min(max(moved, -MOST_CORRECTION), MOST_CORRECTION)
        before = heard
    group["heard_low"][lane], group["heard_band"][lane], group["heard_last"][lane] = low, band, before
    group["turned"][lane] = turned


@rtsafe
def add_body(group: Any, waveguide: Any, lane: int, rows: Any, first: int, last: int, rate: float) -> None:
    """Write a tone to both rows, with the resonances of its body and with air."""
    left, right, tone = rows[0], rows[1], rows[2]
    wet = value(waveguide, BODY)
    dry, air = ONE - F32(0.6) * wet, F32(0.35) * value(waveguide, AIR)
    one, two = group["hiss"][lane, 0], group["hiss"][lane, 1]
    for i in range(first, last):
        one += F32(0.5) * (chance(group, lane) - one)
        two += F32(0.5) * (chance(group, lane) - two)
        left[i] = dry * tone[i] + air * one
        right[i] = dry * tone[i] + air * two
    group["hiss"][lane, 0], group["hiss"][lane, 1] = one, two
    apart = min(max(F32(0.6) + F32(0.4) * value(waveguide, SPACE), ZERO), ONE)
    for number in range(np.int64(RESONANCES)):
        warp = filter_warp(waveguide["hertz"][number], rate)
        damping = ONE / waveguide["q"][number]
        a1 = ONE / (ONE + warp * (warp + damping))
        low, band = group["body_low"][lane, number], group["body_band"][lane, number]
        gain = F32(1.6) * wet * waveguide["share"][number] * damping
        aside = apart if number % 2 == 0 else -apart
        to_left, to_right = gain * (ONE + aside), gain * (ONE - aside)
        for i in range(first, last):
            v1 = a1 * (band + warp * (tone[i] - low))
            v2 = low + warp * v1
            band = v1 + v1 - band
            low = v2 + v2 - low
            left[i] += to_left * v1
            right[i] += to_right * v1
        group["body_low"][lane, number], group["body_band"][lane, number] = low, band


@rtsafe
def begin_tone(group: Any, waveguide: Any, lane: int, rate: float, frames: float) -> None:
    """Begin a note."""
    for _warm_up in range(np.int64(3)):
        chance(group, lane)
    spread = value(waveguide, VARIATION)
    group["own_push"][lane] = ONE + F32(0.12) * spread * chance(group, lane)
    group["own_place"][lane] = ONE + F32(0.25) * spread * chance(group, lane)
    group["vibrato"][lane], group["vibrato_depth"][lane] = ZERO, ZERO
    group["correction"][lane], group["turned"][lane] = ZERO, ZERO
    group["crossings"][lane] = np.int32(0)
    group["heard_low"][lane], group["heard_band"][lane], group["heard_last"][lane] = ZERO, ZERO, ZERO
    group["read"][lane, 0], group["read"][lane, 1] = ZERO, ZERO
    group["across"][lane], group["flow"][lane] = ZERO, ZERO
    group["lost"][lane], group["hiss"][lane, 0], group["hiss"][lane, 1] = ZERO, ZERO, ZERO
    for number in range(np.int64(RESONANCES)):
        group["body_low"][lane, number], group["body_band"][lane, number] = ZERO, ZERO
    aim_tone(group, waveguide, lane, rate, frames, BIT)
    begin_wave(group, waveguide, lane)


@rtsafe
def change(group: Any, waveguide: Any, entries: Any, frame: int, at: int, rate: float) -> None:
    """Release and begin the notes whose time is frame `at` of the quantum."""
    begun = change_plain(group, waveguide, entries, frame, at)
    for lane in range(LANES):
        if begun & (BIT << np.int64(lane)):
            begin_tone(group, waveguide, lane, rate, F32(Q - at))


@rtsafe
def render(group: Any, waveguide: Any, entries: Any, bus: int, rows: Any, frame: int, rate: float) -> None:
    """Add sixteen voices to a bus for one quantum, in pieces between the notes that begin and end."""
    advance_plain(group, waveguide, frame)
    for lane in range(LANES):
        if group["stage"][lane] != OFF:
            aim_tone(group, waveguide, lane, rate, FRAMES, NO)
    first = NO
    while first < Q:
        change(group, waveguide, entries, frame, first, rate)
        last = next_split(group, frame, first)
        for lane in range(LANES):
            if group["stage"][lane] != OFF:
                if waveguide["is_bowed"] == 1:
                    bow(group, waveguide, lane, rows[2], first, last)
                else:
                    blow(group, waveguide, lane, rows[2], first, last)
                listen(group, lane, rows[2], first, last, rate)
                add_body(group, waveguide, lane, rows, first, last, rate)
                filter_voice(group, lane, rows[0], rows[1], first, last)
                add_rows(group, lane, rows[0], rows[1], bus, first, last)
        first = last
    close_plain(group)


def unit(header_address: int, instrument_address: int, _first: int, _count: int) -> int:
    """Render blown reeds or bowed strings for one quantum; see `descriptor.SoundSource.unit`."""
    header = carray(pointer(header_address), np.int64(1), HEADER)[0]
    waveguide = carray(pointer(instrument_address), np.int64(1), WAVEGUIDE)[0]
    voices = carray(pointer(waveguide["voices"]), waveguide["group_count"], WAVEGUIDE_VOICES)
    if begin_plain(header, voices, waveguide, RATIOS):
        entries, frame, rate = entries_of(header), header["frame"], F32(header["sample_rate"])
        rows = carray(pointer(header["at_lanes"]), (LANES, QUANTUM), np.float32)
        for number in range(np.int64(waveguide["group_count"])):
            if is_playing(voices[number]):
                render(voices[number], waveguide, entries, bus_of(header, waveguide), rows, frame, rate)
                waveguide["sounding"] = np.int32(1)
    return np.int32(0)


def fill(waveguide: Any, spec: NumbersSpec, _sample_rate: int) -> None:
    """Write what excites, and the resonances of the body, into the record."""
    numbers = WAVEGUIDE_SOURCE.numbers(spec)
    waveguide["polyphony"], waveguide["is_bowed"] = spec.voices, round(numbers["exciter"])
    waveguide["has_vibrato"] = 1
    body = list(BODIES.values())[round(numbers["body_shape"])]
    for number, (hertz, quality, level) in enumerate(body):
        waveguide["hertz"][number], waveguide["q"][number], waveguide["share"][number] = hertz, quality, level


WAVEGUIDE_SOURCE = SoundSource(
    "waveguide",
    "A blown reed with its bore, or a bowed string, from 30 to 2,500 Hz; others sound octaves nearer.",
    unit,
    WAVEGUIDE,
    WAVEGUIDE_VOICES,
    fill,
    parameters=PARAMETERS,
    options=(
        NamedOption("exciter", ("reed", "bow"), "reed", "What keeps the wave going."),
        NamedOption("body_shape", tuple(BODIES), "wood", "The body."),
    ),
    usual_voices=8,
    spare_voices=LANES,
)
