from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.errors import QueueFullError
from adaptive.kernel.layout import QUANTUM
from tests.helpers import signals
from tests.helpers.rendering import LEAD, add, digest, engine_of, left_of


def small(**settings: int) -> Engine:
    engine = Engine(EngineSpec(**({"ring_capacity": 16, "entries": 64} | settings)))
    engine.pull(LEAD)
    return engine


def far(count: int) -> list[c.Command]:
    return [c.fade_bus(10**6, 0, 0.5, 0)] * count


@pytest.mark.parametrize("count", [17, 40, 1000])
def test_a_commit_too_large_for_the_ring_is_refused_whole(count: int) -> None:
    engine = small()
    before = engine.memory["rings"].tobytes(), engine.memory.commands[0].tobytes()
    with pytest.raises(QueueFullError, match=f"a commit of {count} commands does not fit"):
        engine.post(far(count))

    assert before == (engine.memory["rings"].tobytes(), engine.memory.commands[0].tobytes())


def test_a_commit_that_just_fits_is_taken() -> None:
    engine = small()
    engine.post(far(16))

    assert engine.port.free_commands == 0


def test_a_commit_too_large_for_the_schedule_is_refused_whole() -> None:
    engine = small(ring_capacity=64)
    engine.post(far(60))
    engine.pull(QUANTUM)
    with pytest.raises(QueueFullError, match="there is room for 4"):
        engine.post(far(5))
    engine.post(far(4))
    engine.pull(QUANTUM)

    assert (engine.telemetry().scheduled, engine.telemetry().refused) == (64, 0)


def test_what_was_refused_leaves_no_trace_in_the_sound() -> None:
    audio = []
    for has_tried in (False, True):
        engine = small()
        sound = add(engine, signals.sine(300.0, 9000, 0.5))
        engine.post([c.start_clip(LEAD + 77, 0, sound, 0)])
        if has_tried:
            with pytest.raises(QueueFullError):
                engine.post([c.stop_clip(LEAD + 500, 0)] * 17)
        audio.append(digest(engine.pull(4096)))

    assert audio[0] == audio[1]


def test_after_a_refusal_there_is_room_again_once_the_kernel_has_read() -> None:
    engine = small()
    engine.post(far(10))
    with pytest.raises(QueueFullError):
        engine.post(far(7))
    engine.pull(QUANTUM)
    engine.post(far(7))
    engine.pull(QUANTUM)

    assert engine.telemetry().scheduled == 17


def test_an_empty_commit_gets_no_number() -> None:
    engine = small()
    numbers = [engine.post(far(1)), engine.post([]), engine.post(far(1))]

    assert numbers == [1, 1, 2]


def test_commits_of_one_quantum_act_together(rng: np.random.Generator) -> None:
    engine = engine_of()
    sound = add(engine, signals.constant(4096))
    together = [c.start_clip(c.IMMEDIATELY, n, sound, 0, gain=2.0**-n) for n in range(8)]
    audio = left_of(engine, 640, together)

    np.testing.assert_allclose(audio, sum(2.0**-n for n in range(8)), atol=1e-5)
