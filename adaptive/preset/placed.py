"""The places of a preset: their numbers by name, and what must hold of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from adaptive.preset.curves import check_points, check_range
from adaptive.preset.faults import FaultList, KeyPath
from adaptive.preset.placed_table import ChannelPair, PlacedTable
from adaptive.preset.schema import PresetFile
from adaptive.preset.table import Control, Curve

RANGES: Mapping[str, tuple[float, float]] = {
    "azimuth_deg": (-360.0, 360.0),
    "elevation_deg": (-90.0, 90.0),
    "distance_m": (0.0, 1000.0),
    "x_m": (-1000.0, 1000.0),
    "y_m": (-1000.0, 1000.0),
    "z_m": (-1000.0, 1000.0),
    "width_deg": (0.0, 360.0),
}
"""Numbers of a place, with their ranges."""

POLAR = ("azimuth_deg", "elevation_deg", "distance_m")
AXES = ("x_m", "y_m", "z_m")
AT_REST: Mapping[str, float] = {"distance_m": 1.0}
"""Numbers that are not 0 where a preset leaves them out."""

OF_PAIRS: Mapping[ChannelPair, PlacedTable] = {
    "front": PlacedTable(width_deg=60.0),
    "centre": PlacedTable(),
    "lfe": PlacedTable(),
    "surround": PlacedTable(width_deg=220.0),
    "back": PlacedTable(width_deg=270.0),
}
"""Where the pairs of a surround file are heard (ITU-R BS.775), if the layer does not say."""

KINDS = ("layers", "stingers", "bridges", "fills", "buses")


def place_of(table: Any) -> PlacedTable | None:
    """The place of a strip or a bus: what it says, or that of its pair of channels."""
    if table.placed is not None:
        return cast(PlacedTable, table.placed)
    return OF_PAIRS.get(getattr(table, "pair", None))  # type: ignore[arg-type]


def places(file: PresetFile) -> Iterator[tuple[str, str, PlacedTable]]:
    """Table, name and place of everything that has one."""
    for kind in KINDS:
        for name, table in getattr(file, kind).items():
            if (placed := place_of(table)) is not None:
                yield kind, name, placed


def numbers_of(placed: PlacedTable) -> dict[str, Control]:
    """The numbers of a place by their names; `at_m` gives three."""
    named: dict[str, Control | None] = {"width_deg": placed.width_deg}
    if placed.at_m is None:
        named |= {name: getattr(placed, name) for name in POLAR}
    else:
        named |= dict(zip(AXES, placed.at_m, strict=True))
        return {name: value for name, value in named.items() if value is not None}
    return {
        name: AT_REST.get(name, 0.0) if value is None else value
        for name, value in named.items()
        if value is not None or name in POLAR
    }


def check_placed(file: PresetFile, faults: FaultList) -> None:
    """Add faults of places: two statements of one thing, numbers out of range, unknown parameters."""
    for kind, name, placed in places(file):
        at: KeyPath = (kind, name, "placed")
        if placed.at_m is not None:
            for key in POLAR:
                if getattr(placed, key) is not None:
                    faults.add((*at, key), "`at_m` says where it is already; leave one out")
        table = getattr(file, kind)[name]
        feeds = table.output if kind == "buses" else table.bus
        if feeds != "master":
            faults.add(at, f"is heard through the bus `{feeds}`: place that bus, or leave `placed` out")
        for number, control in numbers_of(placed).items():
            where = _where(at, number)
            if isinstance(control, Curve):
                faults.require_known((*where, "over"), "parameter", control.over, file.parameters)
                check_points(control, (*where, "points"), number, RANGES[number], faults)
            else:
                check_range(control, where, number, RANGES[number], faults)

    _check_pairs(file, faults)


def _check_pairs(file: PresetFile, faults: FaultList) -> None:
    """Add faults of layers that play a pair of the channels of their file."""
    for name, layer in file.layers.items():
        if layer.pair is None:
            continue
        at: KeyPath = ("layers", name, "pair")
        if layer.stem is None:
            faults.add(at, "goes with a `stem`")
        for key in ("intro", "first_pass"):
            if getattr(layer, key) is not None:
                faults.add((*at[:2], key), "does not go with `pair`: it would play all channels of its file")


def place_curves(file: PresetFile) -> Iterator[tuple[KeyPath, Curve]]:
    """Every curve of a place, with its key path in the file."""
    for kind, name, placed in places(file):
        for number, control in numbers_of(placed).items():
            if isinstance(control, Curve):
                yield _where((kind, name, "placed"), number), control


def _where(at: KeyPath, number: str) -> KeyPath:
    return (*at, "at_m", AXES.index(number)) if number in AXES else (*at, number)
