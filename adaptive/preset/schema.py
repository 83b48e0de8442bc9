"""The preset file, key by key, as typed and frozen structs.

The names here are the keys of ``preset.toml``; ``docs/presets.md`` says what they mean and
``docs/preset.schema.json`` is made from these structs.  Nothing here reads a file.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
NonNegative = Annotated[float, Meta(ge=0.0, le=1e9)]
Positive = Annotated[float, Meta(gt=0.0, le=1e9)]
"""Numbers are read with 64 bits and heard with 32: beyond this they would be infinite, or nothing."""

Level = Annotated[float, Meta(ge=-200.0, le=24.0)]
"""In decibels; -80 and less is silence."""

Span = Annotated[float, Meta(ge=0.0, le=4096.0)]
"""A length in beats, bars or seconds: an hour and more."""

Offset = Annotated[float, Meta(ge=-4096.0, le=4096.0)]
Bars = Annotated[int, Meta(gt=0, le=4096)]
Beats = Annotated[int, Meta(gt=0, le=16384)]
Seconds = Annotated[float, Meta(ge=0.0, le=3600.0)]
Bound = Annotated[float, Meta(ge=-1e9, le=1e9)]
Point = tuple[Bound, Bound]
Meter = Annotated[str, Meta(pattern=r"^[1-9][0-9]?/(1|2|4|8|16)$")]
Place = Annotated[int, Meta(gt=0)] | Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,3}\.[1-9][0-9]?$")]
"""Of a marker: a bar from 1, or ``"bar.beat"``."""

Order = Literal["sequence", "random", "shuffle"]
"""In which order things take turns; ``docs/presets.md`` says exactly how."""


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file; unknown keys are faults."""


class Curve(_Table, frozen=True):
    """A value that follows a parameter: clamped at the ends, linear in between."""

    over: Name
    points: Annotated[tuple[Point, ...], Meta(min_length=1, max_length=8)]


Control = float | Curve
"""A number, or a curve over a parameter."""


class Fade(_Table, frozen=True):
    """How long a fade lasts, when it begins relative to the seam, and its shape.

    Exactly one of `beats`, `bars` and `seconds` is given; at most one `start_…`.
    """

    beats: Span | None = None
    bars: Span | None = None
    seconds: Span | None = None
    start_beats: Offset | None = None
    start_bars: Offset | None = None
    start_seconds: Offset | None = None
    curve: Literal["equal_power", "equal_gain", "linear"] | None = None


class Credits(_Table, frozen=True):
    """Who made it, and under which licence (SPDX)."""

    composer: str = ""
    license: str = ""
    source: str = ""


class ParameterTable(_Table, frozen=True):
    """`[parameters.NAME]`: a continuous value from outside, or derived from others by `value`."""

    range: tuple[Bound, Bound] = (0.0, 1.0)
    default: float | None = None
    rise_s: NonNegative = 0.0
    fall_s: NonNegative = 0.0
    law: Literal["one_pole", "linear"] = "one_pole"
    hysteresis: NonNegative = 0.0
    stale_after_s: Positive | None = None
    fallback: Literal["hold", "default"] | float = "hold"
    value: str | None = None


class StateTable(_Table, frozen=True):
    """`[states.GROUP]`: a named value set from outside."""

    values: Annotated[tuple[Name, ...], Meta(min_length=1)]
    default: Name | None = None


class InputTable(_Table, frozen=True):
    """`[[inputs]]`: an address another program sends already."""

    osc: Annotated[str, Meta(pattern=r"^/", max_length=255)]
    parameter: Name | None = None
    state: Name | None = None
    event: Name | None = None
    input_range: tuple[Bound, Bound] | None = None
    output_range: tuple[Bound, Bound] | None = None
    values: dict[str, Name] | None = None
    argument: Annotated[int, Meta(ge=0, le=63)] = 0


class LayerTable(_Table, frozen=True):
    """`[layers.NAME]`: one mixer strip; its material is a stem (or one per section) or a generator."""

    stem: str | tuple[str, ...] | dict[Name, str | tuple[str, ...]] | None = None
    order: Order = "shuffle"
    avoid_last: Annotated[int, Meta(ge=0)] = 1
    generator: Name | None = None
    style: Name | None = None
    instrument: Name | None = None
    level_db: Control = 0.0
    pan: Control = 0.0
    cutoff_hz: Control | None = None
    reverb_db: Control | None = None
    density: Control | None = None
    octave: Annotated[int, Meta(ge=-3, le=3)] = 0


class SectionTable(_Table, frozen=True):
    """`[sections.NAME]`: a passage of music that loops; `layers` alone says who plays."""

    layers: tuple[Name, ...]
    length_bars: Bars | None = None
    length_beats: Beats | None = None
    first_beat_s: Seconds = 0.0
    tempo_bpm: Annotated[float, Meta(ge=20.0, le=400.0)] | None = None
    meter: Meter | None = None
    markers: dict[Name, Place] = msgspec.field(default_factory=dict)
    phrase_bars: Bars = 4
    min_stay_bars: Annotated[int, Meta(ge=0, le=4096)] = 0
    key: str | None = None
    chords: tuple[str, ...] = ()
    energy: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.5


class SelectTable(_Table, frozen=True):
    """`[[select]]`: which section should play; the first line that is true, from the top."""

    section: Name
    when: str | None = None
    urgent: bool = False
    react_within_s: Positive | None = None


class Grid(_Table, frozen=True):
    """A grid of one's own, counted from bar 1 of the present pass: exactly one of the three keys.

    `{ every_bars = 4, offset_bars = 1 }`, `{ every_beats = 2, offset_beats = 0.5 }`, or the markers
    of a name, `{ marker = "lift" }`, ``any`` being all of them.
    """

    every_bars: Bars | None = None
    offset_bars: Annotated[int, Meta(ge=0, le=4096)] = 0
    every_beats: Beats | None = None
    offset_beats: Span = 0.0
    marker: Name | None = None


Where = Literal["immediate", "beat", "bar", "phrase", "end"] | Grid
"""Places in a section: where it may be left, where a stinger may land."""


class Entry(_Table, frozen=True):
    """`{ marker = "lift" }`: the marker to enter at.

    ``matching``: the one with the name of the marker the old section is left at; ``random``: any.
    """

    marker: Name


class TransitionTable(_Table, frozen=True, rename={"source": "from", "target": "to"}):
    """`[[transitions]]`: how to get from one section to another; the most specific rule wins."""

    source: Name = "any"
    target: Name = "any"
    exit_at: Where = "bar"
    enter_at: Literal["start", "same_position", "last_position"] | Entry = "start"
    fade_out: Fade | None = None
    fade_in: Fade | None = None
    pickup: Literal["auto", "always", "never"] = "auto"
    bridge: Name | None = None
    fill: Name | None = None


class BridgeTable(_Table, frozen=True):
    """`[bridges.NAME]`: music that plays once between two sections."""

    stem: str | None = None
    layers: tuple[Name, ...] = ()
    length_bars: Bars | None = None
    length_beats: Beats | None = None
    first_beat_s: Seconds = 0.0
    tempo_bpm: Annotated[float, Meta(ge=20.0, le=400.0)] | None = None
    meter: Meter | None = None
    key: str | None = None
    chords: tuple[str, ...] = ()
    energy: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.5
    markers: dict[Name, Place] = msgspec.field(default_factory=dict)
    fade_in: Fade | None = None
    fade_out: Fade | None = None
    level_db: Level = 0.0
    pan: Annotated[float, Meta(ge=-1.0, le=1.0)] = 0.0
    reverb_db: Level | None = None


class FillTable(_Table, frozen=True):
    """`[fills.NAME]`: a one-shot that leads up to a seam, and sounds only if the turn comes."""

    stem: str
    length_beats: Beats
    first_beat_s: Seconds = 0.0
    replaces: tuple[Name, ...] = ()
    must_fit: bool = False
    level_db: Level = 0.0
    pan: Annotated[float, Meta(ge=-1.0, le=1.0)] = 0.0
    reverb_db: Level | None = None


class PlaylistTable(_Table, frozen=True):
    """`[playlists.NAME]`: sections that take turns; the name stands for whichever is due."""

    play: Annotated[tuple[Name, ...], Meta(min_length=1)]
    order: Order = "sequence"
    weights: dict[Name, Positive] = msgspec.field(default_factory=dict)
    loops: Bars | dict[Name, Bars] = 1
    avoid_last: Annotated[int, Meta(ge=0)] = 1
    each_time: Literal["one", "all"] = "one"
    at_end: Literal["again", "hold"] = "again"


class StingerNote(_Table, frozen=True):
    """A note of a written stinger: beats from the apex, a scale degree (1 tonic, 8 its octave)."""

    at: Annotated[float, Meta(ge=-64.0, le=64.0)]
    degree: Annotated[int, Meta(ge=-21, le=28)]
    beats: Annotated[float, Meta(gt=0.0, le=64.0)] = 1.0
    velocity: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.8


class StingerTable(_Table, frozen=True):
    """`[stingers.NAME]`: a one-shot on the event of the same name; its first beat lands on the grid.

    Either a `stem` (or one for each key), or `notes` for an `instrument`.
    """

    stem: str | dict[str, str] | None = None
    first_beat_s: Seconds = 0.0
    instrument: Name | None = None
    notes: Annotated[tuple[StingerNote, ...], Meta(max_length=64)] = ()
    follows: Literal["key", "chord"] = "key"
    octave: Annotated[int, Meta(ge=-3, le=3)] = 0
    play_at: Where = "beat"
    no_room: Literal["carry", "drop"] = "carry"
    cooldown_s: NonNegative = 0.0
    expires_s: Positive = 2.0
    duck_db: Annotated[float, Meta(ge=-200.0, le=0.0)] = 0.0
    level_db: Level = 0.0
    pan: Annotated[float, Meta(ge=-1.0, le=1.0)] = 0.0
    reverb_db: Level | None = None


class Envelope(_Table, frozen=True):
    """Attack, decay, sustain, release."""

    attack_ms: NonNegative = 5.0
    decay_ms: NonNegative = 100.0
    sustain: Annotated[float, Meta(ge=0.0, le=1.0)] = 1.0
    release_ms: NonNegative = 100.0


class OscillatorTable(_Table, frozen=True):
    """One of a voice's two oscillators."""

    shape: Literal["saw", "pulse", "triangle", "sine", "noise"] = "saw"
    level: Annotated[float, Meta(ge=0.0, le=1.0)] = 1.0
    semitones: Annotated[float, Meta(ge=-36.0, le=36.0)] = 0.0
    detune_cents: Annotated[float, Meta(ge=-100.0, le=100.0)] = 0.0
    width: Annotated[float, Meta(ge=0.05, le=0.95)] = 0.5


class LfoTable(_Table, frozen=True):
    """The voice's slow oscillator and what it moves."""

    rate_hz: Annotated[float, Meta(gt=0.0, le=40.0)] = 5.0
    pitch_cents: Annotated[float, Meta(ge=0.0, le=1200.0)] = 0.0
    cutoff_octaves: Annotated[float, Meta(ge=0.0, le=4.0)] = 0.0
    level: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    delay_ms: NonNegative = 0.0


class InstrumentTable(_Table, frozen=True):
    """`[instruments.NAME]`: a synthesiser patch; `base` names a built-in one to start from."""

    base: Name | None = None
    oscillator_1: OscillatorTable = msgspec.field(default_factory=OscillatorTable)
    oscillator_2: OscillatorTable = msgspec.field(default_factory=lambda: OscillatorTable(level=0.0))
    cutoff_hz: Annotated[float, Meta(ge=20.0, le=20000.0)] = 8000.0
    resonance: Annotated[float, Meta(ge=0.0, le=0.98)] = 0.1
    filter: Literal["low_pass", "band_pass", "high_pass"] = "low_pass"
    key_track: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.3
    filter_octaves: Annotated[float, Meta(ge=-8.0, le=8.0)] = 0.0
    velocity_octaves: Annotated[float, Meta(ge=0.0, le=4.0)] = 1.0
    amplitude: Envelope = msgspec.field(default_factory=Envelope)
    modulation: Envelope = msgspec.field(default_factory=Envelope)
    lfo: LfoTable = msgspec.field(default_factory=LfoTable)
    level_db: Level = 0.0
    spread: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.3
    voices: Annotated[int, Meta(gt=0, le=256)] = 16


class ReverbTable(_Table, frozen=True):
    """`[reverb]`: the room that `reverb_db` of a layer or stinger sends to."""

    decay_s: Annotated[float, Meta(ge=0.2, le=20.0)] = 2.4
    damping: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.45
    predelay_ms: Annotated[float, Meta(ge=0.0, le=200.0)] = 18.0
    low_cut_hz: Annotated[float, Meta(ge=20.0, le=1000.0)] = 180.0
    level_db: Level = 0.0


class PresetFile(_Table, frozen=True, kw_only=True):
    """The whole of ``preset.toml``."""

    schema: Literal[1]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    tempo_bpm: Annotated[float, Meta(ge=20.0, le=400.0)]
    meter: Meter = "4/4"
    key: str = "A minor"
    seed: Annotated[int, Meta(ge=0)] = 0
    level_db: Level = 0.0
    credits: Credits = msgspec.field(default_factory=Credits)
    parameters: dict[Name, ParameterTable] = msgspec.field(default_factory=dict)
    states: dict[Name, StateTable] = msgspec.field(default_factory=dict)
    inputs: tuple[InputTable, ...] = ()
    instruments: dict[Name, InstrumentTable] = msgspec.field(default_factory=dict)
    layers: dict[Name, LayerTable]
    sections: Annotated[dict[Name, SectionTable], Meta(min_length=1)]
    select: tuple[SelectTable, ...] = ()
    transitions: tuple[TransitionTable, ...] = ()
    playlists: dict[Name, PlaylistTable] = msgspec.field(default_factory=dict)
    bridges: dict[Name, BridgeTable] = msgspec.field(default_factory=dict)
    fills: dict[Name, FillTable] = msgspec.field(default_factory=dict)
    stingers: dict[Name, StingerTable] = msgspec.field(default_factory=dict)
    reverb: ReverbTable = msgspec.field(default_factory=ReverbTable)
