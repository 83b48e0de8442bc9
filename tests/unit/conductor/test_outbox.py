"""The outbox: one commit a step, which is kept and tried again if it does not fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.outbox import CommandOutbox
from adaptive.engine import commands
from adaptive.engine.commands import Command
from adaptive.errors import QueueFullError
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from tests.helpers.presets import HEAD, RATE, Player, make_preset, play

HEAD_120 = HEAD.replace("240", "120")


BODY = """
[parameters.threat]
[layers.drums]
generator = "drums"
density = { over = "threat", points = [[0.0, 0.1], [1.0, 1.0]] }
[layers.bass]
generator = "bass"
[layers.pad]
generator = "pad"
[sections.calm]
layers = ["drums", "bass"]
length_bars = 4
energy = 0.7
[sections.fight]
layers = ["drums", "pad"]
length_bars = 4
energy = 0.9
"""


def test_a_commit_that_does_not_fit_is_logged_and_posted_in_the_next_step(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY, HEAD_120))
    engine = player.performance.engine
    post, fails = engine.post, [3]

    def refusing(commands: list) -> int:
        if fails[0] > 0:
            fails[0] -= 1
            raise QueueFullError("a commit does not fit")
        return post(commands)

    engine.post = refusing
    played = player.play(6 * RATE)
    engine.post = post
    alone = play(make_preset(tmp_path, BODY, HEAD_120), 6)

    assert len(played.lines("health")) == 3
    assert played.lines("note") == alone.lines("note")
    assert np.array_equal(played.master, alone.master)


def test_the_commands_of_the_beginning_fit_into_small_commits(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY, HEAD_120))
    player.control_step()

    assert player.performance.frame == CONTROL_STEP_FRAMES
    assert player.performance.engine.telemetry().refused == 0


class FakeEngine:
    """Records commits; refuses while it is full."""

    def __init__(self) -> None:
        self.commits: list[list[Command]] = []
        self.is_full = False

    def post(self, commands: list[Command]) -> None:
        if self.is_full:
            raise QueueFullError("full")
        self.commits.append(list(commands))


def command(frame: int) -> Command:
    return commands.fade_master(frame, 1.0, 0)


def test_a_step_is_one_commit_in_the_order_of_its_commands() -> None:
    engine = FakeEngine()
    outbox = CommandOutbox(engine)  # type: ignore[arg-type]
    outbox.add([command(9)])
    outbox.add([command(3), command(6)])
    outbox.post()
    outbox.post()

    assert [[one.frame for one in commit] for commit in engine.commits] == [[9, 3, 6]]
    assert len(outbox) == 0


def test_a_refused_commit_is_kept_and_posted_together_with_the_next() -> None:
    engine = FakeEngine()
    outbox = CommandOutbox(engine)  # type: ignore[arg-type]
    engine.is_full = True
    outbox.add([command(1)])
    with pytest.raises(QueueFullError):
        outbox.post()
    engine.is_full = False
    outbox.add([command(2)])
    outbox.post()

    assert [[one.frame for one in commit] for commit in engine.commits] == [[1, 2]]


def test_the_beginning_is_posted_by_frame_in_commits_of_at_most_128() -> None:
    engine = FakeEngine()
    outbox = CommandOutbox(engine)  # type: ignore[arg-type]
    outbox.add(command(frame) for frame in range(299, -1, -1))
    outbox.post_in_order()

    assert [len(commit) for commit in engine.commits] == [128, 128, 44]
    assert [one.frame for commit in engine.commits for one in commit] == list(range(300))
