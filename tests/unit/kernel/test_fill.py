from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.kernel.layout import QUANTUM
from tests.helpers import measure, signals
from tests.helpers.rendering import LEAD, add, digest, engine_of

Q = QUANTUM


def playing(frames: int) -> Engine:
    """An engine on whose first bus a sine begins now."""
    engine = engine_of()
    engine.post([c.start_clip(LEAD, 0, add(engine, signals.sine(1000.0, frames, 0.5)), 0)])
    return engine


@pytest.mark.parametrize("blocks", [[1] * 640, [63, 65, 512], [640], [100] * 6 + [40]])
def test_blocks_of_any_size_hold_the_same_frames(blocks: list[int]) -> None:
    engine = playing(9600)
    audio = np.concatenate([engine.pull(frames) for frames in blocks])

    assert digest(audio) == digest(playing(9600).pull(640))


@pytest.mark.parametrize("channels", [1, 2, 4, 6])
def test_a_device_gets_as_many_channels_as_it_has(channels: int) -> None:
    audio = playing(48000).pull(9600, channels)

    assert (9600, channels) == audio.shape
    assert all(np.count_nonzero(audio[:, n]) == 0 for n in range(2, channels))
    assert measure.peak_db(audio[4800:, 0]) == pytest.approx(-6.02, abs=0.1)


@pytest.mark.parametrize(
    ("channels", "expected"), [(1, [5.0]), (2, [2.5, 4.0]), (3, [3.0, 2.0, 3.0]), (4, [1.0, 2.0, 3.0, 4.0])]
)
def test_channels_that_a_device_lacks_are_mixed_at_half_level_into_those_it_has(
    channels: int, expected: list[float]
) -> None:
    engine = engine_of(channels=4)
    engine.pull(63, channels)
    engine.memory["output"][:] = np.arange(1.0, 5.0, dtype=np.float32)[:, None]

    assert engine.pull(1, channels).tolist() == [expected]


def test_buses_are_recorded_until_the_recording_is_full() -> None:
    engine = playing(9600)
    engine.listen_to_buses(3 * Q)
    engine.pull(5 * Q)
    first = engine.take_buses()
    engine.pull(Q)

    assert first.shape[2] == 3 * Q
    assert engine.take_buses().shape[2] == Q
