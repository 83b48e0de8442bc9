"""The settings of a sampler, and its regions."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from adaptive.kernel.dsp.interpolate import rising_table
from adaptive.kernel.layout import LANES
from adaptive.kernel.processors.descriptor import Option
from adaptive.kernel.sources.descriptor import SoundSource, SourceFlag, SourceText
from adaptive.kernel.sources.sample_records import (
    FALL_DB,
    SampleRecords,
    may_stream,
    sample_records,
    unreadable,
    whole_bytes,
)
from adaptive.kernel.sources.sampler import unit
from adaptive.kernel.sources.sampler_record import (
    BEND,
    BEND_RANGE,
    PARAMETERS,
    SAMPLER,
    SAMPLER_VOICES,
)
from adaptive.kernel.sources.sampler_regions import (
    OCTAVES_A_DB,
    Region,
)

Array = np.ndarray[Any, Any]

CHOKE_S = 0.025
"""Time in which a choked note falls by `FALL_DB`: by 60 dB in 16 ms."""

FADING_VOICES = LANES
AT_REST: Mapping[int, float] = {7: 1.0, 10: 0.5, 8: 0.5, 11: 1.0, BEND: 0.5, BEND_RANGE: 2.0 / 127.0}
"""Controls that are not 0 at first; volume is full, so that a layer is as loud as its level says."""

BEST_VOICES = 64

MOST_VERIFIED_BYTES = 1_000_000_000


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
    troubles : tuple of str
        Recordings that could not be read, as part of sentences, once they were to be.
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
        self._records: dict[int, SampleRecords] = {}
        self.troubles: tuple[str, ...] = ()

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

    @property
    def whole_bytes(self) -> int:
        """Memory that its recordings take when all of them are in memory."""
        return whole_bytes(self.regions)

    @property
    def may_stream(self) -> bool:
        """Whether any of its recordings can be streamed."""
        return any(map(may_stream, self.regions))

    def verify(self) -> None:
        """Read all recordings once and forget them, so that `troubles` has those that cannot be read.

        Those that need more than `MOST_VERIFIED_BYTES` are not read.
        """
        if not self._records and self.whole_bytes <= MOST_VERIFIED_BYTES:
            self.troubles = unreadable(self.regions)

    def records(self, sample_rate: int, *, is_streamed: bool = False) -> SampleRecords:
        """Records of the regions, in their order.

        Those with all recordings in memory are made once for each rate, and live as long as this object;
        those with streams are made for each caller, who keeps them.
        """
        if is_streamed:
            return sample_records(self.regions, self.channels, sample_rate, is_streamed=True)
        if sample_rate not in self._records:
            made = sample_records(self.regions, self.channels, sample_rate, is_streamed=False)
            self._records[sample_rate] = made
            self.troubles = made.troubles
        return self._records[sample_rate]


@dataclass(frozen=True, slots=True)
class SamplerSpec:
    """A sampler: its bus, the most notes at a time, its regions, level and tuning.

    `source` tells two sets of regions apart, such as a file and a program; `told` are sentences for the user
    about what was read, `is_streamed` says whether long recordings are streamed, and `first_switch` which key
    switch is on at first, None: what the file says.
    """

    bus: int
    samples: SampleSet
    most_voices: int = BEST_VOICES
    level_db: float = 0.0
    tune_cents: float = 0.0
    source: tuple[object, ...] = ()
    told: tuple[str, ...] = ()
    is_streamed: bool = False
    first_switch: int | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences for the user, with those about recordings that could not be read."""
        troubles = (f"{self.samples.name}: {one}; it is silent" for one in self.samples.troubles)
        return (*self.told, *troubles)

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
        """Kind, voices, whether it is streamed, its first key switch, and where the regions are from."""
        return (self.kind, self.voices, self.is_streamed, self.first_switch, *self.source)


@lru_cache(maxsize=1)
def _table() -> Array:
    return rising_table()


def fill_sampler(record: Any, spec: SamplerSpec, sample_rate: int) -> None:
    """Write the settings of a sampler into its record."""
    record["most_voices"] = spec.most_voices
    record["at_sinc"] = _table().ctypes.data
    record["choke_rate"] = FALL_DB * OCTAVES_A_DB / (CHOKE_S * sample_rate)


def begin_sampler(record: Any, spec: SamplerSpec, sample_rate: int) -> SampleRecords:
    """Lay out the recordings of a new sampler, whose controls are at rest."""
    made = spec.samples.records(sample_rate, is_streamed=spec.is_streamed)
    for control, value in spec.samples.at_rest.items():
        record["controls"][:, control] = value
    record["at_modulators"], record["modulator_count"] = made.modulators.ctypes.data, made.modulators.size
    record["at_regions"], record["region_count"] = made.regions.ctypes.data, made.regions.size
    return made


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
        SourceText(
            "key_switch",
            "The key switch of an SFZ file that is on at first: its label in the file, or its key as a "
            "number or a name.",
            may_be_number=True,
        ),
    ),
    flags=(
        SourceFlag(
            "streamed",
            "Whether long recordings are read from disk while they play, instead of being kept in memory.",
        ),
    ),
    usual_voices=BEST_VOICES,
    begin=begin_sampler,
    has_patches=False,
    spare_voices=FADING_VOICES,
)
