from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adaptive.conductor.messages import SetState
from adaptive.inputs.lines import ToldMessage
from adaptive.session.client_times import ClientTimes
from adaptive.session.live_loudness import LiveLoudness
from adaptive.session.shared_peaks import SharedPeaks
from adaptive.session.subscriptions import Subscriptions
from tests.helpers.presets import BAR, BEAT, Player, control_step_of, two_sections

LATENCY = 1000


class FakeClient:
    """A connection that records what it is sent."""

    def __init__(self, topic: str, sent: list[dict[str, Any]]) -> None:
        self.topics, self._sent = frozenset({topic, "receipt"}), sent

    def hear(self, told: ToldMessage) -> None:
        self._sent.append(told.document)


class Rig:
    """A performance, its subscriptions, and clients that record what they are sent."""

    def __init__(self, folder: Path, *topics: str) -> None:
        self.player = Player(two_sections(folder, more="[parameters.threat]\n"))
        self.performance = self.player.performance
        self.client_times = ClientTimes(self)
        self.loudness = LiveLoudness()
        self.peaks = SharedPeaks()
        self.subscriptions = Subscriptions(self)
        self.sent: dict[str, list[dict[str, Any]]] = {topic: [] for topic in topics}
        for topic, sent in self.sent.items():
            self.subscriptions.connections.add(FakeClient(topic, sent))  # type: ignore[arg-type]
        self.performance.log.listeners.append(self.subscriptions.hear_line)

    def heard(self, frame: int) -> int:
        return frame + LATENCY

    def play(self, frames: int, script: dict[int, list[SetState]] | None = None) -> None:
        while self.performance.frame < frames:
            number = self.performance.next_control_step
            self.player.control_step((script or {}).get(number, ()))
            self.subscriptions.follow(number)


def test_every_beat_is_sent_once_with_its_frame_and_the_frame_it_is_heard_at(tmp_path: Path) -> None:
    rig = Rig(tmp_path, "beat", "bar")
    rig.play(BAR + BEAT // 2)
    beats = [message["beat"] for message in rig.sent["beat"]]

    assert [beat["position"] for beat in beats] == ["1.1.0", "1.2.0", "1.3.0", "1.4.0", "2.1.0"]
    assert [beat["frame"] for beat in beats] == [BEAT * number for number in range(5)]
    assert all(beat["heard_frame"] == beat["frame"] + LATENCY for beat in beats)
    assert [message["bar"] for message in rig.sent["bar"]] == [beats[0], beats[4]]


def test_a_client_is_sent_only_what_it_subscribes_to(tmp_path: Path) -> None:
    rig = Rig(tmp_path, "beat", "meters", "parameters")
    rig.play(BAR // 2)

    assert {topic: {*sent[0]} for topic, sent in rig.sent.items()} == {
        "beat": {"beat"}, "meters": {"meters"}, "parameters": {"parameters"},
    }  # fmt: skip


def test_meters_come_every_fifty_milliseconds_of_music(tmp_path: Path) -> None:
    rig = Rig(tmp_path, "meters")
    rig.play(BAR)

    assert len(rig.sent["meters"]) == pytest.approx(20, abs=2)


def test_a_transition_is_told_when_it_is_planned_and_when_the_section_begins(tmp_path: Path) -> None:
    rig = Rig(tmp_path, "section")
    rig.play(3 * BAR, {control_step_of(0.5): [SetState("section", "fight")]})
    told = [message["section"] for message in rig.sent["section"]]

    assert [(line["target"], line.get("status")) for line in told[-2:]] == [
        ("fight", "planned"), ("fight", "plays"),
    ]  # fmt: skip
    assert told[-1]["frame"] == told[-2]["frame"]


def test_what_plays_now_can_be_told_to_a_client_that_begins(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.play(BAR + BEAT)
    now = rig.subscriptions.now(())

    assert (now["section"], now["tempo_bpm"], now["parameters"]) == ("calm", 240.0, {"threat": 0.0})
    assert now["position"].startswith("2.2.")
