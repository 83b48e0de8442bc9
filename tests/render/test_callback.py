"""The sound card's callback, called as PortAudio would."""

from __future__ import annotations

import ctypes
from itertools import pairwise

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from tests.helpers import scene, signals
from tests.helpers.rendering import LEAD, add, digest, engine_of

PORTAUDIO = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_uint64,
    ctypes.c_void_p,
    ctypes.c_uint64,
    ctypes.c_int64,
)
UNDERFLOW = 4


def called(engine: Engine, frames: int, flags: int = 0, channels: int = 2) -> np.ndarray:
    """One block from an engine's callback."""
    out = np.full((frames, channels), np.nan, np.float32)
    callback = PORTAUDIO(engine.callback_address)

    assert callback(None, out.ctypes.data, frames, None, flags, engine.root_address) == 0
    return out


@pytest.mark.parametrize("block", [32, 64, 100, 256, 1024])
def test_the_callback_gives_the_samples_of_a_pull(block: int) -> None:
    live = scene.prepared()
    blocks = [called(live, block) for _ in range(scene.FRAMES // block)]
    audio = np.concatenate(blocks)

    assert digest(scene.prepared().pull(len(audio))) == digest(audio)


def test_every_callback_is_counted_with_its_time() -> None:
    engine = scene.prepared()
    for _ in range(50):
        called(engine, 64)
    telemetry = engine.telemetry()

    assert (telemetry.callbacks, telemetry.underruns) == (50, 0)
    assert 0.0 < telemetry.p50_us <= telemetry.p99_us
    assert telemetry.load > 0.0


def test_an_underflow_that_the_device_reports_is_counted() -> None:
    engine = engine_of()
    for flags in (0, UNDERFLOW, 0, UNDERFLOW, 1, 2, 8):
        called(engine, 64, flags)

    assert engine.telemetry().underruns == 2


def test_a_device_may_have_another_number_of_channels() -> None:
    engine = engine_of()
    engine.memory.root[0]["device_channels"] = 4
    engine.post([c.start_clip(LEAD, 0, add(engine, signals.sine(500.0, 9000, 0.5)), 0)])
    audio = called(engine, 640, channels=4)

    assert np.isfinite(audio).all()
    assert np.count_nonzero(audio[:, :2]) > 500
    assert np.count_nonzero(audio[:, 2:]) == 0


def test_after_a_hand_over_the_next_block_comes_from_the_other_engine() -> None:
    first, second, reference = (scene.prepared() for _ in range(3))
    called(first, 6400)
    first.hand_over_to(second)
    audio = called(first, 6400)

    assert digest(reference.pull(6400)) == digest(audio)
    assert (first.frame, second.frame) == (6400, 6400)


def test_hand_overs_may_follow_each_other() -> None:
    engines = [Engine(EngineSpec()) for _ in range(4)]
    for before, after in pairwise(engines):
        called(engines[0], 64)
        before.hand_over_to(after)
    called(engines[0], 64)

    assert [engine.frame for engine in engines] == [64, 64, 64, 64]


def test_the_callback_says_which_header_it_has_seen() -> None:
    first, second = engine_of(), engine_of()
    called(first, 64)
    before = int(first.memory.root[0]["header_seen"])
    first.hand_over_to(second)
    called(first, 64)

    assert before == first.memory.header_address
    assert int(first.memory.root[0]["header_seen"]) == second.memory.header_address
