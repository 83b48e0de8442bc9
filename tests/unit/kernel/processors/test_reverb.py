from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec
from adaptive.kernel import layout as k
from adaptive.kernel.processors.reverb import DIFFUSION
from adaptive.kernel.processors.reverb_delays import OUTPUT_GAIN, delays
from adaptive.kernel.processors.reverb_record import ALLPASSES, REVERB_LINES
from tests.helpers import measure, signals
from tests.helpers.rendering import LEAD, add, buses_of, digest, engine_of, reverb

RATE = 48000


def engine_with(**settings: Any) -> Engine:
    return engine_of(buses=(BusSpec("reverb", inserts=(reverb(**settings),)),))


def group_of(engine: Engine) -> Any:
    return engine.memory.inserts.group_of(engine.memory.inserts.slot_of(0, "reverb"))


def response(material: np.ndarray, frames: int, **settings: Any) -> np.ndarray:
    """Output of a reverb, both channels."""
    engine = engine_with(**settings)
    return buses_of(engine, frames, [c.start_clip(LEAD, 0, add(engine, material), 0)])[0]


@pytest.mark.parametrize("decay_s", [0.6, 1.2, 2.4, 5.0])
def test_a_reverb_decays_in_its_time(decay_s: float) -> None:
    frames = int(decay_s * RATE)
    left, right = response(signals.impulse(64), frames, decay_s=decay_s, damping=0.0)

    assert decay_s == pytest.approx(measure.decay_s(left), rel=0.15)
    assert decay_s == pytest.approx(measure.decay_s(right), rel=0.15)


def twin(sound: np.ndarray, frames: int, **values: float) -> np.ndarray:
    """The same network in float64, frame by frame."""
    from scipy.linalg import hadamard  # a second for each worker that imports it

    v = {"decay_s": 2.4, "damping": 0.45, "low_cut_hz": 180.0, "predelay_ms": 18.0} | values
    *lengths, before = delays(RATE, v)
    lines, passes = np.array(lengths[:REVERB_LINES]), lengths[REVERB_LINES:]
    feedback = 10.0 ** (-3.0 * lines / (RATE * v["decay_s"]))
    share, low = 1.0 - math.exp(-2.0 * math.pi * v["low_cut_hz"] / RATE), 0.0
    size = int(max([*lengths, before])) + 2
    kept, inner, waiting = np.zeros((REVERB_LINES, size)), np.zeros((ALLPASSES, size)), np.zeros(size)
    rows, turn = np.arange(REVERB_LINES), hadamard(REVERB_LINES) / 4.0
    signs = np.where(rows // 2 % 2 == 0, 1.0, -1.0)
    entering_signs = np.where(rows % 2 == 0, 1.0, -1.0)
    out = np.zeros((2, frames))
    for n in range(frames):
        x = float(sound[n]) if n < sound.size else 0.0
        low += share * (x - low)
        waiting[n % size] = x - low
        ends, last = kept[rows, (n - lines) % size], kept[rows, (n - lines - 1) % size]
        for side in range(2):
            out[side, n] = OUTPUT_GAIN * np.sum((signs * ends)[side::2])
        x = waiting[(n - before) % size]
        for number, late in enumerate(passes):
            delayed = inner[number, (n - late) % size]
            inside = x - DIFFUSION * delayed
            x = delayed + DIFFUSION * inside
            inner[number, n % size] = inside
        damped = feedback * (ends + 0.5 * v["damping"] * (last - ends))
        kept[:, n % size] = turn @ damped + entering_signs * 0.25 * x
    return out


def test_it_is_its_twin_in_float64() -> None:
    sound = signals.noise(2400, np.random.default_rng(6), 0.3)
    values = {"decay_s": 1.1, "damping": 0.7, "low_cut_hz": 300.0, "predelay_ms": 5.0}

    np.testing.assert_allclose(response(sound, 5760, **values), twin(sound, 5760, **values), atol=1e-5)


def test_damping_shortens_the_decay_of_high_frequencies_only() -> None:
    from scipy import signal  # a second for each worker that imports it

    left, _ = response(signals.impulse(64), 4 * RATE, decay_s=2.0, damping=0.6)

    def decay_of(low_hz: float, high_hz: float) -> float:
        band = signal.butter(4, [low_hz, high_hz], "bandpass", fs=RATE, output="sos")
        return measure.decay_s(signal.sosfilt(band, left))

    assert decay_of(250.0, 500.0) == pytest.approx(2.0, rel=0.15)
    assert decay_of(6000.0, 9000.0) < 0.75 * decay_of(250.0, 500.0)


def test_nothing_is_heard_before_the_pre_delay() -> None:
    left, right = response(signals.impulse(64), RATE, predelay_ms=50.0)

    assert min(measure.onset(left), measure.onset(right)) >= 0.05 * RATE


def test_left_and_right_of_a_reverb_differ() -> None:
    left, right = response(signals.impulse(64), RATE)
    alike = float(np.corrcoef(left, right)[0, 1])

    assert measure.rms_db(left) == pytest.approx(measure.rms_db(right), abs=1.5)
    assert abs(alike) < 0.2


def test_a_reverb_passes_no_constant() -> None:
    left, right = response(signals.constant(3 * RATE, 0.8), 3 * RATE)

    assert measure.peak_db(left[2 * RATE :]) < -50.0
    assert measure.peak_db(right[2 * RATE :]) < -50.0


def test_a_reverb_adds_no_constant(rng: np.random.Generator) -> None:
    left, _ = response(signals.noise(2 * RATE, rng, 0.5), 4 * RATE)

    assert abs(float(left.mean())) < 1e-3 * float(np.abs(left).max())


def test_a_reverb_becomes_exactly_silent_and_then_stops() -> None:
    engine = engine_with(decay_s=1.0)
    buses_of(engine, 4 * RATE, [c.start_clip(LEAD, 0, add(engine, signals.impulse(64)), 0)])
    audio = buses_of(engine, RATE)

    assert group_of(engine)["is_resting"][0] == 1
    assert np.count_nonzero(audio) == 0


def test_a_reverb_that_has_stopped_starts_again_as_if_it_had_not() -> None:
    engine = engine_with(decay_s=0.5)
    sound = add(engine, signals.impulse(64))
    first = buses_of(engine, RATE, [c.start_clip(LEAD, 0, sound, 0)])[0]
    engine.pull(9 * RATE)
    again = buses_of(engine, RATE, [c.start_clip(engine.frame, 0, sound, 0)])[0]

    np.testing.assert_allclose(again, first, rtol=0.0, atol=1e-6)


def test_the_longest_reverb_stays_stable_under_noise(rng: np.random.Generator) -> None:
    left, right = response(signals.noise(20 * RATE, rng, 0.5), 20 * RATE, decay_s=20.0, damping=0.0)
    thirds = [measure.rms_db(left[at * RATE : (at + 4) * RATE]) for at in (8, 16)]

    assert np.isfinite(left).all()
    assert np.isfinite(right).all()
    assert thirds[1] < thirds[0] + 3.0
    assert measure.peak_db(left) < 12.0


def test_a_reverb_has_no_ringing_pitch() -> None:
    left, _ = response(signals.impulse(64), 3 * RATE, decay_s=3.0, damping=0.0)
    _, amplitudes = measure.spectrum(left[RATE // 2 : 2 * RATE])
    inside = amplitudes[800:12000]

    # of Rayleigh-distributed amplitudes, the largest of eleven thousand is about 11 dB above the rms
    assert 20.0 * math.log10(inside.max() / np.sqrt(np.mean(inside**2))) < 15.0


def test_two_reverbs_are_separate() -> None:
    buses = (BusSpec("a", inserts=(reverb(),)), BusSpec("b", inserts=(reverb(decay_s=1.0),)))
    engine = engine_of(buses=buses)
    start = c.start_clip(LEAD, 0, add(engine, signals.impulse(64)), 0)
    audio = buses_of(engine, RATE, [start])

    assert np.count_nonzero(audio[1]) == 0
    assert np.count_nonzero(audio[0]) > RATE // 2


def test_a_reverb_is_linear_and_the_same_every_time(rng: np.random.Generator) -> None:
    material = signals.noise(4800, rng, 0.5)
    once, twice = response(material, RATE), response(material, RATE)
    half = response(0.5 * material, RATE)

    assert digest(once) == digest(twice)
    np.testing.assert_allclose(2.0 * half, once, atol=1e-6)


def test_a_reverb_recovers_from_an_extreme_level() -> None:
    engine = engine_with(decay_s=0.5)
    material = signals.impulse(640, 10, 9e5)
    audio = buses_of(engine, 10 * RATE, [c.start_clip(LEAD, 0, add(engine, material), 0)])

    assert np.isfinite(audio).all()
    assert measure.peak_db(audio[0, 0, 8 * RATE :]) < -60.0


def test_a_pre_delay_is_kept_or_refused() -> None:
    try:
        left, _ = response(signals.impulse(64), RATE, predelay_ms=500.0)
    except ValueError:
        return

    assert measure.onset(left) >= 0.5 * RATE


def test_lines_share_no_factor_and_each_is_longer_than_a_quantum() -> None:
    lengths = [int(n) for n in group_of(engine_with())["reverbs"][0]["length"]][: REVERB_LINES + ALLPASSES]

    assert min(lengths) > k.QUANTUM
    assert all(math.gcd(a, b) == 1 for a in lengths for b in lengths if a != b)
    assert len(set(lengths)) == REVERB_LINES + ALLPASSES


@pytest.mark.parametrize(("rate", "predelay_s"), [(48_000, 0.3), (192_000, 0.3), (8000, 0.0)])
def test_a_reverb_does_not_stop_while_its_pre_delay_holds_sound(rate: int, predelay_s: float) -> None:
    inserts = (reverb(predelay_ms=1000.0 * predelay_s),)
    engine = engine_of(buses=(BusSpec("reverb", inserts=inserts),), sample_rate=rate)
    frames = rate // k.QUANTUM * k.QUANTUM
    left = buses_of(engine, frames, [c.start_clip(LEAD, 0, add(engine, signals.impulse(64)), 0)])[0, 0]

    assert float(np.abs(left).max()) > 0.005
