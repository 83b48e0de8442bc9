"""The patches of the stems; each is a stack of the engine's own voices."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.kernel.sources.synth_record import NOISE, PULSE, SAW, SINE, TRIANGLE
from adaptive.kernel.sources.synth_settings import EnvelopeSpec, OscillatorSpec, SynthSpec

BEAT_S = 60.0 / 112.5


@dataclass(frozen=True, slots=True)
class Voice:
    """One sound of a stack: an instrument, its transposition, and a number of detuned copies."""

    spec: SynthSpec
    semitones: float = 0.0
    copies: int = 1
    detune_cents: float = 0.0
    width: float = 0.0
    delay_ms: float = 0.0
    """The largest random delay of a copy, so that the copies do not begin at the same time."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A stack of voices with its level, its reverb send and its low-pass."""

    voices: tuple[Voice, ...]
    level_db: float = 0.0
    send_db: float = -12.0
    cutoff_hz: float = 20000.0


def _tone(
    shape: int, other: int = SINE, mix: float = 0.0, semitones: float = 0.0, width: float = 0.5
) -> tuple[OscillatorSpec, OscillatorSpec]:
    return (
        OscillatorSpec(shape, 1.0, 0.0, width),
        OscillatorSpec(other, mix, semitones, width),
    )


def _spec(
    oscillators: tuple[OscillatorSpec, OscillatorSpec],
    amplitude: tuple[float, float, float, float],
    modulation: tuple[float, float, float, float] = (0.01, 0.3, 0.0, 0.2),
    **rest: object,
) -> SynthSpec:
    settings: dict[str, object] = {"voices": 128, "spread": 0.0, **rest}
    return SynthSpec(
        bus=0,
        oscillators=oscillators,
        amplitude=EnvelopeSpec(*amplitude),
        modulation=EnvelopeSpec(*modulation),
        **settings,  # type: ignore[arg-type]
    )


def _partial(semitones: float, gain: float, decay_s: float, beat: float = 0.0) -> Voice:
    """Return a sine partial of a struck body, with a second sine `beat` semitones away."""
    tone = _tone(SINE, SINE, 0.5 if beat else 0.0, beat)
    spec = _spec(tone, (0.002, decay_s, 0.0, decay_s), cutoff_hz=18000.0, velocity_octaves=0.0, gain=gain)
    return Voice(spec, semitones)


def _strike(gain: float, hz: float, decay_s: float) -> Voice:
    """Return the noise of a stroke or a bow."""
    spec = _spec(
        _tone(NOISE), (0.001, decay_s, 0.0, decay_s), cutoff_hz=hz, filter_mode="band_pass",
        resonance=0.3, key_track=0.3, velocity_octaves=0.5, gain=gain,
    )  # fmt: skip
    return Voice(spec)


def _formant(hz: float, gain: float, attack_s: float, release_s: float) -> Voice:
    """Return a formant of a choir at one frequency."""
    spec = _spec(
        _tone(SAW, SAW, 0.7, 0.07), (attack_s, 1.0, 1.0, release_s), cutoff_hz=hz,
        filter_mode="band_pass", resonance=0.72, key_track=0.08, velocity_octaves=0.15, gain=gain,
        lfo_rate_hz=5.1, lfo_pitch_cents=11.0, lfo_delay_s=0.9,
    )  # fmt: skip
    return Voice(spec, 0.0, 3, 11.0, 0.8, 45.0)


GLASS = Patch(
    (
        _partial(0.0, 0.50, 4.6, 0.03),
        _partial(12.04, 0.16, 2.8),
        _partial(17.6, 0.20, 2.2, 0.05),
        _partial(29.2, 0.09, 1.1),
        _partial(36.4, 0.035, 0.4),
        _strike(0.05, 5200.0, 0.03),
    ),
    send_db=-5.0,
)
PING = Patch(
    (_partial(0.0, 0.4, 1.6, 0.11), _partial(13.1, 0.2, 0.9), _partial(22.7, 0.15, 0.5, 0.2),
     _strike(0.08, 6500.0, 0.02)),
    send_db=-4.0,
)  # fmt: skip
BOWED = Patch(
    (
        Voice(
            _spec(
                _tone(SINE, TRIANGLE, 0.35, 12.02), (1.4, 1.0, 0.9, 3.2), cutoff_hz=5000.0,
                velocity_octaves=0.3, lfo_rate_hz=4.4, lfo_level=0.3, lfo_delay_s=0.8, gain=0.3,
            ),
            0.0, 2, 5.0, 0.8, 60.0,
        ),
    ),
    send_db=-4.0,
)  # fmt: skip
NIGHT_PAD = Patch(
    (
        Voice(
            _spec(
                _tone(SAW, PULSE, 0.6, -0.06, 0.4), (1.5, 2.0, 0.85, 3.2), (2.2, 4.0, 0.5, 3.0),
                cutoff_hz=420.0, resonance=0.12, key_track=0.45, filter_octaves=0.9,
                velocity_octaves=1.2, lfo_rate_hz=0.117, lfo_cutoff_octaves=0.35, gain=0.16,
            ),
            0.0, 3, 9.0, 0.8, 120.0,
        ),
        Voice(
            _spec(_tone(TRIANGLE, SINE, 0.4, 12.0), (1.9, 2.0, 0.8, 3.4), cutoff_hz=2200.0,
                  velocity_octaves=0.5, lfo_rate_hz=0.23, lfo_level=0.25, gain=0.10),
            12.0, 2, 4.0, 0.9, 150.0,
        ),
    ),
    send_db=-7.0,
)  # fmt: skip
OOH = Patch(
    (_formant(340.0, 0.20, 1.3, 2.4), _formant(820.0, 0.09, 1.6, 2.2), _formant(2500.0, 0.02, 1.6, 2.0)),
    send_db=-5.0,
)
AAH = Patch(
    (_formant(690.0, 0.20, 0.16, 0.9), _formant(1130.0, 0.15, 0.2, 0.8), _formant(2750.0, 0.05, 0.2, 0.7)),
    send_db=-7.0,
)
BREATHING_PAD = Patch(
    (
        Voice(
            _spec(
                _tone(SAW, SAW, 0.8, 0.09), (0.35, 2.0, 0.85, 1.6), cutoff_hz=300.0, resonance=0.35,
                key_track=0.3, velocity_octaves=1.0, lfo_rate_hz=0.5 / BEAT_S,
                lfo_cutoff_octaves=0.65, gain=0.18,
            ),
            0.0, 2, 8.0, 0.7, 0.0,
        ),
    ),
    send_db=-10.0,
)  # fmt: skip
SUB = Patch(
    (Voice(_spec(_tone(SINE, TRIANGLE, 0.12, 12.0), (1.2, 1.0, 1.0, 2.2), cutoff_hz=400.0,
                 velocity_octaves=0.0, lfo_rate_hz=0.234, lfo_level=0.22, gain=0.5)),),
    send_db=-80.0,
)  # fmt: skip
REED = Patch(
    (
        Voice(
            _spec(_tone(SAW, PULSE, 0.5, 0.04, 0.3), (2.4, 1.0, 1.0, 3.0), cutoff_hz=190.0,
                  resonance=0.3, key_track=0.2, velocity_octaves=0.6, lfo_rate_hz=0.083,
                  lfo_cutoff_octaves=0.9, gain=0.2),
            0.0, 2, 6.0, 0.7, 200.0,
        ),
    ),
    send_db=-12.0,
)  # fmt: skip
WIND = Patch(
    (
        Voice(
            _spec(_tone(NOISE), (3.2, 1.0, 1.0, 4.2), cutoff_hz=520.0, filter_mode="band_pass",
                  resonance=0.9, key_track=1.0, velocity_octaves=0.5, lfo_rate_hz=0.061,
                  lfo_cutoff_octaves=0.12, gain=0.085),
            0.0, 2, 0.0, 1.0, 900.0,
        ),
    ),
    send_db=-8.0,
)  # fmt: skip
PLUCK = Patch(
    (
        Voice(
            _spec(_tone(PULSE, SAW, 0.5, -12.0, 0.34), (0.002, 0.55, 0.0, 0.25),
                  (0.001, 0.16, 0.0, 0.15), cutoff_hz=520.0, resonance=0.28, key_track=0.5,
                  filter_octaves=2.6, velocity_octaves=2.2, gain=0.3),
            0.0, 2, 5.0, 0.5, 0.0,
        ),
        _strike(0.06, 2600.0, 0.018),
    ),
    send_db=-11.0,
)  # fmt: skip
MUTED = Patch(
    (
        Voice(
            _spec(_tone(TRIANGLE, PULSE, 0.3, 0.0, 0.25), (0.002, 0.16, 0.0, 0.1),
                  (0.001, 0.06, 0.0, 0.05), cutoff_hz=480.0, filter_octaves=1.8,
                  velocity_octaves=1.5, gain=0.45),
        ),
        _strike(0.09, 1800.0, 0.014),
    ),
    send_db=-16.0,
)  # fmt: skip
