"""What holds for every kind of processor: a new one is taken up by its line in the registry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

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
        engine = engine_with(InsertSpec(kind, "it", busy(kind)))
        engine.post(started(engine, noise(9600)))
        return np.concatenate([engine.pull(size) for _ in range(9600 // size)])

    assert digest(rendered(block)) == digest(rendered(9600))


@every_kind
def test_silence_stays_silence_and_is_not_processed(kind: str) -> None:
    engine = engine_with(InsertSpec(kind, "it", busy(kind)))
    audio = engine.pull(4 * k.QUANTUM)

    assert np.count_nonzero(audio) == 0
    group, column = group_of(engine)
    assert group["is_resting"][column] == 1


@every_kind
def test_it_comes_to_rest_after_its_sound_and_then_sounds_as_before(kind: str) -> None:
    values = busy(kind, 0.1)
    engine = engine_with(InsertSpec(kind, "it", values | {"longest_s": 0.5} if kind == "delay" else values))
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
    engine = engine_with(InsertSpec(kind, "it", values))
    broken = noise(640)
    broken[100:110] = np.nan
    broken[300] = 1e30
    buses_of(engine, 4800, started(engine, broken))
    audio = buses_of(engine, 9600, started(engine, noise(9600)))

    assert np.isfinite(audio).all()
    assert measure.peak_db(audio) < 24.0


@every_kind
def test_an_insert_does_not_depend_on_its_neighbours(kind: str) -> None:
    alone = engine_with(InsertSpec(kind, "it", busy(kind)))
    other = engine_with(InsertSpec(kind, "it", busy(kind)), buses=3)
    sound = noise(4800)
    commands = [c.start_clip(LEAD, number, add(other, noise(4800 - number)), number) for number in (1, 2)]
    expected = left_of(alone, 9600, started(alone, sound))
    found = buses_of(other, 9600, [*started(other, sound), *commands])[0, 0]

    assert digest(found) == digest(expected)


@every_kind
def test_every_parameter_moves_without_a_click(kind: str) -> None:
    """A sine at 100 Hz, and each parameter from a quarter to three quarters of its range and back."""
    low, high = busy(kind, 0.25), busy(kind, 0.75)
    engine = engine_with(InsertSpec(kind, "it", low))
    engine.post(started(engine, signals.sine(100.0, 96000, 0.1)))
    heard = [engine.pull(9600)[:, 0]]
    for value in [*low, *low]:
        engine.memory.inserts.set_values(0, InsertSpec(kind, "it", low | {value: high[value]}))
        heard.append(engine.pull(3200)[:, 0])
    audio = np.concatenate(heard)[4800:]

    assert measure.band_db(audio, 4000.0, 20000.0) < -54.0


@every_kind
def test_bypass_leaves_the_signal_and_fades(kind: str) -> None:
    engine = engine_with(InsertSpec(kind, "it", busy(kind), is_bypassed=True))
    sound = noise(9600)
    plain = engine_with()
    expected = left_of(plain, 4800, started(plain, sound))

    assert digest(left_of(engine, 4800, started(engine, sound))) == digest(expected)
    group, column = group_of(engine)
    engine.memory.inserts.set_values(0, InsertSpec(kind, "it", busy(kind)))
    engine.pull(20 * k.QUANTUM)
    assert group["wet_now"][column] == 1.0


@every_kind
@pytest.mark.parametrize("rate", [8000, 44100, 96000])
def test_hertz_and_seconds_are_the_same_at_every_rate(kind: str, rate: int) -> None:
    """The response to an impulse, between 150 and 1,500 Hz, against the one at 48 kHz."""
    values = PROCESSORS[kind].defaults() | {"low_mid_db": 6.0} if kind == "eq" else {}

    def response(at: int) -> np.ndarray:
        engine = engine_with(InsertSpec(kind, "it", values), rate=at)
        seconds = 1.0
        audio = left_of(engine, int(at * seconds), started(engine, signals.impulse(64, 0, 0.5)))
        level = np.abs(np.fft.rfft(audio, at))[150:1500]
        return 10.0 * np.log10(np.convolve(level**2, np.ones(200) / 200.0, mode="valid"))

    apart = np.abs(response(rate) - response(48000))
    # the lines of a reverb are primes, other ones at each rate
    assert (apart.mean() if kind == "reverb" else apart.max()) < (2.0 if kind == "reverb" else 0.5)
    assert math.isfinite(float(response(rate).max()))
