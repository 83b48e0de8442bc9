"""The layout of a preset in an engine: which strip, clips and instrument each layer has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from adaptive.engine.spec import EngineRow, EngineSpec
from adaptive.preset.mixer import MASTER
from adaptive.preset.schema import ParameterTable
from adaptive.preset.table import Control, Curve


@dataclass(frozen=True, slots=True)
class LayerPlace:
    """Engine rows of a layer, stinger, bridge or fill.

    Parameters
    ----------
    name : str
        Its name; of a bridge, ``bridge:name``.
    bus : int
        Row of its strip.
    group : int
        Its withdrawal group; 0 for stingers, which have one for each event.
    clips : range
        Rows of its clips, for stems and drum hits; empty for an instrument.
    instrument : int or None
        Row of its instrument; None: it has none.
    player : str
        What plays its notes: a key of `layers.note_players.NOTE_PLAYERS`, or a kind of sound source.
    kit : str or None
        Its drum kit; None: it has none.
    reads_files : bool
        Whether it plays recorded files, not notes.
    strip : str
        Key path of its table, for example ``layers.bass``: an edit finds its rows by it.
    """

    name: str
    bus: int
    group: int
    clips: range
    instrument: int | None = None
    player: str = ""
    kit: str | None = None
    reads_files: bool = True
    strip: str = ""

    def shares_row(self, other: LayerPlace | None) -> bool:
        """Whether another place has the same rows, so that what plays there continues.

        It is enough to compare strips: a strip keeps its clips and voices, and a layer whose kind of player
        changes gets another strip.
        """
        return other is not None and self.bus == other.bus

    def rows(self) -> set[EngineRow]:
        """All rows of the engine that belong to it."""
        own: set[EngineRow] = {("bus", self.bus)} | {("clip", clip) for clip in self.clips}
        return own if self.instrument is None else own | {("instrument", self.instrument)}


@dataclass(frozen=True, slots=True)
class BusRows:
    """Rows of the buses: those of a level do not feed each other, and each level begins a group of eight.

    Parameters
    ----------
    rows : Mapping
        Name to row; the reverb is among them.
    master : int or None
        Row of the bus that all others are routed to; None: the preset needs none.
    """

    rows: Mapping[str, int]
    master: int | None

    @property
    def first(self) -> int:
        """The first row of a bus; the strips have those before it."""
        return min(self.rows.values())

    def output(self, name: str) -> int | None:
        """Row of a bus that is named as an output; None: the engine's master."""
        return self.master if name == MASTER else self.rows[name]


@dataclass(frozen=True, slots=True)
class PresetLayout:
    """A preset laid out for an engine.

    Parameters
    ----------
    spec : EngineSpec
        Specification of the engine.
    layers, stingers, bridges, fills : Mapping
        Name to engine rows; bridges by the name of their segment.
    parameters : Mapping
        Name of a parameter to its row.
    buses : BusRows
        Rows of the buses, of the reverb and of the master.
    duck_group, tempo_group : int
        Withdrawal groups of the ducking envelope, and of changes of tempo.
    dynamic_groups : range
        Withdrawal groups that transitions and stingers use in rotation.
    """

    spec: EngineSpec
    layers: Mapping[str, LayerPlace]
    parameters: Mapping[str, int]
    stingers: Mapping[str, LayerPlace]
    bridges: Mapping[str, LayerPlace]
    fills: Mapping[str, LayerPlace]
    buses: BusRows
    duck_group: int
    tempo_group: int
    dynamic_groups: range

    def places(self) -> dict[str, LayerPlace]:
        """Every place, by the key path of its table."""
        kinds = (self.layers, self.stingers, self.bridges, self.fills)
        return {place.strip: place for kind in kinds for place in kind.values()}

    @property
    def stem_places(self) -> Mapping[str, LayerPlace]:
        """Places of stem layers, and of bridges with a stem by the name of their segment."""
        layers = {name: place for name, place in self.layers.items() if place.reads_files}
        return layers | {name: place for name, place in self.bridges.items() if place.clips}


def control_start(control: Control | None, defaults: Mapping[str, float], missing: float) -> float:
    """Value of a control when every parameter has its default; `missing` if there is no control."""
    if control is None:
        return missing
    if not isinstance(control, Curve):
        return float(control)
    return curve_value(control, defaults[control.over])


def curve_value(curve: Curve, x: float) -> float:
    """Value of a curve: linear between its points, constant beyond its ends."""
    points = curve.points
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x < x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]


def default_value(table: ParameterTable) -> float:
    """Default of a parameter: the declared one, else the low end of its range."""
    return table.range[0] if table.default is None else table.default
