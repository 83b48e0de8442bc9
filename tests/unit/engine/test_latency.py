from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.latency import (
    MOST_LATENCY_FRAMES,
    Latencies,
    insert_latency,
    is_same_for,
    late_inserts,
    latencies,
)
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec
from adaptive.kernel.layout import MASTER_LOOK_AHEAD
from tests.helpers import signals
from tests.helpers.rendering import LEAD, add, engine_of


def late(ms: float, name: str = "late", **settings: object) -> InsertSpec:
    """An insert that only delays, by so many milliseconds."""
    return InsertSpec("compressor", name, {"ratio": 1.0, "look_ahead_ms": ms}, **settings)  # type: ignore[arg-type]


def spec_of(strips: dict[int, BusSpec], rows: int = 24) -> EngineSpec:
    return EngineSpec(buses=[strips.get(row, BusSpec(str(row))) for row in range(rows)])


def test_nothing_is_late_without_a_late_insert() -> None:
    found = latencies(spec_of({0: BusSpec("a", output=8, inserts=(InsertSpec("eq", "e"),))}))

    assert found.master == 0
    assert not any(found.departures.values())


def test_a_bus_is_as_late_as_the_latest_path_to_it() -> None:
    spec = spec_of(
        {
            0: BusSpec("a", output=8, sends=(16,), inserts=(late(5.0),)),
            1: BusSpec("b", output=8),
            8: BusSpec("group", output=16, inserts=(late(2.0),)),
        }
    )
    found = latencies(spec)

    assert (found.departures[0], found.departures[8], found.master) == (240, 336, 336)
    assert found.on_the_way(1, 8) == 240
    assert found.on_the_way(0, 8) == 0
    assert found.on_the_way(0, 16) == 96
    assert found.on_the_way(2, None) == 336
    assert found.longest(0) == 96


def test_a_bypassed_insert_keeps_its_delay() -> None:
    assert insert_latency(late(5.0, is_bypassed=True), 48000) == 240
    assert late_inserts(BusSpec("a", inserts=(late(5.0), InsertSpec("eq", "e"))), 48000) == [("late", 240)]


def test_what_is_shaped_by_a_later_key_waits_for_it_and_an_earlier_key_waits_for_it() -> None:
    music = BusSpec("music", inserts=(late(1.0, "first"), InsertSpec("compressor", "duck", key=0)))
    found = latencies(spec_of({0: BusSpec("voice", inserts=(late(5.0),)), 1: music}))

    assert found.arrivals[1] == 240 - 48
    assert found.waits[1] == 240 - 48
    assert found.keys[1, "duck"].delay == 0
    early = BusSpec("music", inserts=(late(5.0, "first"), InsertSpec("compressor", "duck", key=0)))
    assert latencies(spec_of({1: early})).keys[1, "duck"].delay == 240


def test_only_another_latency_of_what_plays_on_is_another() -> None:
    one = spec_of({0: BusSpec("a", inserts=(late(5.0),))})
    longer = spec_of({0: BusSpec("a", inserts=(late(6.0),))})
    bypassed = spec_of({0: BusSpec("a", inserts=(late(5.0, is_bypassed=True), InsertSpec("eq", "e")))})
    beside = spec_of({0: BusSpec("a", inserts=(late(5.0),)), 1: BusSpec("b", inserts=(late(3.0),))})

    assert is_same_for(one, bypassed, [0, 1])
    assert not is_same_for(one, longer, [0, 1])
    assert not is_same_for(one, beside, [0, 1])
    assert is_same_for(one, beside, [0])


def test_more_latency_than_a_bus_may_rest_after_is_refused() -> None:
    chain = tuple(late(20.0, str(number)) for number in range(16))
    buses = [
        BusSpec("a", output=8, inserts=chain), *[BusSpec(str(row)) for row in range(1, 8)],
        BusSpec("b", inserts=chain),
    ]  # fmt: skip
    message = f"30720 frames late, more than the {MOST_LATENCY_FRAMES}"

    with pytest.raises(ValueError, match=message):
        Engine(EngineSpec(buses=buses))


def test_a_latency_of_nothing_needs_no_ring() -> None:
    assert Latencies().on_the_way(3, None) == 0


# ── heard: the case of the accordance of paths ─────────────────────────────────────────────────


def output_of(strips: dict[int, BusSpec], plays: dict[int, np.ndarray], frames: int = 9600) -> np.ndarray:
    engine = engine_of(buses=[strips.get(row, BusSpec(str(row))) for row in range(24)], clips=8)
    starts = [
        c.start_clip(LEAD, number, add(engine, audio), bus)
        for number, (bus, audio) in enumerate(plays.items())
    ]
    engine.post(starts)
    delay = engine.output_delay_frames
    return engine.pull(frames + delay)[delay:]


NOISE = signals.noise(4800, np.random.default_rng(9), 0.3)

CHAINS = {
    "ratio 1": late(5.0),
    "half mixed": InsertSpec("compressor", "c", {"ratio": 1.0, "look_ahead_ms": 5.0, "mix": 0.5}),
    "bypassed": InsertSpec(
        "compressor", "c", {"threshold_db": -50.0, "look_ahead_ms": 5.0}, is_bypassed=True
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_a_late_path_and_its_negative_beside_it_are_silent_together(name: str) -> None:
    audio = output_of({0: BusSpec("a", inserts=(CHAINS[name],))}, {0: NOISE, 1: -NOISE})

    assert np.abs(audio).max() <= 1e-6


def test_paths_through_buses_and_sends_meet_again() -> None:
    """Dry through a late bus, and through a send to another: 0.5 each; against the negative without any."""
    strips = {
        0: BusSpec("a", output=8, sends=(16,), send_gains=(0.5,)),
        8: BusSpec("late", output=16, gain=0.5, inserts=(late(3.0),)),
        16: BusSpec("sum", inserts=(late(4.0),)),
        1: BusSpec("b"),
    }
    audio = output_of(strips, {0: NOISE, 1: -NOISE})

    assert np.abs(audio).max() <= 1e-6


def test_the_output_is_on_time_for_what_the_engine_says() -> None:
    strips = {0: BusSpec("a", inserts=(late(5.0),))}
    engine = engine_of(buses=[strips.get(row, BusSpec(str(row))) for row in range(8)])
    assert engine.output_delay_frames == MASTER_LOOK_AHEAD + 240
    click = signals.impulse(4800, 1000, 0.5)
    audio = output_of(strips, {1: click})

    assert int(np.argmax(np.abs(audio[:, 0]))) == 1000


@pytest.mark.parametrize("own_ms", [0.0, 1.0])
def test_a_reduction_falls_at_the_frame_where_its_key_is_heard(own_ms: float) -> None:
    """The key's bus is 240 frames late; the key is a step, the attack 0."""
    step = np.concatenate([np.zeros(2400, np.float32), np.full(2400, 0.9, np.float32)])
    values = {"threshold_db": -20.0, "ratio": 100.0, "attack_ms": 0.0, "look_ahead_ms": own_ms}
    strips = {
        0: BusSpec("voice", inserts=(late(5.0),), gain=0.999),
        1: BusSpec("music", inserts=(InsertSpec("compressor", "duck", values, key=0),)),
    }
    tone = np.full(4800, 0.25, np.float32)
    key_alone = output_of(strips, {0: step})[:, 0]
    both = output_of(strips, {0: step, 1: tone})[:, 0] - key_alone
    heard = int(np.argmax(np.abs(np.diff(key_alone[:4700]))))
    fell = int(np.argmin(np.diff(both[240:4700]))) + 240

    assert heard == 2399
    assert abs(heard - fell - round(own_ms * 48)) <= 1


def test_the_samples_do_not_depend_on_the_size_of_blocks() -> None:
    strips = {0: BusSpec("a", output=8, inserts=(late(3.3),)), 8: BusSpec("b", inserts=(late(1.7),))}

    def rendered(size: int) -> np.ndarray:
        engine = engine_of(buses=[strips.get(row, BusSpec(str(row))) for row in range(24)])
        engine.post(
            [c.start_clip(LEAD, 0, add(engine, NOISE), 0), c.start_clip(LEAD, 1, add(engine, NOISE), 9)]
        )
        return np.concatenate([engine.pull(size) for _ in range(9600 // size)])

    assert np.array_equal(rendered(100), rendered(9600))


def test_a_bus_that_rested_plays_nothing_of_before() -> None:
    strips = {0: BusSpec("a", inserts=(late(5.0),))}
    engine = engine_of(buses=[strips.get(row, BusSpec(str(row))) for row in range(8)])
    engine.post([c.start_clip(LEAD, 0, add(engine, NOISE), 1)])
    engine.pull(48000)
    assert np.abs(engine.pull(4800)).max() < 1e-9  # the master's DC block decays
    click = signals.impulse(64, 0, 0.5)
    engine.post([c.start_clip(engine.frame, 1, add(engine, click), 1)])

    assert np.count_nonzero(np.abs(engine.pull(4800)[:, 0]) > 1e-3) == 1


@pytest.mark.parametrize("kind", ["fade", "duck", "pan"])
def test_a_fader_behind_a_late_insert_moves_the_music_that_it_was_meant_for(kind: str) -> None:
    """The same move of a late strip and of its negative beside it leaves nothing of either."""
    moves = {
        "fade": lambda bus: c.fade_bus(LEAD + 2000, bus, 0.25, 960),
        "duck": lambda bus: c.duck_bus(LEAD + 2000, bus, 0.25, 960),
        "pan": lambda bus: c.pan_bus(LEAD + 2000, bus, 0.8, 960),
    }
    engine = engine_of(buses=[BusSpec("a", inserts=(late(5.0),)), BusSpec("b")], clips=8)
    engine.post([
        *(c.start_clip(LEAD, row, add(engine, sign * NOISE), row) for row, sign in ((0, 1.0), (1, -1.0))),
        moves[kind](0), moves[kind](1),
    ])  # fmt: skip
    audio = engine.pull(9600)

    assert np.abs(audio).max() < 0.02 * np.abs(NOISE).max()


def test_moves_of_a_late_fader_can_be_withdrawn_until_they_are_heard() -> None:
    engine = engine_of(buses=[BusSpec("a", inserts=(late(5.0),))], clips=8)
    ones = add(engine, np.ones(9600, np.float32))
    fades = [c.fade_bus(LEAD + at, 0, gain, 0, group=3) for at, gain in ((1000, 0.5), (2000, 0.1))]
    engine.post([c.start_clip(LEAD, 0, ones, 0), *fades])
    engine.pull(1088)  # the first is due by its frame, and its music is not there yet
    engine.post([c.withdraw(3, LEAD + 1088)])
    engine.pull(4800)

    assert float(engine.memory["buses"][0]["gain_to"][0]) == 0.5
