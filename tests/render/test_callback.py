"""The device callbacks, called as PortAudio and miniaudio would."""

from __future__ import annotations

import ctypes
import threading
import time
from itertools import pairwise

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.engine.stream_gate import StreamGate
from adaptive.kernel.compile import build
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
MINIAUDIO = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)
UNDERFLOW = 4


def opened(engine: Engine, channels: int = 2) -> StreamGate:
    """The gate of a stream that drives an engine, open."""
    stream_gate = engine.stream_gate(channels)
    stream_gate.open()
    return stream_gate


def called(stream_gate: StreamGate, frames: int, flags: int = 0, channels: int = 2) -> np.ndarray:
    """One block of a PortAudio stream."""
    out = np.full((frames, channels), np.nan, np.float32)
    callback = PORTAUDIO(build.load_unit("callback"))

    assert callback(None, out.ctypes.data, frames, None, flags, stream_gate.address) == 0
    return out


@pytest.mark.parametrize("block", [32, 64, 100, 256, 1024])
def test_the_callback_gives_the_samples_of_a_pull(block: int) -> None:
    live = opened(scene.prepared())
    blocks = [called(live, block) for _ in range(scene.FRAMES // block)]
    audio = np.concatenate(blocks)

    assert digest(scene.prepared().pull(len(audio))) == digest(audio)


def test_every_callback_is_counted_with_its_time() -> None:
    engine = scene.prepared()
    stream_gate = opened(engine)
    for _ in range(50):
        called(stream_gate, 64)
    telemetry = engine.telemetry()

    assert (telemetry.callbacks, telemetry.underruns) == (50, 0)
    assert 0.0 < telemetry.p50_us <= telemetry.p99_us
    assert telemetry.load > 0.0


def test_an_underflow_that_the_device_reports_is_counted() -> None:
    engine = engine_of()
    stream_gate = opened(engine)
    for flags in (0, UNDERFLOW, 0, UNDERFLOW, 1, 2, 8):
        called(stream_gate, 64, flags)

    assert engine.telemetry().underruns == 2


def test_a_device_may_have_another_number_of_channels() -> None:
    engine = engine_of()
    engine.post([c.start_clip(LEAD, 0, add(engine, signals.sine(500.0, 9000, 0.5)), 0)])
    audio = called(opened(engine, channels=4), 640, channels=4)

    assert np.isfinite(audio).all()
    assert np.count_nonzero(audio[:, :2]) > 500
    assert np.count_nonzero(audio[:, 2:]) == 0


def test_after_a_hand_over_the_next_block_is_rendered_by_the_other_engine() -> None:
    first, second, reference = (scene.prepared() for _ in range(3))
    stream_gate = opened(first)
    called(stream_gate, 6400)
    first.hand_over_to(second)
    audio = called(stream_gate, 6400)

    assert digest(reference.pull(6400)) == digest(audio)
    assert (first.frame, second.frame) == (6400, 6400)


def test_hand_overs_may_follow_each_other() -> None:
    engines = [Engine(EngineSpec()) for _ in range(4)]
    stream_gate = opened(engines[0])
    for before, after in pairwise(engines):
        called(stream_gate, 64)
        before.hand_over_to(after)
    called(stream_gate, 64)

    assert [engine.frame for engine in engines] == [64, 64, 64, 64]


def test_the_callback_reports_which_header_it_has_used() -> None:
    first, second = engine_of(), engine_of()
    stream_gate = opened(first)
    called(stream_gate, 64)
    before = stream_gate.header_seen
    first.hand_over_to(second)
    called(stream_gate, 64)

    assert before == first.memory.header_address
    assert stream_gate.header_seen == second.memory.header_address


def test_a_shut_gate_gives_silence_and_leaves_the_engine_alone() -> None:
    engine = scene.prepared()
    stream_gate = opened(engine)
    called(stream_gate, 640)
    before = engine.memory.header.tobytes(), engine.telemetry()

    assert stream_gate.shut()
    assert np.count_nonzero(called(stream_gate, 640)) == 0
    assert before == (engine.memory.header.tobytes(), engine.telemetry())
    assert (stream_gate.blocks, stream_gate.frames) == (2, 640)


def test_a_gate_that_is_opened_again_continues_where_the_engine_is() -> None:
    engine, reference = scene.prepared(), scene.prepared().pull(1920)
    stream_gate = opened(engine)
    first = called(stream_gate, 640)
    stream_gate.shut()
    called(stream_gate, 640)
    middle = engine.pull(640)
    stream_gate.open()
    last = called(stream_gate, 640)

    assert digest(np.concatenate([first, middle, last])) == digest(reference)


def test_two_streams_are_never_inside_the_engine_at_once_even_if_an_abandoned_one_still_calls() -> None:
    engine = scene.prepared()
    stream_gates = [engine.stream_gate(2) for _ in range(2)]
    callback = PORTAUDIO(build.load_unit("callback"))
    blocks = [np.zeros((64, 2), np.float32) for _ in stream_gates]
    stopping = threading.Event()

    def call(stream_gate: StreamGate, out: np.ndarray) -> None:
        while not stopping.is_set():
            callback(None, out.ctypes.data, 64, None, 0, stream_gate.address)

    threads = [threading.Thread(target=call, args=pair) for pair in zip(stream_gates, blocks, strict=True)]
    for thread in threads:
        thread.start()
    driven = 0
    for number in range(400):
        stream_gates[number % 2].open()
        time.sleep(0.0005)
        assert stream_gates[number % 2].shut()
        driven += engine.pull(64).shape[0]
    stopping.set()
    for thread in threads:
        thread.join()

    # two at once would have lost or repeated quanta
    assert engine.frame == driven + sum(stream_gate.frames for stream_gate in stream_gates)
    assert min(stream_gate.frames for stream_gate in stream_gates) > 0


@pytest.mark.parametrize("block", [32, 100, 1024])
def test_miniaudios_callback_finds_the_root_in_front_of_its_device(block: int) -> None:
    engine = scene.prepared()
    stream_gate = engine.stream_gate(2, extra_bytes=4096)
    stream_gate.open()
    callback = MINIAUDIO(build.load_unit("miniaudio_callback"))
    out = np.full((8 * block, 2), np.nan, np.float32)
    for number in range(8):
        callback(stream_gate.extra_address, out[number * block :].ctypes.data, None, block)

    assert digest(scene.prepared().pull(len(out))) == digest(out)
    assert (stream_gate.blocks, stream_gate.frames) == (8, 8 * block)
