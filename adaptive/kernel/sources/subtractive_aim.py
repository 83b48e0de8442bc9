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
from adaptive.kernel.sources.oscillator import wrap
from adaptive.kernel.sources.subtractive_record import (
    AMOUNTS,
    MODULATED,
    MODULATORS,
    MOST_UNISON,
    SUB_CYCLE,
    SYNC,
    row,
)
from adaptive.kernel.sources.synth import filter_warp_of_pitch, hz_of_pitch, lfo_value, next_level

FRAMES = F32(QUANTUM)
COLUMN, MIDDLE = np.int64(0), np.int64(MOST_UNISON)
FIRST, SECOND, SUB, NOISE = np.int64(0), np.int64(1), np.int64(2), np.int64(3)
MODULATOR_COUNT, MODULATED_COUNT = np.int64(len(MODULATORS)), np.int64(len(MODULATED))
(
    TO_PITCH, TO_PITCH_2, TO_WIDTH, TO_CUTOFF, TO_RESONANCE, TO_LEVEL, TO_PAN, TO_BALANCE, TO_DETUNE,
) = (np.int64(place) for place in range(len(MODULATED)))  # fmt: skip
ENVELOPE, LFO_1, LFO_2, VELOCITY, KEY, CHANCE = (np.int64(place) for place in range(len(MODULATORS)))

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
DYING_S = F32(0.03)
"""Time in which a note falls by 60 dB whose voice was given to another."""

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
def release_rate(instrument: Any, first: int, rate: float) -> float:
    """How fast an envelope falls after the note, in octaves a frame."""
    return octaves_a_frame(instrument, first + LET_GO, rate) * exp2(-TWO * value(instrument, SPACE))


@rtsafe
def advance_envelopes(group: Any, instrument: Any, rate: float) -> None:
    """Advance both envelopes of every voice by a quantum."""
    rise = FRAMES / attack_frames(instrument, AMPLITUDE, rate)
    fall = exp2(-FRAMES * octaves_a_frame(instrument, AMPLITUDE + FALL, rate))
    sustain = value(instrument, AMPLITUDE + SUSTAIN)
    release = exp2(-FRAMES * release_rate(instrument, AMPLITUDE, rate))
    dying = exp2(-FRAMES * SIXTY_DB / (DYING_S * rate))
    for lane in range(LANES):
        stage = group["stage"][lane]
        gone = dying if group["is_dying"][lane] == 1 else release
        level = next_level(group["amplitude"][lane], stage, rise, fall, sustain, gone)
        group["amplitude"][lane] = level
        group["stage"][lane] = DECAY if stage == ATTACK and level >= ONE else stage
    rise = FRAMES / attack_frames(instrument, CONTOUR, rate)
    fall = exp2(-FRAMES * octaves_a_frame(instrument, CONTOUR + FALL, rate))
    sustain = value(instrument, CONTOUR + SUSTAIN)
    release = exp2(-FRAMES * release_rate(instrument, CONTOUR, rate))
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
def advance_lfos(group: Any, instrument: Any, rate: float) -> None:
    """Advance both LFOs of every voice by a quantum."""
    for which in range(np.int64(2)):
        first = LFO_ROWS + LFO_WIDTH * which
        step = min(value(instrument, first) * FRAMES / rate, ONE)
        fade_frames = max(F32(0.001) * value(instrument, first + np.int64(1)) * rate, FRAMES)
        shape = instrument["lfo_shape"][which]
        for lane in range(LANES):
            phase = group["lfo_phase"][which, lane] + step
            if phase >= ONE:
                phase -= ONE
                seed = group["lfo_seed"][lane] * np.uint32(1664525) + np.uint32(1013904223)
                group["lfo_seed"][lane] = seed
                group["lfo_held"][which, lane] = F32(np.int32(seed)) * F32(2.0**-31)
            fade = min(ONE, group["lfo_fade"][which, lane] + FRAMES / fade_frames)
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
        for by in range(MODULATOR_COUNT):
            amount = value(instrument, AMOUNTS + by * MODULATED_COUNT + to)
            if amount != ZERO:
                for lane in range(LANES):
                    group["modulated"][to, lane] += amount * group["modulators"][by, lane]


@rtsafe
def aim(group: Any, instrument: Any, rate: float) -> None:
    """Compute steps of the oscillators, and what levels, widths, gains and coefficients lead to."""
    modulate(group, instrument)
    aim_pitches(group, instrument, rate)
    aim_levels(group, instrument)
    aim_gains(group, instrument)
    aim_filters(group, instrument, rate)


@rtsafe
def aim_cycle(group: Any, cycle: int, tuning: float, detune: float, is_second: bool, rate: float) -> None:
    """Set the step of an oscillator of every voice."""
    most = F32(0.49)
    for lane in range(LANES):
        cents = group["modulated"][TO_PITCH, lane] + detune * group["detune"][lane]
        if is_second:
            cents += group["modulated"][TO_PITCH_2, lane]
        pitch = group["pitch"][lane] + group["glide"][lane] + tuning + CENT * cents
        step = min(hz_of_pitch(pitch) / rate, most)
        group["step"][cycle, lane] = step
        group["period"][cycle, lane] = ONE / step


@rtsafe
def aim_pitches(group: Any, instrument: Any, rate: float) -> None:
    """Set the steps of all oscillators that are heard, and of those that lead others."""
    unison = np.int64(instrument["unison"])
    for lane in range(LANES):
        group["detune"][lane] = value(instrument, DETUNE) + group["modulated"][TO_DETUNE, lane]
    first = OSCILLATOR_1
    for number in range(np.int64(2)):
        tuning = value(instrument, first + SEMITONES) + CENT * value(instrument, first + CENTS)
        for voice in range(unison):
            cycle = np.int64(MOST_UNISON) * number + voice
            aim_cycle(group, cycle, tuning, instrument["place"][voice], number == SECOND, rate)
        first = OSCILLATOR_2
    below = value(instrument, OSCILLATOR_1 + SEMITONES) - F32(12.0)
    aim_cycle(group, np.int64(SUB_CYCLE), below, ZERO, False, rate)


@rtsafe
def aim_levels(group: Any, instrument: Any) -> None:
    """Set what levels and widths of the oscillators lead to."""
    share = ONE / np.sqrt(F32(instrument["unison"]))
    one, two = value(instrument, OSCILLATOR_1), value(instrument, OSCILLATOR_2)
    sub, noise = value(instrument, SUB_LEVEL), value(instrument, NOISE_LEVEL)
    for lane in range(LANES):
        balance = group["modulated"][TO_BALANCE, lane]
        group["to_level"][FIRST, lane] = one * share * max(min(ONE, ONE - balance), ZERO)
        group["to_level"][SECOND, lane] = two * share * max(min(ONE, ONE + balance), ZERO)
        group["to_level"][SUB, lane] = sub
        group["to_level"][NOISE, lane] = noise
    one, two = value(instrument, OSCILLATOR_1 + WIDTH), value(instrument, OSCILLATOR_2 + WIDTH)
    for lane in range(LANES):
        moved = group["modulated"][TO_WIDTH, lane]
        group["to_width"][FIRST, lane] = min(max(one + moved, F32(0.02)), F32(0.98))
        group["to_width"][SECOND, lane] = min(max(two + moved, F32(0.02)), F32(0.98))


@rtsafe
def aim_gains(group: Any, instrument: Any) -> None:
    """Set what the gains of both channels lead to, and those of unison voices."""
    unison = np.int64(instrument["unison"])
    spread = min(max(value(instrument, SPREAD) + HALF * value(instrument, SPACE), ZERO), ONE)
    aside = ZERO if unison > np.int64(1) else F32(0.7) * spread
    gain = gain_of_db(value(instrument, LEVEL_DB)) * instrument["fade_value"]
    middle = value(instrument, PAN)
    for lane in range(LANES):
        velocity = group["velocity"][lane]
        level = group["amplitude"][lane] * velocity * velocity * gain
        level *= exp2(F32(0.16609640) * group["modulated"][TO_LEVEL, lane])  # octaves in a decibel
        pan = middle + group["modulated"][TO_PAN, lane] + aside * group["side"][lane]
        pan = min(max(pan, -ONE), ONE)
        group["to_left"][lane] = level * pan_left(pan)
        group["to_right"][lane] = level * pan_right(pan)
    if unison > np.int64(1):
        for voice in range(unison):
            # neighbours in pitch are on different sides
            side = ONE if voice % np.int64(2) == 0 else -ONE
            place = side * spread * instrument["place"][voice]
            left, right = pan_left(place), pan_right(place)
            for lane in range(LANES):
                group["left"][voice, lane] = left
                group["right"][voice, lane] = right


@rtsafe
def aim_filters(group: Any, instrument: Any, rate: float) -> None:
    """Set what the coefficients of the filters lead to."""
    base = F32(69.0) + F32(12.0) * log2(value(instrument, CUTOFF) / F32(440.0))
    base += BRIGHT_SEMITONES * value(instrument, BRIGHTNESS)
    resonance, is_steep = value(instrument, RESONANCE), instrument["is_steep"] == 1
    for lane in range(LANES):
        pitch = base + F32(12.0) * group["modulated"][TO_CUTOFF, lane]
        warp = filter_warp_of_pitch(pitch, rate)
        wide = ONE - min(max(resonance + group["modulated"][TO_RESONANCE, lane], ZERO), F32(0.98))
        damping = BUTTERWORTH_1 if is_steep else wide + wide
        group["damping"][FIRST, lane] = damping
        a1 = ONE / (ONE + warp * (warp + damping))
        a2 = warp * a1
        a3 = warp * a2
        group["to_b"][np.int64(0), lane] = a1 + a1 - ONE
        group["to_b"][np.int64(1), lane] = a2 + a2
        group["to_b"][np.int64(2), lane] = a3 + a3
        damping = BUTTERWORTH_2 * wide
        group["damping"][SECOND, lane] = damping
        a1 = ONE / (ONE + warp * (warp + damping))
        a2 = warp * a1
        a3 = warp * a2
        group["to_b"][np.int64(3), lane] = a1 + a1 - ONE
        group["to_b"][np.int64(4), lane] = a2 + a2
        group["to_b"][np.int64(5), lane] = a3 + a3


@rtsafe
def leads(instrument: Any, number: int) -> bool:
    """Whether an oscillator is drawn."""
    return value(instrument, OSCILLATOR_1 if number == FIRST else OSCILLATOR_2) > ZERO


@rtsafe
def is_synced(instrument: Any) -> bool:
    """Whether the second oscillator begins anew with the first."""
    return instrument["shape"][SECOND] == SYNC
