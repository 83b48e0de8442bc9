"""From a preset to an engine: which strip, clip, voice and curve each layer gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from adaptive.engine.spec import EngineRow, EngineSpec
from adaptive.preset.schema import Control, Curve, ParameterTable


@dataclass(frozen=True, slots=True)
class LayerPlace:
    """Where a layer lives in the engine.

    Parameters
    ----------
    name : str
        The layer.
    bus : int
        Its strip.
    group : int
        Its withdrawal group.
    clips : range
        Clips it may use (stems, drum hits).
    instrument : int or None
        Its synthesiser.
    kit : str or None
        Its drum kit.
    strip : str
        Key path of its table: by it an edited preset finds it again.
    """

    name: str
    bus: int
    group: int
    clips: range
    instrument: int | None = None
    kit: str | None = None
    strip: str = ""

    def shares_row(self, other: LayerPlace | None) -> bool:
        """Whether another place is this one: whoever sits there goes on.

        Who keeps a strip keeps clips and voices with it: another kind of player gets another strip.
        """
        return other is not None and self.bus == other.bus

    def rows(self) -> set[EngineRow]:
        """All rows of the engine that are its own."""
        own: set[EngineRow] = {("bus", self.bus)} | {("clip", clip) for clip in self.clips}
        return own if self.instrument is None else own | {("instrument", self.instrument)}

    @property
    def is_stem(self) -> bool:
        """Whether it plays files that loop."""
        return self.instrument is None and self.kit is None


@dataclass(frozen=True, slots=True)
class PresetLayout:
    """A preset laid out: the engine's specification and where everything went."""

    spec: EngineSpec
    layers: Mapping[str, LayerPlace]
    parameters: Mapping[str, int]
    stingers: Mapping[str, LayerPlace]
    bridges: Mapping[str, LayerPlace]
    fills: Mapping[str, LayerPlace]
    reverb_bus: int
    duck_group: int
    dynamic_groups: range

    def places(self) -> dict[str, LayerPlace]:
        """Every place, by the key path of its table."""
        kinds = (self.layers, self.stingers, self.bridges, self.fills)
        return {place.strip: place for kind in kinds for place in kind.values()}

    @property
    def stem_places(self) -> Mapping[str, LayerPlace]:
        """Places of all that plays looping files: stem layers, and bridges by the name of their part."""
        layers = {name: place for name, place in self.layers.items() if place.is_stem}
        return layers | {name: place for name, place in self.bridges.items() if place.clips}


def control_start(control: Control | None, defaults: Mapping[str, float], missing: float) -> float:
    """Value of a control when every parameter has its default."""
    if control is None:
        return missing
    if not isinstance(control, Curve):
        return float(control)
    return curve_value(control, defaults[control.over])


def curve_value(curve: Curve, x: float) -> float:
    """Value of a curve: clamped at the ends, straight in between."""
    points = curve.points
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x < x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]


def default_value(table: ParameterTable) -> float:
    """Default of a parameter: as declared, else the low end of its range."""
    return table.range[0] if table.default is None else table.default
