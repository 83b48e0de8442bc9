from __future__ import annotations

import math

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.arrays import address, aligned
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec, MappingSpec, ParameterSpec
from adaptive.kernel import layout as k
from tests.helpers import measure, signals
from tests.helpers.rendering import LEAD, add, buses_of, engine_of, left_of
from tests.reference import naive

Q = k.QUANTUM
FIRST_OF_SECOND_GROUP = k.PAIRS
NINE = tuple(BusSpec(f"bus {number}") for number in range(k.PAIRS + 1))


def close(expected: np.ndarray, actual: np.ndarray, within: float = 1e-5) -> None:
    np.testing.assert_allclose(actual, expected, rtol=0.0, atol=within)


def constant_on(engine: Engine, bus: int = 0, gain: float = 1.0) -> list[c.Command]:
    return [c.start_clip(LEAD, bus, add(engine, signals.constant(96000, gain)), bus)]


@pytest.mark.parametrize("shape", [k.LINEAR, k.EQUAL_POWER_IN, k.EQUAL_POWER_OUT])
@pytest.mark.parametrize(("first", "frames"), [(64, 640), (101, 1000), (127, 7), (90, 3000)])
def test_a_fade_of_a_bus_follows_its_shape_from_its_exact_frame(shape: int, first: int, frames: int) -> None:
    engine = engine_of()
    fade = c.fade_bus(LEAD + first, 0, 0.125, frames, shape=shape)
    audio = left_of(engine, 4096, [*constant_on(engine), fade])

    def gain(frame: int) -> float:
        return naive.ramp(1.0, 0.125, first, frames, shape, frame)

    close(naive.line(gain, range(4096), [first]), audio)


def test_a_duck_is_a_second_gain_beside_the_first() -> None:
    engine = engine_of()
    ramps = [c.fade_bus(LEAD + 100, 0, 0.5, 1000), c.duck_bus(LEAD + 700, 0, 0.25, 500)]
    audio = left_of(engine, 4096, [*constant_on(engine), *ramps])

    assert audio[90] == pytest.approx(1.0, abs=1e-5)
    assert audio[-1] == pytest.approx(0.125, abs=1e-5)
    assert measure.largest_step(audio[1:]) < 1.2 / 500


def test_a_duck_ends_at_the_gain_before_it() -> None:
    engine = engine_of()
    ramps = [c.duck_bus(LEAD + 100, 0, 0.25, 300), c.duck_bus(LEAD + 1000, 0, 1.0, 900)]
    audio = left_of(engine, 4096, [*constant_on(engine), *ramps])

    close(np.ones(2000), audio[2048:4048])


@pytest.mark.parametrize("pan", [-1.0, -0.3, 0.5, 1.0])
def test_a_pan_ramp_runs_without_a_step_and_keeps_the_power_at_its_ends(pan: float) -> None:
    engine = engine_of()
    move = c.pan_bus(LEAD + 333, 0, pan, 2000)
    left, right = buses_of(engine, 4096, [*constant_on(engine), move])[0]
    expected = naive.pan_gains(pan)

    close(np.full(900, expected[0]), left[3000:3900])
    close(np.full(900, expected[1]), right[3000:3900])
    assert measure.largest_step(left[1:]) < 2.0 / 2000
    assert measure.largest_step(right[1:]) < 2.0 / 2000


def test_gain_and_pan_of_the_layout_hold_from_the_beginning() -> None:
    engine = engine_of(buses=(BusSpec("a", gain=0.5, pan=-0.5),))
    left, right = buses_of(engine, 640, constant_on(engine))[0]
    expected = [0.5 * gain for gain in naive.pan_gains(-0.5)]

    close(np.full(640, expected[0]), left)
    close(np.full(640, expected[1]), right)


@pytest.mark.parametrize("cutoff_hz", [200.0, 3000.0])
def test_the_filter_of_a_bus_is_a_butterworth_low_pass(rng: np.random.Generator, cutoff_hz: float) -> None:
    engine = engine_of()
    material = signals.noise(20000, rng, 0.5)
    start = c.start_clip(LEAD, 0, add(engine, material), 0)
    audio = left_of(engine, 16384, [start, c.filter_bus(LEAD, 0, cutoff_hz, 0)])

    close(naive.low_pass(material, cutoff_hz)[4096:16384], audio[4096:], 2e-5)


def test_moving_the_filter_of_a_bus_leaves_no_step() -> None:
    engine = engine_of()
    start = c.start_clip(LEAD, 0, add(engine, signals.sine(100.0, 48000, 0.8)), 0)
    moves = [
        c.filter_bus(LEAD + 500, 0, 60.0, 100),
        c.filter_bus(LEAD + 4864, 0, 70.0, 3000),
        c.filter_bus(LEAD + 9000, 0, 20000.0, 3000),
    ]
    audio = left_of(engine, 16384, [start, *moves])

    assert measure.click(audio) < 2.0


def test_a_bus_feeds_a_bus_of_a_later_group() -> None:
    buses = (BusSpec("a", output=FIRST_OF_SECOND_GROUP, gain=0.5), *NINE[1:])
    engine = engine_of(buses=buses)
    audio = buses_of(engine, 640, constant_on(engine))

    close(np.full(640, 0.5), audio[FIRST_OF_SECOND_GROUP, 0])


def test_a_bus_may_not_feed_a_bus_of_its_own_group() -> None:
    with pytest.raises(ValueError, match="may only feed a bus of a later group"):
        Engine(EngineSpec(buses=(BusSpec("a", output=1), BusSpec("b"))))


def test_what_several_buses_put_out_adds_up() -> None:
    engine = engine_of(buses=(*(BusSpec(str(n), output=8) for n in range(8)), BusSpec("sum")), clips=8)
    commands = [command for n in range(8) for command in constant_on(engine, n, 2.0**-n)]
    audio = buses_of(engine, 640, commands)

    close(np.full(640, sum(2.0**-n for n in range(8))), audio[8, 0])


def test_a_send_carries_its_share_after_the_fader() -> None:
    buses = (BusSpec("a", sends=(8,), send_gains=(0.25,), gain=0.5), *NINE[1:])
    engine = engine_of(buses=buses)
    audio = buses_of(engine, 640, constant_on(engine))

    close(np.full(640, 0.5), audio[0, 0])
    close(np.full(640, 0.125), audio[8, 0])


def test_two_sends_go_to_two_buses() -> None:
    buses = (BusSpec("a", sends=(8, 9), send_gains=(0.5, 0.25)), *NINE[1:], BusSpec("ten"))
    engine = engine_of(buses=buses)
    audio = buses_of(engine, 640, constant_on(engine))

    close(np.full(640, 0.5), audio[8, 0])
    close(np.full(640, 0.25), audio[9, 0])


def test_a_send_follows_its_parameter_without_a_step() -> None:
    buses = (BusSpec("a", sends=(8,)), *NINE[1:])
    curve = ((0.0, -80.0), (1.0, 0.0))
    engine = engine_of(
        buses=buses,
        parameters=(ParameterSpec("wet"),),
        mappings=(MappingSpec(0, k.MAP_SEND_DB, 0, curve),),
    )
    dry = buses_of(engine, 640, constant_on(engine))[8, 0]
    engine.set_parameter(0, 1.0)
    wet = buses_of(engine, 9600)[8, 0]

    assert np.count_nonzero(dry) == 0
    assert wet[-1] == pytest.approx(1.0, abs=1e-3)
    assert measure.largest_step(wet) < 1.0 / Q


def test_two_buses_of_four_channels_are_separate() -> None:
    engine = engine_of(channels=4, buses=(BusSpec("front"), BusSpec("back", channel=2)))
    engine.post(constant_on(engine, 1))
    audio = engine.pull(640)

    assert np.count_nonzero(audio[:, :2]) == 0
    assert np.abs(audio[:, 2:]).max() > 0.5


def test_a_bus_that_was_silent_starts_without_a_step_at_the_present_gain_of_its_fade() -> None:
    engine = engine_of()
    engine.pull(48000)
    here = engine.frame
    fade = c.fade_bus(here, 0, 0.5, 1000)
    engine.post([fade])
    engine.pull(48000)
    sound = add(engine, signals.constant(640))
    audio = left_of(engine, 640, [c.start_clip(engine.frame, 0, sound, 0)])

    close(np.full(640, 0.5), audio)


def bad(kind: float, frames: int = 640, at: int = 100) -> np.ndarray:
    material = signals.constant(frames, 0.5)
    material[at] = kind
    return material


@pytest.mark.parametrize("kind", [math.nan, math.inf, -math.inf, 1e30])
def test_a_bus_that_gets_what_is_not_a_number_is_silent_counts_and_recovers(kind: float) -> None:
    engine = engine_of(buses=(BusSpec("bad"), BusSpec("good")))
    commands = [
        c.start_clip(LEAD, 0, add(engine, bad(kind)), 0),
        c.start_clip(LEAD, 1, add(engine, signals.constant(640, 0.25)), 1),
    ]
    engine.listen_to_buses(2048)
    engine.post(commands)
    out = engine.pull(1024)
    audio = engine.take_buses()

    assert np.isfinite(out).all()
    assert np.count_nonzero(audio[0, :, 64:128]) == 0
    close(np.full(640, 0.25), audio[1, 0, :640])
    close(np.full(256, 0.5), audio[0, 0, 256:512])
    assert engine.telemetry().not_finite == 1


def test_a_bus_fades_in_again_after_it_broke() -> None:
    engine = engine_of()
    audio = left_of(engine, 640, [c.start_clip(LEAD, 0, add(engine, bad(math.nan)), 0)])

    assert audio[128] == 0.0
    assert measure.largest_step(audio[127:300]) < 0.5 / Q * 1.01


def test_a_filtered_bus_recovers_too() -> None:
    engine = engine_of(buses=(BusSpec("a", cutoff_hz=500.0),))
    audio = left_of(engine, 4096, [c.start_clip(LEAD, 0, add(engine, bad(math.nan, 4096)), 0)])

    close(np.full(1000, 0.5), audio[3000:4000], 1e-3)


def test_a_bus_recovers_from_a_clip_that_was_cut_at_what_is_not_a_number() -> None:
    engine = engine_of()
    commands = [
        c.start_clip(LEAD, 0, add(engine, bad(math.nan)), 0),
        c.stop_clip(LEAD + 101, 0),
        c.start_clip(LEAD + 640, 1, add(engine, signals.constant(4800, 0.5)), 0),
    ]
    audio = left_of(engine, 2048, commands)

    close(np.full(512, 0.5), audio[1024:1536])


def test_a_bus_recovers_from_one_bad_sample_in_a_filtered_loop() -> None:
    engine = engine_of()
    sound = add(engine, bad(math.nan, 48000), 48000)
    commands = [c.start_clip(LEAD, 0, sound, 0), c.filter_clip(LEAD, 0, 1000.0, 0)]
    audio = left_of(engine, 24000, commands)

    close(np.full(1000, 0.5), audio[20000:21000], 1e-3)


def test_a_mono_engine_writes_nothing_beyond_its_master() -> None:
    engine = Engine(EngineSpec(channels=1))
    guarded = aligned(np.float32, 4, Q)
    engine.memory.head["at_master_audio"] = address(guarded)
    engine.pull(LEAD)
    engine.post(constant_on(engine))
    engine.pull(256)

    assert np.count_nonzero(guarded[1:]) == 0


@pytest.mark.parametrize(
    "settings",
    [
        {"buses": (BusSpec("a", output=99),)},
        {"buses": (BusSpec("a", sends=(99,)),)},
        {"buses": (BusSpec("a", inserts=(InsertSpec("wah", "w"),)),)},
        {"buses": (BusSpec("a", channel=7),)},
        {"mappings": (MappingSpec(4, k.MAP_PAN, 0, ((0.0, 0.0),)),)},
        {"mappings": (MappingSpec(0, k.MAP_PAN, 99, ((0.0, 0.0),)),)},
    ],
)
def test_a_specification_that_names_something_missing_is_refused(settings: dict[str, tuple[object]]) -> None:
    with pytest.raises(ValueError):
        Engine(EngineSpec(**settings))  # type: ignore[arg-type]


def test_meters_show_the_peak_since_they_were_read_and_the_power() -> None:
    engine = engine_of()
    left_of(engine, 48000, constant_on(engine, gain=0.5))
    group = engine.memory["buses"][0]

    assert group["peak"][0] == pytest.approx(0.5, abs=1e-5)
    assert group["square"][0] == pytest.approx(0.25, abs=1e-3)


def test_commands_of_a_bus_with_invalid_samples_are_applied_and_freed() -> None:
    """Entries are freed with their quantum; one that stayed in the list of its bus would link to itself."""
    engine = engine_of(buses=(BusSpec("a"), BusSpec("b")))
    broken = add(engine, np.full((2, 20 * Q), np.nan, np.float32))
    engine.post([c.start_clip(engine.frame, 0, broken, 0)])
    engine.pull(4 * Q)
    for gain in (0.5, 0.25):
        engine.post([c.fade_bus(engine.frame + 3, 0, gain, 10)])
        engine.pull(Q)
    group = engine.memory["buses"][0]

    assert engine.memory["telemetry"][0]["not_finite"] > 0
    assert (int(group["first_event"][0]), float(group["gain_to"][0])) == (-1, 0.25)
    engine.pull(40 * Q)


@pytest.mark.parametrize("after", [0, 5000, 45_000])
def test_a_filter_that_moves_while_its_bus_is_silent_does_not_depend_on_other_buses(
    rng: np.random.Generator, after: int
) -> None:
    burst, long = signals.noise(3000, rng, 0.3), signals.noise(120_000, rng, 0.3)

    def heard(has_neighbour: bool) -> np.ndarray:
        engine = engine_of(buses=(BusSpec("a", cutoff_hz=3000.0), BusSpec("b")))
        sound, other = add(engine, burst), add(engine, long)
        asked = [c.start_clip(LEAD, 0, sound, 0), c.start_clip(LEAD + 60_000, 0, sound, 0)]
        asked += [c.filter_bus(LEAD + 40_000, 0, 500.0, after)]
        asked += [c.start_clip(LEAD, 1, other, 1)] if has_neighbour else []
        return buses_of(engine, 70_000, asked)[0]

    np.testing.assert_allclose(heard(False), heard(True), rtol=0.0, atol=1e-5)


def test_a_filter_that_was_opened_by_a_ramp_rests(rng: np.random.Generator) -> None:
    engine = engine_of(buses=(BusSpec("a", cutoff_hz=500.0), BusSpec("b", cutoff_hz=800.0)))
    sound = add(engine, signals.noise(96_000, rng, 0.1))
    starts = [c.start_clip(LEAD, bus, sound, bus) for bus in range(2)]
    engine.post([*starts, c.filter_bus(LEAD + 1000, 0, 20_000.0, 4000)])
    engine.pull(48_000)
    filters = engine.memory["buses"][0]["filter"]

    assert list(filters["is_moving"][:2]) == [0, 0]
    assert np.isfinite(filters["band"]).all()
