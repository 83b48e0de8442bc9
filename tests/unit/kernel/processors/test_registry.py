"""What holds for every kind of processor: a new one is taken up by its line in the registry."""

from __future__ import annotations

import atexit
import functools
import math
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, InsertSpec
from adaptive.kernel import layout as k
from adaptive.kernel.processors.registry import PROCESSORS
from tests.helpers import measure, signals
from tests.helpers.rendering import LEAD, add, buses_of, digest, engine_of, left_of

every_kind = pytest.mark.parametrize("kind", PROCESSORS)
Values = dict[str, float]


def busy(kind: str, at: float = 0.3) -> Values:
    """Values apart from the defaults, at a share of each range, along its law."""
    values = {}
    for one in PROCESSORS[kind].parameters:
        if one.law == "logarithmic":
            values[one.name] = one.low * (one.high / one.low) ** at
        else:
            values[one.name] = one.low + (one.high - one.low) * at
    return values


@functools.cache
def response() -> str:
    """A file with an impulse response, for the kinds that need one."""
    path = Path(tempfile.mkdtemp()) / "room.wav"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    noise = np.random.default_rng(9).standard_normal((9600, 2))
    soundfile.write(path, noise * np.exp(-np.arange(9600) / 1600.0)[:, None] * 0.1, 48000, subtype="FLOAT")
    return str(path)


def insert_of(kind: str, values: Values, is_bypassed: bool = False) -> InsertSpec:
    file = "" if PROCESSORS[kind].memory_of is None else response()
    return InsertSpec(kind, "it", values, is_bypassed, file=file)


def engine_with(*inserts: InsertSpec, rate: int = 48000, buses: int = 1) -> Engine:
    strips = [BusSpec(f"bus {number}", inserts=inserts) for number in range(buses)]
    return engine_of(sample_rate=rate, clips=8, buses=strips)


def group_of(engine: Engine, name: str = "it") -> tuple[Any, int]:
    slot = engine.memory.inserts.slot_of(0, name)
    return engine.memory.inserts.group_of(slot), slot.column


def noise(frames: int) -> np.ndarray:
    return signals.noise(frames, np.random.default_rng(5), 0.3)


def started(engine: Engine, sound: np.ndarray) -> list[c.Command]:
    return [c.start_clip(engine.frame, 0, add(engine, sound), 0)]


@every_kind
def test_a_descriptor_is_complete_and_its_ranges_hold_its_defaults(kind: str) -> None:
    processor = PROCESSORS[kind]
    names = [one.name for one in processor.settings]

    assert processor.kind == kind
    assert len(set(names)) == len(names)
    assert processor.doc.endswith(".")
    for one in processor.settings:
        assert one.low <= one.default <= one.high
        assert one.doc.endswith(".")
    assert all(one.low > 0.0 for one in processor.parameters if one.law == "logarithmic")
    assert processor.tail_s(processor.defaults()) >= 0.0
    assert processor.latency_frames(48000, processor.defaults()) >= 0


@every_kind
@pytest.mark.parametrize("block", [64, 100])
def test_the_samples_do_not_depend_on_the_size_of_blocks(kind: str, block: int) -> None:
    def rendered(size: int) -> np.ndarray:
        engine = engine_with(insert_of(kind, busy(kind)))
        engine.post(started(engine, noise(9600)))
        return np.concatenate([engine.pull(size) for _ in range(9600 // size)])

    assert digest(rendered(block)) == digest(rendered(9600))


@every_kind
def test_silence_stays_silence_and_is_not_processed(kind: str) -> None:
    engine = engine_with(insert_of(kind, busy(kind)))
    audio = engine.pull(4 * k.QUANTUM)

    assert np.count_nonzero(audio) == 0
    group, column = group_of(engine)
    assert group["is_resting"][column] == 1


@every_kind
def test_it_comes_to_rest_after_its_sound_and_then_sounds_as_before(kind: str) -> None:
    values = busy(kind, 0.1)
    engine = engine_with(insert_of(kind, values | {"longest_s": 0.5} if kind == "delay" else values))
    first = buses_of(engine, 4800, started(engine, signals.impulse(64, 5, 0.5)))
    for _ in range(600):
        engine.pull(4800)
        group, column = group_of(engine)
        if is_resting := group["is_resting"][column] == 1:
            break
    again = buses_of(engine, 4800, started(engine, signals.impulse(64, 5, 0.5)))

    assert is_resting
    np.testing.assert_allclose(again, first, rtol=0.0, atol=2e-6)


@every_kind
def test_invalid_samples_leave_nothing_behind(kind: str) -> None:
    values = busy(kind)
    engine = engine_with(insert_of(kind, values))
    broken = noise(640)
    broken[100:110] = np.nan
    broken[300] = 1e30
    buses_of(engine, 4800, started(engine, broken))
    audio = buses_of(engine, 9600, started(engine, noise(9600)))

    assert np.isfinite(audio).all()
    assert measure.peak_db(audio) < 24.0


@every_kind
def test_an_insert_does_not_depend_on_its_neighbours(kind: str) -> None:
    alone = engine_with(insert_of(kind, busy(kind)))
    other = engine_with(insert_of(kind, busy(kind)), buses=3)
    sound = noise(4800)
    commands = [c.start_clip(LEAD, number, add(other, noise(4800 - number)), number) for number in (1, 2)]
    expected = left_of(alone, 9600, started(alone, sound))
    found = buses_of(other, 9600, [*started(other, sound), *commands])[0, 0]

    assert digest(found) == digest(expected)


def loudest_above_2_khz(audio: np.ndarray) -> float:
    """Level of the loudest 50 ms, in dB."""
    windows = [audio[at : at + 2400] * np.hanning(2400) for at in range(0, len(audio) - 2399, 1200)]
    return max(measure.band_db(window, 2000.0, 24000.0) for window in windows)


def at_rest_of(kind: str, values: Values) -> np.ndarray:
    """The sine behind an insert whose parameters do not move."""
    engine = engine_with(insert_of(kind, values))
    engine.post(started(engine, signals.sine(100.0, 9600, 0.5)))
    return engine.pull(9600)[4800:, 0]


@every_kind
def test_every_parameter_steps_over_its_range_without_a_click(kind: str) -> None:
    """A sine at 100 Hz: above 2 kHz there is no more than at rest, or -60 dB, and 50 ms later it is there."""
    found = {}
    for one in PROCESSORS[kind].parameters:
        values = busy(kind, 0.3)
        engine = engine_with(insert_of(kind, values | {one.name: one.low}))
        group, column = group_of(engine)
        engine.post(started(engine, signals.sine(100.0, 96000, 0.5)))
        before, row = engine.pull(14437)[4800:, 0], PROCESSORS[kind].index_of(one.name)
        engine.memory.inserts.set_values(0, insert_of(kind, values | {one.name: one.high}))
        up = engine.pull(2400)[:, 0]
        assert group["now"][row, column] == pytest.approx(one.high, rel=1e-6)
        between = engine.pull(9600)[:, 0]
        engine.memory.inserts.set_values(0, insert_of(kind, values | {one.name: one.low}))
        down = engine.pull(4800)[:, 0]
        passed = [
            at_rest_of(kind, values | {one.name: busy(kind, share)[one.name]})
            for share in (0.1, 0.2, 0.35, 0.5)
        ]
        at_rest = max(map(loudest_above_2_khz, (before, between[4800:], *passed)))
        moving = loudest_above_2_khz(np.concatenate([before[-2400:], up, between, down]))
        if moving > max(at_rest + 3.0, -60.0):
            found[one.name] = (round(moving, 1), round(at_rest, 1))

    assert found == {}


@every_kind
def test_bypass_leaves_the_signal_and_fades(kind: str) -> None:
    engine = engine_with(insert_of(kind, busy(kind), is_bypassed=True))
    sound = noise(9600)
    plain = engine_with()
    expected = left_of(plain, 4800, started(plain, sound))

    late = PROCESSORS[kind].latency_frames(48000, PROCESSORS[kind].defaults())
    heard = left_of(engine, 4800, started(engine, sound))
    assert digest(heard[late:]) == digest(expected[: 4800 - late])
    group, column = group_of(engine)
    engine.memory.inserts.set_values(0, insert_of(kind, busy(kind)))
    engine.pull(20 * k.QUANTUM)
    assert group["wet_now"][column] == 1.0


@every_kind
@pytest.mark.parametrize("rate", [8000, 44100, 96000])
def test_hertz_and_seconds_are_the_same_at_every_rate(kind: str, rate: int) -> None:
    """A chirp of 0.1 s from 150 to 1,500 Hz: its spectrum behind the insert, against that at 48 kHz."""
    values = PROCESSORS[kind].defaults() | ({"low_mid_db": 6.0} if kind == "eq" else {})

    def response(at: int) -> np.ndarray:
        engine = engine_with(insert_of(kind, values), rate=at)
        t = np.arange(at // 10) / at
        chirp = np.sin(2.0 * np.pi * (100.0 * t + 7500.0 * t**2)) * np.sin(np.pi * t / 0.1) ** 2
        audio = left_of(engine, at, started(engine, (0.5 * chirp).astype(np.float32)))
        level = np.abs(np.fft.rfft(audio, at))[200:1400] / at
        return 10.0 * np.log10(np.convolve(level**2, np.ones(200) / 200.0, mode="valid"))

    apart = np.abs(response(rate) - response(48000))
    # the lines of a reverb are primes, other ones at each rate
    assert (apart.mean() if "reverb" in kind else apart.max()) < (2.0 if "reverb" in kind else 0.5)
    assert math.isfinite(float(response(rate).max()))
