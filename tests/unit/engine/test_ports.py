from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.ports import POSTED
from adaptive.engine.spec import EngineSpec
from adaptive.errors import QueueFullError
from adaptive.kernel import layout as k


def far(count: int, tag: int = 0) -> list[c.Command]:
    return [c.fade_bus(10**6, 0, 0.5, 0)._replace(tag=tag)] * count


def test_a_commit_may_be_as_large_as_ring_and_schedule_both_allow() -> None:
    engine = Engine(EngineSpec(ring_capacity=32, entries=40))
    free = [engine.port.free_commands]
    engine.post(far(30))
    free.append(engine.port.free_commands)
    engine.pull(64)
    free.append(engine.port.free_commands)

    assert free == [32, 2, 10]


def test_a_commit_is_stamped_with_rising_numbers_and_its_end() -> None:
    engine = Engine(EngineSpec())
    engine.post(far(3))
    engine.post(far(2))
    rows = engine.memory.commands[0][:5]

    assert list(rows["sequence"]) == [1, 2, 3, 4, 5]
    assert list(rows["commit"]) == [1, 1, 1, 2, 2]
    assert list(rows["is_last"]) == [0, 0, 1, 0, 1]


def test_a_commit_that_goes_round_the_ring_arrives_in_order() -> None:
    engine = Engine(EngineSpec(ring_capacity=8))
    told = []
    for start in range(1, 40, 5):
        engine.post([far(1, tag)[0]._replace(frame=-1) for tag in range(start, start + 5)])
        engine.pull(64)
        told += [reply.tag for reply in engine.drain_replies()]

    assert list(range(1, 41)) == told


def test_every_field_of_a_command_reaches_the_ring() -> None:
    engine = Engine(EngineSpec())
    command = c.Command(1, 2, 3, 4, 5, 6, -7, 8, 0.5, 0.25, 0.125)
    engine.post([command])
    row = engine.memory.commands[0][0]

    assert tuple(command) == tuple(row[name].item() for name in POSTED.names or ())


def test_a_command_that_does_not_fit_its_fields_is_converted_as_numpy_does() -> None:
    engine = Engine(EngineSpec())
    with np.errstate(over="ignore"):
        engine.post([c.Command(1, 2, 3, i0=7.9, f0=1e300)])
    row = engine.memory.commands[0][0]

    assert (row["i0"], row["f0"]) == (7, np.inf)


def test_a_refused_commit_uses_no_number() -> None:
    engine = Engine(EngineSpec(ring_capacity=4))
    with pytest.raises(QueueFullError):
        engine.post(far(5))

    assert (engine.post(far(1)), engine.numbers.sequence) == (1, 1)


def test_arrival_numbers_are_never_zero_not_even_when_they_begin_anew() -> None:
    engine = Engine(EngineSpec())
    engine.memory["arrivals"][0] = 0xFFFFFFFE

    assert [engine.numbers.next_arrival() for _ in range(3)] == [0xFFFFFFFF, 1, 2]


def test_replies_are_drained_once_and_in_order() -> None:
    engine = Engine(EngineSpec())
    engine.post([c.fade_bus(64 + n, 0, 0.5, 0)._replace(tag=n + 1) for n in range(5)])
    engine.pull(128)
    first, second = engine.drain_replies(), engine.drain_replies()

    assert [reply.tag for reply in first] == [1, 2, 3, 4, 5]
    assert [reply.done for reply in first] == [64, 65, 66, 67, 68]
    assert {k.REPLY_DONE} == {reply.kind for reply in first}
    assert second == []


def test_the_reply_queue_may_go_round_many_times() -> None:
    engine = Engine(EngineSpec(replies=7))
    told = []
    for number in range(60):
        engine.post([c.fade_bus(-1, 0, 0.5, 0)._replace(tag=number + 1)])
        engine.pull(64)
        if number % 5 == 4:
            told += [reply.tag for reply in engine.drain_replies()]

    assert list(range(1, 61)) == told
