from __future__ import annotations

import numpy as np

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, InsertSpec
from tests.helpers import signals
from tests.helpers.rendering import LEAD, add, buses_of, engine_of

DUCK = InsertSpec(
    "compressor", "duck", {"threshold_db": -40.0, "ratio": 100.0, "attack_ms": 0.0, "release_ms": 50.0}, key=0
)
TONE = signals.sine(440.0, 48000, 0.2)


def engine_with(key: BusSpec) -> Engine:
    return engine_of(buses=(key, BusSpec("music", inserts=(DUCK,))), clips=8)


def plays(engine: Engine, bus: int, sound: np.ndarray, at: int = LEAD) -> c.Command:
    return c.start_clip(at, bus, add(engine, sound), bus)


def test_it_hears_the_other_bus_behind_its_fader() -> None:
    loud, closed = engine_with(BusSpec("key")), engine_with(BusSpec("key", gain=0.0))
    heard = [
        buses_of(engine, 9600, [plays(engine, 0, TONE), plays(engine, 1, TONE)])[1, 0]
        for engine in (loud, closed)
    ]

    assert np.abs(heard[0][4800:]).max() < 0.02
    np.testing.assert_allclose(heard[1], TONE[:9600], atol=1e-6)


def test_it_hears_nothing_of_itself() -> None:
    engine = engine_with(BusSpec("key"))
    heard = buses_of(engine, 9600, [plays(engine, 1, TONE)])[1, 0]

    np.testing.assert_allclose(heard, TONE[:9600], atol=1e-6)


def test_what_rests_is_reduced_from_its_first_frame_on() -> None:
    engine = engine_with(BusSpec("key"))
    buses = buses_of(engine, 48000, [plays(engine, 0, TONE), plays(engine, 1, TONE, LEAD + 40000)])

    assert np.abs(buses[1, 0, 40000:40100]).max() < 0.02
    assert np.abs(buses[1, 0, 40000:40100]).max() > 0.0


def test_a_key_that_stops_lets_go() -> None:
    engine = engine_with(BusSpec("key"))
    buses = buses_of(engine, 48000, [plays(engine, 0, TONE[:9600]), plays(engine, 1, TONE)])

    assert np.abs(buses[1, 0, 4800:9600]).max() < 0.02
    assert np.abs(buses[1, 0, 38400:]).max() > 0.19


def test_a_key_that_is_not_a_number_changes_nothing() -> None:
    engine = engine_with(BusSpec("key"))
    broken = np.full(640, np.nan, np.float32)
    buses = buses_of(engine, 9600, [plays(engine, 0, broken), plays(engine, 1, TONE)])

    np.testing.assert_allclose(buses[1, 0], TONE[:9600], atol=1e-6)
