"""The settings of a synthesiser, and how they become the rates and pitches of its record."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from adaptive.kernel import layout as k
from adaptive.kernel.sources.channel_record import CHANNEL_PARAMETERS
from adaptive.kernel.sources.descriptor import SoundSource
from adaptive.kernel.sources.synth import unit
from adaptive.kernel.sources.synth_record import INSTRUMENT, SAW, VOICE_GROUP
from adaptive.units import hz_to_pitch

FASTEST_S = 0.0005
"""Shortest attack, decay and release; a shorter one would click."""

SIXTY_DB_OCTAVES = math.log2(1000.0)
"""A decay of 60 dB in powers of two."""


@dataclass(frozen=True, slots=True)
class EnvelopeSpec:
    """Attack, decay, sustain (0 … 1) and release; times in seconds."""

    attack_s: float = 0.005
    decay_s: float = 0.1
    sustain: float = 1.0
    release_s: float = 0.1


@dataclass(frozen=True, slots=True)
class OscillatorSpec:
    """One oscillator: shape (`SAW` …), level 0 … 1, offset in semitones, pulse width."""

    shape: int = SAW
    level: float = 1.0
    semitones: float = 0.0
    width: float = 0.5


@dataclass(frozen=True, slots=True)
class SynthSpec:
    """A synthesiser: its bus, its number of voices, and its patch.

    Names end with their unit: hertz, seconds, octaves or cents.  `resonance` is 0 … 0.98; `gain` is linear;
    `mapped` has the values of `channel_record.CHANNEL_PARAMETERS`.
    """

    bus: int
    voices: int = 16
    oscillators: tuple[OscillatorSpec, OscillatorSpec] = (
        OscillatorSpec(),
        OscillatorSpec(level=0.0),
    )
    cutoff_hz: float = 8000.0
    resonance: float = 0.1
    filter_mode: str = "low_pass"
    key_track: float = 0.3
    filter_octaves: float = 0.0
    velocity_octaves: float = 1.0
    amplitude: EnvelopeSpec = field(default_factory=EnvelopeSpec)
    modulation: EnvelopeSpec = field(default_factory=EnvelopeSpec)
    lfo_rate_hz: float = 5.0
    lfo_pitch_cents: float = 0.0
    lfo_cutoff_octaves: float = 0.0
    lfo_level: float = 0.0
    lfo_delay_s: float = 0.0
    gain: float = 1.0
    spread: float = 0.3
    mapped: tuple[float, ...] = tuple(one.default for one in CHANNEL_PARAMETERS)

    @property
    def kind(self) -> str:
        """Name of its source."""
        return "synth"

    @property
    def fixed(self) -> tuple[object, ...]:
        """Kind and voices."""
        return (self.kind, self.voices)


def prepare_voices(voices: Any, _spec: SynthSpec) -> None:
    """Write the steps of voices that have not sounded: nothing divides by zero."""
    voices["step"], voices["step_other"] = 0.01, 0.01
    voices["inverse"], voices["inverse_other"] = 100.0, 100.0
    voices["damping"] = 1.0


def fill_tone(record: Any, spec: SynthSpec, sample_rate: int) -> None:
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
    record["mapped"][:] = spec.mapped


def _fill_envelope(record: Any, which: int, spec: EnvelopeSpec, sample_rate: int) -> None:
    record["attack_rate"][which] = 1.0 / (max(spec.attack_s, FASTEST_S) * sample_rate)
    record["decay_rate"][which] = SIXTY_DB_OCTAVES / (max(spec.decay_s, FASTEST_S) * sample_rate)
    record["sustain"][which] = spec.sustain
    record["release_rate"][which] = SIXTY_DB_OCTAVES / (max(spec.release_s, FASTEST_S) * sample_rate)


SYNTH = SoundSource(
    "synth",
    "A synthesiser: two oscillators, a filter, two envelopes and an LFO for each voice.",
    unit,
    INSTRUMENT,
    VOICE_GROUP,
    fill_tone,
    prepare_voices,
)
