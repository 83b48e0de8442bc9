from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.impulses import impulse_response
from adaptive.engine.spec import BusSpec, InsertSpec
from adaptive.kernel.layout import QUANTUM
from tests.helpers import measure, signals
from tests.helpers.rendering import LEAD, add, engine_of

RATE = 48000


def room(folder: Path, frames: int) -> str:
    rng = np.random.default_rng(3)
    audio = rng.standard_normal((frames, 2)) * 10.0 ** (-3.0 * np.arange(frames)[:, None] / frames)
    soundfile.write(folder / "room.wav", audio * 0.1, RATE, subtype="FLOAT")
    return str(folder / "room.wav")


def engine_with(file: str, **values: float) -> Engine:
    return engine_of(buses=(BusSpec("a", inserts=(InsertSpec("convolution", "it", values, file=file),)),))


def heard(engine: Engine, sound: np.ndarray) -> np.ndarray:
    frames = sound.shape[-1]
    engine.listen_to_buses(frames + QUANTUM)
    engine.post([c.start_clip(engine.frame, 0, add(engine, sound), 0)])
    engine.pull(frames)
    return engine.take_buses()[0, :, :frames]


@pytest.mark.parametrize("frames", [50, 700, 2048, 2049, 9000])
def test_it_is_a_convolution(frames: int, tmp_path: Path) -> None:
    file = room(tmp_path, frames)
    rng = np.random.default_rng(1)
    sound = np.stack([signals.noise(19200, rng, 0.3), signals.noise(19200, rng, 0.3)])
    found, response = heard(engine_with(file), sound), impulse_response(file, RATE)

    for side in (0, 1):
        expected = np.convolve(sound[side].astype(float), response[side].astype(float))[:19200]
        assert np.abs(found[side] - expected).max() < 2e-5


def test_the_signal_itself_is_mixed_in_time(tmp_path: Path) -> None:
    sound = signals.noise(4800, np.random.default_rng(1), 0.3)
    audio = heard(engine_with(room(tmp_path, 700), mix=0.0), sound)[0]

    np.testing.assert_allclose(audio, sound, atol=1e-7)


def test_it_rests_and_then_sounds_as_before(tmp_path: Path) -> None:
    engine = engine_with(room(tmp_path, 9000))
    first = heard(engine, signals.impulse(9600, 5, 0.5))
    engine.pull(RATE * 2)
    slot = engine.memory.inserts.slot_of(0, "it")
    is_resting = engine.memory.inserts.group_of(slot)["is_resting"][slot.column] == 1

    assert is_resting
    np.testing.assert_allclose(heard(engine, signals.impulse(9600, 5, 0.5)), first, atol=1e-6)


def test_the_samples_do_not_depend_on_the_size_of_blocks(tmp_path: Path) -> None:
    def rendered(size: int) -> np.ndarray:
        engine = engine_with(room(tmp_path, 5000))
        engine.post(
            [c.start_clip(LEAD, 0, add(engine, signals.noise(9600, np.random.default_rng(2), 0.3)), 0)]
        )
        return np.concatenate([engine.pull(size) for _ in range(9600 // size)])

    assert np.array_equal(rendered(100), rendered(9600))


def test_invalid_samples_leave_nothing_behind(tmp_path: Path) -> None:
    engine = engine_with(room(tmp_path, 5000))
    broken = signals.noise(4800, np.random.default_rng(2), 0.3)
    broken[300:310] = 1e30
    heard(engine, broken)
    audio = heard(engine, signals.noise(9600, np.random.default_rng(2), 0.3))

    assert np.isfinite(audio).all()
    assert measure.peak_db(audio) < 24.0
