"""Once a quantum: envelopes, LFOs and modulations of the subtractive synthesiser, and what they lead to.

`aim` computes from the state at the end of the quantum what gains, levels and coefficients are then.  It may
be repeated after a note has begun: what did not change has the same bits again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, HALF, ONE, TWO, ZERO, exp2, gain_of_db, log2, pan_left, pan_right
from adaptive.kernel.layout import LANES, QUANTUM
from adaptive.kernel.sources.notes import ATTACK, DECAY
from adaptive.kernel.sources.oscillator import lfo_value, wrap
from adaptive.kernel.sources.subtractive_record import (
    AMOUNTS,
    MODULATED,
    MODULATORS,
    MOST_UNISON,
    PULSE,
    SUB_CYCLE,
    SYNC,
    row,
)
from adaptive.kernel.sources.synth import filter_warp_of_pitch, hz_of_pitch, next_level

FRAMES = F32(QUANTUM)
TURN = F32(2.0**32)
NARROWEST = F32(0.02)
BIT = np.int64(1)
COLUMN, MIDDLE = np.int64(0), np.int64(MOST_UNISON)
FIRST, SECOND, SUB, NOISE = np.int64(0), np.int64(1), np.int64(2), np.int64(3)
MODULATOR_COUNT, MODULATED_COUNT = np.int64(len(MODULATORS)), np.int64(len(MODULATED))
(
    TO_PITCH, TO_PITCH_2, TO_WIDTH, TO_CUTOFF, TO_RESONANCE, TO_LEVEL, TO_PAN, TO_BALANCE, TO_DETUNE,
) = (np.int64(place) for place in range(len(MODULATED)))  # fmt: skip
ENVELOPE, LFO_1, LFO_2, VELOCITY, KEY, CHANCE = (np.int64(place) for place in range(len(MODULATORS)))

PITCHES = (BIT << TO_PITCH) | (BIT << TO_PITCH_2) | (BIT << TO_DETUNE)
FILTERED = (BIT << TO_CUTOFF) | (BIT << TO_RESONANCE)
GLIDE = row("glide_ms")
LEVEL_DB, PAN = row("level_db"), row("pan")
BRIGHTNESS, SOFTNESS, SPACE = row("brightness"), row("attack"), row("space")
OSCILLATOR_1, OSCILLATOR_2 = row("oscillator_1_level"), row("oscillator_2_level")
SEMITONES, CENTS, WIDTH = np.int64(1), np.int64(2), np.int64(3)  # rows behind that of an oscillator's level
SUB_LEVEL, NOISE_LEVEL = row("sub_level"), row("noise_level")
DETUNE, SPREAD = row("detune_cents"), row("spread")
CUTOFF, RESONANCE = row("cutoff_hz"), row("resonance")
AMPLITUDE, CONTOUR = row("amplitude_attack_ms"), row("envelope_attack_ms")
FALL, SUSTAIN, LET_GO = np.int64(1), np.int64(2), np.int64(3)  # rows behind that of an attack
LFO_ROWS, LFO_WIDTH = row("lfo_1_rate_hz"), np.int64(2)

SIXTY_DB = F32(9.9657843)  # octaves
CENT, SEMITONE_OCTAVE = F32(0.01), F32(1.0 / 12.0)
EBB = F32(1.0 / 16.0)
"""Share a quantum by which a note ebbs whose voice another needs: 21 ms at 48 kHz."""

SOFTEST_S = F32(0.3)
BRIGHT_SEMITONES = F32(36.0)
BUTTERWORTH_1, BUTTERWORTH_2 = F32(1.8477591), F32(0.76536686)
"""Damping of the two filters of a steep one without resonance."""


@rtsafe
def value(instrument: Any, number: int) -> float:
    """A parameter of an instrument at the end of the quantum."""
    return instrument["now"][number, COLUMN]


@rtsafe
def attack_frames(instrument: Any, first: int, rate: float) -> float:
    """Frames of an attack, with what the macro adds to it."""
    softness = value(instrument, SOFTNESS)
    more = max(softness, ZERO)
    seconds = F32(0.001) * value(instrument, first) * exp2(F32(4.0) * softness)
    return max(seconds + more * more * SOFTEST_S, F32(0.0005)) * rate


@rtsafe
def octaves_a_frame(instrument: Any, number: int, rate: float) -> float:
    """How fast a decay or a release falls."""
    return SIXTY_DB / (F32(0.001) * value(instrument, number) * rate)


@rtsafe
def prepare_quantum(instrument: Any, rate: float) -> None:
    """Compute what follows from the parameters for all voices; where none moves, it is as it was."""
    if instrument["moving"] > 0:
        prepare_numbers(instrument, rate)
    instrument["gain"] = instrument["level"] * instrument["fade_value"]


@rtsafe
def prepare_numbers(instrument: Any, rate: float) -> None:
    """Compute what follows from the parameters alone."""
    contours = AMPLITUDE
    for which in range(np.int64(2)):
        frames = attack_frames(instrument, contours, rate)
        instrument["attack_frames"][which] = frames
        instrument["rise"][which] = FRAMES / frames
        instrument["fall"][which] = exp2(-FRAMES * octaves_a_frame(instrument, contours + FALL, rate))
        octaves = octaves_a_frame(instrument, contours + LET_GO, rate) * exp2(-TWO * value(instrument, SPACE))
        instrument["release"][which] = exp2(-FRAMES * octaves)
        if which == FIRST:
            instrument["release_octaves"] = octaves
        contours = CONTOUR
    for which in range(np.int64(2)):
        first = LFO_ROWS + LFO_WIDTH * which
        instrument["lfo_step"][which] = min(value(instrument, first) * FRAMES / rate, ONE)
        fade_frames = F32(0.001) * value(instrument, first + np.int64(1)) * rate
        instrument["lfo_fade"][which] = FRAMES / max(fade_frames, FRAMES)
    prepare_sides(instrument)
    instrument["level"] = gain_of_db(value(instrument, LEVEL_DB))
    octaves = log2(value(instrument, CUTOFF) / F32(440.0))
    base = F32(69.0) + F32(12.0) * octaves
    instrument["base_pitch"] = base + BRIGHT_SEMITONES * value(instrument, BRIGHTNESS)
    prepare_modulations(instrument)


@rtsafe
def prepare_modulations(instrument: Any) -> None:
    """Note which modulations there are, and whether pitches and filters of notes that sound move at all."""
    modulators, moved, moving = np.int64(0), np.int64(0), np.int64(0)
    for by in range(MODULATOR_COUNT):
        for to in range(MODULATED_COUNT):
            if value(instrument, AMOUNTS + by * MODULATED_COUNT + to) != ZERO:
                modulators |= BIT << by
                moved |= BIT << to
                moving |= BIT << to if by <= LFO_2 else np.int64(0)
    instrument["modulators"], instrument["moved"] = modulators, moved
    is_still = instrument["moving"] == 1  # the last quantum in which a parameter may have moved
    tuned = is_still and moving & PITCHES == 0 and value(instrument, GLIDE) < ONE
    instrument["is_tuned"] = np.int32(1) if tuned else np.int32(0)
    fixed = is_still and moving & FILTERED == 0
    instrument["is_fixed"] = np.int32(1) if fixed else np.int32(0)


@rtsafe
def prepare_sides(instrument: Any) -> None:
    """Compute where notes and unison voices are, left to right."""
    spread = min(max(value(instrument, SPREAD) + HALF * value(instrument, SPACE), ZERO), ONE)
    unison = np.int64(instrument["unison"])
    instrument["aside"] = ZERO if unison > BIT else F32(0.7) * spread
    if unison > BIT:
        for voice in range(unison):
            # neighbours in pitch are on different sides
            side = ONE if voice % np.int64(2) == 0 else -ONE
            place = side * spread * instrument["place"][voice]
            instrument["left"][voice] = pan_left(place)
            instrument["right"][voice] = pan_right(place)


@rtsafe
def advance_envelopes(group: Any, instrument: Any) -> None:
    """Advance both envelopes of every voice by a quantum."""
    rise, fall, sustain = (
        instrument["rise"][0],
        instrument["fall"][0],
        value(instrument, AMPLITUDE + SUSTAIN),
    )
    release = instrument["release"][0]
    for lane in range(LANES):
        stage = group["stage"][lane]
        is_dying = group["is_dying"][lane] == 1
        gone = ONE if is_dying else release
        group["ebb"][lane] = max(group["ebb"][lane] - EBB, ZERO) if is_dying else ONE
        level = next_level(group["amplitude"][lane], stage, rise, fall, sustain, gone)
        group["amplitude"][lane] = level
        group["stage"][lane] = DECAY if stage == ATTACK and level >= ONE else stage
    if instrument["modulators"] & BIT == 0:
        return
    rise, fall, sustain = instrument["rise"][1], instrument["fall"][1], value(instrument, CONTOUR + SUSTAIN)
    release = instrument["release"][1]
    for lane in range(LANES):
        stage = group["modulation_stage"][lane]
        level = next_level(group["modulation"][lane], stage, rise, fall, sustain, release)
        group["modulation"][lane] = level
        group["modulation_stage"][lane] = DECAY if stage == ATTACK and level >= ONE else stage


@rtsafe
def wave_at(shape: int, phase: float, held: float) -> float:
    """Value of an LFO at a phase in [0, 1): sine, triangle, saw, square, or what is held."""
    if shape == np.int32(0):
        return lfo_value(phase)
    if shape == np.int32(1):
        return ONE - F32(4.0) * abs(wrap(phase + F32(0.25)) - HALF)
    if shape == np.int32(2):
        return ONE - TWO * phase
    if shape == np.int32(3):
        return ONE if phase < HALF else -ONE
    return held


@rtsafe
def advance_lfos(group: Any, instrument: Any) -> None:
    """Advance the LFOs that move something by a quantum, in every voice."""
    for which in range(np.int64(2)):
        if instrument["modulators"] & (BIT << (LFO_1 + which)) == 0:
            continue
        step, fade_step = instrument["lfo_step"][which], instrument["lfo_fade"][which]
        shape = instrument["lfo_shape"][which]
        for lane in range(LANES):
            phase = group["lfo_phase"][which, lane] + step
            if phase >= ONE:
                phase -= ONE
                seed = group["lfo_seed"][lane] * np.uint32(1664525) + np.uint32(1013904223)
                group["lfo_seed"][lane] = seed
                group["lfo_held"][which, lane] = F32(np.int32(seed)) * F32(2.0**-31)
            fade = min(ONE, group["lfo_fade"][which, lane] + fade_step)
            group["lfo_phase"][which, lane] = phase
            group["lfo_fade"][which, lane] = fade
            wave = wave_at(shape, phase, group["lfo_held"][which, lane])
            group["modulators"][LFO_1 + which, lane] = wave * fade


@rtsafe
def modulate(group: Any, instrument: Any) -> None:
    """Sum the modulations of every voice; an amount of 0 costs nothing."""
    for lane in range(LANES):
        group["modulators"][ENVELOPE, lane] = group["modulation"][lane]
        group["modulators"][VELOCITY, lane] = group["velocity"][lane] - ONE
        group["modulators"][KEY, lane] = (group["pitch"][lane] - F32(60.0)) * SEMITONE_OCTAVE
    for to in range(MODULATED_COUNT):
        for lane in range(LANES):
            group["modulated"][to, lane] = ZERO
        if instrument["moved"] & (BIT << to) == 0:
            continue
        for by in range(MODULATOR_COUNT):
            amount = value(instrument, AMOUNTS + by * MODULATED_COUNT + to)
            if amount != ZERO:
                for lane in range(LANES):
                    group["modulated"][to, lane] += amount * group["modulators"][by, lane]


@rtsafe
def aim(group: Any, instrument: Any, rate: float, is_new: int) -> None:
    """Compute steps of the oscillators, and what levels, widths, gains and coefficients lead to.

    `is_new` is 1 if a note has begun or a control moves, else 0: then what stays as it is is not computed
    again.
    """
    modulate(group, instrument)
    if is_new == BIT or instrument["is_tuned"] == 0:
        aim_pitches(group, instrument, rate)
    aim_levels(group, instrument)
    aim_gains(group, instrument)
    if is_new == BIT or instrument["is_fixed"] == 0:
        aim_filters(group, instrument, rate)


@rtsafe
def aim_cycle(group: Any, cycle: int, tuning: float, detune: float, number: int, rate: float) -> None:
    """Set the step of an oscillator of every voice."""
    own = CENT if number == SECOND else ZERO
    for lane in range(LANES):
        cents = group["modulated"][TO_PITCH, lane] + detune * group["detune"][lane]
        pitch = group["pitch"][lane] + group["bend"][lane] + group["glide"][lane] + tuning + CENT * cents
        pitch += own * group["modulated"][TO_PITCH_2, lane]
        step = min(hz_of_pitch(pitch) / rate, F32(0.49))
        group["step"][cycle, lane] = step
        group["period"][cycle, lane] = ONE / step
        group["pace"][cycle, lane] = np.uint32(np.int32(step * TURN))


@rtsafe
def aim_pitches(group: Any, instrument: Any, rate: float) -> None:
    """Set the steps of the oscillators that are drawn, or lead another."""
    unison = np.int64(instrument["unison"])
    for lane in range(LANES):
        group["detune"][lane] = value(instrument, DETUNE) + group["modulated"][TO_DETUNE, lane]
    first = OSCILLATOR_1
    for number in range(np.int64(2)):
        if leads(instrument, number) or instrument["shape"][SECOND] == SYNC:
            tuning = value(instrument, first + SEMITONES) + CENT * value(instrument, first + CENTS)
            for voice in range(unison):
                cycle = np.int64(MOST_UNISON) * number + voice
                aim_cycle(group, cycle, tuning, instrument["place"][voice], number, rate)
        first = OSCILLATOR_2
    if value(instrument, SUB_LEVEL) > ZERO:
        below = value(instrument, OSCILLATOR_1 + SEMITONES) - F32(12.0)
        aim_cycle(group, np.int64(SUB_CYCLE), below, ZERO, FIRST, rate)


@rtsafe
def aim_levels(group: Any, instrument: Any) -> None:
    """Set what levels and widths of the oscillators lead to."""
    share = ONE / np.sqrt(F32(instrument["unison"]))
    one, two = share * value(instrument, OSCILLATOR_1), share * value(instrument, OSCILLATOR_2)
    sub, noise = value(instrument, SUB_LEVEL), value(instrument, NOISE_LEVEL)
    for lane in range(LANES):
        balance = group["modulated"][TO_BALANCE, lane]
        group["to_level"][FIRST, lane] = one * max(min(ONE, ONE - balance), ZERO)
        group["to_level"][SECOND, lane] = two * max(min(ONE, ONE + balance), ZERO)
        group["to_level"][SUB, lane] = sub
        group["to_level"][NOISE, lane] = noise
    first = OSCILLATOR_1
    for number in range(np.int64(2)):
        if instrument["shape"][number] == PULSE:
            width = value(instrument, first + WIDTH)
            for lane in range(LANES):
                moved = min(max(width + group["modulated"][TO_WIDTH, lane], NARROWEST), ONE - NARROWEST)
                # in halves: a width above a half does not fit into a signed number
                group["to_turn"][number, lane] = np.uint32(np.int32(moved * HALF * TURN)) << np.uint32(1)
        first = OSCILLATOR_2


@rtsafe
def aim_gains(group: Any, instrument: Any) -> None:
    """Set what the gains of both channels lead to, and those of unison voices."""
    unison = np.int64(instrument["unison"])
    gain, aside, middle = instrument["gain"], instrument["aside"], value(instrument, PAN)
    for lane in range(LANES):
        velocity = group["velocity"][lane]
        ebb = group["ebb"][lane]
        ebb *= ebb * (F32(3.0) - ebb - ebb)  # without a bend at either end
        group["to_left"][lane] = group["amplitude"][lane] * velocity * velocity * gain * ebb
        group["to_left"][lane] *= ONE + group["swell"][lane]
    if instrument["moved"] & (BIT << TO_LEVEL):
        for lane in range(LANES):
            octaves = F32(0.16609640) * group["modulated"][TO_LEVEL, lane]  # in a decibel
            group["to_left"][lane] *= exp2(octaves)
    for lane in range(LANES):
        level = group["to_left"][lane]
        pan = middle + group["modulated"][TO_PAN, lane] + aside * group["side"][lane]
        pan = min(max(pan, -ONE), ONE)
        group["to_left"][lane] = level * pan_left(pan)
        group["to_right"][lane] = level * pan_right(pan)
    if unison > BIT:
        for voice in range(unison):
            left, right = instrument["left"][voice], instrument["right"][voice]
            for lane in range(LANES):
                group["left"][voice, lane] = left
                group["right"][voice, lane] = right


@rtsafe
def aim_filters(group: Any, instrument: Any, rate: float) -> None:
    """Set what the coefficients of the filters lead to."""
    base, resonance = instrument["base_pitch"], value(instrument, RESONANCE)
    is_steep = instrument["is_steep"] == 1
    for lane in range(LANES):
        pitch = base + F32(12.0) * group["modulated"][TO_CUTOFF, lane]
        pitch += BRIGHT_SEMITONES * group["lift"][lane]
        warp = filter_warp_of_pitch(pitch, rate)
        wide = ONE - min(max(resonance + group["modulated"][TO_RESONANCE, lane], ZERO), F32(0.98))
        damping = BUTTERWORTH_1 if is_steep else wide + wide
        group["damping"][FIRST, lane] = damping
        group["damping"][SECOND, lane] = BUTTERWORTH_2 * wide
        group["warp"][lane] = warp
        a1 = ONE / (ONE + warp * (warp + damping))
        a2 = warp * a1
        a3 = warp * a2
        group["to_b"][np.int64(0), lane] = a1 + a1 - ONE
        group["to_b"][np.int64(1), lane] = a2 + a2
        group["to_b"][np.int64(2), lane] = a3 + a3
    if not is_steep:
        return
    for lane in range(LANES):
        warp = group["warp"][lane]
        a1 = ONE / (ONE + warp * (warp + group["damping"][SECOND, lane]))
        a2 = warp * a1
        a3 = warp * a2
        group["to_b"][np.int64(3), lane] = a1 + a1 - ONE
        group["to_b"][np.int64(4), lane] = a2 + a2
        group["to_b"][np.int64(5), lane] = a3 + a3


@rtsafe
def leads(instrument: Any, number: int) -> bool:
    """Whether an oscillator is drawn."""
    return value(instrument, OSCILLATOR_1 if number == FIRST else OSCILLATOR_2) > ZERO
