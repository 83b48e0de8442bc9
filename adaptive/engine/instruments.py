"""The instruments of an engine: allocates their records and voices, and writes their settings.

Each instrument has a record and voices of its own kind.  A table holds their addresses, by which commands
reach them; the render list holds them, too.  So instruments of any kind and size can be added while the
engine plays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from adaptive.engine.arrays import Array, address, aligned
from adaptive.kernel import layout as k
from adaptive.kernel.sources.descriptor import InstrumentSpec
from adaptive.kernel.sources.notes import NEVER
from adaptive.kernel.sources.registry import SOURCES
from adaptive.kernel.sources.sample_records import SampleRecords


class Instruments:
    """The instruments of an engine, by row.

    Parameters
    ----------
    table : ndarray of int64
        Address of each instrument; one element for each row, used or spare.
    sample_rate : int
        Of the engine.
    """

    def __init__(self, table: Array, sample_rate: int) -> None:
        self._table, self._rate = table, sample_rate
        self._specs: dict[int, InstrumentSpec] = {}
        self._records: dict[int, Array] = {}
        self._voices: dict[int, Array] = {}
        self._belongings: dict[int, object] = {}
        self._replaced: list[object] = []

    def begin(self, row: int, spec: InstrumentSpec) -> None:
        """Allocate an instrument, in a row that had none or whose owner has changed.

        What was there is kept until `free_replaced`, because the kernel may still read it.
        """
        source = SOURCES[spec.kind]
        record = aligned(source.instrument, 1)
        limit = spec.voices + source.spare_voices
        voices = aligned(source.voices, -(-limit // k.LANES))
        voices["event_offset"], voices["release_frame"] = -1, NEVER
        head = record[0]
        head["bus"], head["voice_limit"], head["first_event"] = spec.bus, limit, -1
        head["voices"], head["group_count"] = address(voices), voices.size
        head["fade_from"] = head["fade_to"] = head["fade_value"] = 1.0
        if source.prepare is not None:
            source.prepare(voices, spec)
        source.fill(head, spec, self._rate)
        self._want(head, spec)
        if row in self._records:
            self._replaced.append(
                (self._specs[row], self._records[row], self._voices[row], self._belongings.get(row))
            )
        self._belongings[row] = None if source.begin is None else source.begin(head, spec, self._rate)
        self._specs[row], self._records[row], self._voices[row] = spec, record, voices
        self._table[row] = address(record)

    def set(self, row: int, spec: InstrumentSpec, curved: Collection[str] = ()) -> None:
        """Change the settings of an instrument that plays; its kind and voices stay.

        Parameters that a curve sets, `curved`, are left alone.
        """
        self._replaced.append(self._specs[row])  # the record may hold addresses of what belongs to it
        SOURCES[spec.kind].fill(self.record(row), spec, self._rate)
        self._want(self.record(row), spec, curved)
        self._specs[row] = spec

    def _want(self, record: Any, spec: InstrumentSpec, curved: Collection[str] = ()) -> None:
        """Write where parameters move to.  Single words."""
        source = SOURCES[spec.kind]
        values = getattr(spec, "values", None)
        if source.has_controls and values is not None:
            values = {one.name: one.default for one in source.parameters} | dict(values)
            for number, one in enumerate(source.parameters):
                if one.name not in curved:
                    record["wanted"][number, 0] = values[one.name]

    def cell(self, row: int, name: str) -> int:
        """Address of the float32 that a parameter moves to."""
        number = SOURCES[self._specs[row].kind].row_of(name)
        return address(self.record(row)["wanted"][number])

    def settle(self, row: int, name: str, value: float) -> None:
        """Set a parameter of an instrument at rest: it has it from its next note on."""
        self.record(row)["wanted"][SOURCES[self._specs[row].kind].row_of(name), 0] = value

    def free_replaced(self) -> None:
        """Free the memory of instruments that were replaced before: no render list names them any more."""
        self._replaced = []

    def record(self, row: int) -> Any:
        """The record of an instrument."""
        return self._records[row][0]

    def spec(self, row: int) -> Any:
        """The specification of an instrument."""
        return self._specs[row]

    def belongings(self, row: int) -> object:
        """What the source has made for an instrument; see `SoundSource.begin`."""
        return self._belongings[row]

    def streamed(self) -> Iterator[tuple[int, SampleRecords]]:
        """Row and records of each sampler that streams recordings from disk."""
        for row, made in list(self._belongings.items()):
            if isinstance(made, SampleRecords) and made.is_streamed:
                yield row, made

    def voices(self, row: int) -> Array:
        """The groups of voices of an instrument."""
        return self._voices[row]

    def is_at_rest(self, row: int) -> bool:
        """Whether an instrument is silent."""
        return bool(self.record(row)["sounding"] == 0 and not self._voices[row]["active"].any())

    def on_bus(self, bus: int) -> list[int]:
        """Rows of the instruments that play on a bus."""
        return [row for row, record in self._records.items() if record[0]["bus"] == bus]

    def units(self) -> list[tuple[str, int]]:
        """Unit and address of each instrument, in the order of their rows."""
        return [(self._specs[row].kind, address(self._records[row])) for row in sorted(self._records)]
