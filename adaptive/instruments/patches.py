"""Built-in synthesiser patches, and the conversion of a patch to an engine instrument.

Levels are calibrated: a triad in the middle of a patch's range, at velocity 0.7, has about -20 dBFS RMS at
the output in its loudest 400 ms.

Examples
--------
>>> synth_spec(PATCHES["pad_warm"], bus=2).bus
2
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

import msgspec

from adaptive.errors import InputError
from adaptive.instruments.ensemble_patches import ENSEMBLE_PATCHES
from adaptive.kernel.sources.channel_record import CHANNEL_PARAMETERS
from adaptive.kernel.sources.synth_record import NOISE, PULSE, SAW, SINE, TRIANGLE
from adaptive.kernel.sources.synth_settings import EnvelopeSpec, OscillatorSpec, SynthSpec
from adaptive.preset import patch_library
from adaptive.preset.instrument_tables import (
    AnyInstrumentTable,
    Envelope,
    InstrumentTable,
    LfoTable,
    OscillatorTable,
)
from adaptive.units import db_to_gain

SHAPES = {
    "saw": SAW,
    "pulse": PULSE,
    "triangle": TRIANGLE,
    "sine": SINE,
    "noise": NOISE,
}
"""Maps an oscillator shape to its number in the kernel."""

Table = TypeVar("Table", bound=msgspec.Struct)

_Osc = OscillatorTable
_Env = Envelope

_PATCHES: Mapping[str, InstrumentTable] = {
    # A triangle for the fundamental, with a saw that brightens the start of a note.
    "bass_deep": InstrumentTable(
        oscillator_1=_Osc("triangle"), oscillator_2=_Osc("saw", 0.35, detune_cents=4.0),
        cutoff_hz=360.0, resonance=0.12, key_track=0.4, filter_octaves=1.6, velocity_octaves=1.2,
        amplitude=_Env(6.0, 900.0, 0.75, 140.0), modulation=_Env(2.0, 320.0, 0.15, 150.0),
        spread=0.0, voices=8, level_db=-12.5,
    ),
    "bass_pluck": InstrumentTable(
        oscillator_1=_Osc("saw"), oscillator_2=_Osc("pulse", 0.5, -12.0, width=0.4),
        cutoff_hz=320.0, resonance=0.3, key_track=0.5, filter_octaves=3.2, velocity_octaves=1.5,
        amplitude=_Env(2.0, 700.0, 0.35, 90.0), modulation=_Env(1.0, 240.0, 0.0, 90.0),
        spread=0.05, voices=8, level_db=-10.5,
    ),
    # Two saws detuned like the players of a string section, dark, with slow modulation.
    "pad_warm": InstrumentTable(
        oscillator_1=_Osc("saw", detune_cents=-7.0), oscillator_2=_Osc("saw", detune_cents=7.0),
        cutoff_hz=900.0, resonance=0.08, key_track=0.3, filter_octaves=1.0, velocity_octaves=1.4,
        amplitude=_Env(650.0, 1500.0, 0.85, 1400.0), modulation=_Env(1400.0, 2500.0, 0.6, 1500.0),
        lfo=LfoTable(0.23, 2.0, 0.25, 0.04, 400.0), spread=0.6, level_db=-15.0,
    ),
    "pad_glass": InstrumentTable(
        oscillator_1=_Osc("triangle", detune_cents=-4.0),
        oscillator_2=_Osc("sine", 0.45, 19.0, 4.0),
        cutoff_hz=3200.0, resonance=0.15, key_track=0.5, filter_octaves=1.0, velocity_octaves=1.5,
        amplitude=_Env(320.0, 2200.0, 0.6, 1800.0), modulation=_Env(500.0, 2600.0, 0.3, 1500.0),
        lfo=LfoTable(0.31, 3.0, 0.3, 0.1, 300.0), spread=0.8, level_db=-14.0,
    ),
    "strings_slow": InstrumentTable(
        oscillator_1=_Osc("saw", detune_cents=-9.0),
        oscillator_2=_Osc("pulse", 0.7, detune_cents=8.0, width=0.3),
        cutoff_hz=1700.0, resonance=0.05, key_track=0.5, filter_octaves=0.7, velocity_octaves=1.8,
        amplitude=_Env(420.0, 1200.0, 0.9, 650.0), modulation=_Env(700.0, 1500.0, 0.7, 700.0),
        lfo=LfoTable(4.8, 6.0, 0.05, 0.0, 900.0), spread=0.55, level_db=-16.0,
    ),
    "lead_soft": InstrumentTable(
        oscillator_1=_Osc("triangle"),
        oscillator_2=_Osc("pulse", 0.3, detune_cents=6.0, width=0.35),
        cutoff_hz=1500.0, resonance=0.12, key_track=0.6, filter_octaves=1.0, velocity_octaves=1.8,
        amplitude=_Env(35.0, 600.0, 0.75, 260.0), modulation=_Env(60.0, 700.0, 0.45, 260.0),
        lfo=LfoTable(5.2, 9.0, 0.06, 0.03, 450.0), spread=0.1, voices=8, level_db=-12.5,
    ),
    "arp_pluck": InstrumentTable(
        oscillator_1=_Osc("pulse", width=0.28),
        oscillator_2=_Osc("triangle", 0.6, detune_cents=5.0),
        cutoff_hz=800.0, resonance=0.22, key_track=0.5, filter_octaves=2.6, velocity_octaves=1.8,
        amplitude=_Env(2.0, 420.0, 0.0, 320.0), modulation=_Env(1.0, 260.0, 0.0, 250.0),
        spread=0.7, level_db=-6.5,
    ),
    # A second sine slightly above a twelfth: the interval sounds like struck metal.
    "bell": InstrumentTable(
        oscillator_1=_Osc("sine"), oscillator_2=_Osc("sine", 0.4, 19.0, 12.0),
        cutoff_hz=6500.0, resonance=0.05, key_track=0.5, filter_octaves=1.0, velocity_octaves=1.5,
        amplitude=_Env(1.0, 2600.0, 0.0, 1800.0), modulation=_Env(1.0, 900.0, 0.0, 900.0),
        spread=0.7, level_db=-12.0,
    ),
    "brass_low": InstrumentTable(
        oscillator_1=_Osc("saw", detune_cents=-5.0), oscillator_2=_Osc("saw", 0.8, 0.0, 6.0),
        cutoff_hz=420.0, resonance=0.1, key_track=0.6, filter_octaves=1.9, velocity_octaves=2.2,
        amplitude=_Env(70.0, 500.0, 0.85, 220.0), modulation=_Env(110.0, 450.0, 0.6, 220.0),
        lfo=LfoTable(5.0, 4.0, 0.08, 0.0, 700.0), spread=0.3, level_db=-14.0,
    ),
    "drone_dark": InstrumentTable(
        oscillator_1=_Osc("saw", detune_cents=-5.0),
        oscillator_2=_Osc("pulse", 0.7, -12.0, 5.0, 0.45),
        cutoff_hz=240.0, resonance=0.2, key_track=0.2, filter_octaves=0.8, velocity_octaves=1.0,
        amplitude=_Env(1800.0, 3000.0, 0.9, 3500.0), modulation=_Env(3500.0, 5000.0, 0.6, 3500.0),
        lfo=LfoTable(0.11, 3.0, 0.5, 0.1, 800.0), spread=0.5, voices=8, level_db=-17.0,
    ),
}  # fmt: skip

PATCHES: Mapping[str, InstrumentTable] = {**_PATCHES, **ENSEMBLE_PATCHES}
"""Built-in patches by name."""


def resolve(name: str, instruments: Mapping[str, AnyInstrumentTable] | None = None) -> AnyInstrumentTable:
    """Return a patch by name.

    Parameters
    ----------
    name : str
        Name of a patch in the preset, in `PATCHES` or in the library of factory patches, in this order.
    instruments : Mapping, optional
        ``[instruments]`` of the preset.

    Returns
    -------
    AnyInstrumentTable
        The patch, merged with its `base`: values that differ from their defaults replace those of the
        built-in patch, key by key.

    Raises
    ------
    InputError
        The patch or its base does not exist.
    """
    table = (instruments or {}).get(name)
    if table is None:
        patch = None if name in PATCHES else patch_library.find(name)
        if patch is not None:
            return patch.instrument
        return _built_in(name, [*PATCHES, *patch_library.library(), *(instruments or {})])
    if not isinstance(table, InstrumentTable) or table.base is None:
        return table
    merged = _merged(_built_in(table.base, [*PATCHES]), table)
    return msgspec.structs.replace(merged, base=None)


def synth_spec(table: InstrumentTable, bus: int) -> SynthSpec:
    """Convert a patch to an engine instrument: seconds, linear gain, the kernel's numbers.

    Parameters
    ----------
    table : InstrumentTable
        Resolved patch; its `base` is ignored.
    bus : int
        Index of the bus it plays on.
    """
    return SynthSpec(
        bus=bus,
        voices=table.voices,
        oscillators=(_oscillator(table.oscillator_1), _oscillator(table.oscillator_2)),
        cutoff_hz=table.cutoff_hz,
        resonance=table.resonance,
        filter_mode=table.filter,
        key_track=table.key_track,
        filter_octaves=table.filter_octaves,
        velocity_octaves=table.velocity_octaves,
        amplitude=_envelope(table.amplitude),
        modulation=_envelope(table.modulation),
        lfo_rate_hz=table.lfo.rate_hz,
        lfo_pitch_cents=table.lfo.pitch_cents,
        lfo_cutoff_octaves=table.lfo.cutoff_octaves,
        lfo_level=table.lfo.level,
        lfo_delay_s=table.lfo.delay_ms / 1000.0,
        gain=db_to_gain(table.level_db),
        spread=table.spread,
        mapped=tuple(getattr(table, one.name) for one in CHANNEL_PARAMETERS),
    )


def _built_in(name: str, known: list[str]) -> InstrumentTable:
    if name not in PATCHES:
        near = get_close_matches(name, known, 1, 0.0)[0]
        raise InputError(f"there is no instrument `{name}`; the nearest is `{near}`")
    return PATCHES[name]


def _merged(base: Table, table: Table) -> Table:
    """Replace values of `base` by those of `table` that differ from their defaults."""
    default = type(table)()
    changes = {}
    for key in table.__struct_fields__:
        value, usual = getattr(table, key), getattr(default, key)
        if value == usual:
            continue
        is_table = isinstance(value, msgspec.Struct)
        changes[key] = _merged(getattr(base, key), value) if is_table else value
    return msgspec.structs.replace(base, **changes)


def _oscillator(table: OscillatorTable) -> OscillatorSpec:
    semitones = table.semitones + table.detune_cents / 100.0
    return OscillatorSpec(SHAPES[table.shape], table.level, semitones, table.width)


def _envelope(table: Envelope) -> EnvelopeSpec:
    return EnvelopeSpec(
        table.attack_ms / 1000.0, table.decay_ms / 1000.0, table.sustain, table.release_ms / 1000.0
    )
