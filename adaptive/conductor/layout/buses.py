"""The buses of a preset in the engine: their rows, what feeds them, and their inserts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from adaptive.conductor.layout.layout import BusRows, control_start
from adaptive.conductor.layout.master import needs_master_bus
from adaptive.engine.records import OPEN_HZ
from adaptive.engine.spec import BusSpec, InsertSpec, MappingSpec
from adaptive.kernel import layout as kernel
from adaptive.preset.inserts import InsertTable
from adaptive.preset.mixer import REVERB, levels
from adaptive.preset.schema import BusTable, LayerTable, PresetFile, ReverbTable
from adaptive.preset.table import Control, Curve
from adaptive.units import SILENCE_DB, db_to_gain


def place_buses(file: PresetFile, first: int, *, has_rig: bool = False) -> BusRows:
    """Give each bus a row, from `first` on, which is a multiple of eight.

    With a rig there is always a bus of the master: it plays what has no place.
    """
    rows: dict[str, int] = {}
    for level in levels(file):
        rows |= {name: first + number for number, name in enumerate(level)}
        first += -(-len(level) // kernel.PAIRS) * kernel.PAIRS
    return BusRows(rows, first if has_rig or needs_master_bus(file) else None)


DEFAULT_REVERB_DB = {"stingers": -12.0}
"""Level of the send to the reverb where a preset says none, by table; of all others silence."""


def sends_of(kind: str, table: Any) -> dict[str, Control]:
    """The sends of a strip of a table (``layers`` …), by the names of the buses they go to.

    Every strip has a send to the reverb, so that an edit or a message can open it without a new row.
    """
    to_reverb = table.reverb_db
    if to_reverb is None:
        to_reverb = DEFAULT_REVERB_DB.get(kind, SILENCE_DB)
    return {REVERB: to_reverb, **table.sends}


def with_sends(strip: BusSpec, levels_db: Mapping[str, float], rows: BusRows) -> BusSpec:
    """Return a bus with sends, by the names of the buses they go to."""
    sends = tuple(rows.rows[name] for name in levels_db)
    gains = tuple(db_to_gain(level) for level in levels_db.values())
    return replace(strip, sends=sends, send_gains=gains)


def with_files(strip: BusSpec, stems: Mapping[str, Path]) -> BusSpec:
    """Return a bus whose inserts have the paths of their recordings, by their names in the preset."""
    inserts = (replace(one, file=str(stems[one.file]) if one.file else "") for one in strip.inserts)
    return replace(strip, inserts=tuple(inserts))


def with_keys(strip: BusSpec, inserts: Sequence[InsertTable], row_of: Mapping[str, int]) -> BusSpec:
    """Return a bus whose inserts listen to the rows of what they name."""
    keyed = (
        insert if table.listens_to is None else replace(insert, key=row_of[table.listens_to])
        for insert, table in zip(strip.inserts, inserts, strict=True)
    )
    return replace(strip, inserts=tuple(keyed))


def channel_spec(name: str, table: LayerTable | BusTable, defaults: Mapping[str, float]) -> BusSpec:
    """The settings of a layer's strip or of a bus, without routing; what curves set is neutral in it."""
    return BusSpec(
        name,
        gain=db_to_gain(0.0 if isinstance(table.level_db, Curve) else table.level_db),
        pan=0.0 if isinstance(table.pan, Curve) else table.pan,
        cutoff_hz=OPEN_HZ
        if isinstance(table.cutoff_hz, Curve)
        else control_start(table.cutoff_hz, defaults, OPEN_HZ),
        inserts=insert_specs(table.inserts, defaults),
    )


def bus_spec(name: str, table: BusTable, rows: BusRows, defaults: Mapping[str, float]) -> BusSpec:
    """The settings of a bus; sends are at their start."""
    bus = replace(channel_spec(f"bus_{name}", table, defaults), output=rows.output(table.output))
    return with_sends(bus, start_levels(table.sends, defaults), rows)


def start_levels(sends: Mapping[str, Control], defaults: Mapping[str, float]) -> dict[str, float]:
    """The level of each send when every parameter has its default."""
    return {name: control_start(level, defaults, 0.0) for name, level in sends.items()}


def reverb_spec(table: ReverbTable, master: int | None) -> BusSpec:
    """The bus of the preset's reverb."""
    values = {
        "decay_s": table.decay_s,
        "damping": table.damping,
        "predelay_ms": table.predelay_ms,
        "low_cut_hz": table.low_cut_hz,
    }
    inserts = (InsertSpec("reverb", "reverb", values),)
    return BusSpec(REVERB, master, gain=db_to_gain(table.level_db), inserts=inserts)


def insert_specs(inserts: Sequence[InsertTable], defaults: Mapping[str, float]) -> tuple[InsertSpec, ...]:
    """Inserts as the engine takes them; a curve gives its value at the parameters' defaults.

    A recording has its name in the preset, see `with_files`.
    """
    return tuple(
        InsertSpec(
            insert.kind,
            insert.name,
            {name: control_start(value, defaults, 0.0) for name, value in insert.settings().items()},
            insert.bypass,
            file=insert.recording or "",
        )
        for insert in inserts
    )


def insert_mappings(
    inserts: Sequence[InsertTable], bus: int, index_of: Mapping[str, int]
) -> Iterator[MappingSpec]:
    """The curves of the inserts of a bus."""
    for insert in inserts:
        for name, curve in insert.curves().items():
            yield MappingSpec(
                index_of[curve.over], kernel.MAP_INSERT, bus, curve.points, insert=insert.name, name=name
            )
