"""A preset with streams: entries in the middle wait until they can be read, and what goes wrong is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from adaptive.conductor.log import Line
from adaptive.engine import stream_file
from adaptive.engine.stream_file import StreamFile
from adaptive.preset.load import load
from adaptive.session.full_check import stream_sentences
from adaptive.session.performance import Performance, vocabulary
from adaptive.session.stream_watch import DiskStreamWatch, streams_of

RATE, BARS = 48000, 8

PRESET = """
schema = 1
name = "noise"
tempo_bpm = 120
[layers.a]
stem = { one = "one.wav", two = "two.wav" }
streamed = true
[parameters.x]
range = [0, 1]
[sections.one]
layers = ["a"]
[sections.two]
layers = ["a"]
[[select]]
when = "x > 0.5"
section = "two"
[[select]]
section = "one"
[[transitions]]
exit_at = "beat"
enter_at = "same_position"
"""


def run(performance: Performance, seconds: float) -> None:
    end = performance.frame + seconds * RATE
    while performance.frame < end:
        performance.engine.pull(256)
        performance.engine.drain_replies()
        performance.step()


def test_a_stream_is_prepared_starves_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_file, "folder", lambda: tmp_path / "streams")
    noise = np.random.default_rng(1).integers(-3000, 3000, (BARS * 2 * RATE, 1)).astype(np.int16)
    for name in ("one", "two"):
        sf.write(tmp_path / f"{name}.wav", noise, RATE)
    (tmp_path / "preset.toml").write_text(PRESET, encoding="utf-8")
    preset = load(tmp_path, vocabulary=vocabulary())
    (told,) = stream_sentences(preset, 10**9)
    assert told.startswith("streamed from disk: one.wav, two.wav; recordings need about 6 MB")

    performance = Performance(preset, seed=1)
    lines: list[Line] = []
    performance.log.listeners.append(lines.append)
    performance.begin()
    performance.schedule_values([(3 * RATE, "x", 1.0)])
    run(performance, 6.0)
    (seam,) = [one for one in lines if one["kind"] == "transition" and one.get("status") == "planned"]
    assert seam["bound_by"] == "stream"
    assert seam["wait_s"] >= 1.5
    engine = performance.engine
    assert engine.starved == 0

    complaints: list[str] = []
    watch = DiskStreamWatch(complaints.append)
    watch.follow(engine)
    assert complaints == []

    def cut_off(self: StreamFile, number: int, into: list[memoryview]) -> None:
        raise OSError("the file has become shorter")

    with monkeypatch.context() as broken:
        broken.setattr(StreamFile, "read_chunk", cut_off)
        run(performance, 5.0)
    watch.follow(engine)
    assert complaints == [
        "two.wav: cannot be streamed: the file has become shorter; it is silent until it can be read"
    ]
    assert engine.starved == 1
    run(performance, 2.0)
    assert not any(stream.trouble for stream in streams_of(engine))
