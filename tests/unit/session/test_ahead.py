from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adaptive.conductor.messages import SetState, SetTempo
from adaptive.session.ahead import AHEAD_S, Ahead
from adaptive.session.client_times import ClientTimes
from tests.helpers.presets import BAR, BEAT, RATE, Player, control_step_of, two_sections

LATENCY_S = 0.25


class Rig:
    """A performance whose frame 0 is rendered at 100 s, and what is told ahead of it."""

    def __init__(self, folder: Path) -> None:
        self.player = Player(two_sections(folder))
        self.performance = self.player.performance
        self.client_times = ClientTimes(self, self.now)
        self.told: list[dict[str, Any]] = []
        self.ahead = Ahead(self, self.told.append)

    def now(self) -> float:
        return 100.0 + self.performance.frame / RATE

    def heard(self, frame: int) -> int:
        return frame + round(LATENCY_S * RATE)

    def play(self, frames: int, script: dict[int, list[Any]] | None = None) -> None:
        while self.performance.frame < frames:
            number = self.performance.next_control_step
            self.player.control_step((script or {}).get(number, ()))
            self.client_times.observe()
            self.ahead.follow(self.now(), is_paused=False)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_beats_are_told_ahead_with_the_time_at_which_they_are_heard(rig: Rig) -> None:
    rig.play(BEAT)
    beats = rig.told[-1]["beats"]

    assert [beat["beat"] for beat in beats[:6]] == [0, 1, 2, 3, 4, 5]
    assert beats[4] == {
        "beat": 4, "heard_s": pytest.approx(100.0 + 1.0 + LATENCY_S, abs=0.006), "position": "2.1.0",
        "section": "calm", "is_bar": True,
    }  # fmt: skip
    assert not beats[3]["is_bar"]
    assert beats[-1]["heard_s"] <= rig.now() + AHEAD_S + LATENCY_S + 0.3


def test_they_are_told_once_a_beat_while_nothing_moves(rig: Rig) -> None:
    rig.play(2 * BAR)

    assert 8 <= len(rig.told) <= 10


def test_beats_that_move_are_told_again_at_once(rig: Rig) -> None:
    rig.play(2 * BAR)
    count, before = len(rig.told), rig.told[-1]["beats"]
    at = control_step_of(2.0)
    rig.play(2 * BAR + BEAT // 2, {at: [SetTempo(200.0)]})
    after = {beat["beat"]: beat["heard_s"] for beat in rig.told[count]["beats"]}

    assert len(rig.told) > count
    assert any(after[one["beat"]] > one["heard_s"] + 0.01 for one in before if one["beat"] in after)


def test_a_seam_is_told_as_a_discontinuity(rig: Rig) -> None:
    rig.play(2 * BAR, {control_step_of(0.5): [SetState("section", "fight")]})
    seams = [seam for told in rig.told for seam in told["seams"]]

    assert seams[0]["from"] == "calm"
    assert seams[0]["to"] == "fight"
    assert seams[0]["beat"] % 1 == 0


def test_a_pause_is_told_and_told_once(rig: Rig) -> None:
    rig.play(BAR)
    rig.ahead.follow(rig.now(), is_paused=True)
    rig.ahead.follow(rig.now(), is_paused=True)

    assert rig.told[-1] == {"beats": [], "seams": [], "is_paused": True}
    assert rig.told[-2]["beats"]
