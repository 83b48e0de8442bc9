"""Lays out a preset: allocates rows for its parameters and strips, in an empty or a running engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adaptive.conductor.layout.buses import (
    bus_spec,
    channel_spec,
    insert_mappings,
    insert_specs,
    place_buses,
    reverb_spec,
    sends_of,
    start_levels,
    with_files,
    with_keys,
    with_sends,
)
from adaptive.conductor.layout.engine_fit import require_fit
from adaptive.conductor.layout.layout import LayerPlace, PresetLayout, default_value
from adaptive.conductor.layout.master import fixed_level_db, master_bus_spec
from adaptive.conductor.layout.places import (
    bed,
    is_placed_by_site,
    is_same_form,
    place_mappings,
    with_place,
)
from adaptive.conductor.layout.row_allocator import NoSpareRowsError, Occupancy, RowAllocator
from adaptive.conductor.layout.strip_players import samplers_of, strip_players
from adaptive.engine.rig_spec import RigSpec
from adaptive.engine.spec import (
    CEILING_DB,
    BusSpec,
    EngineRow,
    EngineSpec,
    MappingSpec,
    ParameterSpec,
    SpareRows,
)
from adaptive.engine.standard_rigs import standard_rig
from adaptive.instruments.sample_streams import USUAL_BYTES, as_streamed, streamed_samplers
from adaptive.kernel import layout as kernel
from adaptive.kernel.sources.descriptor import InstrumentSpec
from adaptive.kernel.sources.sampler_settings import SamplerSpec
from adaptive.preset.elastic import is_elastic
from adaptive.preset.expression import Opcode, compile_program
from adaptive.preset.instrument_controls import instrument_named
from adaptive.preset.instrument_tables import AnyInstrumentTable, SourceTable
from adaptive.preset.mixer import MASTER, REVERB, chains
from adaptive.preset.model import Preset
from adaptive.preset.placed import place_of, places
from adaptive.preset.schema import (
    BridgeTable,
    BusTable,
    FallbackTable,
    FillTable,
    LayerTable,
    ParameterTable,
    StingerTable,
)
from adaptive.preset.segments import bridge_segment
from adaptive.preset.table import Control, Curve
from adaptive.units import db_to_gain

SPARE_STRIPS = 16
"""Strips that can be added while a preset plays: whole groups of eight, not rendered until they are used."""

SPARE_CLIPS, SPARE_INSTRUMENTS = 96, 8
SPARE_PARAMETERS, SPARE_CURVES, SPARE_SENDS, SPARE_SOUNDS = 8, 32, 128, 256
"""Rows of each kind that an edit may add while a preset plays."""

NO_LIMIT = 1_000_000

StripTable = LayerTable | StingerTable | BridgeTable | FillTable

READING = (Opcode.LOAD, Opcode.AGE, Opcode.STALE, Opcode.HEALTHY)
"""Instructions whose operand is a parameter."""


def parameter_spec(name: str, table: ParameterTable) -> ParameterSpec:
    """A parameter's settings as the engine takes them."""
    default = default_value(table)
    fallback = {"default": default, "decay": default}.get(str(table.fallback))
    if isinstance(table.fallback, float | int):
        fallback = float(table.fallback)
    is_linear = table.law == "linear"
    return ParameterSpec(
        name, *table.range, default, table.rise_s, table.fall_s, is_linear, table.circular,
        table.stale_after_s, fallback,
        decay_s=table.decay_s if table.fallback == "decay" else None,
        expected_rate_hz=table.expected_rate_hz,
        max_change_per_s=table.max_change_per_s,
        outlier_sigmas=table.outlier_sigmas,
    )  # fmt: skip


class _Builder:
    """Allocates rows for parameters, layers, stingers, bridges and fills, and fills in their settings.

    Parameters
    ----------
    preset : Preset
        The preset to lay out.
    before : PresetLayout or None
        The layout that plays; what needs the same resources as in it keeps its rows.
    occupancy : Occupancy or None
        The running engine; None: an empty one.
    rig : RigSpec or None
        The speakers that strips and buses are panned to.
    memory_bytes : int
        What the recordings of all instruments may take.
    """

    def __init__(
        self,
        preset: Preset,
        before: PresetLayout | None,
        occupancy: Occupancy | None,
        rig: RigSpec | None = None,
        memory_bytes: int = USUAL_BYTES,
    ) -> None:
        self.preset, self.before, self.occupancy = preset, before, occupancy
        self.rig = rig
        file = preset.file
        if occupancy is None:
            # strips, then spare strips, then the buses
            strips = len(file.layers) + len(file.stingers) + len(file.bridges) + len(file.fills)
            first = -(-strips // kernel.PAIRS) * kernel.PAIRS + SPARE_STRIPS
            self.rows_of_buses = place_buses(file, first, has_rig=rig is not None)
            limits = dict.fromkeys(("clip", "instrument", "parameter"), NO_LIMIT)
        else:
            spec = occupancy.spec
            assert before is not None  # it plays on the engine
            self.rows_of_buses = place_buses(file, before.buses.first, has_rig=rig is not None)
            if before.buses.master is not None:  # a bus that is not needed any more stays
                self.rows_of_buses = replace(self.rows_of_buses, master=before.buses.master)
            limits = {
                "clip": spec.clips + spec.spare_rows.clips,
                "instrument": len(spec.instruments) + spec.spare_rows.instruments,
                "parameter": len(spec.parameters) + spec.spare_rows.parameters,
            }
        self.rows = RowAllocator({**limits, "bus": self.rows_of_buses.first}, occupancy)
        spec_before = None if occupancy is None else occupancy.spec
        self.buses = list(spec_before.buses) if spec_before else []
        self.instruments = list(spec_before.instruments) if spec_before else []
        self.parameters = list(spec_before.parameters) if spec_before else []
        self.mappings: list[MappingSpec] = []
        self.index_of: dict[str, int] = {}
        self.defaults = {name: default_value(t) for name, t in file.parameters.items()}
        self.layers: dict[str, LayerPlace] = {}
        self.stingers: dict[str, LayerPlace] = {}
        self.bridges: dict[str, LayerPlace] = {}
        self.fills: dict[str, LayerPlace] = {}
        self._players = strip_players(file, preset.folder)
        self._streamed = streamed_samplers(samplers_of(self._players), memory_bytes)
        self._kept = self._keep()

    # ── kept rows ──────────────────────────────────────────────────────────────────────────────

    def _keep(self) -> dict[str, LayerPlace]:
        """Places that are kept, by key path; they are reserved before new rows are allocated."""
        if self.before is None:
            return {}
        kept = {}
        for strip, place in self.before.places().items():
            if strip not in self._players or not self._fits(strip, place):
                continue
            kept[strip] = place
            for kind, index in place.rows():
                self.rows.keep(kind, index)
        return kept

    def _fits(self, strip: str, place: LayerPlace) -> bool:
        """Whether a strip needs the rows that a place has."""
        before = None if place.instrument is None else self.instruments[place.instrument].fixed
        wanted = self._instrument(strip, place.bus)
        return (self._players[strip].clips, None if wanted is None else wanted.fixed) == (
            len(place.clips),
            before,
        )

    def _instrument(self, strip: str, bus: int) -> InstrumentSpec | None:
        """The instrument of a strip, on a bus; None: it has none."""
        spec = self._players[strip].instrument(bus)
        if isinstance(spec, SamplerSpec) and strip in self._streamed:
            return as_streamed(spec, self._streamed[strip])
        return spec

    # ── parameters ─────────────────────────────────────────────────────────────────────────────

    def add_parameters(self) -> None:
        """Allocate rows for parameters: sent ones first, then derived ones, each after those it reads."""
        tables = self.preset.file.parameters
        sent = [name for name in tables if name not in self.preset.derived]
        for name in sent:
            self._keep_parameter(name)
        for name in sent:
            if name not in self.index_of:
                self.index_of[name] = self.rows.allocate("parameter", f"parameter {name!r}")
            self._set(self.parameters, self.index_of[name], parameter_spec(name, tables[name]))
        for name, expression in self.preset.derived.items():
            program = compile_program(expression, self.index_of)
            reads = [int(operand) for opcode, operand in program if opcode in READING]
            above = max(reads, default=-1)
            self._keep_parameter(name, above)
            if name not in self.index_of:
                index = self.rows.allocate("parameter", f"parameter {name!r}", above=above)
                self.index_of[name] = index
            steps = tuple((int(opcode), float(operand)) for opcode, operand in program)
            spec = replace(parameter_spec(name, tables[name]), program=steps)
            self._set(self.parameters, self.index_of[name], spec)
        for name in sent:
            fallback = tables[name].fallback
            if isinstance(fallback, FallbackTable):
                row = self.index_of[name]
                spec = replace(self.parameters[row], fallback_row=self.index_of[fallback.parameter])
                self._set(self.parameters, row, spec)

    def _keep_parameter(self, name: str, above: int = -1) -> None:
        """Keep a parameter's row if its law and kind are unchanged and the row lies above `above`."""
        if self.before is None or name not in self.before.parameters:
            return
        index = self.before.parameters[name]
        spec = self.parameters[index]
        is_linear = self.preset.file.parameters[name].law == "linear"
        is_derived = name in self.preset.derived
        if spec.is_linear == is_linear and (spec.program is not None) == is_derived and index > above:
            self.rows.keep("parameter", index)
            self.index_of[name] = index

    # ── strips ─────────────────────────────────────────────────────────────────────────────────

    def add_layer(self, name: str, table: LayerTable) -> None:
        """Allocate the rows of a layer; set its strip and its curves."""
        place = self._place(f"layers.{name}", name)
        strip = with_files(channel_spec(name, table, self.defaults), self.preset.stems)
        sends = self._add_strip(place.bus, strip, table, "layers", name)
        self._map_channel(place.bus, table, sends)
        self._map_instrument(place, table.instrument)
        self.layers[name] = place

    def add_stinger(self, name: str, table: StingerTable) -> None:
        """Allocate the rows of a stinger; recorded ones set level and pan when they start a clip."""
        place = self._place(f"stingers.{name}", name)
        gain, pan = (1.0, 0.0) if place.reads_files else (db_to_gain(table.level_db), table.pan)
        strip = BusSpec(f"stinger_{name}", gain=gain, pan=pan)
        self._add_strip(place.bus, strip, table, "stingers", name)
        self._map_instrument(place, table.instrument)
        self.stingers[name] = replace(place, group=0)

    def add_bridge(self, name: str, table: BridgeTable) -> None:
        """Allocate the rows of a bridge, by the name of its segment."""
        segment = bridge_segment(name)
        self.bridges[segment] = self._place(f"bridges.{name}", segment)
        self._add_shot(self.bridges[segment].bus, segment, table, name)

    def add_fill(self, name: str, table: FillTable) -> None:
        """Allocate the rows of a fill."""
        self.fills[name] = self._place(f"fills.{name}", name)
        self._add_shot(self.fills[name].bus, f"fill_{name}", table, name)

    def _add_shot(self, bus: int, label: str, table: BridgeTable | FillTable, name: str) -> None:
        strip = BusSpec(label, gain=db_to_gain(table.level_db), pan=table.pan)
        self._add_strip(bus, strip, table, "fills", name)

    def _add_strip(
        self, bus: int, strip: BusSpec, table: StripTable, kind: str, name: str
    ) -> dict[str, Control]:
        """Route a strip to its bus and its sends; return the sends by name."""
        sends, rows = sends_of(kind, table), self.rows_of_buses
        routed = replace(strip, output=rows.output(table.bus))
        routed = with_place(routed, name, place_of(table), self.rig, self.defaults)
        if routed.placed is not None and not is_placed_by_site(name, self.rig):
            self.mappings += place_mappings(place_of(table), bus, self.index_of)
        self._set(self.buses, bus, with_sends(routed, start_levels(sends, self.defaults), rows))
        return sends

    def _place(self, strip: str, name: str) -> LayerPlace:
        """Rows of a strip: those it had, or new ones; sets its instrument."""
        place, player = self._kept.get(strip), self._players[strip]
        if place is None:
            bus = self.rows.allocate("bus", strip)
            first = self.rows.allocate("clip", strip, player.clips) if player.clips else 0
            place = LayerPlace(name, bus, bus + 1, range(first, first + player.clips), strip=strip)
        spec = self._instrument(strip, place.bus)
        if spec is not None:
            row = self.rows.allocate("instrument", strip) if place.instrument is None else place.instrument
            place = replace(place, instrument=row)
            self._set(self.instruments, row, spec)
        return replace(place, player=player.player, kit=player.kit, reads_files=player.reads_files)

    def _set(self, rows: list[Any], index: int, row: Any) -> None:
        """Set a row, or append it if it is the next one."""
        if index == len(rows):
            rows.append(row)
        else:
            rows[index] = row

    # ── all together ───────────────────────────────────────────────────────────────────────────

    def finish(self, sample_rate: int, channels: int, ceiling_db: float) -> PresetLayout:
        """The layout, with the reverb's return, the spare rows and the withdrawal groups."""
        used = self.rows.used
        rows = self.rows_of_buses
        owners = {**self.rows.owners, **self._add_buses()}
        self._connect_keys()
        clips = used.get("clip", 0)
        in_use = -(-used.get("bus", 0) // kernel.PAIRS) * kernel.PAIRS
        sounds = SPARE_SOUNDS + 32 * len(self.preset.file.layers) + len(self.preset.stems)
        spare = SpareRows(SPARE_CLIPS, SPARE_INSTRUMENTS, SPARE_PARAMETERS, SPARE_CURVES, SPARE_SENDS)
        if self.occupancy is not None:
            running = self.occupancy.spec
            clips, sounds, in_use = (
                max(clips, running.clips),
                running.sounds,
                max(in_use, running.spare_buses.start),
            )
            self._require_spare_rows(running)
            spare = SpareRows()  # the engine computes what is left: it knows all rows in use
        spec = EngineSpec(
            sample_rate=sample_rate,
            channels=channels,
            clips=clips,
            sounds=sounds,
            buses=tuple(self.buses),
            instruments=tuple(self.instruments),
            parameters=tuple(self.parameters),
            mappings=tuple(self.mappings),
            tempo_bpm=self.preset.file.tempo_bpm,
            gain=db_to_gain(fixed_level_db(self.preset.file))
            if rows.master is None or self.rig is not None
            else 1.0,
            ceiling_db=ceiling_db,
            rig=self.rig,
            spare_rows=spare,
            spare_buses=range(in_use, rows.first),
            is_elastic=is_elastic(self.preset.file),
            owners=owners,
        )
        if self.occupancy is not None:
            require_fit(self.occupancy.spec, spec)
        duck_group = len(self.buses) + 1
        return PresetLayout(
            spec,
            self.layers,
            self.index_of,
            self.stingers,
            self.bridges,
            self.fills,
            rows,
            duck_group,
            duck_group + 1,
            range(duck_group + 2, spec.groups),
        )

    def _add_buses(self) -> dict[EngineRow, str]:
        """Set the buses, the reverb and the master's bus; return their owners."""
        file, rows = self.preset.file, self.rows_of_buses
        self._set_bus(rows.rows[REVERB], reverb_spec(file.reverb, rows.master))
        for name, table in file.buses.items():
            bus = rows.rows[name]
            spec = bus_spec(name, table, rows, self.defaults)
            spec = with_place(spec, name, table.placed, self.rig, self.defaults)
            if spec.placed is not None and not is_placed_by_site(name, self.rig):
                self.mappings += place_mappings(table.placed, bus, self.index_of)
            self._set_bus(bus, spec)
            self._map_channel(bus, table, table.sends)
        owners: dict[EngineRow, str] = {("bus", row): f"bus {name}" for name, row in rows.rows.items()}
        if rows.master is not None:
            inserts = insert_specs(file.master.inserts, self.defaults)
            has_rig = self.rig is not None
            spec = replace(master_bus_spec(file, self.defaults, has_rig=has_rig), inserts=inserts)
            self._set_bus(rows.master, bed(spec) if has_rig else spec)
            level = kernel.MAP_MASTER_DB if has_rig else kernel.MAP_GAIN_DB
            self._map(rows.master, file.master.level_db, level)
            self._map(rows.master, file.master.cutoff_hz, kernel.MAP_CUTOFF)
            self.mappings += insert_mappings(file.master.inserts, rows.master, self.index_of)
            owners["bus", rows.master] = MASTER
        return owners

    def _connect_keys(self) -> None:
        """Let inserts listen to the rows of what they name; all rows are known by now."""
        rows = self.rows_of_buses
        row_of = {name: place.bus for name, place in self.stingers.items()}
        row_of |= {**rows.rows, **{name: place.bus for name, place in self.layers.items()}}
        for owner, (_, inserts) in chains(self.preset.file).items():
            bus = rows.master if owner == MASTER else row_of[owner]
            if bus is not None and any(insert.listens_to for insert in inserts):
                self.buses[bus] = with_keys(self.buses[bus], inserts, row_of)

    def _set_bus(self, bus: int, spec: BusSpec) -> None:
        """Set the row of a bus; rows in front of it that nothing uses are spare or empty."""
        while len(self.buses) < bus:
            self.buses.append(BusSpec(f"spare_{len(self.buses)}"))
        self._set(self.buses, bus, with_files(spec, self.preset.stems))

    def _map_channel(self, bus: int, table: LayerTable | BusTable, sends: Mapping[str, Control]) -> None:
        """Add the curves of a layer or a bus."""
        for control, kind in (
            (table.level_db, kernel.MAP_GAIN_DB),
            (table.pan, kernel.MAP_PAN),
            (table.cutoff_hz, kernel.MAP_CUTOFF),
        ):
            self._map(bus, control, kind)
        for number, level in enumerate(sends.values()):
            if isinstance(level, Curve):
                index = self.index_of[level.over]
                self.mappings.append(MappingSpec(index, kernel.MAP_SEND_DB, bus, level.points, send=number))
        self.mappings += insert_mappings(table.inserts, bus, self.index_of)

    def _map_instrument(self, place: LayerPlace, named: str | AnyInstrumentTable | None) -> None:
        """Add the curves of the instrument of a layer or a stinger."""
        table = instrument_named(self.preset.file, named)
        if place.instrument is None or not isinstance(table, SourceTable):
            return
        for name, curve in table.curves().items():
            self.mappings.append(
                MappingSpec(
                    self.index_of[curve.over], kernel.MAP_INSTRUMENT, place.bus, curve.points,
                    name=name, instrument=place.instrument,
                )
            )  # fmt: skip

    def _map(self, bus: int, control: Control | None, kind: int) -> None:
        if isinstance(control, Curve):
            self.mappings.append(MappingSpec(self.index_of[control.over], kind, bus, control.points))

    def _require_spare_rows(self, spec: EngineSpec) -> None:
        """Check what has no rows in the allocator: the number of curves, and the reverb's pre-delay."""
        if len(self.mappings) > len(spec.mappings) + spec.spare_rows.mappings:
            message = f"the engine that plays has no room for {len(self.mappings)} curves"
            raise NoSpareRowsError(message)
        assert self.before is not None
        if self.rows_of_buses.rows != self.before.buses.rows:
            message = "the buses of the mixer were changed"
            raise NoSpareRowsError(message)
        if self.rows_of_buses.master != self.before.buses.master:
            message = "the master got a curve, a cutoff or an insert"
            raise NoSpareRowsError(message)
        for row, (old, new) in enumerate(zip(spec.buses, self.buses, strict=False)):
            if ("bus", row) in spec.owners and self._is_kept(row) and not is_same_form(old, new):
                message = f"{new.name} got or lost a place"
                raise NoSpareRowsError(message)
            if ("bus", row) in spec.owners and old.output != new.output and self._is_kept(row):
                message = f"{new.name} was routed to another bus"
                raise NoSpareRowsError(message)
        reverb = spec.buses[self.rows_of_buses.rows[REVERB]].inserts[0]
        if reverb.values["predelay_ms"] != self.preset.file.reverb.predelay_ms:
            message = "the reverb's pre-delay was changed"
            raise NoSpareRowsError(message)

    def _is_kept(self, row: int) -> bool:
        """Whether a strip of the layout that plays keeps its row."""
        return any(place.bus == row for place in self._kept.values())


def lay_out(
    preset: Preset,
    sample_rate: int = 48000,
    channels: int = 2,
    before: PresetLayout | None = None,
    occupancy: Occupancy | None = None,
    rig: RigSpec | None = None,
    ceiling_db: float = CEILING_DB,
    memory_bytes: int = USUAL_BYTES,
) -> PresetLayout:
    """Lay out a preset for an empty engine, or for the engine that plays the layout `before`.

    Parameters
    ----------
    preset : Preset
        The preset.
    sample_rate, channels : int
        Of the engine.
    before : PresetLayout or None
        The layout that plays; None: the engine is empty.
    occupancy : Occupancy or None
        The rows of the engine that plays it.
    rig : RigSpec or None
        The speakers; None: those that usually belong to so many channels, if the preset places anything.
    ceiling_db : float
        No sample of the output is louder.
    memory_bytes : int
        What the recordings of all instruments may take; beyond it, the largest are streamed.

    Raises
    ------
    NoSpareRowsError
        The running engine has too few spare rows.
    """
    if rig is None and next(places(preset.file), None) is not None:
        if occupancy is not None:
            message = "something got a place, which needs another engine"
            raise NoSpareRowsError(message)
        rig = standard_rig(channels)
    builder = _Builder(preset, before, occupancy, rig, memory_bytes)
    builder.add_parameters()
    for name, table in preset.file.layers.items():
        builder.add_layer(name, table)
    for name, stinger in preset.file.stingers.items():
        builder.add_stinger(name, stinger)
    for name, bridge in preset.file.bridges.items():
        builder.add_bridge(name, bridge)
    for name, fill in preset.file.fills.items():
        builder.add_fill(name, fill)
    return builder.finish(sample_rate, channels, ceiling_db)
