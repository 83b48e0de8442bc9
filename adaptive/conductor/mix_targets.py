"""What a ``mix`` message can hold: levels, pans, cutoffs, sends, and parameters of inserts and instruments.

A target is named by its key path in the preset: ``layers.strings.level_db``, ``buses.far.sends.reverb``,
``layers.lead.inserts.echo.feedback``, ``layers.lead.instrument.cutoff_hz``, ``master.cutoff_hz``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adaptive.conductor.layout.buses import sends_of
from adaptive.conductor.layout.layout import PresetLayout
from adaptive.conductor.layout.master import fixed_level_db, needs_master_bus
from adaptive.engine.records import OPEN_HZ
from adaptive.engine.spec import MappingSpec
from adaptive.kernel import layout as kernel
from adaptive.kernel.processors.registry import PROCESSORS
from adaptive.kernel.sources.registry import SOURCES
from adaptive.preset.inserts import InsertTable
from adaptive.preset.instrument_controls import controlled
from adaptive.preset.instrument_tables import SourceTable
from adaptive.preset.mix_paths import CUTOFFS_HZ, LEVELS_DB
from adaptive.preset.mixer import MASTER, REVERB, STRIPS
from adaptive.preset.model import Preset
from adaptive.preset.placed import KINDS, RANGES, numbers_of, place_of
from adaptive.preset.placed_table import PlacedTable
from adaptive.preset.schema import BusTable, LayerTable, PresetFile
from adaptive.preset.segments import bridge_segment
from adaptive.preset.table import Control, Curve
from adaptive.units import SILENCE_DB, db_to_gain

Row = Callable[[PresetLayout], int]
"""Finds the row of a strip or a bus in a layout."""


@dataclass(frozen=True, slots=True)
class MixTarget:
    """A number of the mixer that a message can hold.

    Parameters
    ----------
    path : str
        Key path in the preset.
    low, high : float
        Range of the value.
    row : callable
        Finds the row of its strip or bus; of the master, if it has no bus, any.
    kind : int
        What it is to the kernel, one of ``layout.MAP_…``.
    control : Control
        What the preset says: a number or a curve.
    beside : float
        What already lies in the fader of its strip, in the unit of the value: the preset's number of a level
        or pan.
    send : str
        Name of the bus that a send goes to.
    insert, name : str
        Which insert, and which of its parameters.
    is_ratio : bool
        Whether it moves along ratios, as frequencies and times do.
    is_angle : bool
        Whether it moves the short way round a circle of degrees.
    instrument : callable or None
        Finds the row of the instrument that it belongs to; None: to none.
    """

    path: str
    low: float
    high: float
    row: Row
    kind: int
    control: Control
    beside: float = 0.0
    send: str = ""
    insert: str = ""
    name: str = ""
    is_ratio: bool = False
    is_angle: bool = False
    instrument: Row | None = None

    @property
    def has_curve(self) -> bool:
        """Whether a curve says what it is while nothing holds it."""
        return isinstance(self.control, Curve)

    @property
    def is_level(self) -> bool:
        """Whether it is in decibels, and a gain to the kernel."""
        return self.kind in IN_DB

    @property
    def own(self) -> float:
        """What the cell holds while nothing holds it, if the preset says a number."""
        return 0.0 if isinstance(self.control, Curve) else self.in_cell(self.control)

    def in_cell(self, value: float) -> float:
        """A value as the kernel's cell holds it: levels as linear gains."""
        if self.is_level:
            return db_to_gain(value) / db_to_gain(self.beside)
        return value - self.beside

    def place(self, layout: PresetLayout) -> MappingSpec:
        """Where its cell is."""
        row, send, kind = self.row(layout), 0, self.kind
        if self.path == MASTER_LEVEL and layout.spec.rig is not None:
            kind = kernel.MAP_MASTER_DB  # what is placed does not go through the master's bus
        if self.kind == kernel.MAP_SEND_DB:
            send = layout.spec.buses[row].sends.index(layout.buses.rows[self.send])
        instrument = 0 if self.instrument is None else self.instrument(layout)
        return MappingSpec(0, kind, row, (), send, self.insert, self.name, instrument)


MASTER_LEVEL = f"{MASTER}.level_db"
IN_DB = {kernel.MAP_GAIN_DB, kernel.MAP_SEND_DB, kernel.MAP_MASTER_DB}


def mix_targets(preset: Preset) -> dict[str, MixTarget]:
    """All targets of a preset, by key path."""
    return {target.path: target for target in _targets(preset.file)}


def why_unplaced(path: object, file: PresetFile) -> str:
    """Why `path`, a number of a place, is no target of a preset; empty if it names no strip or bus."""
    owner, _, number = path.partition(".placed.") if isinstance(path, str) else ("", "", "")
    kind, _, name = owner.partition(".")
    if number not in RANGES or kind not in KINDS or name not in getattr(file, kind):
        return ""
    placed = place_of(getattr(file, kind)[name])
    if placed is None:
        return f"; {owner} has no place: `placed` in [{owner}] of the preset gives it one"
    return f"; the place of {owner} has {', '.join(numbers_of(placed))}"


def _targets(file: PresetFile) -> Iterator[MixTarget]:
    for kind in STRIPS:
        for name, table in getattr(file, kind).items():
            yield from _strip(kind, name, table)
    for kind, name, instrument in controlled(file):
        yield from _instrument(kind, name, instrument)
    for name, bus in file.buses.items():
        yield from _channel(f"buses.{name}", bus, _bus_row(name))
        yield from _placed(f"buses.{name}", bus.placed, _bus_row(name))
    yield from _reverb(file)
    yield from _master(file)


def _strip_row(kind: str, name: str) -> Row:
    key = bridge_segment(name) if kind == "bridges" else name
    return lambda layout: getattr(layout, kind)[key].bus


def _bus_row(name: str) -> Row:
    return lambda layout: layout.buses.rows[name]


def _master_row(layout: PresetLayout) -> int:
    return 0 if layout.buses.master is None else layout.buses.master


def _strip(kind: str, name: str, table: object) -> Iterator[MixTarget]:
    path, row = f"{kind}.{name}", _strip_row(kind, name)
    if isinstance(table, LayerTable):
        yield from _channel(path, table, row)
    else:
        yield from _level(path, getattr(table, "level_db"), row)  # noqa: B009
    for to, level in sends_of(kind, table).items():
        yield MixTarget(f"{path}.sends.{to}", *LEVELS_DB, row, kernel.MAP_SEND_DB, level, send=to)
    yield from _placed(path, place_of(table), row)


def _placed(path: str, placed: PlacedTable | None, row: Row) -> Iterator[MixTarget]:
    for name, control in () if placed is None else numbers_of(placed).items():
        where = f"{path}.placed.{name}"
        is_angle = name == "azimuth_deg"
        yield MixTarget(where, *RANGES[name], row, kernel.MAP_PLACE, control, name=name, is_angle=is_angle)


def _instrument(kind: str, name: str, table: SourceTable) -> Iterator[MixTarget]:
    def instrument_row(layout: PresetLayout) -> int:
        row: int | None = getattr(layout, kind)[name].instrument
        assert row is not None  # what has such a table plays it
        return row

    controls = table.controls()
    for one in SOURCES[table.kind].parameters:
        yield MixTarget(
            f"{kind}.{name}.instrument.{one.name}",
            one.low,
            one.high,
            _strip_row(kind, name),
            kernel.MAP_INSTRUMENT,
            controls[one.name],
            name=one.name,
            is_ratio=one.law == "logarithmic",
            instrument=instrument_row,
        )


def _channel(path: str, table: LayerTable | BusTable, row: Row) -> Iterator[MixTarget]:
    yield from _level(path, table.level_db, row)
    beside = 0.0 if isinstance(table.pan, Curve) else table.pan
    yield MixTarget(f"{path}.pan", -1.0, 1.0, row, kernel.MAP_PAN, table.pan, beside)
    yield _cutoff(path, table.cutoff_hz, row)
    if isinstance(table, BusTable):
        for to, level in table.sends.items():
            yield MixTarget(f"{path}.sends.{to}", *LEVELS_DB, row, kernel.MAP_SEND_DB, level, send=to)
    yield from _inserts(path, table.inserts, row)


def _level(path: str, level: Control, row: Row) -> Iterator[MixTarget]:
    """The level of a channel: not of one that the preset silences by a number, whose fader is 0."""
    beside = 0.0 if isinstance(level, Curve) else level
    if beside > SILENCE_DB:
        yield MixTarget(f"{path}.level_db", *LEVELS_DB, row, kernel.MAP_GAIN_DB, level, beside)


def _cutoff(path: str, cutoff: Control | None, row: Row) -> MixTarget:
    own = OPEN_HZ if cutoff is None else cutoff
    return MixTarget(f"{path}.cutoff_hz", *CUTOFFS_HZ, row, kernel.MAP_CUTOFF, own, is_ratio=True)


def _inserts(path: str, inserts: Sequence[InsertTable], row: Row) -> Iterator[MixTarget]:
    for insert in inserts:
        yield from _parameters(
            f"{path}.inserts.{insert.name}", insert.kind, insert.settings(), row, insert.name
        )


def _parameters(
    path: str, kind: str, settings: Mapping[str, Control], row: Row, insert: str
) -> Iterator[MixTarget]:
    for one in PROCESSORS[kind].parameters:
        if one.name in settings:
            own = settings[one.name]
            yield MixTarget(
                f"{path}.{one.name}",
                one.low,
                one.high,
                row,
                kernel.MAP_INSERT,
                own,
                insert=insert,
                name=one.name,
                is_ratio=one.law == "logarithmic",
            )


def _reverb(file: PresetFile) -> Iterator[MixTarget]:
    row, table = _bus_row(REVERB), file.reverb
    yield from _level(REVERB, table.level_db, row)
    settings = {"decay_s": table.decay_s, "damping": table.damping, "low_cut_hz": table.low_cut_hz}
    yield from _parameters(REVERB, REVERB, settings, row, REVERB)


def _master(file: PresetFile) -> Iterator[MixTarget]:
    """The level of the mix; a cutoff and inserts where the preset has them, since they need a bus."""
    level = file.master.level_db
    if isinstance(level, Curve):
        yield from _level(MASTER, level, _master_row)
    else:
        own = fixed_level_db(file)
        if own > SILENCE_DB:
            yield MixTarget(f"{MASTER}.level_db", *LEVELS_DB, _master_row, kernel.MAP_MASTER_DB, own, own)
    if needs_master_bus(file):
        yield _cutoff(MASTER, file.master.cutoff_hz, _master_row)
        yield from _inserts(MASTER, file.master.inserts, _master_row)
