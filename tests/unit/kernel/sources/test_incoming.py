"""An incoming stream: it begins with enough frames, fades where they run out, and comes back."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.kernel.sources.frame_ring import FrameRing
from adaptive.kernel.sources.incoming_settings import IncomingSpec
from tests.helpers.rendering import buses_of, engine_of

Q = 64
LATENCY = 512
LATENCY_S = LATENCY / 48000


def playing(*, is_timed: bool = False) -> tuple[Engine, FrameRing]:
    engine = engine_of(instruments=(IncomingSpec(0, "voice", LATENCY_S, is_timed),))
    ring = engine.memory.instruments.belongings(0)
    assert isinstance(ring, FrameRing)
    return engine, ring


def counted(first: int, count: int) -> np.ndarray:
    """Frames whose value tells their number."""
    values = (np.arange(first, first + count) + 1) / 2**17
    return np.stack([values, -values], 1).astype(np.float32)


def heard(engine: Engine, frames: int) -> np.ndarray:
    return buses_of(engine, frames)[0].T.astype(np.float64)


def test_what_is_written_is_heard_behind_its_first_fade() -> None:
    engine, ring = playing()
    ring.write(counted(0, 2 * LATENCY))
    out = heard(engine, LATENCY + Q)

    # it begins with as many frames as its latency, and ends four quanta before they do
    np.testing.assert_allclose(
        out[4 * Q : LATENCY - 4 * Q], counted(LATENCY + 4 * Q, LATENCY - 8 * Q), rtol=1e-6
    )


def test_its_notes_are_played_by_the_writer_and_steal_no_voice() -> None:
    engine, _ = playing()
    engine.post([c.play_note(c.IMMEDIATELY, 0, key, 0.5, 480) for key in (60, 64, 67)])
    heard(engine, Q)

    assert engine.telemetry().stolen_voices == 0


def test_it_waits_until_its_latency_is_there() -> None:
    engine, ring = playing()
    ring.write(counted(0, LATENCY - 1))

    assert not heard(engine, 2 * Q).any()
    ring.write(counted(LATENCY - 1, 1))
    assert heard(engine, Q).any()
    assert ring.read == Q


@pytest.mark.parametrize("is_timed", [False, True])
def test_it_fades_where_frames_run_out_and_comes_back(is_timed: bool) -> None:
    engine, ring = playing(is_timed=is_timed)
    ring.begin_at(ring.read)
    ring.write(np.full((LATENCY + Q, 2), 0.5, np.float32))
    out = heard(engine, 2 * LATENCY)[:, 0]

    steps = np.abs(np.diff(out))
    assert out.max() == pytest.approx(0.5, abs=1e-6)
    assert steps.max() < 0.5 / Q  # a fade of several quanta, and no cut
    assert not out[-Q:].any()
    if is_timed:  # what is late is left out
        ring.begin_at(ring.read + Q)
    ring.write(np.full((LATENCY + Q, 2), 0.5, np.float32))
    again = heard(engine, LATENCY // 2)[:, 0]

    assert again.max() == pytest.approx(0.5, abs=1e-6)
    assert np.abs(np.diff(again)).max() < 0.5 / Q
    assert int(engine.memory.instruments.record(0)["starved"]) == 1


def test_a_timed_ring_is_in_phase_after_a_gap() -> None:
    engine, ring = playing(is_timed=True)
    heard(engine, 10 * Q)
    now = ring.read
    ring.begin_at(now + 10 * Q)
    ring.write(counted(now + 10 * Q, LATENCY + 4 * Q))
    out = heard(engine, 20 * Q)

    assert not out[: 10 * Q].any()
    np.testing.assert_allclose(out[15 * Q : 16 * Q], counted(now + 15 * Q, Q), rtol=1e-6)


def test_what_waits_too_long_is_skipped() -> None:
    engine, ring = playing()
    ring.write(counted(0, LATENCY))
    heard(engine, 4 * Q)
    ring.write(counted(LATENCY, ring.free))
    heard(engine, 10 * Q)

    assert ring.waiting <= LATENCY
    assert int(engine.memory.instruments.record(0)["skipped"]) == 1


def test_damaged_frames_are_silent_and_counted() -> None:
    engine, ring = playing()
    frames = np.full((LATENCY + Q, 2), 0.25, np.float32)
    frames[LATENCY - 2, 0], frames[LATENCY - 1, 1] = np.nan, 1e30
    ring.write(frames)
    out = heard(engine, LATENCY)

    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 0.25
    assert int(engine.memory.instruments.record(0)["damaged"]) == 2


def test_an_instrument_fade_fades_it() -> None:
    engine, ring = playing()
    ring.write(np.full((2 * LATENCY, 2), 0.5, np.float32))
    heard(engine, 5 * Q)
    ring.write(np.full((LATENCY, 2), 0.5, np.float32))
    engine.post([c.fade_instrument(engine.frame + Q, 0, 0.0, 4 * Q)])
    out = heard(engine, 8 * Q)[:, 0]

    assert out[0] == pytest.approx(0.5, abs=1e-6)
    assert out[-1] == 0.0
    assert np.abs(np.diff(out)).max() < 0.5 / Q


def test_a_ring_can_be_opened_by_its_name() -> None:
    _, ring = playing()
    other = FrameRing(ring.capacity, ring.name)
    other.write(counted(0, 100))

    assert ring.written == 100
    np.testing.assert_array_equal(ring.frames[:100], counted(0, 100))


def test_no_more_is_written_than_there_is_room_for() -> None:
    _, ring = playing()

    assert ring.write(np.zeros((ring.capacity + 50, 2), np.float32)) == ring.capacity
    assert ring.write(np.zeros((1, 2), np.float32)) == 0
