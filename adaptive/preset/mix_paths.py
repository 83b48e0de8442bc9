"""The numbers of a mixer that can be held, or set by snapshots: their key paths in the preset, and ranges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from adaptive.kernel.processors.registry import PROCESSORS
from adaptive.kernel.sources.registry import SOURCES
from adaptive.preset.inserts import InsertTable
from adaptive.preset.instrument_controls import controlled
from adaptive.preset.mixer import MASTER, REVERB, STRIPS
from adaptive.preset.placed import RANGES, numbers_of, place_of
from adaptive.preset.placed_table import PlacedTable
from adaptive.preset.schema import BusTable, LayerTable, PresetFile
from adaptive.preset.table import Control, Curve
from adaptive.units import SILENCE_DB

LEVELS_DB = (-120.0, 24.0)
CUTOFFS_HZ = (20.0, 20000.0)
PANS = (-1.0, 1.0)
REVERB_KEYS = ("decay_s", "damping", "low_cut_hz")

Range = tuple[float, float]


def mix_paths(file: PresetFile) -> dict[str, Range]:
    """All key paths with their ranges; `adaptive.conductor.mix_targets` says what they are to the engine."""
    return dict(_paths(file))


def is_level(path: str) -> bool:
    """Whether a key path names a level in decibels, of a channel or of a send: these add up."""
    parts = path.split(".")
    if {"inserts", "instrument"} & set(parts[2:-1]):
        return False
    return bool(parts[-1] == "level_db" or "sends" in parts)


def _paths(file: PresetFile) -> Iterator[tuple[str, Range]]:
    for kind in STRIPS:
        for name, table in getattr(file, kind).items():
            path = f"{kind}.{name}"
            yield from (
                _channel(path, table) if isinstance(table, LayerTable) else _level(path, table.level_db)
            )
            yield from _sends(path, (REVERB, *table.sends))
            yield from _place(path, place_of(table))
    for kind, name, instrument in controlled(file):
        limits = {one.name: (one.low, one.high) for one in SOURCES[instrument.kind].parameters}
        yield from ((f"{kind}.{name}.instrument.{key}", limits[key]) for key in instrument.controls())
    for name, bus in file.buses.items():
        yield from _channel(f"buses.{name}", bus)
        yield from _sends(f"buses.{name}", bus.sends)
        yield from _place(f"buses.{name}", bus.placed)
    yield from _level(REVERB, file.reverb.level_db)
    ranges = {one.name: (one.low, one.high) for one in PROCESSORS[REVERB].parameters}
    yield from ((f"{REVERB}.{key}", ranges[key]) for key in REVERB_KEYS)
    level = file.level_db if file.master.level_db is None else file.master.level_db
    yield from _level(MASTER, 0.0 if level is None else level)
    yield f"{MASTER}.cutoff_hz", CUTOFFS_HZ
    yield from _inserts(MASTER, file.master.inserts)


def _channel(path: str, table: LayerTable | BusTable) -> Iterator[tuple[str, Range]]:
    yield from _level(path, table.level_db)
    yield f"{path}.pan", PANS
    yield f"{path}.cutoff_hz", CUTOFFS_HZ
    yield from _inserts(path, table.inserts)


def _level(path: str, level: Control) -> Iterator[tuple[str, Range]]:
    if isinstance(level, Curve) or level > SILENCE_DB:
        yield f"{path}.level_db", LEVELS_DB


def _sends(path: str, names: Sequence[str] | Mapping[str, object]) -> Iterator[tuple[str, Range]]:
    yield from ((f"{path}.sends.{name}", LEVELS_DB) for name in names)


def _place(path: str, placed: PlacedTable | None) -> Iterator[tuple[str, Range]]:
    for number in () if placed is None else numbers_of(placed):
        yield f"{path}.placed.{number}", RANGES[number]


def _inserts(path: str, inserts: Sequence[InsertTable]) -> Iterator[tuple[str, Range]]:
    for insert in inserts:
        for one in PROCESSORS[insert.kind].parameters:
            yield f"{path}.inserts.{insert.name}.{one.name}", (one.low, one.high)
