"""Checks that every name in a preset refers to something, is unique, and that values fit together."""

from __future__ import annotations

import functools
import math
from collections.abc import Collection, Iterator, Mapping

import msgspec

from adaptive.errors import InputError
from adaptive.music.controls import CONTROLS, OF_ALL_LAYERS
from adaptive.music.mood import MOODS
from adaptive.preset.curves import check_points, check_range
from adaptive.preset.faults import FaultList, KeyPath, hint, join_names, nearest
from adaptive.preset.instrument_controls import check_instruments
from adaptive.preset.instrument_tables import InstrumentTable
from adaptive.preset.midi_inputs import check_midi_input, is_clock, sets_chord, targets_of
from adaptive.preset.mixer import check_mixer
from adaptive.preset.model import ANY, StateGroup, Vocabulary, state_groups
from adaptive.preset.placed import check_placed
from adaptive.preset.readings import NoReadings
from adaptive.preset.routes import check_routes
from adaptive.preset.schema import (
    BusTable,
    FallbackTable,
    Files,
    Ignore,
    InputTable,
    LayerTable,
    MasterTable,
    OutOfBounds,
    ParameterTable,
    PresetFile,
    SectionTable,
    SteerTable,
)
from adaptive.preset.segments import bar_grid
from adaptive.preset.snapshots import check_snapshots
from adaptive.preset.table import Curve
from adaptive.preset.tempo_follow import check_input_follow, check_tempo_follow
from adaptive.preset.tree import RESERVED

# The most entries of each table: bounds what the engine allocates, and the cost of hostile files.
LIMITS = {
    "parameters": 256,
    "buses": 64,
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
    **{name: (control.low, control.high) for name, control in CONTROLS.items()},
}


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
    for check in CHECKS:
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


def _beats(file: PresetFile, faults: FaultList) -> None:
    """Check that every `beat` divides the bar of its meter."""
    _beat((), file.meter, file.beat, faults)
    for kind, tables in (("sections", file.sections), ("bridges", file.bridges)):
        for name, table in tables.items():
            _beat((kind, name), table.meter or file.meter, table.beat, faults)


def _beat(at: KeyPath, meter: str, beat: str | None, faults: FaultList) -> None:
    try:
        bar_grid(meter, beat)
    except ValueError:
        text = f"is `{beat}`, and a bar of {meter} does not hold a whole number of them"
        faults.add((*at, "beat"), text)


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
                text = f"must lie in the range {low:g} to {high:g}, got {value:g}"
                faults.add((*at, key), text, [(*at, "range"), (*at, key)])
        _ignore(table.ignore, low, high, at, faults)
        if table.circular and table.outlier_sigmas is not None:
            faults.add((*at, "outlier_sigmas"), "does not go with `circular`: a circle has no median")
        if isinstance(table.fallback, FallbackTable):
            where = (*at, "fallback", "parameter")
            faults.require_known(where, "parameter", table.fallback.parameter, file.parameters)
            if table.fallback.parameter == name:
                faults.add(where, "names the parameter itself; name another one")


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
            at: KeyPath = ("states", name)
            if not faults.knows(table.default, table.values, (*at, "default")):
                text = f"there is no value named `{table.default}`{hint(table.default, table.values)}"
                faults.add((*at, "default"), text, [(*at, "values"), (*at, "default")])
        for i in _repeated(table.values):
            faults.add(("states", name, "values", i), f"`{table.values[i]}` is there already")


def _repeated(names: Collection[str]) -> Iterator[int]:
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name in seen:
            yield i
        seen.add(name)


def check_inputs(file: PresetFile, faults: FaultList) -> None:
    """Add a fault for every input that names what is not there, or has keys that do not go together."""
    groups = state_groups(file)
    for i, table in enumerate(file.inputs):
        at: KeyPath = ("inputs", i)
        check_midi_input(table, i, file, faults)
        if is_clock(table) or (sets_chord(table) and table.layer is None and table.event is None):
            continue
        targets = targets_of(table)
        given = [key for key in targets if getattr(table, key) is not None]
        if len(given) != 1:
            found = f"got {join_names(given)}" if given else "got none"
            keys = [(*at, key) for key in targets]
            faults.add(at, f"must have exactly one of {join_names(targets, 'and')}, {found}", keys)
            continue
        if table.parameter is not None:
            _input_parameter(table.parameter, file, groups, (*at, "parameter"), faults)
        elif table.state is not None:
            _input_state(table, table.state, file, groups, at, faults)
        elif table.event is not None:
            _input_event(table.event, file, (*at, "event"), faults)
        check_input_follow(table, i, file, faults)
        _input_extras(table, given[0], at, faults)


def _input_event(name: str, file: PresetFile, at: KeyPath, faults: FaultList) -> None:
    follow = file.tempo_follow
    if follow is None or name != follow.phase_event:
        faults.require_known(at, "stinger", name, file.stingers)


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
        if not faults.knows(value, groups[name].values, where):
            text = f"there is no value of `{name}` named `{value}`{hint(value, groups[name].values)}"
            faults.add(where, text, [("states", name, "values"), where] if file.states else [("sections",)])


def _input_extras(table: InputTable, target: str, at: KeyPath, faults: FaultList) -> None:
    belongs = {"input_range": "parameter", "output_range": "parameter", "values": "state"}
    for key, owner in belongs.items():
        if getattr(table, key) is not None and target != owner:
            faults.add((*at, key), f"goes with `{owner}`, not with `{target}`")
    if table.input_range is not None and table.input_range[0] == table.input_range[1]:
        faults.add((*at, "input_range"), f"must have two different ends, got {table.input_range[0]:g} twice")
    if target != "parameter":
        for key, rest in (("combine", None), ("priority", 0), ("stale_after_s", None)):
            if getattr(table, key) != rest:
                faults.add((*at, key), f"goes with `parameter`, not with `{target}`")
        if isinstance(table.argument, tuple):
            faults.add(
                (*at, "argument"), f"may be a list for a `parameter`; of a `{target}` it is one number"
            )
    _ignore(table.ignore, -math.inf, math.inf, at, faults)


def _layers(file: PresetFile, faults: FaultList) -> None:
    for name, layer in file.layers.items():
        at: KeyPath = ("layers", name)
        _sound_of(layer, at, faults)
        if layer.generator is None:
            if layer.steer != SteerTable():
                faults.add((*at, "steer"), "goes with a `generator`, not with a `stem`")
            for key in ("style", "instrument", "density"):
                if getattr(layer, key) is not None:
                    faults.add((*at, key), "goes with a `generator`, not with a `stem`")
        for section in layer.stem if isinstance(layer.stem, dict) else ():
            faults.require_known((*at, "stem", section), "section", section, file.sections)
        _introduction(name, layer, file, faults)
        _variations(layer.stem, at, faults)
        if isinstance(layer.style, dict) and not any(layer.style.values()):
            faults.add((*at, "style"), "needs a weight above 0, such as { jazz = 0.7, funk = 0.3 }")
        if layer.density is not None and layer.steer.density is not None:
            faults.add((*at, "density"), "says the same as `steer.density`; leave one out")
        _controls(layer, _layer_fields(), at, file, faults)
        _steer(layer.steer, (*at, "steer"), file, faults)
        for control in sorted(OF_ALL_LAYERS):
            if getattr(layer.steer, control) is not None:
                text = "goes with `[steer]`: all layers share the harmony"
                faults.add((*at, "steer", control), text)


def _sound_of(layer: LayerTable, at: KeyPath, faults: FaultList) -> None:
    """A layer has one sound: a stem, a generator, an input, or a patch, for which a generator may write."""
    given = [key for key in ("stem", "generator", "input", "pyo") if getattr(layer, key) is not None]
    if len(given) != 1 and given != ["generator", "pyo"]:
        if set(given) <= {"stem", "generator"}:
            found = "both" if given else "neither"
            text = f"must have either a `stem` or a `generator`, got {found}"
        else:
            text = f"has {' and '.join(f'`{key}`' for key in given)}; one of them is its sound"
        faults.add(at, text, [(*at, key) for key in given or ("stem", "generator")])
    if layer.latency_ms is not None and layer.input is None and layer.pyo is None:
        faults.add((*at, "latency_ms"), "goes with an `input` or a `pyo` patch")
    if layer.pyo is not None and layer.instrument is not None:
        faults.add((*at, "instrument"), "does not go with `pyo`: the patch is the instrument")


def _all_layers(file: PresetFile, faults: FaultList) -> None:
    _steer(file.steer, ("steer",), file, faults)


def _steer(table: SteerTable, at: KeyPath, file: PresetFile, faults: FaultList) -> None:
    _controls(table, msgspec.structs.fields(SteerTable), at, file, faults)
    if isinstance(table.mood, str):
        faults.require_known((*at, "mood"), "mood", table.mood, MOODS)


def _introduction(name: str, layer: LayerTable, file: PresetFile, faults: FaultList) -> None:
    at: KeyPath = ("layers", name, "intro")
    if layer.intro is not None and layer.stem is None:
        faults.add(at, "goes with a `stem`, not with a `generator`; give the section `intro_bars` instead")
    if layer.intro_bars is not None and (layer.stem is None or layer.intro is not None):
        beside = "`intro`, which is a file of its own" if layer.stem is not None else "`generator`"
        faults.add(
            ("layers", name, "intro_bars"), f"says what its `stem` holds, and does not go with {beside}"
        )
    if layer.stretch is not None and layer.stem is None:
        faults.add(
            ("layers", name, "stretch"), "goes with a `stem`; a `generator` follows the tempo by itself"
        )
    if layer.transpose != 0.0 and layer.stem is None:
        faults.add(("layers", name, "transpose"), "goes with a `stem`; a `generator` has `octave`")
    if layer.transpose != 0.0 and layer.stretch == "varispeed":
        faults.add(
            ("layers", name, "transpose"),
            'does not go with `stretch = "varispeed"`, whose pitch is the tempo\'s',
        )
    if layer.wrapped and layer.stem is None:
        faults.add(("layers", name, "wrapped"), "goes with a `stem`, not with a `generator`")
    if layer.first_pass is not None and not layer.wrapped:
        faults.add(
            ("layers", name, "first_pass"),
            "goes with `wrapped = true`: only a stem that begins with the tail of the pass before needs it",
        )
    for section in layer.first_pass if isinstance(layer.first_pass, dict) else ():
        faults.require_known(("layers", name, "first_pass", section), "section", section, file.sections)
    for section in layer.intro if isinstance(layer.intro, dict) else ():
        faults.require_known((*at, section), "section", section, file.sections)


def _shots(file: PresetFile, faults: FaultList) -> None:
    for kind, tables in (("bridges", file.bridges), ("fills", file.fills), ("stingers", file.stingers)):
        for name, table in tables.items():
            _variations(table.stem, (kind, name), faults)


def _variations(stem: Files | Mapping[str, Files] | None, at: KeyPath, faults: FaultList) -> None:
    """Check that a list of variations is not empty and holds each file once."""
    tables = stem if isinstance(stem, Mapping) else {"": stem}
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
            keys = [(*at, "stem"), (*at, "notes")]
            faults.add(at, f"must have either a `stem` or `notes`, got {found}", keys)
        if stinger.notes and stinger.instrument is None:
            faults.add(at, "has `notes` and no `instrument` to play them")
        if stinger.stem is not None:
            for key in ("instrument", "octave"):
                if getattr(stinger, key):
                    faults.add((*at, key), "goes with `notes`, not with a `stem`")
        if stinger.stem == {}:
            faults.add((*at, "stem"), "must have at least one file")
        if stinger.tempo_bpm is not None and stinger.stem is None:
            faults.add((*at, "tempo_bpm"), "goes with a `stem`; `notes` follow the tempo by themselves")
        if stinger.stretch is not None and stinger.tempo_bpm is None:
            text = "needs `tempo_bpm`, the tempo it was recorded at; without one it sounds as recorded"
            faults.add((*at, "stretch"), text)


@functools.cache
def _layer_fields() -> tuple[msgspec.structs.FieldInfo, ...]:
    """Return the fields of `LayerTable`; cached because it takes a third of a millisecond."""
    return msgspec.structs.fields(LayerTable)


def _buses(file: PresetFile, faults: FaultList) -> None:
    for name, bus in file.buses.items():
        _controls(bus, msgspec.structs.fields(BusTable), ("buses", name), file, faults)
    check_mixer(file, faults)
    check_placed(file, faults)
    check_instruments(file, faults)
    check_snapshots(file, faults)


def _master(file: PresetFile, faults: FaultList) -> None:
    _controls(file.master, msgspec.structs.fields(MasterTable), ("master",), file, faults)
    if file.level_db is not None and file.master.level_db is not None:
        faults.add(("level_db",), "says the same as `master.level_db`; leave one out")


def _controls(
    table: LayerTable | BusTable | MasterTable | SteerTable,
    fields: tuple[msgspec.structs.FieldInfo, ...],
    at: KeyPath,
    file: PresetFile,
    faults: FaultList,
) -> None:
    for field in fields:
        value = getattr(table, field.name)
        where = (*at, field.encode_name)
        if isinstance(value, Curve):
            faults.require_known((*where, "over"), "parameter", value.over, file.parameters)
            check_points(value, (*where, "points"), field.name, CONTROL_RANGES.get(field.name), faults)
        elif isinstance(value, float):
            check_range(value, where, field.name, CONTROL_RANGES.get(field.name), faults)


def _intro_bars(section: SectionTable, file: PresetFile, faults: FaultList) -> None:
    """Check that the stems of a section that hold an introduction hold one of the same length."""
    told = {layer: file.layers[layer].intro_bars for layer in section.layers if layer in file.layers}
    known = section.intro_bars or max((bars or 0 for bars in told.values()), default=0)
    for layer, bars in told.items():
        if bars and (bars != known or section.intro_beats is not None):
            length = f"{known} bars" if section.intro_beats is None else f"{section.intro_beats} beats"
            text = f"is 0 or as long as the introduction of its sections, which lasts {length}"
            faults.add(("layers", layer, "intro_bars"), text)


def _sections(file: PresetFile, faults: FaultList) -> None:
    for name, section in file.sections.items():
        at: KeyPath = ("sections", name)
        if section.length_bars is not None and section.length_beats is not None:
            faults.add((*at, "length_beats"), "is given together with `length_bars`; leave one out")
        if section.intro_bars is not None and section.intro_beats is not None:
            faults.add((*at, "intro_beats"), "is given together with `intro_bars`; leave one out")
        _intro_bars(section, file, faults)
        _then(name, section, file, faults)
        for i in _repeated(section.layers):
            faults.add((*at, "layers", i), f"`{section.layers[i]}` is there already")
        for i, layer in enumerate(section.layers):
            where = (*at, "layers", i)
            faults.require_known(where, "layer", layer, file.layers)
            stem = file.layers.get(layer, LayerTable()).stem
            # a stem for a section that does not exist, of a similar name, is told where it stands
            strange = [key for key in stem if key not in file.sections] if isinstance(stem, dict) else []
            if isinstance(stem, dict) and not nearest(name, strange) and not faults.knows(name, stem, where):
                text = f"`{layer}` has no stem for section `{name}`{hint(name, stem)}"
                faults.add(where, text, [where, ("layers", layer, "stem")])
        for layer in section.levels_db:
            where = (*at, "levels_db", layer)
            if layer in section.layers or layer not in file.layers:
                faults.require_known(where, "layer", layer, file.layers)
            else:
                faults.add(where, f"section `{name}` does not have `{layer}` in its `layers`")


def _then(name: str, section: SectionTable, file: PresetFile, faults: FaultList) -> None:
    at: KeyPath = ("sections", name, "then")
    if section.then == name:
        faults.add(at, "is the section itself; leave out `plays`, and it goes on")
    elif section.then != "select":
        faults.require_known(at, "section", section.then, ["select", "back", *file.sections])
        if section.plays is None:
            faults.add(at, "goes with `plays`: without it the section never ends")


def _vocabulary(file: PresetFile, vocabulary: Vocabulary, faults: FaultList) -> None:
    for name, stinger in file.stingers.items():
        if stinger.instrument is not None:
            known = {*vocabulary.instruments, *file.instruments}
            faults.require_known(("stingers", name, "instrument"), "instrument", stinger.instrument, known)
    for name, instrument in file.instruments.items():
        if isinstance(instrument, InstrumentTable) and instrument.base is not None:
            where = ("instruments", name, "base")
            faults.require_known(where, "built-in instrument", instrument.base, vocabulary.instruments)
    for name, layer in file.layers.items():
        at: KeyPath = ("layers", name)
        if isinstance(layer.instrument, str):
            known = {*vocabulary.instruments, *file.instruments}
            faults.require_known((*at, "instrument"), "instrument", layer.instrument, known)
        if layer.generator is None:
            continue
        faults.require_known((*at, "generator"), "generator", layer.generator, vocabulary.generators)
        try:
            styles = vocabulary.generators.get(layer.generator)
        except InputError as error:  # it is loaded from a package
            faults.add((*at, "generator"), str(error))
            continue
        if layer.style is not None and styles is not None:
            what = f"style of `{layer.generator}`"
            if isinstance(layer.style, str):
                faults.require_known((*at, "style"), what, layer.style, styles)
                continue
            for style in layer.style:
                faults.require_known((*at, "style", style), what, style, styles)


CHECKS = (
    _beats,
    _names,
    _parameters,
    _states,
    check_inputs,
    check_tempo_follow,
    _layers,
    _all_layers,
    _sections,
    check_routes,
    _stingers,
    _shots,
    _master,
    _buses,
)
"""The checks of `check_references`, in the order in which their faults are added."""
