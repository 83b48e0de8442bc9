from __future__ import annotations

import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec, ParameterSpec
from adaptive.kernel import layout as k

RATE = 48000
CADENCE = 168.0
Reading = tuple[float, float]


def heard(readings: list[Reading], cadence: float = CADENCE) -> list[float]:
    """Values of a heart rate after each reading: (seconds since the one before, what is sent)."""
    engine = Engine(EngineSpec(parameters=(ParameterSpec("heart", high=255.0, default=120.0),)))
    engine.post([c.set_cadence(0, 0, cadence)])
    engine.pull(k.QUANTUM)
    values = []
    for gap_s, per_min in readings:
        engine.pull(max(1, round(gap_s * RATE / k.QUANTUM)) * k.QUANTUM)
        engine.set_parameter(0, per_min)
        engine.pull(k.QUANTUM)
        values.append(engine.value(0))
    return values


@pytest.mark.parametrize("leap", [164.0, 168.0, 172.0, 84.0])
def test_a_leap_onto_the_cadence_is_refused_until_it_has_left(leap: float) -> None:
    readings = [(1.0, 132.0), (1.0, leap), (1.0, leap + 1.0), (1.0, 134.0)]

    assert heard(readings) == [132.0, 132.0, 132.0, 134.0]


def test_a_heart_rate_that_rises_through_the_cadence_is_kept() -> None:
    rising = [140.0 + number for number in range(40)]

    assert heard([(0.2, value) for value in rising]) == rising


@pytest.mark.parametrize("first", [168.0, 120.0, 160.0])
def test_the_first_reading_is_believed(first: float) -> None:
    assert heard([(1.0, first)]) == [first]


def test_a_leap_elsewhere_is_believed() -> None:
    assert heard([(1.0, 120.0), (1.0, 150.0), (1.0, 190.0)]) == [120.0, 150.0, 190.0]


@pytest.mark.parametrize(("gap_s", "value"), [(4.0, 167.0), (21.0, 171.0)])
def test_after_a_gap_a_heart_may_have_gone_on(gap_s: float, value: float) -> None:

    assert heard([(1.0, 152.0), (gap_s, value)]) == [152.0, value]


def test_without_a_cadence_nothing_is_refused() -> None:
    assert heard([(1.0, 132.0), (1.0, 168.0)], cadence=0.0) == [132.0, 168.0]


def test_what_was_sent_is_recorded_beside_what_is_believed() -> None:
    engine = Engine(EngineSpec(parameters=(ParameterSpec("heart", high=255.0),)))
    engine.post([c.set_cadence(0, 0, CADENCE)])
    for value in (132.0, 168.0):
        engine.pull(k.CONTROL_STEP_FRAMES)
        engine.set_parameter(0, value)
    engine.pull(2 * k.CONTROL_STEP_FRAMES)
    row = engine.values_at(engine.control_steps - 1)

    assert [float(row[0, 3]), float(row[0, 4])] == [132.0, 168.0]
