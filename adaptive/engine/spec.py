"""The specification of an engine: counts and settings in the terms of the kernel.

The conductor translates a preset into it.  It contains no sections, chords or beats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adaptive.engine.rig_spec import PlaceSpec, RigSpec
from adaptive.kernel.sources.descriptor import InstrumentSpec

CEILING_DB = -1.0
"""Ceiling of the limiter where no place asks for a lower one."""


@dataclass(frozen=True, slots=True)
class InsertSpec:
    """An insert effect of a bus.

    Parameters
    ----------
    kind : str
        Name of a processor: a key of `kernel.processors.registry.PROCESSORS`.
    name : str
        Its own name; unique among the inserts of the bus.
    values : Mapping
        Parameters and options by name; one that is left out has its default.
    is_bypassed : bool
        Whether the signal passes unchanged.
    key : int or None
        Row of the bus that it listens to, behind that bus's fader; None: its own input.
    file : str
        Path of the recording that it convolves with; empty: none.
    """

    kind: str
    name: str
    values: Mapping[str, float] = field(default_factory=dict)
    is_bypassed: bool = False
    key: int | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class BusSpec:
    """A mixer channel: a strip, or a bus that strips are routed to.

    Parameters
    ----------
    name : str
        Name for meters and stem files.
    output : int or None
        Index of a bus in a later group of eight; None: the master.
    channel : int
        First of the two master channels it is added to.
    sends : tuple of int
        Indices of the buses it sends to, in later groups of eight.
    gain, pan : float
        Initial values; `gain` is linear, `pan` -1 … 1.
    send_gains : tuple of float
        Initial linear gain of each send.
    cutoff_hz : float
        Initial cutoff of the low-pass; at or above 19 kHz it is open and skipped.
    inserts : tuple of InsertSpec
        Its insert effects, in the order of the signal; they come after the low-pass and before the gain.
    placed : PlaceSpec or None
        Where it is heard, in an engine with a rig, if it feeds the master.
    """

    name: str
    output: int | None = None
    channel: int = 0
    sends: tuple[int, ...] = ()
    gain: float = 1.0
    pan: float = 0.0
    send_gains: tuple[float, ...] = ()
    cutoff_hz: float = 20000.0
    inserts: tuple[InsertSpec, ...] = ()
    placed: PlaceSpec | None = None


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """A continuous parameter: range, smoothing, staleness, or the program that derives it.

    Parameters
    ----------
    name : str
        Name in the preset.
    low, high, default : float
        Range and initial value.
    rise_s, fall_s : float
        Smoothing of rising and falling values: a step reaches 99 % after that time; with `is_linear`, a
        change over the whole range takes that time.
    is_circular : bool
        Whether both ends of its range are the same, and it moves the short way round.
    is_linear : bool
        Linear smoothing instead of exponential.
    stale_after_s : float or None
        Time without a new value after which the parameter is stale; None: never.
    fallback : float or None
        Target of a stale parameter; None: it keeps its value.
    decay_s : float or None
        The target of a stale parameter moves to `fallback`, 99 % of the way in this time; None: at once.
    fallback_row : int or None
        Row of another parameter whose value a stale one takes.
    expected_rate_hz : float or None
        How often values should arrive.
    max_change_per_s : float or None
        A value that would need a faster change is refused.
    outlier_sigmas : float or None
        A value so many standard deviations from the median of the last ones is refused.
    program : tuple of (int, float) or None
        Opcode and operand of each step of the stack machine that derives the value; None: not derived.
    """

    name: str
    low: float = 0.0
    high: float = 1.0
    default: float = 0.0
    rise_s: float = 0.0
    fall_s: float = 0.0
    is_linear: bool = False
    is_circular: bool = False
    stale_after_s: float | None = None
    fallback: float | None = None
    program: tuple[tuple[int, float], ...] | None = None
    decay_s: float | None = None
    fallback_row: int | None = None
    expected_rate_hz: float | None = None
    max_change_per_s: float | None = None
    outlier_sigmas: float | None = None


@dataclass(frozen=True, slots=True)
class MappingSpec:
    """A curve from a parameter to a control of a bus.

    Parameters
    ----------
    parameter : int
        Row of the parameter.
    kind : int
        What it sets, one of ``layout.MAP_…``.
    bus : int
        Index of the bus.
    points : tuple of (float, float)
        1 to 8 points (parameter value, control value), interpolated linearly.
    send : int
        Which send of the bus, for ``MAP_SEND_DB``.
    insert, name : str
        Which insert of the bus, and which of its parameters, for ``MAP_INSERT``; `name` is also the parameter
        for ``MAP_INSTRUMENT``.
    instrument : int
        Row of the instrument that plays on the bus, for ``MAP_INSTRUMENT``.
    """

    parameter: int
    kind: int
    bus: int
    points: tuple[tuple[float, float], ...]
    send: int = 0
    insert: str = ""
    name: str = ""
    instrument: int = 0


EngineRow = tuple[str, int]
"""A row of the engine's memory: ``bus``, ``clip``, ``instrument`` or ``parameter``, and its index."""


@dataclass(frozen=True, slots=True)
class SpareRows:
    """Numbers of spare rows for objects added while the engine plays.  They cost memory but no time."""

    clips: int = 0
    instruments: int = 0
    parameters: int = 0
    mappings: int = 0
    sends: int = 0


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """Everything an engine needs to allocate its memory.

    Parameters
    ----------
    sample_rate, channels : int
        Of the master.
    clips, sounds : int
        Numbers of clips and of rows in the sound table.
    buses, instruments, parameters, mappings : sequence
        Settings of each.
    sources : sequence of int
        Rank of each source that writes parameter slots: the highest rank wins, then the latest arrival.
    rings, ring_capacity : int
        Number of command producers, and commands each ring holds.
    entries : int
        Commands that may be scheduled at a time.
    groups : int
        Groups of commands that can be withdrawn separately.
    horizon_s : float
        Commands less far ahead than this are filed once; others are filed again later.
    history_steps : int
        Control steps whose parameter values are kept.
    replies : int
        Replies that may wait to be read.
    ceiling_db, release_s : float
        Ceiling and release time of the limiter.
    gain : float
        Initial linear gain of the master.
    tempo_bpm : float
        Initial tempo in quarter notes a minute, for processors that follow it.
    spare_rows : SpareRows
        Spare rows.
    spare_buses : range
        Buses that are allocated but not rendered until they have an owner: whole groups of eight.
    is_elastic : bool
        Whether clips can follow a tempo map.
    owners : Mapping
        Maps a row to a token that identifies its owner.  While the engine plays, a row is written anew when
        its owner changes.
    rig : RigSpec or None
        The speakers that placed buses are panned to; None: every bus feeds two channels.
    """

    sample_rate: int = 48000
    channels: int = 2
    clips: int = 8
    sounds: int = 64
    buses: Sequence[BusSpec] = (BusSpec("main"),)
    instruments: Sequence[InstrumentSpec] = ()
    parameters: Sequence[ParameterSpec] = ()
    mappings: Sequence[MappingSpec] = ()
    sources: Sequence[int] = (0, 0, 0, 0)
    rings: int = 2
    ring_capacity: int = 4096
    entries: int = 8192
    groups: int = 2048
    horizon_s: float = 20.0
    history_steps: int = 4096
    replies: int = 8192
    ceiling_db: float = CEILING_DB
    release_s: float = 0.12
    gain: float = 1.0
    tempo_bpm: float = 120.0
    spare_rows: SpareRows = SpareRows()
    spare_buses: range = range(0)
    is_elastic: bool = False
    owners: Mapping[EngineRow, object] = field(default_factory=dict)
    rig: RigSpec | None = None
