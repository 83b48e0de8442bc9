from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, InsertSpec
from tests.helpers import measure, signals
from tests.helpers.rendering import LEAD, add, buses_of, engine_of, left_of

PLAIN = {"mix_db": 0.0, "high_cut_hz": 20000.0, "low_cut_hz": 10.0}


def engine_with(values: dict[str, float], tempo_bpm: float = 120.0, rate: int = 48000) -> Engine:
    inserts = (InsertSpec("delay", "it", values),)
    return engine_of(sample_rate=rate, tempo_bpm=tempo_bpm, buses=(BusSpec("a", inserts=inserts),))


def echoes(audio: np.ndarray, above: float = 0.02) -> list[int]:
    """Frames at which something begins after silence."""
    loud = np.flatnonzero(np.abs(audio) > above)
    return [int(at) for number, at in enumerate(loud) if number == 0 or at - loud[number - 1] > 100]


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize(("tempo_bpm", "beats"), [(120.0, 0.75), (97.0, 0.5), (60.0, 1.0)])
def test_echoes_come_after_their_beats(rate: int, tempo_bpm: float, beats: float) -> None:
    engine = engine_with(PLAIN | {"beats": beats, "feedback": 0.5}, tempo_bpm, rate)
    start = c.start_clip(LEAD, 0, add(engine, signals.impulse(64, 0, 0.9)), 0)
    audio = left_of(engine, 4 * rate, [start])
    period = round(beats * 60.0 / tempo_bpm * rate)

    assert echoes(audio)[:3] == [0, period, 2 * period]


def test_each_echo_is_lower_by_the_feedback() -> None:
    engine = engine_with(PLAIN | {"beats": 0.5, "feedback": 0.5, "dry_db": -80.0})
    audio = left_of(engine, 60000, [c.start_clip(LEAD, 0, add(engine, signals.impulse(64, 0, 0.9)), 0)])
    levels = [float(np.sqrt(np.sum(audio[at - 20 : at + 400] ** 2))) for at in (12000, 24000, 36000)]

    assert np.abs(audio[:11900]).max() == 0.0
    assert levels[1] / levels[0] == pytest.approx(0.5, abs=0.05)
    assert levels[2] / levels[1] == pytest.approx(0.5, abs=0.05)


def test_it_is_a_loop_of_scipys_filters() -> None:
    """Within 1e-5 of full scale: echo after echo through two one-poles."""
    from scipy.signal import lfilter  # a second for each worker that imports it

    values = {"beats": 0.25, "feedback": 0.7, "mix_db": -3.0, "high_cut_hz": 3000.0, "low_cut_hz": 200.0}
    sound, late = signals.noise(24000, np.random.default_rng(4), 0.2), 6000
    engine = engine_with(values)
    found = left_of(engine, sound.size, [c.start_clip(LEAD, 0, add(engine, sound), 0)])
    high, low = (1.0 - np.exp(-2.0 * np.pi * hz / 48000.0) for hz in (3000.0, 200.0))
    above, below = np.convolve([high], [1.0, low - 1.0]), np.convolve([1.0, high - 1.0], [1.0, low - 1.0])
    above = above - np.array([high * low, 0.0])  # what passes the high cut, minus its own low-pass
    echo, memory = np.zeros(sound.size), sound.astype(float)
    for _ in range(sound.size // late):
        echo[late:] = lfilter(above, below, memory[:-late])
        memory = sound + values["feedback"] * echo
    expected = sound + 10.0 ** (values["mix_db"] / 20.0) * echo

    assert np.abs(found - expected).max() < 1e-5


def test_ping_pong_changes_sides() -> None:
    engine = engine_with(PLAIN | {"beats": 0.5, "feedback": 0.6, "ping_pong": 1.0, "dry_db": -80.0})
    left, right = buses_of(
        engine, 60000, [c.start_clip(LEAD, 0, add(engine, signals.impulse(64, 0, 0.9)), 0)]
    )[0]

    assert echoes(left)[:2] == [12000, 36000]
    assert echoes(right)[:2] == [24000, 48000]


def test_beats_and_tempo_change_together_without_a_click() -> None:
    engine = engine_with({"beats": 0.75})
    start = c.start_clip(LEAD, 0, add(engine, signals.sine(100.0, 144000, 0.5)), 0)
    before = left_of(engine, 64000, [start, c.set_tempo(LEAD + 64037, 140.0)])
    engine.memory.inserts.set_values(0, InsertSpec("delay", "it", {"beats": 0.5}))
    audio = np.concatenate([before, left_of(engine, 64000)])

    for at in range(9600, len(audio) - 2400, 1200):
        assert measure.band_db(audio[at : at + 2400] * np.hanning(2400), 2000.0, 24000.0) < -60.0


def test_a_delay_that_does_not_fit_is_halved_until_it_does() -> None:
    engine = engine_with(PLAIN | {"beats": 4.0, "longest_s": 0.6, "dry_db": -80.0}, tempo_bpm=120.0)
    audio = left_of(engine, 60000, [c.start_clip(LEAD, 0, add(engine, signals.impulse(64, 0, 0.9)), 0)])

    assert echoes(audio)[0] == 24000


def test_no_delay_at_all_is_a_quantum() -> None:
    engine = engine_with(PLAIN | {"beats": 0.0, "feedback": 0.0, "dry_db": -80.0})
    audio = left_of(engine, 4800, [c.start_clip(LEAD, 0, add(engine, signals.impulse(64, 0, 0.9)), 0)])

    assert echoes(audio) == [64]
