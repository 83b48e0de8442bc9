"""From a preset to an engine: which strip, clip, voice and curve each layer gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from adaptive.composer.registry import GENERATORS
from adaptive.engine.spec import (
    BusSpec,
    EngineSpec,
    InstrumentSpec,
    MappingSpec,
    ParameterSpec,
    ReverbSpec,
)
from adaptive.instruments import kits, patches
from adaptive.kernel import layout as kernel
from adaptive.preset.expression import compile_program
from adaptive.preset.model import Preset
from adaptive.preset.parts import bridge_part
from adaptive.preset.schema import (
    BridgeTable,
    Control,
    Curve,
    FillTable,
    LayerTable,
    ParameterTable,
    StingerTable,
)
from adaptive.units import db_to_gain

CLIPS_A_STEM = 6
"""The pass that plays, one that fades, two tails, and two that are to enter (a bridge is planned whole)."""

CLIPS_A_KIT = 16
CLIPS_A_STINGER = 8
CLIPS_A_FILL = 2
CLIPS_A_BRIDGE = 3
OPEN_HZ = 20000.0
DEFAULT_REVERB_DB = -80.0
STINGER_REVERB_DB = -12.0
"""What a stinger sends to the room where the preset says nothing."""


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
    """

    name: str
    bus: int
    group: int
    clips: range
    instrument: int | None = None
    kit: str | None = None

    @property
    def is_stem(self) -> bool:
        """Whether it plays files that loop."""
        return self.instrument is None and self.kit is None


@dataclass(frozen=True, slots=True)
class ScoreLayout:
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


def _parameter_specs(preset: Preset) -> tuple[list[ParameterSpec], dict[str, int]]:
    tables = preset.file.parameters
    names = [name for name in tables if name not in preset.derived]
    names += list(preset.derived)  # in an order in which each reads only earlier ones
    index_of = {name: index for index, name in enumerate(names)}
    specs = []
    for name in names:
        table = tables[name]
        program = None
        if name in preset.derived:
            program = tuple(
                (int(opcode), float(operand))
                for opcode, operand in compile_program(preset.derived[name], index_of)
            )
        default = default_value(table)
        fallback = {"hold": None, "default": default}.get(str(table.fallback))
        if not isinstance(table.fallback, str):
            fallback = float(table.fallback)
        specs.append(
            ParameterSpec(
                name,
                *table.range,
                default,
                table.rise_s,
                table.fall_s,
                table.law == "linear",
                table.stale_after_s,
                fallback,
                program,
            )
        )
    return specs, index_of


class _Builder:
    """Collects buses, clips, instruments and curves layer by layer."""

    def __init__(self, preset: Preset) -> None:
        self.preset = preset
        self.parameters, self.index_of = _parameter_specs(preset)
        self.defaults = {name: default_value(t) for name, t in preset.file.parameters.items()}
        self.buses: list[BusSpec] = []
        self.instruments: list[InstrumentSpec] = []
        self.mappings: list[MappingSpec] = []
        self.places: dict[str, LayerPlace] = {}
        self.clips = 0
        self.stingers: dict[str, LayerPlace] = {}
        self.bridges: dict[str, LayerPlace] = {}
        self.fills: dict[str, LayerPlace] = {}
        # strips first, then stingers, bridges and fills, then from a group of their own the room's return
        file = preset.file
        strips = len(file.layers) + len(file.stingers) + len(file.bridges) + len(file.fills)
        self.reverb_bus = -(-strips // kernel.PAIRS) * kernel.PAIRS

    def add_layer(self, name: str, table: LayerTable) -> None:
        bus = len(self.buses)
        self._map(table.level_db, kernel.MAP_GAIN_DB, bus)
        self._map(table.pan, kernel.MAP_PAN, bus)
        self._map(table.cutoff_hz, kernel.MAP_CUTOFF, bus)
        self._map(table.reverb_db, kernel.MAP_SEND_DB, bus)
        level = 0.0 if isinstance(table.level_db, Curve) else table.level_db
        pan = 0.0 if isinstance(table.pan, Curve) else table.pan
        is_open = table.cutoff_hz is None or isinstance(table.cutoff_hz, Curve)
        cutoff = OPEN_HZ if is_open else control_start(table.cutoff_hz, self.defaults, OPEN_HZ)
        send = control_start(table.reverb_db, self.defaults, DEFAULT_REVERB_DB)
        self.buses.append(
            BusSpec(
                name,
                gain=db_to_gain(level),
                pan=pan,
                cutoff_hz=cutoff,
                sends=(self.reverb_bus,),
                send_gains=(db_to_gain(send),),
            )
        )
        self.places[name] = self._place(name, table, bus)

    def _place(self, name: str, table: LayerTable, bus: int) -> LayerPlace:
        group = bus + 1
        if table.generator is None:
            return LayerPlace(name, bus, group, self._take_clips(CLIPS_A_STEM))
        instrument = table.instrument or GENERATORS[table.generator].instrument_for(table.style)
        if instrument in kits.KITS:
            clips = self._take_clips(CLIPS_A_KIT)
            return LayerPlace(name, bus, group, clips, kit=instrument)
        patch = patches.resolve(instrument, self.preset.file.instruments)
        self.instruments.append(patches.instrument_spec(patch, bus))
        return LayerPlace(name, bus, group, range(0), instrument=len(self.instruments) - 1)

    def add_stinger(self, name: str, table: StingerTable) -> None:
        reverb_db = STINGER_REVERB_DB if table.reverb_db is None else table.reverb_db
        if table.instrument is None:
            bus = self._add_strip(f"stinger_{name}", reverb_db)
            self.stingers[name] = LayerPlace(name, bus, 0, self._take_clips(CLIPS_A_STINGER))
            return
        bus = self._add_strip(f"stinger_{name}", reverb_db, table.level_db, table.pan)
        patch = patches.resolve(table.instrument, self.preset.file.instruments)
        self.instruments.append(patches.instrument_spec(patch, bus))
        number = len(self.instruments) - 1
        self.stingers[name] = LayerPlace(name, bus, 0, range(0), instrument=number)

    def add_bridge(self, name: str, table: BridgeTable) -> None:
        part = bridge_part(name)
        bus = self._add_strip(part, table.reverb_db, table.level_db, table.pan)
        clips = self._take_clips(CLIPS_A_BRIDGE if table.stem is not None else 0)
        self.bridges[part] = LayerPlace(part, bus, bus + 1, clips)

    def add_fill(self, name: str, table: FillTable) -> None:
        bus = self._add_strip(f"fill_{name}", table.reverb_db, table.level_db, table.pan)
        self.fills[name] = LayerPlace(name, bus, bus + 1, self._take_clips(CLIPS_A_FILL))

    def _add_strip(self, name: str, reverb_db: float | None, level_db: float = 0.0, pan: float = 0.0) -> int:
        send = db_to_gain(DEFAULT_REVERB_DB if reverb_db is None else reverb_db)
        strip = BusSpec(
            name, gain=db_to_gain(level_db), pan=pan, sends=(self.reverb_bus,), send_gains=(send,)
        )
        self.buses.append(strip)
        return len(self.buses) - 1

    def _take_clips(self, count: int) -> range:
        self.clips += count
        return range(self.clips - count, self.clips)

    def _map(self, control: Control | None, kind: int, bus: int) -> None:
        if isinstance(control, Curve):
            index = self.index_of[control.over]
            self.mappings.append(MappingSpec(index, kind, bus, control.points))

    def finish(self, sample_rate: int, channels: int) -> ScoreLayout:
        while len(self.buses) < self.reverb_bus:
            self.buses.append(BusSpec(f"spare_{len(self.buses)}"))
        room = self.preset.file.reverb
        self.buses.append(BusSpec("reverb", effect=0, gain=db_to_gain(room.level_db)))
        spec = EngineSpec(
            sample_rate=sample_rate,
            channels=channels,
            clips=self.clips,
            sounds=64 + 32 * len(self.preset.file.layers) + len(self.preset.stems),
            buses=tuple(self.buses),
            instruments=tuple(self.instruments),
            parameters=tuple(self.parameters),
            mappings=tuple(self.mappings),
            reverbs=(ReverbSpec(room.decay_s, room.damping, room.predelay_ms / 1000.0, room.low_cut_hz),),
            gain=db_to_gain(self.preset.file.level_db),
        )
        duck_group = len(self.buses) + 1
        return ScoreLayout(
            spec,
            self.places,
            self.index_of,
            self.stingers,
            self.bridges,
            self.fills,
            self.reverb_bus,
            duck_group,
            range(duck_group + 1, spec.groups),
        )


def lay_out(preset: Preset, sample_rate: int = 48000, channels: int = 2) -> ScoreLayout:
    """Lay a preset out for an engine."""
    builder = _Builder(preset)
    for name, table in preset.file.layers.items():
        builder.add_layer(name, table)
    for name, stinger in preset.file.stingers.items():
        builder.add_stinger(name, stinger)
    for name, bridge in preset.file.bridges.items():
        builder.add_bridge(name, bridge)
    for name, fill in preset.file.fills.items():
        builder.add_fill(name, fill)
    return builder.finish(sample_rate, channels)
