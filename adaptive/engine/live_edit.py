"""From one specification to another while the engine plays: commands and stores.

Only rows that keep their tenant are moved: who comes is written by `growth`, who goes rings out as he was.

What has a command is moved by it, to the frame.  What has none is stored into the records the kernel
reads, at the first tick after the frame.  A store is safe for one of three reasons, and each says which:

- *one word*: an aligned number of 4 or 8 bytes, which a processor writes in one piece; the kernel only
  reads it, and any mixture of old and new words is a setting that could have been asked for;
- *ordered*: a value is written before the flag that makes it count;
- *whole rows*: rows of several words that belong together (a curve's points, a program) are filled aside,
  and one store of their address shows them; the kernel takes the address once a quantum.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.engine.engine import Engine
from adaptive.engine.instrument_record import fill_tone
from adaptive.engine.records import (
    OPEN_HZ,
    fill_mappings,
    fill_parameter,
    fill_programs,
    line_feedback,
    low_cut_share,
)
from adaptive.engine.spare_rows import kept_rows
from adaptive.engine.spec import EngineSpec, ReverbSpec
from adaptive.kernel import layout as k

NEUTRAL = {
    k.MAP_GAIN_DB: ("control_gain", 1.0),
    k.MAP_PAN: ("control_pan", 0.0),
    k.MAP_CUTOFF: ("control_cutoff", OPEN_HZ),
}
"""What a control of a strip is where no curve holds it."""

MOVE_S = 0.008
"""Length of a move to another level, pan or cutoff: what parameters control takes as long."""

ROOM_STEPS = 16
"""A room's decay is moved in so many ticks: each step changes a line by less than 1 % for a doubled decay."""

CURVE_TICKS = 3
"""Ticks between a curve and a fixed level, whichever comes: both at once are quiet, neither would be loud."""

Store = tuple[int, Callable[[], None]]
"""What is to be stored once a frame has been rendered."""


def moves(old: EngineSpec, new: EngineSpec, at: int) -> list[Command]:
    """Commands that take the strips and the master from one specification to another at a frame."""
    frames = round(MOVE_S * old.sample_rate)
    late = {mapping.bus for mapping in new.mappings if mapping.kind == k.MAP_GAIN_DB}
    late -= {mapping.bus for mapping in old.mappings if mapping.kind == k.MAP_GAIN_DB}
    posted: list[Command] = []
    for index in kept_rows("bus", old, new):
        before, after = old.buses[index], new.buses[index]
        if before.gain != after.gain:
            begins = at + (CURVE_TICKS * k.CONTROL_STEP_FRAMES if index in late else 0)
            posted.append(commands.fade_bus(begins, index, after.gain, frames))
        if before.pan != after.pan:
            posted.append(commands.pan_bus(at, index, after.pan, frames))
        if before.cutoff_hz != after.cutoff_hz:
            posted.append(commands.filter_bus(at, index, after.cutoff_hz, frames))
    if old.gain != new.gain:
        posted.append(commands.fade_master(at, new.gain, frames))
    return posted


def stores(engine: Engine, old: EngineSpec, new: EngineSpec, at: int) -> list[Store]:
    """What is to be stored from a frame on, where there is no command for it."""
    made: list[Store] = []
    if _sends(old) != _sends(new) or _held(old) != _held(new):
        made.append((at, partial(_store_sends, engine, old, new)))
    if old.mappings != new.mappings:
        made.append((at, partial(_show_mappings, engine, new)))
    if _held(old) - _held(new):
        made.append((at + CURVE_TICKS * k.CONTROL_STEP_FRAMES, partial(_let_go, engine, old, new)))
    if old.parameters != new.parameters:
        made.append((at, partial(_store_parameters, engine, old, new)))
    if old.instruments != new.instruments:
        made.append((at, partial(_store_tones, engine, old, new)))
    for index, (before, after) in enumerate(zip(old.reverbs, new.reverbs, strict=True)):
        if before != after:
            made += [
                (at + step * k.CONTROL_STEP_FRAMES, partial(_store_room, engine, index, before, after, step))
                for step in range(1, ROOM_STEPS + 1)
            ]
    return made


def _sends(spec: EngineSpec) -> list[Any]:
    return [bus.send_gains for bus in spec.buses]


def _held(spec: EngineSpec) -> set[tuple[int, int]]:
    """Which control of which strip a curve holds."""
    return {(mapping.bus, mapping.kind) for mapping in spec.mappings}


def _store_sends(engine: Engine, old: EngineSpec, new: EngineSpec) -> None:
    """One word each: the kernel reads it, and moves towards it within 8 ms; a curve writes its own."""
    held, was_held = _held(new), _held(old)
    for index in kept_rows("bus", old, new):
        before, after, curve = old.buses[index], new.buses[index], (index, k.MAP_SEND_DB)
        is_other = before.send_gains != after.send_gains or curve in was_held
        if is_other and curve not in held:
            group = engine.memory["buses"][index // k.PAIRS]
            for send, gain in enumerate(after.send_gains):
                group["control_send"][send, index % k.PAIRS] = gain


def _show_mappings(engine: Engine, new: EngineSpec) -> None:
    """Whole rows: half a curve could have two points at one place, and divide by zero."""
    rows = engine.memory.fresh("mappings")
    fill_mappings(rows, new.mappings)
    engine.show_rows("mappings", rows, "mapping_count", len(new.mappings))


def _let_go(engine: Engine, old: EngineSpec, new: EngineSpec) -> None:
    """One word each: a control that no curve holds any more moves within 8 ms to where it is without one."""
    kept = set(kept_rows("bus", old, new))
    for index, kind in _held(old) - _held(new):
        if index in kept and kind in NEUTRAL:
            name, value = NEUTRAL[kind]
            engine.memory["buses"][index // k.PAIRS][name][index % k.PAIRS] = value


def _store_parameters(engine: Engine, old: EngineSpec, new: EngineSpec) -> None:
    """One word each, and ordered for the fallback; programs as whole rows.

    The law stays (a share of the way read as a step of the range would be a jump): another law is
    another shape.  A parameter nobody has sent follows its default.
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
    """One word each: a quantum with half of them sounds like a patch between the two, 1.3 ms long."""
    for index in kept_rows("instrument", old, new):
        if old.instruments[index] != new.instruments[index]:
            fill_tone(engine.memory["instruments"][index], new.instruments[index], engine.spec.sample_rate)


def _store_room(engine: Engine, index: int, old: ReverbSpec, new: ReverbSpec, step: int) -> None:
    """One word each, a sixteenth of the way at a time: a line's gain that jumped would click."""
    share, rate = step / ROOM_STEPS, engine.spec.sample_rate
    record = engine.memory["reverbs"][index]
    for line in range(k.REVERB_LINES):
        frames = float(record["length"][line])
        before = line_feedback(frames, rate, old.decay_s)
        after = line_feedback(frames, rate, new.decay_s)
        record["feedback"][line] = before + (after - before) * share
    record["damping"] = old.damping + (new.damping - old.damping) * share
    low_cut_hz = old.low_cut_hz + (new.low_cut_hz - old.low_cut_hz) * share
    record["low_cut"] = low_cut_share(low_cut_hz, rate)
