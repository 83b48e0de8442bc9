from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.spec import BusSpec, InsertSpec
from adaptive.kernel import layout as k
from tests.helpers import signals
from tests.helpers.ffmpeg import filtered, needs_ffmpeg
from tests.helpers.rendering import LEAD, add, engine_of, left_of

RATE = 48000


def compressed(sound: np.ndarray, rate: int = RATE, **values: float) -> np.ndarray:
    engine = engine_of(
        sample_rate=rate, buses=(BusSpec("a", inserts=(InsertSpec("compressor", "it", values),)),)
    )
    return left_of(engine, sound.size, [c.start_clip(LEAD, 0, add(engine, sound), 0)])


def twin(sound: np.ndarray, rate: int = RATE, **values: float) -> np.ndarray:
    """The same compressor in float64, sample by sample, from the paper's equations."""
    v = {
        "threshold_db": -18.0, "ratio": 2.0, "knee_db": 6.0, "attack_ms": 10.0, "release_ms": 120.0,
        "makeup_db": 0.0, "mix": 1.0, "look_ahead_ms": 0.0,
    } | values  # fmt: skip
    kept = {
        name: 0.0 if v[name] == 0.0 else np.exp(-1000.0 / (v[name] * rate))
        for name in ("attack_ms", "release_ms")
    }
    delay = round(v["look_ahead_ms"] * rate / 1000.0)
    held = smooth = 0.0
    out = np.zeros(sound.size)
    for n, sample in enumerate(sound.astype(float)):
        over = 20.0 * np.log10(max(abs(sample), 1e-6)) - v["threshold_db"]
        knee = max(v["knee_db"], 0.001)
        if 2.0 * over < -knee:
            wanted = 0.0
        elif 2.0 * abs(over) <= knee:
            wanted = (1.0 - 1.0 / v["ratio"]) * (over + knee / 2.0) ** 2 / (2.0 * knee)
        else:
            wanted = (1.0 - 1.0 / v["ratio"]) * over
        held = max(wanted, wanted + (held - wanted) * kept["release_ms"])
        smooth = held + (smooth - held) * kept["attack_ms"]
        gain = 10.0 ** ((v["makeup_db"] - smooth) / 20.0)
        late = float(sound[n - delay]) if n >= delay else 0.0
        out[n] = late * (1.0 - v["mix"] + v["mix"] * gain)
    return out


SETTINGS = {
    "as it is": {},
    "hard and fast": {
        "threshold_db": -30.0,
        "ratio": 20.0,
        "knee_db": 0.0,
        "attack_ms": 0.0,
        "release_ms": 10.0,
    },
    "soft and parallel": {"threshold_db": -24.0, "knee_db": 24.0, "mix": 0.4, "makeup_db": 6.0, "ratio": 4.0},
    "looking ahead": {"threshold_db": -30.0, "ratio": 4.0, "look_ahead_ms": 5.0, "attack_ms": 2.0},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_it_is_the_compressor_of_the_paper(name: str) -> None:
    rng = np.random.default_rng(3)
    sound = (signals.noise(7200, rng, 0.5) * np.repeat([0.1, 1.0, 0.02, 0.5], 1800)).astype(np.float32)
    found, expected = compressed(sound, **SETTINGS[name]), twin(sound, **SETTINGS[name])

    assert np.abs(found - expected).max() < 2e-5


@pytest.mark.parametrize("level_db", [-40.0, -21.0, -18.0, -15.0, -6.0, 0.0])
@pytest.mark.parametrize("rate", [44100, 96000])
def test_a_tone_is_reduced_by_the_static_curve(level_db: float, rate: int) -> None:
    values = {"threshold_db": -18.0, "ratio": 4.0, "knee_db": 6.0, "makeup_db": 3.0}
    sound = signals.sine(997.0, rate // 2, 10.0 ** (level_db / 20.0), rate)
    peak = np.abs(compressed(sound, rate, **values)[rate // 4 :]).max()
    over = level_db + 18.0
    reduced = 0.0 if over <= -3.0 else 0.75 * (over + 3.0) ** 2 / 12.0 if over < 3.0 else 0.75 * over

    assert abs(20.0 * np.log10(peak) - (level_db - reduced + 3.0)) < 0.2


@needs_ffmpeg
def test_its_static_curve_is_that_of_ffmpeg() -> None:
    """Square waves, whose level never moves, from -40 to 0 dBFS: outputs within 0.2 dB."""
    wave = np.where(np.arange(24000) % 480 < 240, 1.0, -1.0)
    levels_db = (-40.0, -24.0, -17.0, -12.0, -6.0, 0.0)
    sound = np.concatenate([wave * 10.0 ** (db / 20.0) for db in levels_db]).astype(np.float32)
    values = {"threshold_db": -18.0, "ratio": 4.0, "knee_db": 0.0, "attack_ms": 5.0, "release_ms": 50.0}
    settings = "threshold=0.12589:ratio=4:attack=5:release=50:knee=1:detection=peak:makeup=1"
    ours, theirs = (
        20.0 * np.log10(np.abs(audio.reshape(len(levels_db), -1)[:, 20000:]).max(axis=1))
        for audio in (compressed(sound, **values), filtered(sound, f"acompressor={settings}"))
    )

    assert np.abs(ours - theirs).max() < 0.2


def test_a_peak_that_is_seen_ahead_is_reduced_when_it_comes() -> None:
    values = {"threshold_db": -20.0, "ratio": 100.0, "attack_ms": 1.0, "knee_db": 0.0}
    burst = np.concatenate([np.full(4800, 0.05, np.float32), np.full(4800, 0.8, np.float32)])
    blind, seeing = compressed(burst, **values), compressed(burst, look_ahead_ms=5.0, **values)

    assert blind[4800] > 0.7
    assert abs(seeing[4800 + 240]) < 0.11


def test_both_sides_are_reduced_alike() -> None:
    values = {"threshold_db": -40.0, "ratio": 10.0}
    engine = engine_of(buses=(BusSpec("a", inserts=(InsertSpec("compressor", "it", values),)),))
    sound = np.stack([signals.sine(300.0, 9600, 0.5), signals.sine(500.0, 9600, 0.05)])
    engine.listen_to_buses(9600 + k.QUANTUM)
    engine.post([c.start_clip(LEAD, 0, add(engine, sound), 0)])
    engine.pull(9600)
    left, right = engine.take_buses()[0, :, 4800:9600]

    np.testing.assert_allclose(left * sound[1, 4800:9600], right * sound[0, 4800:9600], atol=1e-7)
    assert 0.005 < np.abs(left).max() < 0.4


def test_a_bypass_while_it_plays_keeps_the_delay() -> None:
    """In and out of the bypass within 20 ms, without a step in time."""
    values = {"ratio": 1.0, "look_ahead_ms": 5.0}
    engine = engine_of(buses=(BusSpec("a", inserts=(InsertSpec("compressor", "it", values),)),))
    sound = signals.noise(19200, np.random.default_rng(2), 0.3)
    engine.listen_to_buses(19200)
    engine.post([c.start_clip(LEAD, 0, add(engine, sound), 0)])
    for is_bypassed in (False, True, False, True):
        engine.memory.inserts.set_values(0, InsertSpec("compressor", "it", values, is_bypassed))
        engine.pull(4800)

    np.testing.assert_allclose(engine.take_buses()[0, 0, 240:], sound[: 19200 - 240], atol=1e-6)
