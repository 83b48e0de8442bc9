"""Converts an instrument in hertz and seconds to the rates and pitches of its kernel record."""

from __future__ import annotations

import math
from typing import Any

from adaptive.engine.spec import EnvelopeSpec, InstrumentSpec
from adaptive.kernel import layout as k
from adaptive.units import hz_to_pitch

FASTEST_S = 0.0005
"""Shortest attack, decay and release; a shorter one would click."""

SIXTY_DB_OCTAVES = math.log2(1000.0)
"""A decay of 60 dB in powers of two."""


def fill_instrument(record: Any, spec: InstrumentSpec, sample_rate: int) -> None:
    """Write a new instrument, which has not sounded, into its record."""
    record["bus"], record["voice_limit"] = spec.bus, spec.voices
    record["first_event"] = -1
    record["fade_from"] = record["fade_to"] = record["fade_value"] = 1.0
    fill_tone(record, spec, sample_rate)


def fill_tone(record: Any, spec: InstrumentSpec, sample_rate: int) -> None:
    """Write the sound of an instrument into its record; bus, voices and running state stay unchanged."""
    for number, oscillator in enumerate(spec.oscillators):
        record["shape"][number] = oscillator.shape
        record["oscillator_level"][number] = oscillator.level
        record["oscillator_pitch"][number] = oscillator.semitones
        record["width"][number] = oscillator.width
    record["filter_low"] = spec.filter_mode == "low_pass"
    record["filter_band"] = spec.filter_mode == "band_pass"
    record["filter_high"] = spec.filter_mode == "high_pass"
    record["resonance"] = spec.resonance
    record["cutoff_pitch"] = hz_to_pitch(spec.cutoff_hz)
    record["key_track"] = spec.key_track
    record["filter_semitones"] = 12.0 * spec.filter_octaves
    record["velocity_semitones"] = 12.0 * spec.velocity_octaves
    _fill_envelope(record, 0, spec.amplitude, sample_rate)
    _fill_envelope(record, 1, spec.modulation, sample_rate)
    record["lfo_step"] = spec.lfo_rate_hz * k.QUANTUM / sample_rate
    record["lfo_pitch"] = spec.lfo_pitch_cents / 100.0
    record["lfo_cutoff"] = 12.0 * spec.lfo_cutoff_octaves
    record["lfo_level"] = spec.lfo_level
    record["lfo_fade_step"] = k.QUANTUM / max(spec.lfo_delay_s * sample_rate, k.QUANTUM)
    record["gain"], record["spread"] = spec.gain, spec.spread


def _fill_envelope(record: Any, which: int, spec: EnvelopeSpec, sample_rate: int) -> None:
    record["attack_rate"][which] = 1.0 / (max(spec.attack_s, FASTEST_S) * sample_rate)
    record["decay_rate"][which] = SIXTY_DB_OCTAVES / (max(spec.decay_s, FASTEST_S) * sample_rate)
    record["sustain"][which] = spec.sustain
    record["release_rate"][which] = SIXTY_DB_OCTAVES / (max(spec.release_s, FASTEST_S) * sample_rate)
