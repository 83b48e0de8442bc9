"""What an engine is made of: counts and settings, in the kernel's own terms.

The conductor translates a preset into this; nothing here knows of sections, chords or beats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adaptive.kernel import layout


@dataclass(frozen=True, slots=True)
class BusSpec:
    """A mixer strip.

    Parameters
    ----------
    name : str
        For meters and stems.
    output : int or None
        Index of a bus in a later group of eight; None: the master.
    channel : int
        First of the two master channels it goes to.
    sends : tuple of int
        Buses it may send to, at most two.
    effect : int or None
        Index of a reverb that replaces what comes in.
    gain, pan : float
        At the start; `gain` is linear, `pan` -1 … 1.
    send_gains : tuple of float
        Linear gain of each send at the start.
    cutoff_hz : float
        Low-pass; at or above 19 kHz it is open.
    """

    name: str
    output: int | None = None
    channel: int = 0
    sends: tuple[int, ...] = ()
    effect: int | None = None
    gain: float = 1.0
    pan: float = 0.0
    send_gains: tuple[float, ...] = ()
    cutoff_hz: float = 20000.0


@dataclass(frozen=True, slots=True)
class EnvelopeSpec:
    """Attack, decay, sustain (0 … 1) and release; times in seconds."""

    attack_s: float = 0.005
    decay_s: float = 0.1
    sustain: float = 1.0
    release_s: float = 0.1


@dataclass(frozen=True, slots=True)
class OscillatorSpec:
    """One oscillator: shape (`layout.SAW` …), level 0 … 1, offset in semitones, pulse width."""

    shape: int = layout.SAW
    level: float = 1.0
    semitones: float = 0.0
    width: float = 0.5


@dataclass(frozen=True, slots=True)
class InstrumentSpec:
    """A synthesiser: its bus, how many voices, and how they sound.

    Frequencies in hertz, times in seconds, `resonance` 0 … 0.98, everything called octaves in octaves.
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


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """A continuous value: range, smoothing, staleness, or a program that derives it.

    `rise_s` and `fall_s`: a step is there (99 %) after that time; with `is_linear`, the whole range
    takes that time.  `stale_after_s` of None: never stale.  `fallback` of None: hold.
    """

    name: str
    low: float = 0.0
    high: float = 1.0
    default: float = 0.0
    rise_s: float = 0.0
    fall_s: float = 0.0
    is_linear: bool = False
    stale_after_s: float | None = None
    fallback: float | None = None
    program: tuple[tuple[int, float], ...] | None = None


@dataclass(frozen=True, slots=True)
class MappingSpec:
    """A curve from a parameter to a control of a bus: at most eight points."""

    parameter: int
    kind: int
    bus: int
    points: tuple[tuple[float, float], ...]
    send: int = 0


@dataclass(frozen=True, slots=True)
class ReverbSpec:
    """A room: time to -60 dB, damping 0 … 1, pre-delay, low cut, linear gain."""

    decay_s: float = 2.4
    damping: float = 0.45
    predelay_s: float = 0.018
    low_cut_hz: float = 180.0
    gain: float = 1.0


EngineRow = tuple[str, int]
"""A row of the engine's memory: ``bus``, ``clip``, ``instrument`` or ``parameter``, and its number."""


@dataclass(frozen=True, slots=True)
class SpareRows:
    """Spare rows for what is added while the engine plays: they take memory, and no time.

    `voice_groups` counts groups of sixteen voices.
    """

    clips: int = 0
    instruments: int = 0
    voice_groups: int = 0
    parameters: int = 0
    mappings: int = 0


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """All an engine needs to lay out its memory; counts are run-time sizes.

    `sources` ranks who may write parameter slots: a higher rank wins, equals by arrival.
    `entries` is how many commands may be scheduled, `horizon_s` how far ahead they are filed
    without being filed again.  `spare_buses` are laid out and not rendered yet: whole groups of eight.
    `owners` says who sits where; a row is written anew while the engine plays when another takes it.
    """

    sample_rate: int = 48000
    channels: int = 2
    clips: int = 8
    sounds: int = 64
    buses: Sequence[BusSpec] = (BusSpec("main"),)
    instruments: Sequence[InstrumentSpec] = ()
    parameters: Sequence[ParameterSpec] = ()
    mappings: Sequence[MappingSpec] = ()
    reverbs: Sequence[ReverbSpec] = ()
    sources: Sequence[int] = (0, 0, 0, 0)
    rings: int = 2
    ring_capacity: int = 4096
    entries: int = 8192
    groups: int = 2048
    horizon_s: float = 20.0
    history_steps: int = 4096
    replies: int = 8192
    ceiling_db: float = -1.0
    release_s: float = 0.12
    gain: float = 1.0
    room: SpareRows = SpareRows()
    spare_buses: range = range(0)
    owners: Mapping[EngineRow, object] = field(default_factory=dict)
