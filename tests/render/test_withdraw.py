from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.ports import CommandPort
from adaptive.engine.spec import BusSpec
from adaptive.kernel import layout as k
from adaptive.kernel.compile import build
from tests.helpers import signals
from tests.helpers.rendering import LEAD, add, engine_of, left_of

Q = k.QUANTUM
OLD, NEW = 3, 4
MANY = 2000


def strokes(sound: int, frames: list[int], group: int, clip: int = 0, bus: int = 0) -> list[c.Command]:
    """Commands that sound for one frame each, with their number as tag."""
    return [
        c.start_clip(LEAD + frame, clip, sound, bus, group=group, tag=number)
        for number, frame in enumerate(frames, 1)
    ]


def heard(audio: np.ndarray) -> list[int]:
    return [int(frame) for frame in np.flatnonzero(audio > 0.5)]


def clicking() -> tuple[Engine, int]:
    engine = engine_of()
    return engine, add(engine, signals.impulse(1))


@pytest.mark.parametrize("bound", [0, 999, 1000, 1001, 5000])
def test_what_is_withdrawn_does_not_sound_and_the_rest_does(bound: int) -> None:
    engine, sound = clicking()
    frames = list(range(200, 3000, 200))
    engine.post(strokes(sound, frames, OLD))
    audio = left_of(engine, 4096, [c.withdraw(OLD, LEAD + bound)])

    assert [frame for frame in frames if frame < bound] == heard(audio)


def test_what_has_sounded_is_reported_and_stays() -> None:
    engine, sound = clicking()
    frames = list(range(101, 4000, 331))
    early = left_of(engine, 1536, strokes(sound, frames, OLD))
    late = left_of(engine, 4096, [c.withdraw(OLD, 0, tag=99)])
    replies = engine.drain_replies()
    told = [reply.tag for reply in replies if reply.kind == k.REPLY_DONE]
    withdrawn = [reply for reply in replies if reply.kind == k.REPLY_WITHDRAWN]

    assert [frame for frame in frames if frame < 1536] == heard(early)
    assert heard(late) == []
    assert list(range(1, len(heard(early)) + 1)) == told
    assert [(99, len(frames) - len(told))] == [(reply.tag, reply.which) for reply in withdrawn]


def test_a_withdrawal_and_its_replacement_act_together() -> None:
    engine, sound = clicking()
    engine.post(strokes(sound, [1000, 2000], OLD))
    engine.pull(512)
    commit = [c.withdraw(OLD, 0), *strokes(sound, [1100, 2100], NEW)]
    audio = left_of(engine, 4096, commit)

    assert heard(audio) == [1100 - 512, 2100 - 512]


def test_the_last_quantum_before_it_sounds_is_early_enough() -> None:
    engine, sound = clicking()
    engine.post(strokes(sound, [640], OLD))
    engine.pull(640)

    assert heard(left_of(engine, 640, [c.withdraw(OLD, 0)])) == []


def test_one_quantum_later_is_too_late_which_the_reply_reports() -> None:
    engine, sound = clicking()
    engine.post(strokes(sound, [640], OLD))
    engine.pull(704)
    engine.post([c.withdraw(OLD, 0, tag=5)])
    engine.pull(Q)
    replies = [(reply.kind, reply.tag, reply.which) for reply in engine.drain_replies()]

    assert replies == [(k.REPLY_DONE, 1, 0), (k.REPLY_WITHDRAWN, 5, 0)]


def test_two_thousand_commands_are_filed_over_several_quanta_and_all_sound() -> None:
    engine = engine_of(clips=4, buses=(BusSpec("a"),))
    sound = add(engine, signals.impulse(1))
    frames = [1000 + 3 * number for number in range(MANY)]
    engine.post(strokes(sound, frames, OLD))
    filed = []
    audio = []
    for _ in range(-(-MANY // 256)):
        audio.append(left_of(engine, Q))
        filed.append(engine.telemetry().scheduled)
    audio.append(left_of(engine, 7000))

    assert [min(MANY, 256 * number) for number in range(1, 9)] == filed
    assert frames == heard(np.concatenate(audio))
    assert engine.telemetry().late_commands == 0


def test_of_two_thousand_commands_any_group_can_be_withdrawn_at_once() -> None:
    engine = engine_of()
    sound = add(engine, signals.impulse(1))
    frames = [1000 + 3 * number for number in range(MANY)]
    engine.post(
        [
            c.start_clip(LEAD + frame, 0, sound, 0, group=OLD + number % 2)
            for number, frame in enumerate(frames)
        ]
    )
    engine.pull(10 * Q)
    audio = left_of(engine, 7000, [c.withdraw(OLD, 0)])

    assert [frame - 10 * Q for frame in frames[1::2]] == heard(audio)


def test_a_commit_becomes_visible_whole() -> None:
    engine, sound = clicking()
    first = strokes(sound, [5], OLD)  # would act at once if it were visible alone
    rest = strokes(sound, [3000 + number for number in range(600)], OLD)
    audio = left_of(engine, 4096, [*first, *rest])

    # 601 commands take three quanta to file: those due until then act in the third, together
    assert heard(audio)[0] == 2 * Q
    assert engine.telemetry().late_commands == 1


def test_a_small_commit_does_not_wait_for_a_large_one_of_another_producer() -> None:
    engine, sound = clicking()
    other = CommandPort(engine.memory, 1, engine.numbers, build.addresses()["publish"])
    other.post([c.fade_bus(10**7, 0, 1.0, 0)] * 600)
    audio = left_of(engine, 1024, strokes(sound, [5], OLD))

    assert heard(audio) == [5]


def test_late_commands_act_at_once_and_are_counted() -> None:
    engine, sound = clicking()
    engine.pull(1024)
    audio = left_of(engine, 256, strokes(sound, [1000], OLD))
    telemetry = engine.telemetry()

    assert heard(audio) == [0]
    assert (telemetry.late_commands, telemetry.most_late_frames) == (1, 24)


def test_a_withdrawal_of_a_group_without_commands_has_no_effect() -> None:
    engine, sound = clicking()
    audio = left_of(engine, 640, [c.withdraw(77, 0, tag=1), *strokes(sound, [100], OLD)])

    assert heard(audio) == [100]


def test_a_group_can_be_withdrawn_again_and_again() -> None:
    engine, sound = clicking()
    for number in range(50):
        engine.post([c.withdraw(OLD, 0), *strokes(sound, [9000 + number], OLD)])
        engine.pull(Q)
    audio = left_of(engine, 9600)

    assert heard(audio) == [9049 - 50 * Q]
    assert int(engine.memory.head["free_entries"]) == engine.spec.entries
