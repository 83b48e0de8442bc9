"""The places of strips and buses, as an engine with a rig takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from adaptive.conductor.layout.layout import control_start
from adaptive.engine.rig_spec import BED, PlaceSpec, RigSpec
from adaptive.engine.spec import BusSpec, MappingSpec
from adaptive.kernel.layout import MAP_PLACE
from adaptive.preset.placed import numbers_of
from adaptive.preset.placed_table import PlacedTable
from adaptive.preset.table import Curve


def place_spec(placed: PlacedTable, defaults: Mapping[str, float]) -> PlaceSpec:
    """A place; curves are at their start."""
    numbers = {name: control_start(one, defaults, 0.0) for name, one in numbers_of(placed).items()}
    law = placed.panning
    return replace(PlaceSpec(law, is_cartesian=placed.at_m is not None), **numbers)  # type: ignore[arg-type]


def with_place(
    bus: BusSpec, name: str, placed: PlacedTable | None, rig: RigSpec | None, defaults: Mapping[str, float]
) -> BusSpec:
    """Return a strip or a bus where the site or the preset has it; else as it is."""
    if rig is None:
        return bus
    channel = rig.direct_channel(name)
    if channel is not None:
        return replace(bus, output=None, placed=PlaceSpec("direct", channel=channel))
    if name in rig.places:
        return replace(bus, output=None, placed=rig.places[name])
    if placed is None:
        return bus
    return replace(bus, output=None, placed=place_spec(placed, defaults))


def is_placed_by_site(name: str, rig: RigSpec | None) -> bool:
    """Whether the site says where a strip or a bus is heard, so that the preset does not."""
    return rig is not None and (name in rig.places or rig.direct_channel(name) is not None)


def place_mappings(
    placed: PlacedTable | None, bus: int, index_of: Mapping[str, int]
) -> Iterator[MappingSpec]:
    """The curves of a place."""
    for name, control in () if placed is None else numbers_of(placed).items():
        if isinstance(control, Curve):
            yield MappingSpec(index_of[control.over], MAP_PLACE, bus, control.points, name=name)


def bed(master: BusSpec) -> BusSpec:
    """The bus of everything that has no place: stereo, as it was mixed."""
    return replace(master, output=None, placed=BED)


def is_same_form(old: BusSpec, new: BusSpec) -> bool:
    """Whether a place differs in its numbers only, which can change while it plays."""
    before, after = old.placed, new.placed
    if before is None or after is None:
        return before is after
    return (before.law, before.is_cartesian, before.channel, before.width_deg is None) == (
        after.law,
        after.is_cartesian,
        after.channel,
        after.width_deg is None,
    )
