from __future__ import annotations

import math

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.cells import cell_of, curve_value
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec, MappingSpec, ParameterSpec
from adaptive.kernel import layout as k
from tests.helpers import measure, signals
from tests.helpers.rendering import LEAD, add, left_of

FALLING = ((0.0, 0.0), (1.0, -20.0))
INSERT = MappingSpec(0, k.MAP_INSERT, 0, FALLING, insert="tone", name="low_mid_db")


def engine_with(mapping: MappingSpec, default: float = 0.0) -> Engine:
    tone = InsertSpec("eq", "tone", {"low_mid_hz": 1000.0, "low_mid_q": 0.5})
    buses = [BusSpec("a", sends=(8,), send_gains=(0.0,), inserts=(tone,)), *[BusSpec("-")] * 8]
    parameters = [ParameterSpec("heat", default=default)]
    return Engine(EngineSpec(buses=buses, parameters=parameters, mappings=[mapping]))


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        (MappingSpec(0, k.MAP_GAIN_DB, 0, FALLING), 10.0 ** (-10.0 / 20.0)),
        (MappingSpec(0, k.MAP_PAN, 0, ((0.0, 0.0), (1.0, 1.0))), 0.5),
        (MappingSpec(0, k.MAP_SEND_DB, 0, FALLING), 10.0 ** (-10.0 / 20.0)),
        (INSERT, -10.0),
    ],
)
def test_a_curve_writes_what_it_controls(mapping: MappingSpec, expected: float) -> None:
    engine = engine_with(mapping)
    engine.set_parameter(0, 0.5)
    engine.pull(k.QUANTUM)
    cell = np.ctypeslib.as_array(
        (np.ctypeslib.ctypes.c_float * 1).from_address(cell_of(engine.memory, mapping))
    )

    assert cell[0] == pytest.approx(expected, rel=1e-5)


def test_a_curve_is_linear_between_its_points_and_constant_beyond() -> None:
    parameters = np.zeros(1, k.PARAMETER)
    found = []
    for value in (-1.0, 0.25, 2.0):
        parameters["value"] = value
        found.append(curve_value(MappingSpec(0, k.MAP_PAN, 0, FALLING), parameters))

    assert found == [0.0, -5.0, -20.0]


def test_an_insert_begins_where_its_curve_wants_it() -> None:
    engine = engine_with(INSERT, default=1.0)
    engine.pull(LEAD)
    start = c.start_clip(LEAD, 0, add(engine, signals.sine(1000.0, 9600, 0.5)), 0)
    audio = left_of(engine, 9600, [start])

    assert measure.rms_db(audio[4800:]) == pytest.approx(-20.0 + 20.0 * math.log10(0.5**1.5), abs=0.1)
