"""Patches of bowed strings and brass: groups of detuned voices."""

from __future__ import annotations

from adaptive.kernel.sources.synth_record import PULSE, SAW, TRIANGLE
from tools.nightfall.patches import Patch, Voice, _spec, _strike, _tone

CLUSTER = Patch(
    tuple(
        Voice(
            _spec(
                _tone(SAW, SAW, 0.8, 0.08), (1.7, 2.0, 0.9, 1.9), (2.6, 3.0, 0.7, 2.0),
                cutoff_hz=1100.0, resonance=0.1, key_track=0.5, filter_octaves=0.7,
                velocity_octaves=1.6, lfo_rate_hz=rate, lfo_level=0.42, lfo_pitch_cents=7.0,
                lfo_delay_s=0.5, gain=0.12,
            ),
            0.0, 2, 13.0, width, 90.0,
        )
        for rate, width in ((7.7, 0.9), (9.3, 0.5))
    ),
    send_db=-8.0,
)  # fmt: skip
VIOLA = Patch(
    (
        Voice(
            _spec(
                _tone(SAW, PULSE, 0.3, 0.05, 0.3), (0.32, 1.5, 0.85, 0.7), (0.5, 1.5, 0.6, 0.6),
                cutoff_hz=780.0, resonance=0.15, key_track=0.6, filter_octaves=1.0,
                velocity_octaves=1.4, lfo_rate_hz=5.3, lfo_pitch_cents=15.0, lfo_delay_s=0.6,
                gain=0.22,
            ),
            0.0, 3, 7.0, 0.45, 35.0,
        ),
    ),
    send_db=-8.0,
)  # fmt: skip
SPICCATO = Patch(
    (
        Voice(
            _spec(
                _tone(SAW, SAW, 0.8, 0.07), (0.006, 0.30, 0.12, 0.10), (0.004, 0.10, 0.1, 0.08),
                cutoff_hz=750.0, resonance=0.12, key_track=0.6, filter_octaves=1.7,
                velocity_octaves=2.0, gain=0.2,
            ),
            0.0, 3, 8.0, 0.7, 9.0,
        ),
        _strike(0.05, 2800.0, 0.03),
    ),
    send_db=-13.0,
)  # fmt: skip
VIOLINS = Patch(
    (
        Voice(
            _spec(
                _tone(SAW, SAW, 0.7, 0.09), (0.012, 0.35, 0.3, 0.12), (0.008, 0.2, 0.3, 0.1),
                cutoff_hz=1500.0, resonance=0.1, key_track=0.5, filter_octaves=1.1,
                velocity_octaves=1.8, lfo_rate_hz=5.6, lfo_pitch_cents=8.0, gain=0.12,
            ),
            0.0, 4, 12.0, 0.95, 16.0,
        ),
    ),
    send_db=-10.0,
)  # fmt: skip
HORNS = Patch(
    (
        Voice(
            _spec(
                _tone(SAW, SAW, 0.8, 0.05), (0.055, 1.2, 0.78, 0.35), (0.085, 0.9, 0.55, 0.3),
                cutoff_hz=330.0, resonance=0.14, key_track=0.65, filter_octaves=1.9,
                velocity_octaves=1.9, lfo_rate_hz=4.9, lfo_pitch_cents=8.0, lfo_delay_s=0.7,
                gain=0.24,
            ),
            0.0, 4, 8.0, 0.55, 22.0,
        ),
        Voice(
            _spec(
                _tone(TRIANGLE, PULSE, 0.25, 0.0, 0.2), (0.05, 1.0, 0.8, 0.3), cutoff_hz=900.0,
                velocity_octaves=0.8, gain=0.18,
            ),
            -12.0,
        ),
    ),
    send_db=-7.0,
)  # fmt: skip
LOW_BRASS = Patch(
    (
        Voice(
            _spec(
                _tone(SAW, PULSE, 0.7, 0.06, 0.35), (0.012, 0.55, 0.4, 0.16),
                (0.028, 0.30, 0.18, 0.2), cutoff_hz=170.0, resonance=0.2, key_track=0.5,
                filter_octaves=3.1, velocity_octaves=1.8, gain=0.3,
            ),
            0.0, 3, 10.0, 0.4, 10.0,
        ),
    ),
    send_db=-10.0,
)  # fmt: skip
