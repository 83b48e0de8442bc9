"""Work and memory of a control step do not grow with playing time."""

from __future__ import annotations

import tracemalloc
from collections import deque
from pathlib import Path

import pytest

from adaptive.conductor.layers import layer_bars
from adaptive.conductor.messages import FireEvent, SetState
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.session.performance import Performance
from tests.helpers.presets import make_preset

BODY = """
[layers.drums]
generator = "drums"
[layers.calm]
stem = ["calm.wav", "fight.wav"]
[sections.one]
layers = ["calm", "drums"]
length_bars = 2
[sections.two]
layers = ["calm", "drums"]
length_bars = 2
[[transitions]]
exit_at = "beat"
fade_out = { beats = 1 }
[stingers.hit]
stem = "blow.wav"
duck_db = -6.0
"""


RATE = 8000
"""A control step has 256 frames at any rate: at this one, six times as much music is decided in the time."""


@pytest.mark.ci
def test_memory_does_not_grow_over_minutes_of_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # every visit of a section has bars of its own: so that what is kept is full before the measurement
    monkeypatch.setattr(layer_bars, "KEPT_BARS", 16)
    performance = Performance(make_preset(tmp_path, BODY), sample_rate=RATE)
    performance.log.recent = deque(maxlen=64)  # so that it is full before the measurement
    performance.begin()

    def play(seconds: int) -> None:
        for _ in range(seconds * RATE // CONTROL_STEP_FRAMES):
            performance.engine.pull(CONTROL_STEP_FRAMES)
            performance.engine.drain_replies()
            control_step = performance.next_control_step
            messages = []
            if control_step % 31 == 0:
                messages.append(
                    SetState("section", ("one", "two")[control_step // 31 % 2], f"{control_step}")
                )
            if control_step % 19 == 0:
                messages.append(FireEvent("hit", 1.0, None, f"e{control_step}"))
            performance.step(messages)

    play(90)
    tracemalloc.start()
    play(20)
    before = tracemalloc.get_traced_memory()[0]
    play(40)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    playback = performance.conductor.playback

    assert grown < 100_000
    assert len(performance.conductor.stingers._scheduled) < 8
    assert all(len(layer.changes) < 16 for layer in playback.assets.stems.values())
    assert all(len(layer.ranges) < 4 for layer in playback.assets.generated.values())
    assert len(playback.tempo.snapshot()) < 8
