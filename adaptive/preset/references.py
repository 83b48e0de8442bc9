"""Checks that every name in a preset refers to something, is unique, and that values fit together."""

from __future__ import annotations

import functools
import math
from collections.abc import Collection, Iterator

import msgspec

from adaptive.preset.faults import FaultList, KeyPath, hint, join_names
from adaptive.preset.model import ANY, StateGroup, Vocabulary, state_groups
from adaptive.preset.readings import NoReadings
from adaptive.preset.routes import check_routes
from adaptive.preset.schema import (
    Curve,
    Ignore,
    InputTable,
    LayerTable,
    OutOfBounds,
    ParameterTable,
    PresetFile,
)
from adaptive.preset.tree import RESERVED

# The most entries of each table: bounds what the engine allocates, and the cost of hostile files.
LIMITS = {
    "parameters": 256,
    "states": 256,
    "layers": 256,
    "sections": 256,
    "instruments": 256,
    "stingers": 256,
    "playlists": 256,
    "bridges": 256,
    "fills": 256,
    "inputs": 1000,
    "select": 1000,
    "transitions": 1000,
}

# The range of each control of a layer; it holds for numbers and for the points of curves.
CONTROL_RANGES = {
    "level_db": (-200.0, 24.0),
    "reverb_db": (-200.0, 24.0),
    "pan": (-1.0, 1.0),
    "cutoff_hz": (20.0, 20000.0),
    "density": (0.0, 1.0),
}
_TARGETS = ("parameter", "state", "event")


def check_references(file: PresetFile, vocabulary: Vocabulary | None, faults: FaultList) -> None:
    """Add a fault for every unknown or ambiguous name, and for every value that contradicts another.

    Parameters
    ----------
    file : PresetFile
        The typed file.
    vocabulary : Vocabulary or None
        The known generators and built-in instruments; None accepts any name.
    faults : FaultList
        Receives the faults.
    """
    for check in (_names, _parameters, _states, _inputs, _layers, _sections, check_routes, _stingers):
        check(file, faults)
    if vocabulary is not None:
        _vocabulary(file, vocabulary, faults)


def check_limits(file: PresetFile, faults: FaultList) -> bool:
    """Add a fault for every table with too many entries; return whether there is none."""
    counts = {key: len(getattr(file, key)) for key in LIMITS}
    for key, limit in LIMITS.items():
        if counts[key] > limit:
            faults.add((key,), f"has {counts[key]} entries, more than the {limit} there may be")
    return all(counts[key] <= limit for key, limit in LIMITS.items())


def _names(file: PresetFile, faults: FaultList) -> None:
    for table in ("parameters", "states"):
        for name in RESERVED.intersection(getattr(file, table)):
            faults.add((table, name), "is a word of the expression language; take another name")
    if ANY in file.sections:
        faults.add(("sections", ANY), "means every section in a transition; take another name")
    for name in file.parameters.keys() & state_groups(file).keys():
        other = "the states that stand for sections" if not file.states else "a state"
        faults.add(("parameters", name), f"is also the name of {other}; take another name")


def _parameters(file: PresetFile, faults: FaultList) -> None:
    for name, table in file.parameters.items():
        at: KeyPath = ("parameters", name)
        low, high = table.range
        if low >= high:
            faults.add((*at, "range"), f"must rise from low to high, got {low:g} and {high:g}")
            continue
        for key in ("default", "fallback"):
            value = getattr(table, key)
            if isinstance(value, float) and not low <= value <= high:
                faults.add((*at, key), f"must lie in the range {low:g} to {high:g}, got {value:g}")
        _ignore(table.ignore, low, high, at, faults)


def _ignore(ignore: Ignore, low: float, high: float, at: KeyPath, faults: FaultList) -> None:
    """Check that `ignore` says which numbers are no readings, and leaves some that are."""
    if isinstance(ignore, OutOfBounds) and ignore.below is None and ignore.above is None:
        faults.add((*at, "ignore"), "needs `below`, `above` or both, such as { below = 30 }")
    elif NoReadings(ignore).leave_nothing_of(low, high):
        where = f" from {low:g} to {high:g}" if low > -math.inf else ""
        faults.add((*at, "ignore"), f"leaves no number{where} that would be a reading")


def _states(file: PresetFile, faults: FaultList) -> None:
    for name, table in file.states.items():
        if table.default is not None:
            faults.require_known(("states", name, "default"), "value", table.default, table.values)
        for i in _repeated(table.values):
            faults.add(("states", name, "values", i), f"`{table.values[i]}` is there already")


def _repeated(names: Collection[str]) -> Iterator[int]:
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name in seen:
            yield i
        seen.add(name)


def _inputs(file: PresetFile, faults: FaultList) -> None:
    groups = state_groups(file)
    for i, table in enumerate(file.inputs):
        at: KeyPath = ("inputs", i)
        given = [key for key in _TARGETS if getattr(table, key) is not None]
        if len(given) != 1:
            found = f"got {join_names(given)}" if given else "got none"
            faults.add(at, f"must have exactly one of {join_names(_TARGETS, 'and')}, {found}")
            continue
        if table.parameter is not None:
            _input_parameter(table.parameter, file, groups, (*at, "parameter"), faults)
        elif table.state is not None:
            _input_state(table, table.state, file, groups, at, faults)
        elif table.event is not None:
            faults.require_known((*at, "event"), "stinger", table.event, file.stingers)
        _input_extras(table, given[0], at, faults)


def _input_parameter(
    name: str, file: PresetFile, groups: Collection[str], at: KeyPath, faults: FaultList
) -> None:
    if name in groups and name not in file.parameters:
        faults.add(at, f'`{name}` is a state, not a parameter; write `state = "{name}"`')
        return
    faults.require_known(at, "parameter", name, file.parameters)
    if file.parameters.get(name, ParameterTable()).value is not None:
        faults.add(at, f"`{name}` is computed from its `value`; it cannot also come from outside")


def _input_state(
    table: InputTable,
    name: str,
    file: PresetFile,
    groups: dict[str, StateGroup],
    at: KeyPath,
    faults: FaultList,
) -> None:
    if name in file.parameters and name not in groups:
        text = f'`{name}` is a parameter, not a state; write `parameter = "{name}"`'
        faults.add((*at, "state"), text)
        return
    faults.require_known((*at, "state"), "state", name, groups)
    for key, value in (table.values or {}).items() if name in groups else ():
        where = (*at, "values", key)
        faults.require_known(where, f"value of `{name}`", value, groups[name].values)


def _input_extras(table: InputTable, target: str, at: KeyPath, faults: FaultList) -> None:
    belongs = {"input_range": "parameter", "output_range": "parameter", "values": "state"}
    for key, owner in belongs.items():
        if getattr(table, key) is not None and target != owner:
            faults.add((*at, key), f"goes with `{owner}`, not with `{target}`")
    if table.input_range is not None and table.input_range[0] == table.input_range[1]:
        faults.add((*at, "input_range"), f"must have two different ends, got {table.input_range[0]:g} twice")
    _ignore(table.ignore, -math.inf, math.inf, at, faults)


def _layers(file: PresetFile, faults: FaultList) -> None:
    for name, layer in file.layers.items():
        at: KeyPath = ("layers", name)
        if (layer.stem is None) == (layer.generator is None):
            found = "neither" if layer.stem is None else "both"
            faults.add(at, f"must have either a `stem` or a `generator`, got {found}")
        if layer.generator is None:
            for key in ("style", "instrument", "density"):
                if getattr(layer, key) is not None:
                    faults.add((*at, key), "goes with a `generator`, not with a `stem`")
        for section in layer.stem if isinstance(layer.stem, dict) else ():
            faults.require_known((*at, "stem", section), "section", section, file.sections)
        _variations(layer, at, faults)
        _controls(layer, at, file, faults)


def _variations(layer: LayerTable, at: KeyPath, faults: FaultList) -> None:
    """Check that a list of variations is not empty and holds each file once."""
    tables = layer.stem if isinstance(layer.stem, dict) else {"": layer.stem}
    for section, files in tables.items():
        if not isinstance(files, tuple):
            continue
        where = (*at, "stem", section) if section else (*at, "stem")
        if not files:
            faults.add(where, "must have at least one file")
        for i in _repeated(files):
            faults.add((*where, i), f"`{files[i]}` is there already")


def _stingers(file: PresetFile, faults: FaultList) -> None:
    for name, stinger in file.stingers.items():
        at: KeyPath = ("stingers", name)
        if (stinger.stem is None) == (not stinger.notes):
            found = "neither" if stinger.stem is None else "both"
            faults.add(at, f"must have either a `stem` or `notes`, got {found}")
        if stinger.notes and stinger.instrument is None:
            faults.add(at, "has `notes` and no `instrument` to play them")
        if stinger.stem is not None:
            for key in ("instrument", "octave"):
                if getattr(stinger, key):
                    faults.add((*at, key), "goes with `notes`, not with a `stem`")
        if stinger.stem == {}:
            faults.add((*at, "stem"), "must have at least one file")


@functools.cache
def _layer_fields() -> tuple[msgspec.structs.FieldInfo, ...]:
    """Return the fields of `LayerTable`; cached because it takes a third of a millisecond."""
    return msgspec.structs.fields(LayerTable)


def _controls(layer: LayerTable, at: KeyPath, file: PresetFile, faults: FaultList) -> None:
    for field in _layer_fields():
        value = getattr(layer, field.name)
        where = (*at, field.encode_name)
        if isinstance(value, Curve):
            faults.require_known((*where, "over"), "parameter", value.over, file.parameters)
            _points(value, (*where, "points"), field.name, faults)
        elif isinstance(value, float):
            _control_range(field.name, value, where, faults)


def _points(curve: Curve, at: KeyPath, control: str, faults: FaultList) -> None:
    for i, (x, y) in enumerate(curve.points):
        if i and x <= curve.points[i - 1][0]:
            before = curve.points[i - 1][0]
            faults.add((*at, i), f"must lie to the right of the point before, got {x:g} after {before:g}")
        _control_range(control, y, (*at, i), faults)


def _control_range(control: str, value: float, at: KeyPath, faults: FaultList) -> None:
    low, high = CONTROL_RANGES.get(control, (value, value))
    if not low <= value <= high:
        faults.add(at, f"`{control}` must be between {low:g} and {high:g}, got {value:g}")


def _sections(file: PresetFile, faults: FaultList) -> None:
    for name, section in file.sections.items():
        at: KeyPath = ("sections", name)
        if section.length_bars is not None and section.length_beats is not None:
            faults.add((*at, "length_beats"), "is given together with `length_bars`; leave one out")
        for i in _repeated(section.layers):
            faults.add((*at, "layers", i), f"`{section.layers[i]}` is there already")
        for i, layer in enumerate(section.layers):
            where = (*at, "layers", i)
            faults.require_known(where, "layer", layer, file.layers)
            stem = file.layers.get(layer, LayerTable()).stem
            if isinstance(stem, dict) and name not in stem:
                faults.add(where, f"`{layer}` has no stem for section `{name}`{hint(name, stem)}")


def _vocabulary(file: PresetFile, vocabulary: Vocabulary, faults: FaultList) -> None:
    for name, stinger in file.stingers.items():
        if stinger.instrument is not None:
            known = {*vocabulary.instruments, *file.instruments}
            faults.require_known(("stingers", name, "instrument"), "instrument", stinger.instrument, known)
    for name, instrument in file.instruments.items():
        if instrument.base is not None:
            where = ("instruments", name, "base")
            faults.require_known(where, "built-in instrument", instrument.base, vocabulary.instruments)
    for name, layer in file.layers.items():
        at: KeyPath = ("layers", name)
        if layer.instrument is not None:
            known = {*vocabulary.instruments, *file.instruments}
            faults.require_known((*at, "instrument"), "instrument", layer.instrument, known)
        if layer.generator is None:
            continue
        faults.require_known((*at, "generator"), "generator", layer.generator, vocabulary.generators)
        styles = vocabulary.generators.get(layer.generator)
        if layer.style is not None and styles is not None:
            what = f"style of `{layer.generator}`"
            faults.require_known((*at, "style"), what, layer.style, styles)
