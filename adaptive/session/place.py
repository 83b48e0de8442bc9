"""What a site file means to an engine: its channels, speakers and ceiling."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from adaptive.conductor.layout.places import place_spec
from adaptive.engine.rig_spec import PlaceSpec, RigSpec, SpeakerSpec
from adaptive.engine.spec import CEILING_DB
from adaptive.engine.standard_rigs import standard_rig
from adaptive.inputs.similar_names import nearest
from adaptive.preset.model import Preset
from adaptive.preset.placed_table import PlacedTable
from adaptive.site.load import Site
from adaptive.site.speaker_table import SpeakerTable

USUAL_CROSSOVER_HZ = 80.0

Layout = Literal["speakers", "ambix", "binaural"]


@dataclass(frozen=True, slots=True)
class OutputPlan:
    """Channels of an engine, and what they feed.

    Parameters
    ----------
    channels : int
        Channels of the output.
    rig : RigSpec or None
        The speakers; None: stereo as it was mixed, unless the preset places something.
    ceiling_db : float
        No sample of the output is louder.
    """

    channels: int = 2
    rig: RigSpec | None = None
    ceiling_db: float = CEILING_DB


def output_plan(
    site: Site | None, channels: int | None = None, layout: Layout = "speakers", *, fills: bool = False
) -> OutputPlan:
    """The output for a place.

    Parameters
    ----------
    site : Site or None
        The place.
    channels : int or None
        What was asked for beside it.
    layout : str
        ``speakers``, ``ambix`` (first-order ambisonics) or ``binaural`` (headphones).
    fills : bool
        Whether more than two channels without a site are speakers that usually belong to so many.
    """
    ceiling = CEILING_DB
    if site is not None and site.file.max_level_db is not None:
        ceiling = min(ceiling, site.file.max_level_db)
    placed = {} if site is None else {name: site_place(one) for name, one in site.file.places.items()}
    if layout != "speakers":
        return OutputPlan(4 if layout == "ambix" else 2, RigSpec((), layout, placed), ceiling)
    width = channels or (2 if site is None else site.file.channels_needed)
    if site is not None and site.file.speakers:
        needed = max(width, max(one.channel for one in site.file.speakers))
        return OutputPlan(
            needed, RigSpec(tuple(map(speaker_spec, site.file.speakers)), places=placed), ceiling
        )
    rig = standard_rig(width) if (fills and width != 2) or placed else None
    rig = None if rig is None else replace(rig, places=placed)
    return OutputPlan(max(width, 1 if fills else 2), rig, ceiling)


def site_place(table: PlacedTable) -> PlaceSpec:
    """A place of a site file, whose numbers are no curves."""
    return place_spec(table, {})


def unknown_sentence(site: Site, preset: Preset) -> str:
    """What a site file places and a preset does not have, as a sentence; empty: nothing."""
    known = _placeable(preset)
    unknown = [f"{name}{nearest(name, known)}" for name in unknown_names(site, preset)]
    return (
        f"{site.path.name} places what {preset.file.name} does not have: {', '.join(unknown)}"
        if unknown
        else ""
    )


def unknown_names(site: Site, preset: Preset) -> list[str]:
    """Names of what a site places or plays directly, and the preset does not have."""
    known = _placeable(preset)
    direct = [one.bus for one in site.file.speakers if one.bus is not None]
    return [name for name in (*site.file.places, *direct) if name not in known]


def _placeable(preset: Preset) -> list[str]:
    file = preset.file
    return [*file.layers, *file.stingers, *file.bridges, *file.fills, *file.buses]


def speaker_spec(table: SpeakerTable) -> SpeakerSpec:
    """A speaker of a site file, as the engine takes it."""
    crossover = USUAL_CROSSOVER_HZ if table.crossover_hz is None else table.crossover_hz
    return SpeakerSpec(
        table.channel - 1,
        table.at_m,
        table.kind,
        table.trim_db,
        table.delay_ms,
        crossover,
        table.bus or "",
    )
