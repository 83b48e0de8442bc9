from __future__ import annotations

from typing import Any

import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.ports import CommandPort
from adaptive.engine.spec import EngineSpec
from adaptive.kernel import layout as k
from adaptive.kernel.compile import build
from adaptive.kernel.schedule import FILING_LIMIT

Q = k.QUANTUM


def new(**settings: Any) -> Engine:
    return Engine(EngineSpec(**settings))


def goal(engine: Engine) -> float:
    """Where the gain of the first bus is going: what the last command said."""
    return float(engine.memory["buses"][0]["gain_to"][0])


def fade(frame: int, gain: float, **more: Any) -> c.Command:
    return c.fade_bus(frame, 0, gain, 0, **more)


def done(engine: Engine) -> list[tuple[int, int, int]]:
    """Tag, frame asked and frame done of what was reported as done."""
    return [
        (reply.tag, reply.asked, reply.done) for reply in engine.drain_replies() if reply.kind == k.REPLY_DONE
    ]


def second_port(engine: Engine) -> CommandPort:
    return CommandPort(engine.memory, 1, engine.numbers, build.addresses()["publish"])


def test_a_command_acts_in_the_quantum_of_its_frame_and_not_before() -> None:
    engine = new()
    engine.post([fade(10 * Q + 63, 0.5)])
    engine.pull(10 * Q)
    before = goal(engine)
    engine.pull(Q)

    assert (before, goal(engine)) == (1.0, 0.5)


def test_immediately_is_the_next_quantum() -> None:
    engine = new()
    engine.pull(3 * Q)
    engine.post([fade(c.IMMEDIATELY, 0.5)])
    engine.pull(Q)

    assert goal(engine) == 0.5
    assert engine.telemetry().late_commands == 0


def test_an_immediate_command_does_not_wait_behind_future_ones() -> None:
    engine = new()
    engine.post([fade(1000 * Q, 0.25)] * 100)
    engine.post([fade(c.IMMEDIATELY, 0.5)])
    engine.pull(Q)

    assert goal(engine) == 0.5


@pytest.mark.parametrize("horizon_s", [0.1, 20.0])
def test_commands_act_in_order_of_their_frames_however_they_were_posted(horizon_s: float) -> None:
    engine = new(horizon_s=horizon_s)
    frames = [(37 * number) % 991 * 29 for number in range(1, 200)]
    for number, frame in enumerate(frames, 1):
        engine.post([c.duck_bus(frame, 0, 1.0, 0)._replace(tag=number)])
    engine.pull(992 * 29 + Q)
    expected = sorted((frame, tag) for tag, frame in enumerate(frames, 1))

    assert expected == [(at, tag) for tag, asked, at in done(engine) if asked == at]


def test_commands_of_one_quantum_act_in_order_of_their_frames() -> None:
    engine = new()
    order = [5, 63, 0, 31, 5, 62, 1, 31]
    engine.post([c.duck_bus(2 * Q + at, 0, 1.0, 0)._replace(tag=i + 1) for i, at in enumerate(order)])
    engine.pull(3 * Q)
    expected = sorted(range(1, 9), key=lambda tag: order[tag - 1])

    assert expected == [tag for tag, _, _ in done(engine)]


def test_commands_of_one_frame_act_in_the_order_in_which_they_were_posted() -> None:
    engine = new()
    engine.post([fade(2 * Q + 9, 0.25), fade(2 * Q + 3, 0.75), fade(2 * Q + 9, 0.5)])
    engine.pull(3 * Q)

    assert goal(engine) == 0.5


def test_the_order_of_one_frame_holds_across_the_horizon() -> None:
    engine = new(horizon_s=0.1)
    frame = 200 * Q + 5
    engine.post([fade(frame, 0.25)])
    engine.pull(100 * Q)
    engine.post([fade(frame, 0.75)])
    engine.pull(110 * Q)

    assert goal(engine) == 0.75


def test_what_lies_beyond_the_horizon_acts_at_its_frame() -> None:
    engine = new(horizon_s=0.1)
    engine.post([c.duck_bus(1000 * Q + 17, 0, 1.0, 0)._replace(tag=1)])
    engine.pull(1001 * Q)

    assert done(engine) == [(1, 1000 * Q + 17, 1000 * Q + 17)]


def test_a_late_command_acts_at_once_and_is_counted_with_its_lateness() -> None:
    engine = new()
    engine.pull(10 * Q)
    engine.post([c.duck_bus(7 * Q + 3, 0, 1.0, 0)._replace(tag=1)])
    engine.pull(Q)
    telemetry = engine.telemetry()

    assert done(engine) == [(1, 7 * Q + 3, 10 * Q)]
    assert (telemetry.late_commands, telemetry.most_late_frames) == (1, 3 * Q - 3)


def test_filing_is_bounded_and_a_commit_is_visible_when_its_last_command_is_filed() -> None:
    engine = new()
    count = 2 * FILING_LIMIT + 10
    engine.post([fade(c.IMMEDIATELY, 0.5), *[fade(10**6, 1.0)] * (count - 1)])
    seen = []
    for _ in range(4):
        engine.pull(Q)
        seen.append((engine.telemetry().scheduled, goal(engine)))

    assert seen[:2] == [(FILING_LIMIT, 1.0), (2 * FILING_LIMIT, 1.0)]
    assert 0.5 == seen[2][1] == seen[3][1]


def test_two_commits_act_in_the_order_of_their_posting() -> None:
    engine = new()
    engine.post([fade(3 * Q, 0.25)])
    engine.post([fade(3 * Q, 0.5)])
    engine.pull(4 * Q)

    assert goal(engine) == 0.5


def test_every_entry_comes_back_when_it_has_acted() -> None:
    engine = new(entries=300)
    for _ in range(20):
        engine.post([fade(c.IMMEDIATELY, 0.5)] * 200)
        engine.pull(Q)
    engine.pull(Q)

    assert (int(engine.memory.head["free_entries"]), engine.telemetry().scheduled) == (300, 0)


def test_a_ring_may_go_round_many_times() -> None:
    engine = new(ring_capacity=16)
    tags = iter(range(1, 1000))
    for _ in range(50):
        engine.post([c.duck_bus(c.IMMEDIATELY, 0, 1.0, 0)._replace(tag=next(tags)) for _ in range(11)])
        engine.pull(Q)

    assert list(range(1, 551)) == [tag for tag, _, _ in done(engine)]


def test_two_producers_do_not_disturb_each_other() -> None:
    engine = new()
    other = second_port(engine)
    engine.post([c.duck_bus(5 * Q, 0, 1.0, 0)._replace(tag=1)])
    other.post([c.duck_bus(4 * Q, 0, 1.0, 0)._replace(tag=2)])
    engine.pull(6 * Q)

    assert done(engine) == [(2, 4 * Q, 4 * Q), (1, 5 * Q, 5 * Q)]


def test_what_two_producers_have_posted_is_never_refused_afterwards() -> None:
    engine = new(entries=8)
    other = second_port(engine)
    engine.post([fade(20 * Q, 0.5)] * 6)
    if other.free_commands >= 6:
        other.post([fade(20 * Q, 0.5)] * 6)
    engine.pull(Q)

    assert engine.telemetry().refused == 0


def test_only_a_command_with_a_tag_is_reported() -> None:
    engine = new()
    engine.post([fade(0, 0.5), c.duck_bus(0, 0, 0.5, 0)._replace(tag=7)])
    engine.pull(Q)

    assert done(engine) == [(7, 0, 0)]


def test_a_full_reply_queue_is_counted_and_disturbs_nothing() -> None:
    engine = new(replies=8)
    engine.post([c.duck_bus(0, 0, 0.5, 0)._replace(tag=tag) for tag in range(1, 21)])
    engine.pull(Q)

    assert (len(done(engine)), int(engine.memory.head["replies_lost"])) == (8, 12)


def test_what_is_withdrawn_leaves_the_schedule() -> None:
    engine = new()
    engine.post([fade(100 * Q, 0.5, group=3)] * 50)
    engine.pull(Q)
    engine.post([c.withdraw(3, 0)])
    engine.pull(Q)

    assert (engine.telemetry().scheduled, int(engine.memory.head["free_entries"])) == (0, 8192)


def test_a_withdrawal_spares_other_groups_and_earlier_frames() -> None:
    engine = new()
    frames = [(group, number * Q) for group in (3, 4) for number in range(5, 15)]
    engine.post(
        [
            c.duck_bus(frame, 0, 1.0, 0, group=group)._replace(tag=number + 1)
            for number, (group, frame) in enumerate(frames)
        ]
    )
    engine.post([c.withdraw(3, 9 * Q)])
    engine.pull(20 * Q)
    expected = [(g, f) for g, f in frames if g == 4 or f < 9 * Q]

    assert sorted(expected) == sorted(frames[tag - 1] for tag, _, _ in done(engine))


@pytest.mark.parametrize("position", [0, 1, 2])
def test_any_member_of_a_bucket_can_be_withdrawn(position: int) -> None:
    engine = new()
    commands = [
        c.duck_bus(9 * Q, 0, 1.0, 0, group=10 + number)._replace(tag=number + 1) for number in range(3)
    ]
    engine.post(commands)
    engine.pull(Q)
    engine.post([c.withdraw(10 + position, 0)])
    engine.post([c.duck_bus(9 * Q, 0, 1.0, 0)._replace(tag=4)])
    engine.pull(12 * Q)

    assert [tag for tag in (1, 2, 3, 4) if tag != position + 1] == [t for t, _, _ in done(engine)]
