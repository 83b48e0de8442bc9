from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.engine.telemetry import percentile_us
from adaptive.kernel import layout, timing


def counted(times_ns: list[int]) -> np.ndarray:
    """The histogram the kernel makes of some times."""
    bins = np.zeros(layout.TIME_BINS, np.int64)
    for span in times_ns:
        bins[timing.time_bin(np.int64(span))] += 1
    return bins


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99, 0.999])
def test_a_percentile_is_never_too_low_and_at_most_an_eighth_too_high(
    rng: np.random.Generator, share: float
) -> None:
    times = np.exp(rng.normal(11.0, 1.0, 20_000)).astype(int)
    exact = float(np.quantile(times, share, method="inverted_cdf")) / 1000.0
    told = percentile_us(counted([int(time) for time in times]), share)

    assert exact <= told <= exact * 1.1251


@pytest.mark.parametrize("span", [128, 1000, 65_536, 1_333_333])
def test_of_equal_times_every_percentile_is_the_edge_above(span: int) -> None:
    bins = counted([span] * 1000)
    told = {percentile_us(bins, share) for share in (0.001, 0.5, 1.0)}

    assert len(told) == 1
    assert span / 1000.0 < told.pop() <= span / 1000.0 * 1.125


def test_nothing_counted_is_zero() -> None:
    assert percentile_us(np.zeros(layout.TIME_BINS, np.int64), 0.99) == 0.0


def test_a_single_slow_callback_shows_in_the_highest_percentile_only() -> None:
    bins = counted([50_000] * 999 + [5_000_000])

    assert percentile_us(bins, 0.99) < 60.0
    assert percentile_us(bins, 0.9995) > 5_000.0


def test_a_new_engine_has_counted_nothing() -> None:
    telemetry = Engine(EngineSpec()).telemetry()

    assert (
        telemetry.frame,
        telemetry.callbacks,
        telemetry.load,
        telemetry.p99_us,
    ) == (0, 0, 0.0, 0.0)


def test_a_snapshot_does_not_change_when_the_engine_goes_on() -> None:
    engine = Engine(EngineSpec())
    engine.pull(128)
    before = engine.telemetry()
    engine.pull(128)

    assert (before.frame, engine.telemetry().frame) == (128, 256)


def test_counters_begin_anew_when_they_are_reset() -> None:
    engine = Engine(EngineSpec())
    engine.pull(6400)
    engine.memory["telemetry"]["underflows"] = 3
    engine.reset_telemetry()

    assert (engine.telemetry().underruns, engine.telemetry().frame) == (0, 6400)
