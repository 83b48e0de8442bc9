"""An external clock leads the tempo and the beats; when it ceases, the tempo stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import ExternalClock, Message, SetTempo
from adaptive.inputs.midi.clock import PULSES, MidiClock
from tests.helpers.presets import RATE, Player, make_preset

BODY = """
[layers.pad]
generator = "drone"
[sections.calm]
layers = ["pad"]
"""
STEP_S = 256 / RATE


class Follower:
    """A preset at 240 that is led by a clock with jitter; `beats` are the true ones of the clock."""

    def __init__(self, folder: Path, rng: np.random.Generator, jitter_s: float = 0.002) -> None:
        self.player = Player(make_preset(folder, BODY))
        self.clock, self.rng, self.jitter_s = MidiClock(), rng, jitter_s
        self.clock.start()
        self.next_s, self.number = 0.09, 0
        self.beats: list[float] = []
        self.step = 0

    def run(self, seconds: float, tempo_bpm: float | None, extra: tuple[Message, ...] = ()) -> None:
        end = self.step + round(seconds / STEP_S)
        messages = list(extra)
        while self.step < end:
            now = self.step * STEP_S
            while tempo_bpm is not None and self.next_s < now + STEP_S:
                if self.number % PULSES == 0:
                    self.beats.append(self.next_s)
                found = self.clock.pulse(self.next_s + self.rng.uniform(-1.0, 1.0) * self.jitter_s)
                if found is not None:
                    age = None if found.beat_s is None else now - found.beat_s
                    messages.append(ExternalClock(found.tempo_bpm, age))
                self.next_s += 60.0 / tempo_bpm / PULSES
                self.number += 1
            self.player.control_step(messages)
            messages = []
            self.step += 1

    @property
    def tempo_bpm(self) -> float:
        conductor = self.player.performance.conductor
        return conductor.tempo.tempo_at(conductor.now)

    def errors_s(self, seconds: float) -> list[float]:
        """How far the beats of the last seconds lie from the nearest of the clock."""
        conductor = self.player.performance.conductor
        last = int(conductor.tempo.beat_at(conductor.now))
        found = []
        while (at := conductor.tempo.exact_frame_at(last) / RATE) > self.step * STEP_S - seconds:
            found.append(at - min(self.beats, key=lambda beat: abs(beat - at)))
            last -= 1
        return found


@pytest.fixture
def follower(tmp_path: Path, rng: np.random.Generator) -> Follower:
    return Follower(tmp_path / "small", rng)


def test_a_jittering_clock_leads_tempo_and_beats(follower: Follower) -> None:
    follower.run(6.0, 244.0)
    tempi = []
    for _ in range(8):
        follower.run(0.5, 244.0)
        tempi.append(follower.tempo_bpm)
    assert max(abs(tempo / 244.0 - 1.0) for tempo in tempi) < 0.005
    assert max(map(abs, follower.errors_s(4.0))) < 0.003


def test_two_beats_after_a_change_the_tempo_is_within_a_percent(follower: Follower) -> None:
    follower.run(4.0, 240.0)
    follower.run(2 * 60.0 / 200.0, 200.0)
    assert follower.tempo_bpm == pytest.approx(200.0, rel=0.01)


def test_a_clock_that_ceases_leaves_the_tempo_and_is_told_of_once(follower: Follower) -> None:
    follower.run(3.0, 250.0)
    follower.run(0.1, None, (ExternalClock(None),))
    follower.run(0.5, None, (ExternalClock(None),))
    assert follower.tempo_bpm == pytest.approx(250.0, rel=0.002)
    told = [one for one in follower.player.result().lines("health") if one.get("source") == "clock"]
    assert [one["reason"] for one in told] == ["the clock has ceased; the tempo stays"]


def test_a_message_comes_before_the_clock_and_beats_may_be_unknown(follower: Follower) -> None:
    follower.run(0.3, None, (ExternalClock(230.0),))
    assert follower.tempo_bpm == pytest.approx(230.0, rel=1e-3)
    follower.run(1.0, None, (SetTempo(200.0),))
    assert follower.tempo_bpm == pytest.approx(200.0, rel=1e-3)
