from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.memory import MOST_HELD
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec, MappingSpec, ParameterSpec
from adaptive.kernel import layout as k
from tests.helpers import measure, signals
from tests.helpers.rendering import LEAD, add, engine_of, left_of

LEVEL = MappingSpec(0, k.MAP_GAIN_DB, 0, ((0.0, -20.0), (1.0, 0.0)))
PAN = MappingSpec(0, k.MAP_PAN, 0, ())


def with_curve() -> Engine:
    """A bus with its fader at 0.5; the curve, over a parameter at its default, is at -20 dB."""
    return engine_of(buses=(BusSpec("a", gain=0.5),), parameters=(ParameterSpec("p"),), mappings=(LEVEL,))


def constant_on(engine: Engine) -> list[c.Command]:
    return [c.start_clip(LEAD, 0, add(engine, np.ones(16384, np.float32)), 0)]


def value_of(engine: Engine, place: MappingSpec) -> float:
    return float(
        np.frombuffer((np.ctypeslib.ctypes.c_float * 1).from_address(engine.cell(place)), np.float32)[0]
    )


def held_rows(engine: Engine) -> int:
    number, count = int(engine.memory.head["first_hold"]), 0
    while number >= 0:
        number, count = int(engine.memory["holds"]["next"][number]), count + 1
    return count


def test_a_held_gain_replaces_the_one_of_a_curve_and_gives_it_back() -> None:
    def rendered(is_held: bool) -> np.ndarray:
        engine = with_curve()
        cell = engine.cell(LEVEL)
        moves = [
            c.hold_cell(LEAD + 1000, cell, 0.8, 1024, has_curve=True),
            c.hold_cell(LEAD + 3000, cell, 0.2, 512, has_curve=True),
            c.hold_cell(LEAD + 5000, cell, 0.0, 1024, share=0.0, has_curve=True),
        ]
        return left_of(engine, 12288, [*constant_on(engine), *(moves if is_held else [])])

    plain, held = rendered(False), rendered(True)

    assert plain[-1] == pytest.approx(0.05, abs=1e-6)
    assert [float(held[at]) for at in (2900, 4900)] == pytest.approx([0.4, 0.1], abs=1e-4)
    assert np.array_equal(held[:1000], plain[:1000])
    np.testing.assert_allclose(held[8192:], plain[8192:], atol=1e-7)
    assert measure.largest_step(held[200:]) < 0.5 * 0.8 / 500


def test_a_number_is_given_back_and_its_row_is_free_again() -> None:
    engine = engine_of()
    engine.post([c.hold_cell(0, engine.cell(PAN), 0.75, 640, own=-0.25)])
    engine.pull(1024)
    assert (value_of(engine, PAN), held_rows(engine)) == (0.75, 1)
    engine.post([c.hold_cell(0, engine.cell(PAN), 0.0, 640, share=0.0, own=-0.25)])
    engine.pull(320)
    halfway = value_of(engine, PAN)
    engine.pull(1024)

    assert -0.2 < halfway < 0.7
    assert (value_of(engine, PAN), held_rows(engine)) == (-0.25, 0)


@pytest.mark.parametrize("released", [0, 1, 2])
def test_cells_are_let_go_in_any_order(released: int) -> None:
    places = [MappingSpec(0, kind, 0, ()) for kind in (k.MAP_GAIN_DB, k.MAP_PAN, k.MAP_CUTOFF)]
    engine = engine_of()
    engine.post([c.hold_cell(0, engine.cell(place), 0.5, 0) for place in places])
    engine.pull(64)
    engine.post([c.hold_cell(0, engine.cell(places[released]), 0.0, 0, share=0.0, own=1.0)])
    engine.pull(128)

    assert held_rows(engine) == 2
    assert [value_of(engine, place) for place in places] == [1.0 if n == released else 0.5 for n in range(3)]


@pytest.mark.parametrize(
    "place",
    [
        MappingSpec(0, k.MAP_SEND_DB, 0, (), send=0),
        MappingSpec(0, k.MAP_INSERT, 0, (), insert="tone", name="low_mid_db"),
        MappingSpec(0, k.MAP_MASTER_DB, 0, ()),
    ],
)
def test_every_cell_is_held_by_the_same_command(place: MappingSpec) -> None:
    buses = [BusSpec("a", sends=(8,), inserts=(InsertSpec("eq", "tone"),)), *[BusSpec("-")] * 8]
    engine = engine_of(buses=buses)
    engine.post([c.hold_cell(0, engine.cell(place), 0.25, 0)])
    engine.pull(64)

    assert value_of(engine, place) == 0.25


def test_the_master_is_heard_at_its_held_level() -> None:
    def peak(is_held: bool) -> float:
        engine = engine_of()
        hold = c.hold_cell(0, engine.cell(MappingSpec(0, k.MAP_MASTER_DB, 0, ())), 0.5, 64)
        start = c.start_clip(LEAD, 0, add(engine, signals.sine(440.0, 9600, 0.5)), 0)
        engine.post([start, *([hold] if is_held else [])])
        return float(np.abs(engine.pull(9600)[4800:, 0]).max())

    assert peak(is_held=True) == pytest.approx(0.5 * peak(is_held=False), abs=1e-4)


def test_when_every_row_is_in_use_a_cell_stays_as_it_is() -> None:
    engine = Engine(EngineSpec())
    engine.memory.head["free_hold"] = -1
    engine.post([c.hold_cell(0, engine.cell(PAN), 0.75, 0)])
    engine.pull(128)

    assert (value_of(engine, PAN), held_rows(engine)) == (0.0, 0)
    assert engine.memory["holds"].size == MOST_HELD


def test_the_samples_do_not_depend_on_the_size_of_blocks() -> None:
    def rendered(size: int) -> np.ndarray:
        engine = with_curve()
        engine.post(
            [*constant_on(engine), c.hold_cell(LEAD + 777, engine.cell(LEVEL), 0.8, 999, has_curve=True)]
        )
        return np.concatenate([engine.pull(size) for _ in range(4000 // size)])

    assert np.array_equal(rendered(100), rendered(4000))


def test_a_frequency_moves_in_equal_steps_of_cents() -> None:
    place = MappingSpec(0, k.MAP_CUTOFF, 0, ())
    engine = Engine(EngineSpec())
    hold = c.hold_cell(0, engine.cell(place), 200.0, 6400, own=12800.0, is_ratio=True)
    engine.post([hold])
    engine.pull(3200)
    half = value_of(engine, place)
    engine.pull(3300)
    there = value_of(engine, place)
    engine.post([c.hold_cell(0, engine.cell(place), 800.0, 6400, own=12800.0, is_ratio=True)])
    engine.pull(3200)
    between = value_of(engine, place)
    engine.post([c.hold_cell(0, engine.cell(place), 0.0, 640, share=0.0, own=12800.0, is_ratio=True)])
    engine.pull(1280)

    assert half == pytest.approx(1600.0, rel=0.05)  # three of six octaves
    assert there == 200.0
    assert between == pytest.approx(400.0, rel=0.05)
    assert value_of(engine, place) == 12800.0
