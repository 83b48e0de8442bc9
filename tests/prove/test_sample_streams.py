"""A library of 88 notes of 20 s that is streamed: its memory, and a disk that stops again and again."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from adaptive.engine import commands as c
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.instruments.samples import SoundFileSource
from adaptive.instruments.sfz import read_sfz
from adaptive.kernel.sources.sampler_settings import SamplerSpec
from adaptive.session.reports import resident_bytes
from tests.prove.test_streams import StallingDisk

pytestmark = [pytest.mark.prove, pytest.mark.timeout(7200)]

RATE, SECONDS, KEYS = 48000, 20, range(21, 109)
NOTES = 32


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A piano of decaying noise, one stereo recording of 20 s a key."""
    folder = tmp_path_factory.mktemp("piano")
    rng = np.random.default_rng(1)
    falling = np.exp(-np.arange(SECONDS * RATE) / (6.0 * RATE))[:, None]
    for key in KEYS:
        noise = 3000.0 * rng.standard_normal((SECONDS * RATE, 2)) * falling
        sf.write(folder / f"{key}.wav", noise.astype(np.int16), RATE)
    regions = "".join(f"<region> key={key} sample={key}.wav\n" for key in KEYS)
    (folder / "piano.sfz").write_text(f"<global> ampeg_release=0.5\n{regions}", encoding="utf-8")
    return folder


def engine_of(folder: Path, *, is_streamed: bool) -> Engine:
    samples = read_sfz(folder / "piano.sfz", folder).samples
    spec = SamplerSpec(0, samples, 2 * NOTES, is_streamed=is_streamed)
    return Engine(EngineSpec(RATE, buses=(BusSpec("a"),), instruments=(spec,)))


def both_regions(key: int) -> tuple[int, int]:
    return 2 * (key - KEYS[0]), 2 * (key - KEYS[0]) + 1


MEASURE = """
import sys
from pathlib import Path
from tests.prove.test_sample_streams import play_a_while
play_a_while(Path(sys.argv[1]), sys.argv[2] == "streamed")
"""


def play_a_while(folder: Path, is_streamed: bool) -> None:
    """Print megabytes above the process before the library was read: at rest, and with 32 notes sounding."""
    Engine(EngineSpec(RATE)).pull(64)
    gc.collect()
    before = resident_bytes() or 0
    engine = engine_of(folder, is_streamed=is_streamed)
    gc.collect()
    ready = resident_bytes() or 0
    for number, key in enumerate(range(40, 40 + NOTES)):
        for which in both_regions(key):
            engine.post([c.play_note(number * 4800, 0, key, 0.8, 18 * RATE, which=which, note=key)])
    most = 0
    for _ in range(15):
        engine.pull(RATE)
        most = max(most, resident_bytes() or 0)
    print(f"{(ready - before) / 1e6:.0f} {(most - before) / 1e6:.0f} {engine.starved}")


def test_a_library_needs_little_of_its_size_in_memory(library: Path) -> None:
    """Each in a process of its own."""
    found = {}
    for how in ("resident", "streamed"):
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(library), how], capture_output=True, text=True, check=True
        )
        found[how] = [int(word) for word in done.stdout.split()]
    print(found)
    assert found["resident"][0] > 600
    assert found["streamed"][0] < 80
    assert found["streamed"][1] < 250
    assert found["streamed"][2] == 0


def test_a_disk_that_stalls_a_second_at_random_is_not_heard(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """32 notes of two voices in real time, a new one every quarter of a second, announced 1.5 s before."""
    seconds = float(os.environ.get("ADAPTIVE_PROVE_S", "600"))
    engine = engine_of(library, is_streamed=True)
    disk = StallingDisk(SoundFileSource.read)
    monkeypatch.setattr(SoundFileSource, "read", lambda *args: disk.read_chunk(*args))
    engine.bank.streams.go_live(engine)
    rng = np.random.default_rng(3)
    began, written, most = time.monotonic(), 0, 0
    while engine.frame < seconds * RATE:
        ahead = engine.frame / RATE - (time.monotonic() - began)
        if ahead > 0.01:
            time.sleep(ahead)
        while written < engine.frame + 1.5 * RATE:
            key: Any = int(rng.integers(KEYS[0], KEYS[-1] + 1))
            engine.post([
                c.play_note(written + RATE // 5, 0, key, 0.8, 8 * RATE, which=which, note=written + 1)
                for which in both_regions(key)
            ])  # fmt: skip
            written += RATE // 4
        engine.pull(512)
        engine.drain_replies()
        most = max(most, int((engine.memory.instruments.voices(0)["stage"] != 0).sum()))
    engine.bank.streams.leave(engine)
    print(f"{seconds:.0f} s, {most} voices at most, {disk.stalls} stalls, {engine.starved} starvations")
    assert disk.stalls >= seconds / 10.0
    assert engine.starved == 0
