"""The settings of a sampler: regions in seconds, decibels and cents, and how they become its records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from adaptive.kernel.dsp.interpolate import BEFORE, TAPS, sinc_table
from adaptive.kernel.processors.descriptor import Option, Parameter
from adaptive.kernel.sources.descriptor import SoundSource, SourceText
from adaptive.kernel.sources.sampler import unit
from adaptive.kernel.sources.sampler_record import REGION, SAMPLER, SAMPLER_VOICES
from adaptive.units import db_to_gain, hz_to_pitch

Array = np.ndarray[Any, Any]

FALL_DB = 96.0
"""What a decay to nothing or a release falls in its time, as SoundFont counts it."""

FALL_OCTAVES = FALL_DB / (20.0 * math.log10(2.0))
CHOKE_S = 0.025
"""Time in which a choked note falls by `FALL_DB`: by 60 dB in 16 ms."""

OPEN_HZ = 19000.0
"""A filter with this cutoff, or a higher one, that nothing moves is left out."""

FLAT_Q = 1.0 / math.sqrt(2.0)
PADDING = 2 * TAPS
"""Frames of silence, or of a loop's beginning, behind a recording: more than are read at a time."""

BEST_VOICES = 32


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


@dataclass(frozen=True, eq=False, slots=True)
class Recording:
    """Frames of one channel, float32, and their rate."""

    frames: Array
    sample_rate: float


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
    start : int
        Frame at which a note begins.
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
    choke : int
        Notes of one group silence each other; 0: none.
    """

    recording: Recording
    keys: tuple[int, int] = (0, 127)
    velocities: tuple[int, int] = (0, 127)
    root_key: float = 60.0
    tune_cents: float = 0.0
    key_cents: float = 100.0
    start: int = 0
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
    choke: int = 0


class SampleSet:
    """The regions of a sampler, and their records at each rate that an engine asks for.

    Parameters
    ----------
    name : str
        What it is called, for messages.
    regions : sequence of Region
        At least one.
    """

    def __init__(self, name: str, regions: Sequence[Region]) -> None:
        self.name, self.regions = name, tuple(regions)
        self._records: dict[int, Array] = {}
        self._data: dict[tuple[int, tuple[int, int] | None], Array] = {}

    def chosen(self, key: int, velocity: int) -> list[int]:
        """Numbers of the regions that a key and a velocity (1 … 127) play."""
        return [
            number
            for number, region in enumerate(self.regions)
            if region.keys[0] <= key <= region.keys[1]
            and region.velocities[0] <= velocity <= region.velocities[1]
        ]

    def records(self, sample_rate: int) -> Array:
        """Records of `REGION`, in the order of the regions; they live as long as this object."""
        if sample_rate not in self._records:
            rows = np.zeros(len(self.regions), REGION)
            for row, region in zip(rows, self.regions, strict=True):
                self._fill(row, region, sample_rate)
            self._records[sample_rate] = rows
        return self._records[sample_rate]

    def _address(self, recording: Recording, loop: tuple[int, int] | None) -> int:
        """Address of the first frame of a recording, with what is read before and behind it."""
        key = (id(recording), loop)
        if key not in self._data:
            frames = recording.frames
            if loop is None:
                behind = np.zeros(PADDING, np.float32)
            else:
                frames = frames[: loop[1]]
                behind = np.resize(frames[loop[0] :], PADDING)
            self._data[key] = np.concatenate([np.zeros(BEFORE, np.float32), frames, behind], dtype=np.float32)
        data = self._data[key]
        return int(data.ctypes.data) + data.itemsize * BEFORE

    def _fill(self, row: Any, region: Region, rate: int) -> None:
        recording, loop = region.recording, region.loop
        row["plain"] = self._address(recording, None) if loop is None or region.loops_until_release else 0
        row["data"] = row["plain"] if loop is None else self._address(recording, loop)
        row["frames"] = recording.frames.size
        if loop is not None:
            row["loop_end"], row["loop_frames"] = loop[1], loop[1] - loop[0]
        row["loops_until_release"] = region.loops_until_release
        row["start"], row["choke"] = region.start, region.choke
        row["ratio"] = recording.sample_rate / rate
        row["root"], row["key_scale"] = region.root_key, region.key_cents / 100.0
        row["tune"] = region.tune_cents / 100.0
        row["pan"] = region.pan
        quality = FLAT_Q * 10.0 ** (region.resonance_db / 20.0)
        row["gain"] = db_to_gain(region.level_db) / math.sqrt(quality / FLAT_Q)
        row["damping"] = 1.0 / quality
        row["cutoff_pitch"] = hz_to_pitch(region.cutoff_hz)
        is_moved = region.modulation_cutoff_cents < 0.0 or region.lfo.cutoff_cents != 0.0
        row["is_filtered"] = region.cutoff_hz < OPEN_HZ or region.resonance_db > 0.0 or is_moved
        for which, envelope in enumerate((region.amplitude, region.modulation)):
            _fill_envelope(row, which, envelope, rate)
        row["modulation_pitch"] = region.modulation_pitch_cents / 100.0
        row["modulation_cutoff"] = region.modulation_cutoff_cents / 100.0
        for which, lfo in enumerate((region.lfo, region.vibrato)):
            row["lfo_delay"][which] = lfo.delay_s * rate
            row["lfo_step"][which] = lfo.rate_hz / rate
            row["lfo_pitch"][which] = lfo.pitch_cents / 100.0
        row["lfo_cutoff"] = region.lfo.cutoff_cents / 100.0
        row["lfo_octaves"] = region.lfo.level_db / (20.0 * math.log10(2.0))


def _fill_envelope(row: Any, which: int, envelope: RegionEnvelope, rate: int) -> None:
    whole = FALL_OCTAVES if which == 0 else 1.0
    row["delay"][which] = round(envelope.delay_s * rate)
    row["attack"][which] = max(1.0, envelope.attack_s * rate)
    row["hold"][which] = envelope.hold_s * rate
    row["decay_rate"][which] = whole / max(1.0, envelope.decay_s * rate)
    row["sustain"][which] = envelope.sustain
    row["release_rate"][which] = whole / max(1.0, envelope.release_s * rate)
    row["hold_octaves"][which] = envelope.hold_cents / 1200.0
    row["decay_octaves"][which] = envelope.decay_cents / 1200.0


@dataclass(frozen=True, slots=True)
class SamplerSpec:
    """A sampler: its bus, its number of voices, its regions, level and tuning.

    `source` tells two sets of regions apart, such as a file and a program.
    """

    bus: int
    samples: SampleSet
    voices: int = BEST_VOICES
    level_db: float = 0.0
    tune_cents: float = 0.0
    source: tuple[object, ...] = ()

    @property
    def kind(self) -> str:
        """Name of its source."""
        return "sampler"

    @property
    def fixed(self) -> tuple[object, ...]:
        """Kind, voices, and where the regions are from."""
        return (self.kind, self.voices, *self.source)


@lru_cache(maxsize=1)
def _table() -> Array:
    return sinc_table()


def fill_sampler(record: Any, spec: SamplerSpec, sample_rate: int) -> None:
    """Write the settings of a sampler into its record."""
    rows = spec.samples.records(sample_rate)
    record["at_regions"], record["region_count"] = rows.ctypes.data, rows.size
    record["at_sinc"] = _table().ctypes.data
    record["gain"] = db_to_gain(spec.level_db)
    record["tune"] = spec.tune_cents / 100.0
    record["choke_rate"] = FALL_OCTAVES / (CHOKE_S * sample_rate)


SAMPLER_SOURCE = SoundSource(
    "sampler",
    "Recordings that notes play at their pitch: a program of a SoundFont.",
    unit,
    SAMPLER,
    SAMPLER_VOICES,
    fill_sampler,
    parameters=(
        Parameter("level_db", -60.0, 24.0, 0.0, "Level of its notes."),
        Parameter("tune_cents", -1200.0, 1200.0, 0.0, "Added to the pitch of its notes."),
    ),
    options=(Option("bank", 0.0, 65535.0, 0.0, "Bank of the program; 128 has the drum kits."),),
    texts=(
        SourceText("soundfont", "A file with the ending .sf2, relative to the folder of the preset.", True),
        SourceText(
            "program", "A General MIDI name, a number from 0, or the name in the file.", may_be_number=True
        ),
    ),
    usual_voices=BEST_VOICES,
)
