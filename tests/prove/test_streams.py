"""Streams with a disk that stops for a second again and again: nothing of it may be heard."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from adaptive.engine.stream_file import StreamFile
from adaptive.preset.load import load
from adaptive.session.performance import Performance, vocabulary

pytestmark = [pytest.mark.prove, pytest.mark.timeout(7200)]

RATE, STREAMS, BARS = 48000, 32, 30
STALL_S = 1.0


class StallingDisk:
    """A disk that answers nothing for a second, then works for 0.5 to 8 s, drawn at random."""

    def __init__(self, read: Any) -> None:
        self._read, self._rng = read, np.random.default_rng(1)
        self._stalls_at, self.stalls = time.monotonic() + 1.0, 0

    def read_chunk(self, file: Any, number: int, into: Any) -> Any:
        now = time.monotonic()
        while now > self._stalls_at + STALL_S:  # stalls in which nothing was read
            self._stalls_at += STALL_S + self._rng.uniform(0.5, 8.0)
        if now >= self._stalls_at:
            self.stalls += 1
            time.sleep(self._stalls_at + STALL_S - now)
        return self._read(file, number, into)


def write_preset(folder: Path, count: int, bars: int) -> None:
    """Write a preset of streamed loops of noise, and of a second section that is entered in the middle."""
    rng = np.random.default_rng(2)
    names = [f"s{number}" for number in range(count)]
    for name in names:
        noise = rng.integers(-800, 800, (bars * 2 * RATE + 20000, 2)).astype(np.int16)
        sf.write(folder / f"{name}.wav", noise, RATE)
    listed = ", ".join(f'"{name}"' for name in names)
    layers = "".join(f'[layers.{name}]\nstem = "{name}.wav"\nstreamed = true\n' for name in names)
    text = f"""
schema = 1
name = "noise"
tempo_bpm = 120
{layers}
[parameters.x]
range = [0, 1]
[sections.one]
layers = [{listed}]
length_bars = {bars}
[sections.two]
layers = [{listed}]
length_bars = {bars}
[[select]]
when = "x > 0.5"
section = "two"
[[select]]
section = "one"
"""
    (folder / "preset.toml").write_text(text, encoding="utf-8")


def test_a_disk_that_stalls_a_second_at_random_is_not_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """32 streams in real time, changing section every 20 s; ten minutes, or ``ADAPTIVE_PROVE_S``."""
    seconds = float(os.environ.get("ADAPTIVE_PROVE_S", "600"))
    write_preset(tmp_path, STREAMS, BARS)
    performance = Performance(load(tmp_path, vocabulary=vocabulary()), seed=1)
    engine = performance.engine
    changes = range(1, int(seconds / 20.0) + 1)
    performance.begin()
    performance.schedule_values([(number * 20 * RATE, "x", float(number % 2)) for number in changes])
    disk = StallingDisk(StreamFile.read_chunk)
    monkeypatch.setattr(StreamFile, "read_chunk", lambda *args: disk.read_chunk(*args))
    performance.go_live()
    began = time.monotonic()
    while engine.frame < seconds * RATE:
        ahead = engine.frame / RATE - (time.monotonic() - began)
        if ahead > 0.01:
            time.sleep(ahead)
        engine.pull(512)
        engine.drain_replies()
        while performance.step():
            pass
    performance.close()
    print(f"{seconds:.0f} s, {disk.stalls} stalls, {engine.starved} starvations")
    assert disk.stalls >= seconds / 10.0
    assert engine.starved == 0
