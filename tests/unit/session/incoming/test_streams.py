"""Layers that come in: found by name, heard in the sections that list them, and watched."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from adaptive.preset.load import load
from adaptive.session.incoming.streams import StreamWatch, streams_of
from adaptive.session.performance import Performance, vocabulary
from tests.helpers.presets import HEAD

BODY = """
[parameters.threat]
[layers.voice]
input = "voice"
latency_ms = 20
[sections.calm]
layers = ["voice"]
length_bars = 1
[sections.fight]
layers = []
length_bars = 1
[[select]]
section = "fight"
when = "threat > 0.5"
min_stay_bars = 0
[[select]]
section = "calm"
"""


def playing(folder: Path) -> Performance:
    text = HEAD + BODY.replace("min_stay_bars = 0\n", "")
    (folder / "preset.toml").write_text(text, encoding="utf-8")
    performance = Performance(load(folder, vocabulary()), 1)
    performance.begin()
    return performance


def run(performance: Performance, frames: int, level: float | None) -> np.ndarray:
    (stream,) = streams_of(performance)
    heard = []
    for _ in range(frames // 256):
        if level is not None:
            stream.ring.write(np.tile(np.float32([[level], [-level]]), (128, 2)))
        heard.append(performance.engine.pull(256))
        performance.engine.drain_replies()
        performance.step()
    return np.concatenate(heard)[:, 0]


def test_a_section_fades_what_comes_in(tmp_path: Path) -> None:
    performance = playing(tmp_path)
    before = run(performance, 48000, 0.25)
    performance.schedule_values([(performance.frame, "threat", 1.0)])
    after = run(performance, 144000, 0.25)

    assert abs(float(before[24000:].max())) > 0.05
    assert abs(float(after[-4800:].max())) < 1e-9  # what a filter rings
    performance.schedule_values([(performance.frame, "threat", 0.0)])
    assert float(run(performance, 144000, 0.25)[-4800:].max()) > 0.05


def test_a_stream_that_runs_out_is_told_while_somebody_sends_it(tmp_path: Path) -> None:
    performance = playing(tmp_path)
    told: list[str] = []
    watch = StreamWatch(told.append)
    (stream,) = streams_of(performance)
    stream.ring.has_writer = True
    run(performance, 4800, 0.25)
    run(performance, 4800, None)
    watch.look([stream])

    assert told == ["layer voice ran out of sound and faded"]
    stream.ring.has_writer = False
    run(performance, 4800, 0.25)
    run(performance, 4800, None)
    watch.look([stream])
    assert len(told) == 1
