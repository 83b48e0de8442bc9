"""The parameters of instruments that curves and messages may set: where they stand, and their faults."""

from __future__ import annotations

from collections.abc import Iterator

from adaptive.kernel.sources.registry import SOURCES
from adaptive.preset import patch_library
from adaptive.preset.curves import check_points
from adaptive.preset.faults import FaultList, KeyPath
from adaptive.preset.instrument_tables import AnyInstrumentTable, SourceTable
from adaptive.preset.schema import PresetFile
from adaptive.preset.table import Curve

PLAYED_BY = ("layers", "stingers")
"""Tables whose entries may have an instrument."""


def check_instruments(file: PresetFile, faults: FaultList) -> None:
    """Check the curves of all instruments of a file."""
    for at, table in _written(file):
        _base(at, table, faults)
        limits = {one.name: (one.low, one.high) for one in SOURCES[table.kind].parameters}
        for name, curve in table.curves().items():
            faults.require_known((*at, name, "over"), "parameter", curve.over, file.parameters)
            check_points(curve, (*at, name, "points"), name, limits[name], faults)


def _base(at: KeyPath, table: SourceTable, faults: FaultList) -> None:
    base = getattr(table, "base", None)
    if base is None:
        return
    patch = patch_library.find(base)
    if patch is None:
        known = [name for name, one in patch_library.library().items() if one.instrument.kind == table.kind]
        faults.require_known((*at, "base"), "factory patch", base, known)
    elif patch.instrument.kind != table.kind:
        faults.add((*at, "base"), f"`{base}` is of the kind `{patch.instrument.kind}`, not `{table.kind}`")


def instrument_curves(file: PresetFile) -> Iterator[tuple[KeyPath, Curve]]:
    """Every curve of an instrument, with its place in the file."""
    for at, table in _written(file):
        for name, curve in table.curves().items():
            yield (*at, name), curve


def controlled(file: PresetFile) -> Iterator[tuple[str, str, SourceTable]]:
    """What plays an instrument with parameters that may be set: its table, its name, and the instrument."""
    for kind in PLAYED_BY:
        for name, strip in getattr(file, kind).items():
            table = instrument_named(file, strip.instrument)
            if isinstance(table, SourceTable) and table.controls():
                yield kind, name, table


def instrument_named(
    file: PresetFile, instrument: str | AnyInstrumentTable | None
) -> AnyInstrumentTable | None:
    """The table of an instrument that a layer or a stinger names or describes; None: no table says it."""
    table = file.instruments.get(instrument) if isinstance(instrument, str) else instrument
    if table is None and isinstance(instrument, str):
        patch = patch_library.find(instrument)
        return None if patch is None else patch.instrument
    return table


def _written(file: PresetFile) -> Iterator[tuple[KeyPath, SourceTable]]:
    """Every instrument that the file describes by the keys of a sound source, with its place."""
    for name, table in file.instruments.items():
        if isinstance(table, SourceTable):
            yield ("instruments", name), table
    for name, layer in file.layers.items():
        if isinstance(layer.instrument, SourceTable):
            yield ("layers", name, "instrument"), layer.instrument
