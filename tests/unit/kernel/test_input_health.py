from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec, ParameterSpec
from adaptive.kernel.layout import HEALTH_DOUBTFUL, HEALTH_SLOW, HEALTH_STALE, QUANTUM
from adaptive.preset.program import Opcode

RATE = 48000


def engine_with(*parameters: ParameterSpec) -> Engine:
    return Engine(EngineSpec(parameters=parameters))


def heard(engine: Engine, values: list[float], spacing_s: float = 0.1) -> list[float]:
    """The target after each of some readings that come at equal distances."""
    found = []
    for value in values:
        engine.set_parameter(0, value)
        engine.pull(QUANTUM)
        found.append(round(float(engine.memory["parameters"]["target"][0]), 4))
        engine.pull(round(spacing_s * RATE / QUANTUM) * QUANTUM - QUANTUM)
    return found


def health(engine: Engine, row: int = 0) -> int:
    """The health that the conductor reads of the last control step."""
    engine.pull(4 * QUANTUM)
    return int(engine.values_at(engine.control_steps - 1)[row, 2])


def test_a_reading_that_moves_faster_than_it_can_is_refused_and_a_lasting_change_is_believed() -> None:
    engine = engine_with(ParameterSpec("a", max_change_per_s=2.0))

    assert heard(engine, [0.5, 0.6, 1.0, 0.6, 0.7]) == pytest.approx([0.5, 0.6, 0.6, 0.6, 0.7])
    # 0.7 to 0.0 needs 0.35 s at 2 a second
    assert heard(engine, [0.0, 0.0, 0.0, 0.0]) == pytest.approx([0.7, 0.7, 0.7, 0.0])


def test_a_circular_parameter_may_go_the_short_way_round() -> None:
    engine = engine_with(ParameterSpec("a", high=360.0, is_circular=True, max_change_per_s=200.0))

    assert heard(engine, [350.0, 5.0, 180.0, 10.0]) == pytest.approx([350.0, 5.0, 5.0, 10.0])


def test_a_refused_reading_does_not_make_its_parameter_younger_and_is_counted() -> None:
    engine = engine_with(ParameterSpec("a", max_change_per_s=0.1, stale_after_s=0.35))
    heard(engine, [0.5])
    heard(engine, [1.0, 1.0])
    before = health(engine)
    heard(engine, [1.0, 1.0])

    assert (before, health(engine)) == (HEALTH_DOUBTFUL, HEALTH_DOUBTFUL | HEALTH_STALE)
    assert engine.memory["parameters"]["refused_count"][0] == 4
    assert engine.values_at(engine.control_steps - 1)[0, 1] > 0.4


def test_an_outlier_is_refused_and_a_step_is_believed_after_half_a_window() -> None:
    engine = engine_with(ParameterSpec("a", high=100.0, outlier_sigmas=3.0))
    noisy = [50.0, 51.0, 49.0, 50.0, 52.0, 50.0]

    assert heard(engine, [*noisy, 90.0, *noisy]) == pytest.approx([*noisy, 50.0, *noisy])
    assert heard(engine, [80.0] * 4) == pytest.approx([50.0, 50.0, 50.0, 80.0])


def test_a_window_of_readings_is_that_of_hampel() -> None:
    """A naive twin: the median and the median absolute deviation of the last seven, by numpy."""
    rng = np.random.default_rng(7)
    values = [round(float(v), 3) for v in 50 + rng.normal(0, 2, 60) + 30 * (rng.random(60) < 0.1)]
    engine = engine_with(ParameterSpec("a", high=100.0, outlier_sigmas=3.0))
    found = heard(engine, values, spacing_s=0.01)
    expected, last = [], 0.0
    for place, value in enumerate(values):
        window = np.sort(values[max(0, place - 6) : place + 1])
        median = window[len(window) // 2]
        deviation = np.sort(np.abs(window - median))[len(window) // 2]
        if len(window) < 3 or abs(value - median) <= max(3.0 * 1.4826 * deviation, 1.0):
            last = value
        expected.append(last)

    assert found == pytest.approx(expected, abs=1e-3)
    assert sum(a != b for a, b in zip(found, values, strict=True)) > 3


def test_a_parameter_that_comes_too_rarely_is_slow_until_it_comes_as_expected() -> None:
    engine = engine_with(ParameterSpec("a", expected_rate_hz=20.0))
    heard(engine, [0.5] * 20, spacing_s=0.05)
    fine = health(engine)
    heard(engine, [0.5] * 10, spacing_s=0.2)
    slow = health(engine)
    heard(engine, [0.5] * 20, spacing_s=0.05)

    assert (fine, slow, health(engine)) == (0, HEALTH_SLOW, 0)


def test_a_stale_parameter_decays_to_its_default_or_takes_the_value_of_another() -> None:
    engine = engine_with(
        ParameterSpec("a", default=0.2, stale_after_s=0.1, fallback=0.2, decay_s=1.0),
        ParameterSpec("b", high=0.5, stale_after_s=0.1, fallback_row=2),
        ParameterSpec("c", default=0.75),
    )
    engine.set_parameter(0, 1.0)
    engine.set_parameter(1, 0.1)
    engine.pull(75 * QUANTUM)
    held = (engine.value(0), engine.value(1))
    engine.pull(RATE)

    assert held == pytest.approx((1.0, 0.1))
    assert engine.value(0) == pytest.approx(0.208, abs=0.001)  # 99 % of the way after a second
    assert engine.value(1) == 0.5  # the other's 0.75, within the range
    engine.set_parameter(1, 0.3)
    engine.pull(2 * QUANTUM)
    assert engine.value(1) == pytest.approx(0.3)


def test_a_derived_parameter_reads_whether_another_is_healthy() -> None:
    program = ((int(Opcode.HEALTHY), 0.0),)
    engine = engine_with(
        ParameterSpec("a", max_change_per_s=0.1, stale_after_s=1.0), ParameterSpec("b", program=program)
    )
    heard(engine, [0.5])
    fine = engine.value(1)
    heard(engine, [1.0])

    assert (fine, engine.value(1)) == (1.0, 0.0)
