"""What a sampler plays: regions in seconds, decibels and cents, with envelopes and modulators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adaptive.kernel.sources.sample_source import SampleSource
from adaptive.kernel.sources.sampler_record import (
    ALWAYS,
    BEND,
    BEND_RANGE,
    CURVE_SHIFT,
    CURVES,
    IS_BIPOLAR,
    IS_FALLING,
    PRESSURE,
    VELOCITY,
)

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class ModulatorSource:
    """What moves a modulator, as a number from 0 to 1, or with two sides from -1 to 1.

    Parameters
    ----------
    control : int
        A controller, or one of the numbers of `sampler_record`.
    curve : str
        One of `sampler_record.CURVES`.
    is_falling : bool
        Whether it is full at the lowest value.
    is_bipolar : bool
        Whether it has two sides.
    """

    control: int = ALWAYS
    curve: str = "linear"
    is_falling: bool = False
    is_bipolar: bool = False

    @property
    def packed(self) -> int:
        """Its number in a record."""
        flags = (IS_FALLING if self.is_falling else 0) | (IS_BIPOLAR if self.is_bipolar else 0)
        return self.control | CURVES.index(self.curve) << CURVE_SHIFT | flags


@dataclass(frozen=True, slots=True)
class Modulator:
    """Adds ``amount · source · amount_source`` at a destination.

    Parameters
    ----------
    source, amount_source : ModulatorSource
        What moves it, and by how much of it counts.
    destination : str
        One of `sampler_record.DESTINATIONS`.
    amount : float
        In the unit that is given there.
    is_absolute : bool
        Whether the sign of the product is dropped.
    """

    source: ModulatorSource
    destination: str
    amount: float
    amount_source: ModulatorSource = ModulatorSource()
    is_absolute: bool = False


OCTAVES_A_DB = 0.16609640474436813
"""1 / (20 log10 2): octaves of gain in a decibel."""

LOUDNESS = 96.0 * OCTAVES_A_DB
WHEEL_SEMITONES = 127.0

DEFAULT_MODULATORS = (
    Modulator(ModulatorSource(VELOCITY, "concave", is_falling=True), "attenuation", LOUDNESS),
    Modulator(ModulatorSource(7, "concave", is_falling=True), "attenuation", LOUDNESS),
    Modulator(ModulatorSource(11, "concave", is_falling=True), "attenuation", LOUDNESS),
    Modulator(ModulatorSource(10, is_bipolar=True), "pan", 1.0),
    Modulator(ModulatorSource(1), "vibrato_pitch", 0.5),
    Modulator(ModulatorSource(PRESSURE), "vibrato_pitch", 0.5),
    Modulator(ModulatorSource(BEND, is_bipolar=True), "pitch", WHEEL_SEMITONES, ModulatorSource(BEND_RANGE)),
)
"""The default modulators of the SoundFont specification 2.04, section 8.4, apart from three.

Velocity does not move the filter, as in the players in use; reverb and chorus belong to the mixer.
"""


@dataclass(frozen=True, slots=True)
class RegionEnvelope:
    """Delay, attack, hold, decay and release in seconds; `sustain` from 0 to 1.

    A decay of the amplitude falls in decibels, 96 dB in its time; one of the modulation falls linearly from
    1 to 0 in its time.  `hold_cents` and `decay_cents` lengthen hold and decay for each key below 60; 1,200
    double them.
    """

    delay_s: float = 0.0
    attack_s: float = 0.001
    hold_s: float = 0.0
    decay_s: float = 0.001
    sustain: float = 1.0
    release_s: float = 0.001
    hold_cents: float = 0.0
    decay_cents: float = 0.0


@dataclass(frozen=True, slots=True)
class RegionLfo:
    """A triangle: delay, rate, and how far it moves pitch, cutoff (cents) and level (decibels)."""

    delay_s: float = 0.0
    rate_hz: float = 8.176
    pitch_cents: float = 0.0
    cutoff_cents: float = 0.0
    level_db: float = 0.0


NOTHING = np.zeros(0, np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class Recording:
    """One channel of a recording: its frames, or what they are read from.

    Parameters
    ----------
    frames : ndarray of float32
        The frames; empty with a `source`.
    sample_rate : float
        Their rate.
    source : SampleSource or None
        What they are read from.
    channel : int
        Number of the channel in it.
    """

    frames: Array
    sample_rate: float
    source: SampleSource | None = None
    channel: int = 0

    @property
    def size(self) -> int:
        """Number of frames."""
        return int(self.frames.size) if self.source is None else self.source.frames

    def whole(self) -> Array:
        """All its frames.

        Raises
        ------
        OSError
            They cannot be read.
        """
        if self.source is None:
            return self.frames
        made = self.source.read(0, self.source.frames)[self.channel]
        self.source.close()
        return made


@dataclass(frozen=True, slots=True)
class Crossfade:
    """A gain that rises or falls between two values of a velocity, a key or a controller.

    Parameters
    ----------
    source : str or int
        ``velocity``, ``key``, or a controller.
    low, high : float
        0 … 127.
    is_rising : bool
        Whether it is 0 up to `low`, and not from `high` on.
    has_equal_power : bool
        Whether power rises in a straight line, and not the gain.
    """

    source: str | int
    low: float
    high: float
    is_rising: bool
    has_equal_power: bool = True


@dataclass(frozen=True, slots=True)
class RegionRule:
    """When a region plays, beside its keys and velocities, and what it does to others.

    Parameters
    ----------
    draw : tuple of float
        A number that is drawn for each note, from 0 to 1, lies between; the end is not included.
    turns, turn : int
        Of so many notes that could play it, the one with this number, from 1, does.
    controls : tuple of (int, float, float)
        Controllers, and the lowest and highest value with which it plays.
    switches : tuple of int or None
        The lowest and the highest key that switch it on, if one of them was the last switch; None: it is on.
    switch_keys : tuple of int or None
        The lowest and the highest key that are switches; None: there are none.
    first_switch : int or None
        The switch that counts before one was played.
    is_release : bool
        Whether it plays when a note ends.
    decay_db : float
        Decibels a second by which it is softer the longer the note was.
    most_notes : int
        Notes of one key that sound at a time; 0: any number.
    crossfades : tuple of Crossfade
        Gains.
    random_db, random_cents : float
        What is drawn for each note and added: to the level from 0 to this, to the pitch to either side.
    velocity_gains : tuple of (float, float)
        Velocities (0 … 127), rising, and the gain at each; empty: none.
    plays_root : bool
        Whether all keys play its root key.
    before : str
        ``alone``: it plays where no other key is held; ``held``: where one is; empty: always.
    starts : tuple of (int, float, float)
        Controllers that start it when they enter the range between two values, and no key does.
    number : int
        The same for regions that belong together, as both channels of a recording do.
    """

    draw: tuple[float, float] = (0.0, 1.0)
    turns: int = 1
    turn: int = 1
    controls: tuple[tuple[int, float, float], ...] = ()
    switches: tuple[int, int] | None = None
    switch_keys: tuple[int, int] | None = None
    first_switch: int | None = None
    is_release: bool = False
    decay_db: float = 0.0
    most_notes: int = 0
    crossfades: tuple[Crossfade, ...] = ()
    random_db: float = 0.0
    random_cents: float = 0.0
    velocity_gains: tuple[tuple[float, float], ...] = ()
    plays_root: bool = False
    before: str = ""
    starts: tuple[tuple[int, float, float], ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class Region:
    """A recording, the keys and velocities (0 … 127, both ends included) that play it, and how.

    Parameters
    ----------
    recording : Recording
        What is played.
    keys, velocities : tuple of int
        The lowest and the highest.
    root_key : float
        MIDI pitch at which it plays as it was recorded.
    tune_cents : float
        What is added to the pitch.
    key_cents : float
        Cents for each key; 100 is equal temperament.
    start, end : int
        Frame at which a note begins, and the one behind the last that is played; 0: the recording's end.
    loop : tuple of int or None
        First frame of the loop, and the one behind its last; None: it plays once.
    loops_until_release : bool
        Whether a released note leaves the loop and plays on to the end.
    level_db, pan : float
        Gain, and place from -1 to 1.
    cutoff_hz, resonance_db : float
        Of a low-pass with 12 dB an octave.
    amplitude, modulation : RegionEnvelope
        Envelopes of the level, and of what `modulation_pitch_cents` and `modulation_cutoff_cents` move.
    lfo, vibrato : RegionLfo
        Low-frequency oscillators; the vibrato moves the pitch only.
    choke_group, choked_by : int
        A note of a group silences those that are choked by it; 0: none.
    is_choked_slowly : bool
        Whether it is then released, and not cut.
    choke_s : float
        Time in which it then falls by 96 dB, where it is released; 0: that of its envelope.
    plays_to_its_end : bool
        Whether a release does not end it.
    fixed_key, fixed_velocity : float or None
        Key and velocity (0 … 127) of every note; None: its own.
    modulators : tuple of Modulator
        What moves it, such as the velocity and the controls of its channel.
    rule : RegionRule or None
        When it plays, beside its keys and velocities; None: always.
    """

    recording: Recording
    keys: tuple[int, int] = (0, 127)
    velocities: tuple[int, int] = (0, 127)
    root_key: float = 60.0
    tune_cents: float = 0.0
    key_cents: float = 100.0
    start: int = 0
    end: int = 0
    loop: tuple[int, int] | None = None
    loops_until_release: bool = False
    level_db: float = 0.0
    pan: float = 0.0
    cutoff_hz: float = 20000.0
    resonance_db: float = 0.0
    amplitude: RegionEnvelope = field(default_factory=RegionEnvelope)
    modulation: RegionEnvelope = field(default_factory=RegionEnvelope)
    modulation_pitch_cents: float = 0.0
    modulation_cutoff_cents: float = 0.0
    lfo: RegionLfo = field(default_factory=RegionLfo)
    vibrato: RegionLfo = field(default_factory=RegionLfo)
    choke_group: int = 0
    choked_by: int = 0
    is_choked_slowly: bool = False
    choke_s: float = 0.0
    plays_to_its_end: bool = False
    fixed_key: float | None = None
    fixed_velocity: float | None = None
    modulators: tuple[Modulator, ...] = DEFAULT_MODULATORS
    rule: RegionRule | None = None
