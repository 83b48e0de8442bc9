from __future__ import annotations

from dataclasses import replace

import numpy as np

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spare_rows import fresh_rows, kept_rows, merged
from adaptive.engine.spec import BusSpec, EngineSpec, ParameterSpec, SpareRows
from adaptive.kernel import layout as k
from adaptive.kernel.sources.synth_settings import SynthSpec

OLD = EngineSpec(
    clips=2,
    buses=[BusSpec("a"), BusSpec("b")],
    instruments=[SynthSpec(0)],
    parameters=[ParameterSpec("p", default=0.5)],
    spare_rows=SpareRows(clips=8, instruments=2, parameters=2, mappings=2),
    owners={("bus", 0): "a", ("bus", 1): "b", ("instrument", 0): "i", ("parameter", 0): "p"},
)
NEW = replace(
    OLD,
    clips=4,
    buses=[BusSpec("a"), BusSpec("c", gain=0.5)],
    instruments=[SynthSpec(0), SynthSpec(1, voices=20)],
    parameters=[ParameterSpec("p", default=0.5), ParameterSpec("q", default=0.25)],
    owners={
        ("bus", 0): "a", ("bus", 1): "c", ("instrument", 0): "i", ("instrument", 1): "j",
        ("parameter", 0): "p", ("parameter", 1): "q",
    },
)  # fmt: skip


def test_a_row_is_kept_exactly_when_its_owner_is() -> None:
    assert (kept_rows("bus", OLD, NEW), fresh_rows("bus", OLD, NEW)) == ([0], [1])
    assert (kept_rows("parameter", OLD, NEW), fresh_rows("parameter", OLD, NEW)) == ([0], [1])


def test_used_and_spare_rows_always_add_up_to_the_same() -> None:
    grown = merged(OLD, NEW)

    assert (grown.clips + grown.spare_rows.clips, len(grown.parameters) + grown.spare_rows.parameters) == (
        10,
        3,
    )
    assert grown.spare_rows.instruments == 1
    assert grown.spare_rows.mappings == 2


def test_rows_that_the_new_specification_does_not_own_stay_as_they_are() -> None:
    removed = replace(OLD, instruments=[], owners={("bus", 0): "a"})
    grown = merged(OLD, removed)

    assert list(grown.instruments) == list(OLD.instruments)
    assert grown.buses[1] == OLD.buses[1]
    assert grown.owners["instrument", 0] == "i"


def test_an_engine_grows_into_its_spare_rows_while_the_old_ones_keep_their_values() -> None:
    engine = Engine(OLD)
    engine.set_parameter(0, 0.75)
    engine.pull(k.CONTROL_STEP_FRAMES)
    engine.grow(NEW, {})
    engine.pull(k.CONTROL_STEP_FRAMES)
    head = engine.memory.head

    assert [int(head[name]) for name in ("instrument_count", "parameter_count")] == [2, 2]
    assert (engine.value(0), engine.value(1)) == (0.75, 0.25)
    assert engine.memory["buses"][0]["gain_to"][:2].tolist() == [1.0, 0.5]
    assert [engine.memory.instruments.voices(row).size for row in (0, 1)] == [1, 2]


def test_a_parameter_that_moves_takes_its_value_along() -> None:
    engine = Engine(OLD)
    engine.set_parameter(0, 0.75)
    engine.pull(k.CONTROL_STEP_FRAMES)
    parameter = ParameterSpec("p", default=0.5)
    moved = replace(OLD, parameters=[parameter, parameter], owners={("parameter", 1): "p"})
    engine.grow(moved, {1: 0})
    engine.pull(k.CONTROL_STEP_FRAMES)

    assert engine.value(1) == 0.75


def test_a_row_is_at_rest_when_nothing_plays_on_it() -> None:
    engine = Engine(OLD)
    sound = engine.add_sound(engine.bank.add(np.ones((1, 4800), np.float32)))
    engine.pull(k.QUANTUM * (k.QUIET_QUANTA + 2))
    rested = [engine.is_at_rest(row) for row in (("bus", 0), ("clip", 0), ("instrument", 0))]
    engine.post([c.start_clip(-1, 0, sound, 0), c.play_note(-1, 0, 60.0, 0.5, 4800)])
    engine.pull(32)

    assert rested == [True, True, True]
    assert not any(engine.is_at_rest(row) for row in (("bus", 0), ("clip", 0), ("instrument", 0)))
    assert engine.is_at_rest(("clip", 1))
