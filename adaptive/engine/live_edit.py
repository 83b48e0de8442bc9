"""Changes the settings of an engine from one specification to another while it plays.

Only rows that keep their owner are changed here.  `spare_rows` writes the rows that have a new owner.  A row
whose owner was removed keeps its settings while its sound decays.

A setting that has a command is changed by that command, exactly at its frame.  Any other setting is stored
into the record that the kernel reads, at the first control step after the frame.  A store is safe for one of
three reasons, and each function below says which:

- *single words*: an aligned number of 4 or 8 bytes is written in one piece, the kernel only reads it, and any
  mixture of old and new words is a valid setting;
- *ordered*: a value is written before the flag that activates it;
- *whole rows*: rows of several words that belong together (the points of a curve, a program) are written to a
  new array, and one store of its address publishes them; the kernel reads that address once a quantum.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from adaptive.engine import commands
from adaptive.engine.cells import fill_mappings
from adaptive.engine.commands import Command
from adaptive.engine.engine import Engine
from adaptive.engine.records import (
    OPEN_HZ,
    fill_parameter,
    fill_programs,
)
from adaptive.engine.spare_rows import kept_rows
from adaptive.engine.spec import EngineSpec, MappingSpec
from adaptive.kernel import layout as k

DEFAULTS = {
    k.MAP_GAIN_DB: ("control_gain", 1.0),
    k.MAP_PAN: ("control_pan", 0.0),
    k.MAP_CUTOFF: ("control_cutoff", OPEN_HZ),
}
"""Maps a kind of curve to a field of the bus record, and to the field's value while no curve sets it."""

MOVE_S = 0.008
"""Length of a ramp to another level, pan or cutoff; the kernel smooths what curves set over the same time."""

FADED_STEPS = 8
"""Control steps after which an insert that fades out within 20 ms is taken from the render list: 43 ms."""

CURVE_OVERLAP_STEPS = 3
"""Control steps for which a curve and a fixed level both apply, while one replaces the other.

They last 16 ms at 48 kHz.  In this time the bus is too quiet, because both gains multiply.  Without the
overlap neither might apply, and the bus would be too loud.
"""

Store = tuple[int, Callable[[], None]]
"""A frame, and a function to call once that frame has been rendered."""


def moves(old: EngineSpec, new: EngineSpec, at: int) -> list[Command]:
    """Return the commands that change buses and master from one specification to another at frame `at`."""
    frames = round(MOVE_S * old.sample_rate)
    delayed = {mapping.bus for mapping in new.mappings if mapping.kind == k.MAP_GAIN_DB}
    delayed -= {mapping.bus for mapping in old.mappings if mapping.kind == k.MAP_GAIN_DB}
    posted: list[Command] = []
    for index in kept_rows("bus", old, new):
        before, after = old.buses[index], new.buses[index]
        if before.gain != after.gain:
            start = at + (CURVE_OVERLAP_STEPS * k.CONTROL_STEP_FRAMES if index in delayed else 0)
            posted.append(commands.fade_bus(start, index, after.gain, frames))
        if before.pan != after.pan:
            posted.append(commands.pan_bus(at, index, after.pan, frames))
        if before.cutoff_hz != after.cutoff_hz:
            posted.append(commands.filter_bus(at, index, after.cutoff_hz, frames))
    if old.gain != new.gain:
        posted.append(commands.fade_master(at, new.gain, frames))
    return posted


def stores(engine: Engine, old: EngineSpec, new: EngineSpec, at: int) -> list[Store]:
    """Return the stores, from frame `at` on, for all settings that have no command."""
    made: list[Store] = []
    kept = kept_rows("bus", old, new)
    if _sends(old) != _sends(new) or _mapped(old) != _mapped(new):
        made.append((at, partial(_store_sends, engine, old, new)))
    changed = [index for index in kept if old.buses[index].inserts != new.buses[index].inserts]
    if changed:  # before the curves, which may set parameters of new inserts
        made.append((at, partial(_change_inserts, engine, new, changed)))
        made.append((at + FADED_STEPS * k.CONTROL_STEP_FRAMES, partial(_drop_faded, engine, changed)))
    if any(old.buses[index].placed != new.buses[index].placed for index in kept):
        made.append((at, partial(_move_places, engine, old, new)))
    if old.mappings != new.mappings:
        made.append((at, partial(_show_mappings, engine, new)))
    if _mapped(old) - _mapped(new):
        made.append(
            (at + CURVE_OVERLAP_STEPS * k.CONTROL_STEP_FRAMES, partial(_reset_controls, engine, old, new))
        )
    if old.parameters != new.parameters:
        made.append((at, partial(_store_parameters, engine, old, new)))
    if old.instruments != new.instruments:
        made.append((at, partial(_store_tones, engine, old, new)))
    return made


def _sends(spec: EngineSpec) -> list[Any]:
    return [(bus.sends, bus.send_gains) for bus in spec.buses]


Control = tuple[int, int, object]
"""What a curve sets: the bus, the kind of curve, and which send or parameter of an insert."""


def _mapped(spec: EngineSpec) -> set[Control]:
    """Return every control that a curve sets."""
    return {(mapping.bus, mapping.kind, _detail(spec, mapping)) for mapping in spec.mappings}


def _detail(spec: EngineSpec, mapping: MappingSpec) -> object:
    if mapping.kind == k.MAP_SEND_DB:
        return spec.buses[mapping.bus].sends[mapping.send]
    if mapping.kind == k.MAP_PLACE:
        return mapping.name
    if mapping.kind == k.MAP_INSTRUMENT:
        return (mapping.instrument, mapping.name)
    return (mapping.insert, mapping.name) if mapping.kind == k.MAP_INSERT else None


def _store_sends(engine: Engine, old: EngineSpec, new: EngineSpec) -> None:
    """Store send gains that no curve sets.  Single words; the kernel smooths the change over 8 ms.

    A new send begins at silence; one that is gone fades out and keeps its row.
    """
    mapped, sends = _mapped(new), engine.memory.sends
    for index in kept_rows("bus", old, new):
        before, after = old.buses[index], new.buses[index]
        for to in set(before.sends) - set(after.sends):
            sends.record_of(index, to)["wanted"] = 0.0
        for to, gain in zip(after.sends, after.send_gains, strict=False):
            if (index, k.MAP_SEND_DB, to) not in mapped:
                engine.memory.add_send(index, to, gain, 0.0)
            elif to not in before.sends:
                engine.memory.add_send(index, to, 0.0, 0.0)


def _change_inserts(engine: Engine, new: EngineSpec, changed: list[int]) -> None:
    """Change inserts: parameters (single words), and which there are (whole rows: the render list)."""
    memory = engine.memory
    memory.inserts.free_dropped()
    for index in changed:
        memory.inserts.change(index, new.buses[index].inserts, _curved(new, index))
        memory.listen(index)
        # before the render list: from then on, the bus is heard behind its inserts
        memory["buses"][index // k.PAIRS]["has_inserts"][index % k.PAIRS] = 1
    engine.show_steps()


def _drop_faded(engine: Engine, changed: list[int]) -> None:
    """Take inserts that have faded out from the render list.  Whole rows."""
    for index in changed:
        engine.memory.inserts.drop_faded(index)
    engine.show_steps()


def _move_places(engine: Engine, old: EngineSpec, new: EngineSpec) -> None:
    """Store numbers of places that no curve sets.  Single words; the panner blends over to them."""
    for index in kept_rows("bus", old, new):
        _move_place(engine, new, index)


def _move_place(engine: Engine, new: EngineSpec, index: int) -> None:
    place, rig = new.buses[index].placed, engine.memory.rig
    if place is None or rig is None:
        return
    at_bus = (one for one in new.mappings if one.bus == index and one.kind == k.MAP_PLACE)
    rig.move(index, place, {one.name for one in at_bus})


def _show_mappings(engine: Engine, new: EngineSpec) -> None:
    """Replace all curves.  Whole rows.

    In a half-written curve, two points could have the same x, and the kernel would divide by zero.
    """
    rows = engine.memory.fresh("mappings")
    fill_mappings(engine.memory, rows, new.mappings)
    engine.show_rows("mappings", rows, "mapping_count", len(new.mappings))


def _reset_controls(engine: Engine, old: EngineSpec, new: EngineSpec) -> None:
    """Reset controls that no curve sets any more.  Single words; the kernel smooths the change."""
    kept = set(kept_rows("bus", old, new))
    for index, kind, detail in _mapped(old) - _mapped(new):
        if index not in kept:
            continue
        if kind in DEFAULTS:
            name, value = DEFAULTS[kind]
            engine.memory["buses"][index // k.PAIRS][name][index % k.PAIRS] = value
        elif kind == k.MAP_MASTER_DB:
            engine.memory["master"]["control_gain"] = 1.0
        elif kind == k.MAP_PLACE:
            _move_place(engine, new, index)
        elif kind == k.MAP_INSTRUMENT and isinstance(detail, tuple):
            _set_instrument(engine, new, detail[0])
        elif kind == k.MAP_INSERT and isinstance(detail, tuple):
            for insert in new.buses[index].inserts:
                if insert.name == detail[0]:
                    engine.memory.inserts.set_values(index, insert, _curved(new, index))


def _curved(spec: EngineSpec, bus: int) -> set[tuple[str, str]]:
    """Return insert and name of every parameter of a bus's inserts that a curve sets."""
    return {
        (mapping.insert, mapping.name)
        for mapping in spec.mappings
        if mapping.bus == bus and mapping.kind == k.MAP_INSERT
    }


def _store_parameters(engine: Engine, old: EngineSpec, new: EngineSpec) -> None:
    """Store settings of parameters.

    Settings are single words.  The value of a fallback is written before the flag that activates it
    (ordered).  Programs are whole rows.  The kind of smoothing (`is_linear`) never changes here, because a
    parameter whose kind changes gets another row.  If a parameter was never set, its target becomes the new
    default.
    """
    for index in kept_rows("parameter", old, new):
        before, after = old.parameters[index], new.parameters[index]
        if before == after:
            continue
        record = engine.memory["parameters"][index]
        fill_parameter(record, after, engine.spec.sample_rate)
        if before.default != after.default and record["has_arrived"] == 0:
            record["target"] = after.default
    if [p.program for p in old.parameters] != [p.program for p in new.parameters]:
        rows = engine.memory.fresh("programs")
        fill_programs(rows, engine.spec.parameters)
        engine.show_rows("programs", rows)


def _store_tones(engine: Engine, old: EngineSpec, new: EngineSpec) -> None:
    """Store settings of instruments.  Single words; old and new ones may be mixed for a quantum, 1.3 ms."""
    for index in kept_rows("instrument", old, new):
        if old.instruments[index] != new.instruments[index]:
            _set_instrument(engine, new, index)


def _set_instrument(engine: Engine, new: EngineSpec, row: int) -> None:
    mapped = (one for one in new.mappings if one.kind == k.MAP_INSTRUMENT and one.instrument == row)
    engine.memory.instruments.set(row, new.instruments[row], {one.name for one in mapped})
