from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.kernel.layout import MASTER_LOOK_AHEAD, QUANTUM
from tests.helpers import measure, signals
from tests.helpers.rendering import LEAD, add, engine_of
from tests.reference import naive

RATE = 48000
CEILING = float(np.float32(10.0 ** (-1.0 / 20.0)))
JOIN_LIMIT = 10.0 ** (-60.0 / 20.0)


def playing(material: np.ndarray) -> Engine:
    """An engine on whose first bus a sound begins now."""
    engine = engine_of()
    engine.post([c.start_clip(LEAD, 0, add(engine, material), 0)])
    return engine


def mastered(material: np.ndarray) -> np.ndarray:
    """Output of the master for a sound, left channel, including its latency."""
    frames = -(-(material.size + MASTER_LOOK_AHEAD) // QUANTUM) * QUANTUM
    return playing(material).pull(frames)[:, 0]


def bursts(frames: int, rng: np.random.Generator) -> np.ndarray:
    """Squares of many pitches and levels that start and stop."""
    out = np.zeros(frames, np.float32)
    at = 0
    while at < frames:
        length = int(rng.integers(1, 3000))
        gain, pitch = 10.0 ** rng.uniform(-2.0, 1.5), 10.0 ** rng.uniform(1.3, 4.2)
        out[at : at + length] += signals.square(pitch, length, gain)[: frames - at]
        at += int(rng.integers(1, 4000))
    return out


NASTY = {
    "bursts of squares": lambda rng: bursts(2 * RATE, rng),
    "noise at +20 dB": lambda rng: signals.noise(RATE, rng, 10.0),
    "a bass square at +12 dB": lambda _: signals.square(40.0, RATE, 4.0),
    "one frame at +40 dB": lambda _: signals.impulse(4000, 1000, 100.0),
    "every 71st frame": lambda _: np.where(np.arange(RATE) % 71 == 0, 9.0, 0.1),
    "every 72nd frame": lambda _: np.where(np.arange(RATE) % 72 == 0, 9.0, 0.1),
    "every 73rd frame": lambda _: np.where(np.arange(RATE) % 73 == 0, 9.0, 0.1),
    "a step": lambda _: signals.constant(RATE, 30.0),
    "alternating signs": lambda _: np.where(np.arange(RATE) % 2 == 0, 1e4, -1e4),
    "just above the ceiling": lambda _: signals.sine(1000.0, RATE, CEILING * 1.0001),
    "growing": lambda _: signals.sine(220.0, RATE, 1.0) * signals.ramp(RATE, 0.0, 50.0),
}


@pytest.mark.parametrize("name", NASTY)
def test_no_sample_is_ever_above_the_ceiling(name: str, rng: np.random.Generator) -> None:
    audio = mastered(np.asarray(NASTY[name](rng), np.float32))

    assert float(np.abs(audio).max()) <= CEILING
    assert float(np.abs(audio).max()) > 0.5 * CEILING


def test_below_the_ceiling_only_a_constant_is_removed(rng: np.random.Generator) -> None:
    material = signals.noise(RATE, rng, 0.8)
    expected = naive.block_dc(material)
    audio = mastered(material)
    delayed = audio[MASTER_LOOK_AHEAD : MASTER_LOOK_AHEAD + RATE]

    np.testing.assert_allclose(delayed, expected, rtol=0.0, atol=2e-5)


def test_the_latency_is_the_stated_look_ahead() -> None:
    audio = mastered(signals.impulse(640, 100, 0.5))

    assert measure.onset(audio, 0.1) == 100 + MASTER_LOOK_AHEAD


def test_the_limiter_equals_its_naive_twin(rng: np.random.Generator) -> None:
    material = bursts(RATE // 2, rng) * 0.3
    expected = naive.limit(naive.block_dc(material), CEILING, 0.12)
    audio = mastered(material)[: expected.size]

    np.testing.assert_allclose(audio, expected, rtol=0.0, atol=2e-4)


def test_the_limiter_recovers_when_the_peak_has_passed() -> None:
    material = signals.sine(1000.0, 2 * RATE, 0.5)
    material[1000:2000] *= 8.0
    audio = mastered(material)

    assert measure.peak_db(audio[1200:1900]) == pytest.approx(-1.0, abs=0.3)
    assert measure.peak_db(audio[RATE:]) == pytest.approx(-6.02, abs=0.01)


def test_the_limiter_stops_after_a_peak_and_then_changes_nothing() -> None:
    material = signals.sine(1000.0, 4 * RATE, 0.5)
    material[1000:2000] *= 8.0
    calm = signals.sine(1000.0, 4 * RATE, 0.5)
    loud, quiet = (engine_of() for _ in range(2))
    for engine, sound in ((loud, material), (quiet, calm)):
        engine.post([c.start_clip(LEAD, 0, add(engine, sound), 0)])
    found, expected = loud.pull(4 * RATE)[3 * RATE :], quiet.pull(4 * RATE)[3 * RATE :]

    assert loud.memory["master"][0]["is_limiting"] == 0
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=2e-6)


def test_a_peak_on_one_channel_turns_both_down_alike() -> None:
    engine = engine_of()
    loud, quiet = signals.sine(500.0, RATE, 4.0), signals.sine(500.0, RATE, 0.4)
    engine.post([c.start_clip(LEAD, 0, add(engine, np.stack([loud, quiet])), 0)])
    left, right = engine.pull(RATE)[RATE // 2 :].T

    np.testing.assert_allclose(0.1 * left, right, atol=1e-4)


def test_a_constant_is_removed() -> None:
    material = signals.sine(440.0, 3 * RATE, 0.2) + np.float32(0.4)
    audio = mastered(material)[2 * RATE : 3 * RATE]

    assert abs(float(audio.mean())) < 1e-4
    assert measure.peak_db(audio) == pytest.approx(-14.0, abs=0.1)


def test_bass_passes_the_dc_block() -> None:
    audio = mastered(signals.sine(40.0, 2 * RATE, 0.5))[RATE:]

    assert measure.peak_db(audio) == pytest.approx(-6.02, abs=0.1)


def test_a_pause_fades_within_fifty_milliseconds_and_then_is_silent() -> None:
    engine = playing(signals.sine(1000.0, 4 * RATE, 0.5))
    engine.pull(RATE)
    engine.set_paused(True)
    audio = engine.pull(RATE)[:, 0]
    half = audio[1200 + MASTER_LOOK_AHEAD - 24 : 1200 + MASTER_LOOK_AHEAD + 24]

    assert measure.peak_db(half) == pytest.approx(-12.0, abs=1.0)
    assert measure.onset(audio[round(0.055 * RATE) + MASTER_LOOK_AHEAD :]) == -1
    assert engine.is_paused


def test_the_position_holds_while_paused() -> None:
    engine = playing(signals.sine(1000.0, 4 * RATE, 0.5))
    engine.set_paused(True)
    engine.pull(RATE)
    before = engine.frame
    engine.pull(RATE)

    assert before == engine.frame


def test_after_a_pause_the_music_goes_on_where_it_was(rng: np.random.Generator) -> None:
    material = signals.noise(4 * RATE, rng, 0.5)
    engine, unbroken = playing(material), playing(material)
    unbroken.listen_to_buses(2 * RATE)
    unbroken.pull(RATE)
    engine.listen_to_buses(2 * RATE)
    for is_paused, frames in ((False, 9600), (True, 24000), (False, 9600), (True, 4800), (False, 48000)):
        engine.set_paused(is_paused)
        engine.pull(frames)
    expected = unbroken.take_buses()
    actual = engine.take_buses()[:, :, : expected.shape[2]]

    np.testing.assert_array_equal(actual, expected)


def test_a_resume_fades_in_within_fifty_milliseconds() -> None:
    engine = playing(signals.sine(1000.0, 4 * RATE, 0.5))
    engine.pull(9600)
    engine.set_paused(True)
    engine.pull(9600)
    engine.set_paused(False)
    audio = engine.pull(9600)[:, 0]

    assert measure.peak_db(audio[:100]) < -30.0
    assert measure.peak_db(audio[1200:1300]) == pytest.approx(-12.0, abs=1.0)
    assert measure.peak_db(audio[2600:]) == pytest.approx(-6.02, abs=0.05)
    assert not engine.is_paused


def test_a_pause_that_is_reversed_while_it_fades_leaves_no_step() -> None:
    engine = playing(signals.sine(200.0, 4 * RATE, 0.8))
    parts = []
    for is_paused in (False, True, False, True, False):
        engine.set_paused(is_paused)
        parts.append(engine.pull(1216)[:, 0])

    assert measure.click(np.concatenate(parts)) < 2.0
    assert not engine.is_paused


def test_a_pause_ends_without_a_step() -> None:
    material = signals.square(30.0, 4 * RATE, 0.8)
    engine = playing(material)
    engine.pull(9600)
    engine.set_paused(True)
    audio = engine.pull(9600)[:, 0]
    last = int(np.flatnonzero(audio)[-1])

    assert abs(float(audio[last])) < JOIN_LIMIT


@pytest.mark.parametrize("volume", [0.0, 0.1, 2.0])
def test_a_change_of_volume_leaves_no_step_and_arrives(volume: float) -> None:
    engine = playing(signals.sine(200.0, 4 * RATE, 0.4))
    before = engine.pull(9600)[:, 0]
    engine.set_volume(volume)
    after = engine.pull(24000)[:, 0]

    assert measure.click(np.concatenate([before, after])[4800:]) < 2.0
    assert float(np.abs(after[12000:]).max()) == pytest.approx(0.4 * volume, abs=1e-3)


def test_the_listeners_volume_does_not_reach_the_stems() -> None:
    engine = playing(signals.constant(RATE))
    engine.set_volume(0.0)
    engine.listen_to_buses(9600)
    engine.pull(9600)

    assert float(engine.take_buses()[0, 0, -1]) == pytest.approx(1.0, abs=1e-5)


def test_a_fade_of_the_master_takes_its_time() -> None:
    engine = playing(signals.sine(1000.0, 4 * RATE, 0.5))
    engine.post([c.fade_master(LEAD + 9600, 0.0, 9600)])
    audio = engine.pull(RATE)[:, 0]

    assert measure.peak_db(audio[5000:9600]) == pytest.approx(-6.02, abs=0.1)
    assert measure.peak_db(audio[14300:14550]) == pytest.approx(-12.0, abs=0.5)
    assert measure.peak_db(audio[20000:]) < -100.0
    assert measure.click(audio[4800:]) < 2.0


def test_meters_show_peak_and_power() -> None:
    engine = playing(signals.sine(1000.0, 2 * RATE, 0.5))
    engine.pull(2 * RATE - 4800)

    assert pytest.approx(list(engine.peaks()), abs=5e-3) == [0.5, 0.5]
    assert pytest.approx(list(engine.rms()), abs=2e-3) == [0.3536, 0.3536]
    assert list(engine.peaks()) == [0.0, 0.0]


def test_what_is_not_a_number_never_reaches_the_output(rng: np.random.Generator) -> None:
    material = signals.noise(RATE, rng, 0.5)
    material[::5000] = np.nan
    audio = mastered(material)

    assert np.isfinite(audio).all()
