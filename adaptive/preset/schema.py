"""The preset file, key by key, as typed and frozen structs.

The field names are the keys of ``preset.toml``; ``docs/presets.md`` describes them.
``docs/preset.schema.json`` is generated from these structs: their docstrings are the descriptions that an
editor shows.  Nothing here reads a file.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from adaptive.preset.inserts import Insert
from adaptive.preset.instrument_tables import Instrument
from adaptive.preset.placed_table import ChannelPair, PlacedTable
from adaptive.preset.table import Bound, Control, Level, Name, NonNegative, Table
from adaptive.preset.tempo_follow_table import Latency, TempoFollowTable

Positive = Annotated[float, Meta(gt=0.0, le=1e9)]

Length = Annotated[float, Meta(ge=0.0, le=4096.0)]
"""A length in beats, bars or seconds; 4096 seconds are more than an hour."""

Offset = Annotated[float, Meta(ge=-4096.0, le=4096.0)]
Bars = Annotated[int, Meta(gt=0, le=4096)]
Beats = Annotated[int, Meta(gt=0, le=16384)]
Seconds = Annotated[float, Meta(ge=0.0, le=3600.0)]
Reading = Annotated[float, Meta(ge=-3.5e38, le=3.5e38)]
"""A number as a device sends it; the largest that 32 bits hold often means that there is no reading."""

Meter = Annotated[str, Meta(pattern=r"^[1-9][0-9]?/(1|2|4|8|16)$")]
Beat = Literal[
    "whole", "dotted_half", "half", "dotted_quarter", "quarter", "dotted_eighth", "eighth", "sixteenth"
]
"""The note value of a beat; left out: the meter's denominator."""

Place = Annotated[int, Meta(gt=0)] | Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,3}\.[1-9][0-9]?$")]
"""The place of a marker: a bar counted from 1, or ``"bar.beat"``."""

Order = Literal["sequence", "random", "shuffle"]
"""The order in which variations or sections are played; ``docs/presets.md`` defines each."""

Stretch = Literal["auto", "tones", "transients", "slices", "varispeed"]
"""How a recorded layer follows a tempo that is not its own; `docs/presets.md` defines each."""

Files = str | tuple[str, ...]
"""A file, or a list of variations."""


class Fade(Table, frozen=True):
    """The length of a fade, its start relative to the seam, and its curve.

    Give exactly one of `beats`, `bars` and `seconds`, and at most one of `start_beats`, `start_bars` and
    `start_seconds`.  A negative start begins before the seam.
    """

    beats: Length | None = None
    bars: Length | None = None
    seconds: Length | None = None
    start_beats: Offset | None = None
    start_bars: Offset | None = None
    start_seconds: Offset | None = None
    curve: Literal["equal_power", "equal_gain", "linear"] | None = None


class Credits(Table, frozen=True):
    """The composer, the licence (an SPDX name) and the source of the preset."""

    composer: str = ""
    license: str = ""
    source: str = ""


class OutOfBounds(Table, frozen=True):
    """`{ below = 30, above = 230 }`: numbers below the one or above the other; give one or both."""

    below: Reading | None = None
    above: Reading | None = None


Ignore = tuple[Reading, ...] | OutOfBounds
"""Numbers that are no readings: a device sends them when it measures nothing."""


class FallbackTable(Table, frozen=True):
    """`fallback = { parameter = "other" }`: another parameter, whose value a stale one takes."""

    parameter: Name


class ParameterTable(Table, frozen=True):
    """`[parameters.NAME]`: a number sent from outside, or computed from other parameters by `value`."""

    range: tuple[Bound, Bound] = (0.0, 1.0)
    default: float | None = None
    rise_s: NonNegative = 0.0
    fall_s: NonNegative = 0.0
    law: Literal["one_pole", "linear"] = "one_pole"
    circular: bool = False
    hysteresis: NonNegative = 0.0
    stale_after_s: Positive | None = None
    fallback: Literal["hold", "default", "decay"] | float | FallbackTable = "hold"
    decay_s: Annotated[float, Meta(gt=0.0, le=3600.0)] = 5.0
    expected_rate_hz: Annotated[float, Meta(gt=0.0, le=250.0)] | None = None
    max_change_per_s: Positive | None = None
    outlier_sigmas: Annotated[float, Meta(gt=0.0, le=100.0)] | None = None
    ignore: Ignore = ()
    value: str | None = None


class StateTable(Table, frozen=True):
    """`[states.GROUP]`: a group of named values; one of them is set from outside at a time."""

    values: Annotated[tuple[Name, ...], Meta(min_length=1)]
    default: Name | None = None


Argument = Annotated[int, Meta(ge=0, le=63)]
Combine = Literal["max", "min", "mean", "latest"]
"""How the values of several addresses, or of several arguments, become one."""


class InputTable(Table, frozen=True):
    """`[[inputs]]`: maps an OSC address or a MIDI control to a parameter, a state, an event or a layer."""

    osc: Annotated[str, Meta(pattern=r"^/", max_length=255)] | None = None
    midi: Annotated[str, Meta(max_length=32)] | None = None
    port: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    channel: Annotated[int, Meta(ge=1, le=16)] | None = None
    layer: Name | None = None
    pickup: bool = False
    relative: Literal["twos_complement", "binary_offset", "sign_magnitude"] | None = None
    detents: Annotated[int, Meta(ge=2, le=10000)] | None = None
    chord: bool = False
    tempo: bool = False
    transport: bool = False
    parameter: Name | None = None
    state: Name | None = None
    event: Name | None = None
    input_range: tuple[Bound, Bound] | None = None
    output_range: tuple[Bound, Bound] | None = None
    values: dict[str, Name] | None = None
    argument: Argument | Annotated[tuple[Argument, ...], Meta(min_length=1, max_length=64)] = 0
    combine: Combine | None = None
    priority: Annotated[int, Meta(ge=-100, le=100)] = 0
    stale_after_s: Positive | None = None
    factor: Annotated[float, Meta(gt=0.0, le=1000.0)] | None = None
    input_latency_ms: Latency | None = None
    ignore: Ignore = ()


class MoodPoint(Table, frozen=True):
    """A mood as valence and arousal."""

    valence: Annotated[float, Meta(ge=-1.0, le=1.0)] = 0.0
    arousal: Annotated[float, Meta(ge=-1.0, le=1.0)] = 0.0


class SteerTable(Table, frozen=True):
    """`[steer]`, or `steer` of a layer: what is asked of the composer."""

    mood: str | MoodPoint | None = None
    density: Control | None = None
    energy: Control | None = None
    brightness: Control | None = None
    register: Control | None = None
    articulation: Control | None = None
    syncopation: Control | None = None
    complexity: Control | None = None
    swing: Control | None = None
    push: Control | None = None
    humanise: Control | None = None
    wander: Control | None = None
    tension: Control | None = None
    repetition: Control | None = None
    temperature: Control | None = None
    mute_bass: Control | bool | None = None
    mute_drums: Control | bool | None = None
    only_bass_and_drums: Control | bool | None = None
    learned: bool = True


StyleWeight = Annotated[float, Meta(ge=0.0, le=1000.0)]


MidiChannel = Annotated[int, Meta(ge=1, le=16)]
CardChannel = Annotated[int, Meta(ge=1, le=64)]
"""A channel of the sound card, counted from 1."""

# not tuple[CardChannel, CardChannel]: beside a text and a number, msgspec 0.21 reads freed memory there
CardPair = Annotated[tuple[CardChannel, ...], Meta(min_length=2, max_length=2)]
"""Two channels of the sound card: left and right."""


class LayerTable(Table, frozen=True):
    """`[layers.NAME]`: one mixer strip that plays stems, a generator, or what comes in.

    Stems may differ in each section.  What comes in is an `input`, from the sound card or a program, or a
    `pyo` patch.
    """

    stem: str | tuple[str, ...] | dict[Name, str | tuple[str, ...]] | None = None
    order: Order = "shuffle"
    avoid_last: Annotated[int, Meta(ge=0)] = 1
    intro: str | dict[Name, str] | None = None
    intro_bars: Annotated[int, Meta(ge=0, le=4096)] | None = None
    wrapped: bool = False
    streamed: bool = False
    first_pass: str | dict[Name, str] | None = None
    generator: Name | None = None
    midi: str | None = None
    midi_channels: tuple[MidiChannel, ...] | None = None
    style: Name | dict[Name, StyleWeight] | None = None
    instrument: Name | Instrument | None = None
    level_db: Control = 0.0
    pan: Control = 0.0
    cutoff_hz: Control | None = None
    reverb_db: Control | None = None
    bus: Name = "master"
    pair: ChannelPair | None = None
    placed: PlacedTable | None = None
    sends: dict[Name, Control] = msgspec.field(default_factory=dict)
    inserts: tuple[Insert, ...] = ()
    density: Control | None = None
    steer: SteerTable = msgspec.field(default_factory=SteerTable)
    octave: Annotated[int, Meta(ge=-3, le=3)] = 0
    stretch: Stretch | None = None
    transpose: Annotated[float, Meta(ge=-12.0, le=12.0)] | Literal["key"] = 0.0
    input: Name | CardChannel | CardPair | None = None
    pyo: Annotated[str, Meta(min_length=1, max_length=1024)] | None = None
    latency_ms: Annotated[float, Meta(ge=2.0, le=2000.0)] | None = None

    @property
    def comes_in(self) -> bool:
        """Whether its sound comes from outside and no notes are written for it."""
        return self.generator is None and (self.input is not None or self.pyo is not None)


class SectionTable(Table, frozen=True):
    """`[sections.NAME]`: music that loops; only the layers listed in `layers` play in it."""

    layers: tuple[Name, ...]
    length_bars: Bars | None = None
    length_beats: Beats | None = None
    intro_bars: Bars | None = None
    intro_beats: Beats | None = None
    first_beat_s: Seconds = 0.0
    tempo_bpm: Annotated[float, Meta(ge=20.0, le=400.0)] | None = None
    meter: Meter | None = None
    beat: Beat | None = None
    markers: dict[Name, Place] = msgspec.field(default_factory=dict)
    phrase_bars: Bars = 4
    min_stay_bars: Annotated[int, Meta(ge=0, le=4096)] = 0
    plays: Bars | None = None
    then: Name = "select"
    key: str | None = None
    chords: tuple[str, ...] = ()
    form: str | None = None
    energy: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.5
    levels_db: dict[Name, Level] = msgspec.field(default_factory=dict)


class SelectTable(Table, frozen=True):
    """`[[select]]`: the section that should play is that of the first line, from the top, that is true."""

    section: Name
    when: str | None = None
    urgent: bool = False
    react_within_s: Positive | None = None


class Grid(Table, frozen=True):
    """A custom grid, counted from bar 1 of each pass.

    Give exactly one of `every_bars`, `every_beats` and `marker`: `{ every_bars = 4, offset_bars = 1 }`,
    `{ every_beats = 2, offset_beats = 0.5 }` or `{ marker = "lift" }`.  The marker `any` means all markers.
    """

    every_bars: Bars | None = None
    offset_bars: Annotated[int, Meta(ge=0, le=4096)] = 0
    every_beats: Beats | None = None
    offset_beats: Length = 0.0
    marker: Name | None = None


Where = Literal["immediate", "beat", "bar", "phrase", "end"] | Grid
"""The places of a section at which it may be left, or a stinger may land."""


class Entry(Table, frozen=True):
    """`{ marker = "lift" }`: the marker at which the new section is entered.

    `matching` is the marker with the same name as the one at which the old section is left; `random` is one
    of all markers, chosen at random.
    """

    marker: Name


class TransitionTable(Table, frozen=True, rename={"source": "from", "target": "to"}):
    """`[[transitions]]`: how one section changes to another; the most specific rule applies."""

    source: Name = "any"
    target: Name = "any"
    exit_at: Where = "bar"
    enter_at: Literal["start", "loop", "same_position", "last_position"] | Entry = "start"
    fade_out: Fade | None = None
    fade_in: Fade | None = None
    pickup: Literal["auto", "always", "never"] = "auto"
    bridge: Name | None = None
    fill: Name | None = None


class BridgeTable(Table, frozen=True):
    """`[bridges.NAME]`: music that plays once between two sections, as part of a transition."""

    stem: Files | None = None
    order: Order = "shuffle"
    avoid_last: Annotated[int, Meta(ge=0)] = 1
    layers: tuple[Name, ...] = ()
    length_bars: Bars | None = None
    length_beats: Beats | None = None
    first_beat_s: Seconds = 0.0
    tempo_bpm: Annotated[float, Meta(ge=20.0, le=400.0)] | None = None
    meter: Meter | None = None
    beat: Beat | None = None
    key: str | None = None
    chords: tuple[str, ...] = ()
    energy: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.5
    markers: dict[Name, Place] = msgspec.field(default_factory=dict)
    fade_in: Fade | None = None
    fade_out: Fade | None = None
    level_db: Level = 0.0
    pan: Annotated[float, Meta(ge=-1.0, le=1.0)] = 0.0
    reverb_db: Level | None = None
    bus: Name = "master"
    placed: PlacedTable | None = None
    sends: dict[Name, Level] = msgspec.field(default_factory=dict)


class FillTable(Table, frozen=True):
    """`[fills.NAME]`: a one-shot that leads up to a seam; it sounds only if the transition happens."""

    stem: Files
    length_beats: Beats
    order: Order = "shuffle"
    avoid_last: Annotated[int, Meta(ge=0)] = 1
    first_beat_s: Seconds = 0.0
    replaces: tuple[Name, ...] = ()
    must_fit: bool = False
    level_db: Level = 0.0
    pan: Annotated[float, Meta(ge=-1.0, le=1.0)] = 0.0
    reverb_db: Level | None = None
    bus: Name = "master"
    placed: PlacedTable | None = None
    sends: dict[Name, Level] = msgspec.field(default_factory=dict)


class PlaylistTable(Table, frozen=True):
    """`[playlists.NAME]`: sections that play one after another; its name can stand for a section."""

    play: Annotated[tuple[Name, ...], Meta(min_length=1)]
    order: Order = "sequence"
    weights: dict[Name, Positive] = msgspec.field(default_factory=dict)
    loops: Bars | dict[Name, Bars] = 1
    avoid_last: Annotated[int, Meta(ge=0)] = 1
    each_time: Literal["one", "all"] = "one"
    at_end: Literal["again", "hold"] = "again"


class StingerNote(Table, frozen=True):
    """A note of a stinger: beats from its sync point, and a scale degree (1 is the tonic, 8 its octave)."""

    at: Annotated[float, Meta(ge=-64.0, le=64.0)]
    degree: Annotated[int, Meta(ge=-21, le=28)]
    beats: Annotated[float, Meta(gt=0.0, le=64.0)] = 1.0
    velocity: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.8


class StingerTable(Table, frozen=True):
    """`[stingers.NAME]`: a one-shot that the event of the same name plays; its first beat lands on the grid.

    Give either a `stem` (a file, a list of variations, or either for each key), or `notes` and an
    `instrument`.
    """

    stem: Files | dict[str, Files] | None = None
    order: Order = "shuffle"
    avoid_last: Annotated[int, Meta(ge=0)] = 1
    first_beat_s: Seconds = 0.0
    tempo_bpm: Annotated[float, Meta(ge=20.0, le=400.0)] | None = None
    stretch: Stretch | None = None
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
    bus: Name = "master"
    placed: PlacedTable | None = None
    sends: dict[Name, Level] = msgspec.field(default_factory=dict)


class ReverbTable(Table, frozen=True):
    """`[reverb]`: the reverb that layers, stingers, bridges and fills send to with `reverb_db`."""

    decay_s: Annotated[float, Meta(ge=0.2, le=20.0)] = 2.4
    damping: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.45
    predelay_ms: Annotated[float, Meta(ge=0.0, le=200.0)] = 18.0
    low_cut_hz: Annotated[float, Meta(ge=20.0, le=1000.0)] = 180.0
    level_db: Level = 0.0


class BusTable(Table, frozen=True):
    """`[buses.NAME]`: a channel of the mixer that layers and other buses are routed to."""

    inserts: tuple[Insert, ...] = ()
    output: Name = "master"
    placed: PlacedTable | None = None
    sends: dict[Name, Control] = msgspec.field(default_factory=dict)
    level_db: Control = 0.0
    pan: Control = 0.0
    cutoff_hz: Control | None = None


class MasterTable(Table, frozen=True):
    """`[master]`: the whole mix, before the limiter."""

    level_db: Control | None = None
    cutoff_hz: Control | None = None
    inserts: tuple[Insert, ...] = ()


class SnapshotTable(Table, frozen=True, kw_only=True):
    """`[snapshots.NAME]`: values of the mixer that blend in by a condition, an event or a message."""

    set: Annotated[dict[str, Annotated[float, Meta(ge=-1e9, le=1e9)]], Meta(min_length=1, max_length=64)]
    when: str | None = None
    priority: Annotated[int, Meta(ge=-1000, le=1000)] = 0
    fade_in: Fade | None = None
    fade_out: Fade | None = None
    change_at: Literal["immediate", "beat", "bar", "phrase"] = "immediate"
    begin_on: Name | None = None
    end_on: Name | None = None


class PresetFile(Table, frozen=True, kw_only=True):
    """A preset: the whole of `preset.toml`."""

    schema: Literal[1]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    tempo_bpm: Annotated[float, Meta(ge=20.0, le=400.0)]
    meter: Meter = "4/4"
    beat: Beat | None = None
    key: str = "A minor"
    seed: Annotated[int, Meta(ge=0)] = 0
    level_db: Level | None = None
    credits: Credits = msgspec.field(default_factory=Credits)
    parameters: dict[Name, ParameterTable] = msgspec.field(default_factory=dict)
    states: dict[Name, StateTable] = msgspec.field(default_factory=dict)
    inputs: tuple[InputTable, ...] = ()
    tempo_follow: TempoFollowTable | None = None
    instruments: dict[Name, Instrument] = msgspec.field(default_factory=dict)
    steer: SteerTable = msgspec.field(default_factory=SteerTable)
    layers: dict[Name, LayerTable]
    sections: Annotated[dict[Name, SectionTable], Meta(min_length=1)]
    select: tuple[SelectTable, ...] = ()
    transitions: tuple[TransitionTable, ...] = ()
    playlists: dict[Name, PlaylistTable] = msgspec.field(default_factory=dict)
    bridges: dict[Name, BridgeTable] = msgspec.field(default_factory=dict)
    fills: dict[Name, FillTable] = msgspec.field(default_factory=dict)
    stingers: dict[Name, StingerTable] = msgspec.field(default_factory=dict)
    buses: dict[Name, BusTable] = msgspec.field(default_factory=dict)
    snapshots: dict[Name, SnapshotTable] = msgspec.field(default_factory=dict)
    reverb: ReverbTable = msgspec.field(default_factory=ReverbTable)
    master: MasterTable = msgspec.field(default_factory=MasterTable)
