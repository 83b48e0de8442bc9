"""Patches for the ensembles of the genres: keys, guitars, winds, bowed strings, basses, voices.

They are calibrated as those of `adaptive.instruments.patches`.
"""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.preset.instrument_tables import Envelope, InstrumentTable, LfoTable, OscillatorTable

_Osc = OscillatorTable
_Env = Envelope

ENSEMBLE_PATCHES: Mapping[str, InstrumentTable] = {
    # A sine with a quiet octave, and vibrato that comes late.
    "flute": InstrumentTable(
        oscillator_1=_Osc("triangle"), oscillator_2=_Osc("sine", 0.3, 12.0, 3.0),
        cutoff_hz=2200.0, resonance=0.05, key_track=0.6, filter_octaves=0.6, velocity_octaves=1.2,
        amplitude=_Env(60.0, 500.0, 0.85, 220.0), modulation=_Env(90.0, 600.0, 0.6, 220.0),
        lfo=LfoTable(5.0, 8.0, 0.1, 0.05, 500.0), spread=0.15, voices=8, level_db=-13.0,
    ),
    "choir": InstrumentTable(
        oscillator_1=_Osc("pulse", detune_cents=-9.0, width=0.42),
        oscillator_2=_Osc("triangle", 0.8, detune_cents=9.0),
        cutoff_hz=850.0, resonance=0.3, key_track=0.25, filter_octaves=0.5, velocity_octaves=0.8,
        amplitude=_Env(700.0, 1500.0, 0.9, 1500.0), modulation=_Env(1200.0, 2500.0, 0.7, 1500.0),
        lfo=LfoTable(4.3, 5.0, 0.12, 0.03, 700.0), spread=0.7, level_db=-18.5,
    ),
    "fiddle": InstrumentTable(
        oscillator_1=_Osc("saw"), oscillator_2=_Osc("saw", 0.35, detune_cents=5.0),
        cutoff_hz=1900.0, resonance=0.18, key_track=0.5, filter_octaves=0.9, velocity_octaves=1.6,
        amplitude=_Env(45.0, 400.0, 0.85, 120.0), modulation=_Env(30.0, 350.0, 0.5, 150.0),
        lfo=LfoTable(5.6, 11.0, 0.08, 0.03, 350.0), spread=0.1, voices=8, level_db=-12.5,
    ),
    "cello": InstrumentTable(
        oscillator_1=_Osc("saw"), oscillator_2=_Osc("pulse", 0.4, detune_cents=4.0, width=0.4),
        cutoff_hz=900.0, resonance=0.12, key_track=0.5, filter_octaves=0.9, velocity_octaves=1.6,
        amplitude=_Env(70.0, 600.0, 0.85, 200.0), modulation=_Env(60.0, 500.0, 0.5, 200.0),
        lfo=LfoTable(5.1, 9.0, 0.08, 0.03, 450.0), spread=0.1, voices=8, level_db=-15.0,
    ),
    "strings_short": InstrumentTable(
        oscillator_1=_Osc("saw", detune_cents=-8.0), oscillator_2=_Osc("saw", 0.8, detune_cents=8.0),
        cutoff_hz=1100.0, resonance=0.08, key_track=0.5, filter_octaves=1.4, velocity_octaves=1.8,
        amplitude=_Env(18.0, 420.0, 0.5, 160.0), modulation=_Env(10.0, 240.0, 0.2, 160.0),
        spread=0.5, level_db=-10.5,
    ),
    "guitar_nylon": InstrumentTable(
        oscillator_1=_Osc("triangle"), oscillator_2=_Osc("saw", 0.3, detune_cents=2.0),
        cutoff_hz=750.0, resonance=0.12, key_track=0.6, filter_octaves=2.4, velocity_octaves=1.6,
        amplitude=_Env(2.0, 1500.0, 0.0, 260.0), modulation=_Env(1.0, 380.0, 0.05, 260.0),
        spread=0.2, level_db=-8.5,
    ),
    "guitar_clean": InstrumentTable(
        oscillator_1=_Osc("pulse", width=0.22), oscillator_2=_Osc("triangle", 0.7, detune_cents=3.0),
        cutoff_hz=1500.0, resonance=0.2, key_track=0.5, filter_octaves=1.8, velocity_octaves=1.6,
        amplitude=_Env(2.0, 700.0, 0.0, 90.0), modulation=_Env(1.0, 200.0, 0.0, 90.0),
        spread=0.2, level_db=-7.5,
    ),
    # Two narrow pulses a little apart beat like a distorted pair of strings.
    "guitar_drive": InstrumentTable(
        oscillator_1=_Osc("pulse", detune_cents=-6.0, width=0.12),
        oscillator_2=_Osc("saw", 0.9, detune_cents=6.0),
        cutoff_hz=1700.0, resonance=0.35, key_track=0.3, filter_octaves=0.8, velocity_octaves=1.4,
        amplitude=_Env(3.0, 1600.0, 0.6, 90.0), modulation=_Env(2.0, 300.0, 0.3, 90.0),
        spread=0.6, level_db=-15.0,
    ),
    "guitar_lead": InstrumentTable(
        oscillator_1=_Osc("saw"), oscillator_2=_Osc("pulse", 0.6, detune_cents=7.0, width=0.2),
        cutoff_hz=2100.0, resonance=0.25, key_track=0.5, filter_octaves=0.7, velocity_octaves=1.2,
        amplitude=_Env(8.0, 1400.0, 0.7, 200.0), modulation=_Env(10.0, 600.0, 0.5, 200.0),
        lfo=LfoTable(5.4, 14.0, 0.0, 0.0, 400.0), spread=0.1, voices=8, level_db=-14.0,
    ),
    "piano_soft": InstrumentTable(
        oscillator_1=_Osc("triangle", detune_cents=-1.5), oscillator_2=_Osc("saw", 0.22, detune_cents=1.5),
        cutoff_hz=900.0, resonance=0.06, key_track=0.7, filter_octaves=2.0, velocity_octaves=2.2,
        amplitude=_Env(2.0, 2400.0, 0.0, 260.0), modulation=_Env(1.0, 700.0, 0.1, 260.0),
        spread=0.5, level_db=-10.0,
    ),
    # A sine with a quiet fourteenth that fades first: the tine of an electric piano.
    "electric_piano": InstrumentTable(
        oscillator_1=_Osc("sine"), oscillator_2=_Osc("sine", 0.22, 28.0, 3.0),
        cutoff_hz=1600.0, resonance=0.05, key_track=0.6, filter_octaves=2.0, velocity_octaves=2.0,
        amplitude=_Env(3.0, 2200.0, 0.0, 380.0), modulation=_Env(1.0, 420.0, 0.0, 380.0),
        lfo=LfoTable(4.6, 0.0, 0.0, 0.18, 0.0), spread=0.6, level_db=-11.5,
    ),
    "organ": InstrumentTable(
        oscillator_1=_Osc("sine"), oscillator_2=_Osc("pulse", 0.35, 12.0, 2.0, 0.5),
        cutoff_hz=2600.0, resonance=0.0, key_track=0.3, filter_octaves=0.2, velocity_octaves=0.3,
        amplitude=_Env(8.0, 100.0, 1.0, 70.0), modulation=_Env(5.0, 100.0, 1.0, 70.0),
        lfo=LfoTable(6.4, 6.0, 0.0, 0.1, 150.0), spread=0.4, level_db=-16.5,
    ),
    "reed": InstrumentTable(
        oscillator_1=_Osc("pulse", width=0.45), oscillator_2=_Osc("saw", 0.25, detune_cents=4.0),
        cutoff_hz=1300.0, resonance=0.15, key_track=0.55, filter_octaves=1.0, velocity_octaves=1.8,
        amplitude=_Env(30.0, 500.0, 0.8, 140.0), modulation=_Env(40.0, 500.0, 0.5, 160.0),
        lfo=LfoTable(5.3, 9.0, 0.05, 0.03, 450.0), spread=0.1, voices=8, level_db=-16.5,
    ),
    "bass_upright": InstrumentTable(
        oscillator_1=_Osc("triangle"), oscillator_2=_Osc("sine", 0.5, 12.0),
        cutoff_hz=380.0, resonance=0.12, key_track=0.5, filter_octaves=2.0, velocity_octaves=1.6,
        amplitude=_Env(6.0, 1100.0, 0.15, 110.0), modulation=_Env(2.0, 180.0, 0.0, 110.0),
        spread=0.0, voices=8, level_db=-8.0,
    ),
    "sub_bass": InstrumentTable(
        oscillator_1=_Osc("sine"), oscillator_2=_Osc("triangle", 0.35),
        cutoff_hz=420.0, resonance=0.0, key_track=0.5, filter_octaves=1.0, velocity_octaves=0.8,
        amplitude=_Env(8.0, 1800.0, 0.8, 160.0), modulation=_Env(2.0, 200.0, 0.2, 160.0),
        spread=0.0, voices=8, level_db=-15.0,
    ),
    # Two saws a third of a semitone apart: they beat slowly against each other.
    "reese": InstrumentTable(
        oscillator_1=_Osc("saw", detune_cents=-16.0), oscillator_2=_Osc("saw", 0.9, detune_cents=16.0),
        cutoff_hz=380.0, resonance=0.15, key_track=0.3, filter_octaves=1.2, velocity_octaves=1.0,
        amplitude=_Env(10.0, 1500.0, 0.85, 140.0), modulation=_Env(8.0, 900.0, 0.4, 140.0),
        lfo=LfoTable(0.4, 0.0, 0.5, 0.0, 100.0), spread=0.1, voices=8, level_db=-14.5,
    ),
    "saw_stab": InstrumentTable(
        oscillator_1=_Osc("saw", detune_cents=-9.0),
        oscillator_2=_Osc("pulse", 0.8, detune_cents=9.0, width=0.3),
        cutoff_hz=900.0, resonance=0.25, key_track=0.4, filter_octaves=2.4, velocity_octaves=1.6,
        amplitude=_Env(3.0, 380.0, 0.15, 180.0), modulation=_Env(2.0, 240.0, 0.0, 180.0),
        spread=0.7, level_db=-9.0,
    ),
}  # fmt: skip
"""Patches by name."""
