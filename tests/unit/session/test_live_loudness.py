from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from adaptive.analysis.loudness import loudness_of
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.session.live_loudness import LiveLoudness
from tests.helpers.presets import RATE, Player, two_sections


def test_what_is_played_is_what_is_measured(tmp_path: Path) -> None:
    player = Player(two_sections(tmp_path))
    engine, loudness, heard = player.performance.engine, LiveLoudness(), []
    loudness.follow(engine)
    for _ in range(3 * RATE // 4800):
        for _ in range(19):
            heard.append(engine.pull(256))
            engine.drain_replies()
            player.performance.step([])
        loudness.follow(engine)
        _wait(loudness)
    loudness.close()
    expected = loudness_of(np.concatenate(heard).T, RATE)

    assert loudness.now is not None
    assert loudness.now.integrated_lufs == pytest.approx(expected.integrated_lufs, abs=0.1)
    assert (loudness._meter, loudness._job) == (None, None)  # at exit soxr reports a resampler that is held


def test_a_reader_that_is_late_misses_the_oldest_only() -> None:
    engine = Engine(EngineSpec())
    engine.listen_to_output(0.1)
    engine.pull(64 * 10)
    first = engine.take_output()
    engine.pull(RATE)
    late = engine.take_output()

    assert first.shape == (640, 2)
    assert late.shape == (64 * 56, 2)  # three quarters of 75 quanta
    assert engine.take_output().shape == (0, 2)


def test_where_nobody_listens_nothing_is_kept() -> None:
    engine = Engine(EngineSpec())
    engine.pull(640)

    assert engine.take_output().shape == (0, 2)


def _wait(loudness: LiveLoudness) -> None:
    while loudness._job is not None and not loudness._job.done():
        time.sleep(0.001)
