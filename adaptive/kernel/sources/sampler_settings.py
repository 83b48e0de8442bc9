"""The settings of a sampler, and how its regions become records."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from adaptive.kernel.dsp.interpolate import SHORT_BEFORE, SHORT_TAPS, rising_table
from adaptive.kernel.layout import LANES
from adaptive.kernel.processors.descriptor import Option
from adaptive.kernel.sources.descriptor import SoundSource, SourceText
from adaptive.kernel.sources.sampler import unit
from adaptive.kernel.sources.sampler_record import (
    BEND,
    BEND_RANGE,
    DESTINATIONS,
    MODULATOR,
    PARAMETERS,
    REGION,
    SAMPLER,
    SAMPLER_VOICES,
)
from adaptive.kernel.sources.sampler_regions import (
    OCTAVES_A_DB,
    Modulator,
    Recording,
    Region,
    RegionEnvelope,
)
from adaptive.units import db_to_gain, hz_to_pitch

Array = np.ndarray[Any, Any]

FALL_DB = 96.0
"""What a decay to nothing or a release falls in its time, as SoundFont counts it."""

CHOKE_S = 0.025
"""Time in which a choked note falls by `FALL_DB`: by 60 dB in 16 ms."""

OPEN_HZ = 19000.0
"""A filter with this cutoff, or a higher one, that nothing moves is left out."""

FILTER_DESTINATIONS = {"cutoff", "resonance", "lfo_cutoff", "modulation_cutoff"}
LEAST_SUSTAIN = 2.0**-24  # -144 dB
FADING_VOICES = LANES
CHOKE_GROUPS = 1 << 20
"""More than there are choke groups in a file."""

AT_REST: Mapping[int, float] = {7: 1.0, 10: 0.5, 8: 0.5, 11: 1.0, BEND: 0.5, BEND_RANGE: 2.0 / 127.0}
"""Controls that are not 0 at first; volume is full, so that a layer is as loud as its level says."""

PADDING = 4 * SHORT_TAPS
"""Frames of silence, or of a loop's beginning, behind a recording: more than are read at a time."""

BEST_VOICES = 64


class SampleSet:
    """The regions of a sampler, and their records at each rate that an engine asks for.

    Parameters
    ----------
    name : str
        What it is called, for messages.
    regions : sequence of Region
        At least one.
    channels : sequence of int
        The channel of each region, whose controls move it; left out: 0.
    parts : Mapping or None
        Numbers of the regions that belong to a channel, bank and program; None: all play all notes.
    at_rest : Mapping or None
        Values of controls that are others at first than `AT_REST`.

    Attributes
    ----------
    has_rules : bool
        Whether a region plays by more than its keys and velocities.
    controls : frozenset of int
        The controls that move something.
    """

    def __init__(
        self,
        name: str,
        regions: Sequence[Region],
        channels: Sequence[int] = (),
        parts: Mapping[Any, range] | None = None,
        at_rest: Mapping[int, float] | None = None,
    ) -> None:
        self.name, self.regions = name, tuple(regions)
        self.channels = tuple(channels) or (0,) * len(self.regions)
        self.at_rest: Mapping[int, float] = {**AT_REST, **(at_rest or {})}
        self.has_rules = any(region.rule is not None for region in self.regions)
        self._parts: Mapping[Any, range] = parts or {}
        self._chosen: dict[tuple[int, int, Hashable], tuple[int, ...]] = {}
        self.controls = frozenset(
            source.control
            for region in self.regions
            for one in region.modulators
            for source in (one.source, one.amount_source)
        )
        self._records: dict[int, tuple[Array, Array]] = {}
        self._data: dict[tuple[int, tuple[int, int] | None], Array] = {}

    def chosen(self, key: int, velocity: int, part: Hashable = None) -> tuple[int, ...]:
        """Numbers of the regions of a part that a key and a velocity (1 … 127) play."""
        asked = (key, velocity, part)
        if asked not in self._chosen:
            numbers = range(len(self.regions)) if part is None else self._parts.get(part, range(0))
            self._chosen[asked] = tuple(
                number
                for number in numbers
                if self.regions[number].keys[0] <= key <= self.regions[number].keys[1]
                and self.regions[number].velocities[0] <= velocity <= self.regions[number].velocities[1]
            )
        return self._chosen[asked]

    def records(self, sample_rate: int) -> tuple[Array, Array]:
        """Records of `REGION`, in the order of the regions, and of `MODULATOR`.

        They live as long as this object.
        """
        if sample_rate not in self._records:
            rows = np.zeros(len(self.regions), REGION)
            modulators: list[Modulator] = []
            placed: dict[tuple[Modulator, ...], int] = {}
            for row, region, channel in zip(rows, self.regions, self.channels, strict=True):
                self._fill(row, region, sample_rate)
                if region.modulators not in placed:
                    placed[region.modulators] = len(modulators)
                    modulators += region.modulators
                row["first_modulator"] = placed[region.modulators]
                row["modulator_count"] = len(region.modulators)
                row["channel"] = channel
                for name in ("choke_group", "choked_by"):  # groups of one channel do not choke another
                    row[name] += CHOKE_GROUPS * channel if row[name] else 0
            self._records[sample_rate] = (rows, _modulator_rows(modulators))
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
            self._data[key] = np.concatenate(
                [np.zeros(SHORT_BEFORE, np.float32), frames, behind], dtype=np.float32
            )
        data = self._data[key]
        return int(data.ctypes.data) + data.itemsize * SHORT_BEFORE

    def _fill(self, row: Any, region: Region, rate: int) -> None:
        recording, loop = region.recording, region.loop
        row["plain"] = self._address(recording, None) if loop is None or region.loops_until_release else 0
        row["data"] = row["plain"] if loop is None else self._address(recording, loop)
        row["frames"] = region.end or recording.frames.size
        if loop is not None:
            row["loop_end"], row["loop_frames"] = loop[1], loop[1] - loop[0]
        row["loops_until_release"], row["plays_to_its_end"] = (
            region.loops_until_release,
            region.plays_to_its_end,
        )
        row["choke_group"], row["choked_by"] = region.choke_group, region.choked_by
        row["is_choked_slowly"] = region.is_choked_slowly
        row["start"] = region.start
        row["ratio"] = recording.sample_rate / rate
        row["root"], row["key_scale"] = region.root_key, region.key_cents / 100.0
        row["tune"] = region.tune_cents / 100.0
        row["fixed_pitch"] = -1.0 if region.fixed_key is None else region.fixed_key
        row["fixed_velocity"] = -1.0 if region.fixed_velocity is None else region.fixed_velocity / 127.0
        row["gain"], row["pan"] = db_to_gain(region.level_db), region.pan
        row["cutoff_pitch"] = hz_to_pitch(region.cutoff_hz)
        row["resonance"] = region.resonance_db * OCTAVES_A_DB
        is_moved = region.modulation_cutoff_cents < 0.0 or region.lfo.cutoff_cents != 0.0
        is_moved |= any(one.destination in FILTER_DESTINATIONS for one in region.modulators)
        row["is_filtered"] = region.cutoff_hz < OPEN_HZ or region.resonance_db > 0.0 or is_moved
        for which, envelope in enumerate((region.amplitude, region.modulation)):
            _fill_envelope(row, which, envelope, rate)
        depths = (region.modulation_cutoff_cents, region.modulation_pitch_cents)
        row["has_modulation"] = any(depths) or any(
            one.destination in {"modulation_pitch", "modulation_cutoff"} for one in region.modulators
        )
        row["modulation_pitch"] = region.modulation_pitch_cents / 100.0
        row["modulation_cutoff"] = region.modulation_cutoff_cents / 100.0
        for which, lfo in enumerate((region.lfo, region.vibrato)):
            row["lfo_delay"][which] = _octaves(lfo.delay_s * rate)
            row["lfo_rate"][which] = _octaves(lfo.rate_hz / rate)
            row["lfo_pitch"][which] = lfo.pitch_cents / 100.0
        row["lfo_cutoff"] = region.lfo.cutoff_cents / 100.0
        row["lfo_octaves"] = region.lfo.level_db * OCTAVES_A_DB


NO_TIME = -1000.0
"""Octaves of a frame; no modulator makes a time of it."""


def _octaves(number: float) -> float:
    return math.log2(number) if number > 0.0 else NO_TIME


def _fill_envelope(row: Any, which: int, envelope: RegionEnvelope, rate: int) -> None:
    for name in ("delay", "attack", "hold", "decay", "release"):
        row[name][which] = _octaves(getattr(envelope, f"{name}_s") * rate)
    row["sustain"][which] = (
        -math.log2(max(envelope.sustain, LEAST_SUSTAIN)) if which == 0 else envelope.sustain
    )
    row["hold_octaves"][which] = envelope.hold_cents / 1200.0
    row["decay_octaves"][which] = envelope.decay_cents / 1200.0


def _modulator_rows(modulators: Sequence[Modulator]) -> Array:
    rows = np.zeros(max(1, len(modulators)), MODULATOR)
    for row, one in zip(rows, modulators, strict=False):
        row["source"], row["amount_source"] = one.source.packed, one.amount_source.packed
        row["destination"] = DESTINATIONS.index(one.destination)
        row["is_absolute"], row["amount"] = one.is_absolute, one.amount
    return rows


@dataclass(frozen=True, slots=True)
class SamplerSpec:
    """A sampler: its bus, the most notes at a time, its regions, level and tuning.

    `source` tells two sets of regions apart, such as a file and a program; `remarks` are sentences for the
    user about what was read.
    """

    bus: int
    samples: SampleSet
    most_voices: int = BEST_VOICES
    level_db: float = 0.0
    tune_cents: float = 0.0
    source: tuple[object, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Name of its source."""
        return "sampler"

    @property
    def voices(self) -> int:
        """The most voices at a time."""
        return self.most_voices

    @property
    def values(self) -> Mapping[str, float]:
        """Its parameters, by name."""
        return {"level_db": self.level_db, "tune_cents": self.tune_cents}

    @property
    def fixed(self) -> tuple[object, ...]:
        """Kind, voices, and where the regions are from."""
        return (self.kind, self.voices, *self.source)


@lru_cache(maxsize=1)
def _table() -> Array:
    return rising_table()


def fill_sampler(record: Any, spec: SamplerSpec, sample_rate: int) -> None:
    """Write the settings of a sampler into its record."""
    rows, modulators = spec.samples.records(sample_rate)
    if record["at_regions"] == 0:  # a new one: its controls are at rest
        for control, value in spec.samples.at_rest.items():
            record["controls"][:, control] = value
    record["at_modulators"], record["modulator_count"] = modulators.ctypes.data, modulators.size
    record["at_regions"], record["region_count"] = rows.ctypes.data, rows.size
    record["most_voices"] = spec.most_voices
    record["at_sinc"] = _table().ctypes.data
    record["choke_rate"] = FALL_DB * OCTAVES_A_DB / (CHOKE_S * sample_rate)


SAMPLER_SOURCE = SoundSource(
    "sampler",
    "Recordings that notes play at their pitch: a program of a SoundFont, or an SFZ file.",
    unit,
    SAMPLER,
    SAMPLER_VOICES,
    fill_sampler,
    parameters=PARAMETERS,
    options=(Option("bank", 0.0, 65535.0, 0.0, "Bank of the program; 128 has the drum kits."),),
    texts=(
        SourceText("soundfont", "A SoundFont (.sf2, .sf3), in the preset's folder or in the library."),
        SourceText("sfz", "An SFZ file, in the preset's folder or in the library."),
        SourceText(
            "program", "A General MIDI name, a number from 0, or the name in the file.", may_be_number=True
        ),
    ),
    usual_voices=BEST_VOICES,
    has_patches=False,
    spare_voices=FADING_VOICES,
)
