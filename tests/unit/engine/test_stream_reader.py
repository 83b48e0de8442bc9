"""Streams of an engine: the same samples as in memory, a fade where frames are missing, and back in phase."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from adaptive.engine import commands, stream_file
from adaptive.engine.bank import Bank, Sound
from adaptive.engine.engine import Engine
from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.kernel.layout import CHUNK_FRAMES

RATE, LOOP = 48000, 6 * 48000


def played(sound: Sound, bank: Bank, seconds: float, position: int = 0) -> Any:
    engine = Engine(EngineSpec(RATE, buses=(BusSpec("a"),), clips=1, sounds=2), bank)
    number = engine.add_sound(sound)
    engine.post([commands.start_clip(100, 0, number, 0, position=position)])
    return engine, engine.pull(round(seconds * RATE))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stream_file, "folder", lambda: tmp_path / "streams")
    noise = np.random.default_rng(1).integers(-3000, 3000, (LOOP + RATE, 2)).astype(np.int16)
    sf.write(tmp_path / "a.wav", noise, RATE)
    return tmp_path / "a.wav"


def streaming(path: Path, limit_bytes: int = 1_000_000_000) -> Bank:
    bank = Bank(RATE, limit_bytes)
    bank.choice.choose([path], [], [], limit_bytes, RATE)
    return bank


def test_a_stream_sounds_as_in_memory_over_its_loop_and_tail(path: Path) -> None:
    resident, bank = Bank(RATE), streaming(path)
    _, expected = played(resident.load(path, 0, LOOP), resident, 8.0, 3 * RATE)
    sound = bank.load(path, 0, LOOP)
    assert sound.left.dtype == np.int16
    engine, heard = played(sound, bank, 8.0, 3 * RATE)
    assert np.array_equal(heard, expected)
    assert engine.starved == 0
    assert sound.stream is not None
    assert sound.stream.marks.sum() < sound.stream.shape.chunks
    again = streaming(path).load(path, 0, LOOP)
    assert again.stream is not None
    assert again.stream.file.path == sound.stream.file.path


def test_a_stream_that_starves_fades_counts_and_comes_back_in_phase(path: Path) -> None:
    bank = streaming(path)
    sound = bank.load(path, 0, LOOP)
    assert sound.stream is not None
    _, expected = played(Bank(RATE).load(path, 0, LOOP), Bank(RATE), 5.0)
    engine = Engine(EngineSpec(RATE, buses=(BusSpec("a"),), clips=1, sounds=2), bank)
    engine.post([commands.start_clip(100, 0, engine.add_sound(sound), 0)])
    bank.streams._live.add(engine)  # nobody reads
    gone = int(np.flatnonzero(sound.stream.marks == 0)[0]) * CHUNK_FRAMES
    silent = engine.pull(gone + RATE)
    assert np.array_equal(silent[: gone - 400], expected[: gone - 400])
    assert np.abs(silent[gone + 300 :]).max() < 0.002  # the DC block decays
    assert np.abs(silent[gone + RATE // 2 :]).max() < 1e-6
    assert engine.starved == 1
    bank.streams.leave(engine)
    back = engine.pull(RATE)
    first = gone + RATE
    np.testing.assert_allclose(back[RATE // 2 :], expected[first + RATE // 2 : first + RATE], atol=1e-6)


def test_the_thread_reads_for_a_live_engine_and_ends_with_it(path: Path) -> None:
    bank = streaming(path)
    sound = bank.load(path, 0, LOOP)
    assert sound.stream is not None
    engine, _ = played(sound, bank, 0.01)
    before = sound.stream.marks.sum()
    bank.streams.go_live(engine)
    until = time.monotonic() + 10.0
    engine.post([commands.start_clip(engine.frame, 0, 0, 0, position=4 * RATE)])
    while sound.stream.marks.sum() <= before + 4 and time.monotonic() < until:
        time.sleep(0.01)
    assert sound.stream.marks.sum() > before + 4
    thread = bank.streams._thread
    bank.streams.leave(engine)
    assert thread is not None
    thread.join(10.0)
    assert not thread.is_alive()


@pytest.mark.parametrize(("limit_bytes", "end"), [(10**9, "stays in memory"), (100, "is silent")])
def test_without_room_on_the_disk_a_stem_stays_in_memory_or_is_silent(
    path: Path, monkeypatch: pytest.MonkeyPatch, limit_bytes: int, end: str
) -> None:
    def full(*_args: Any, **_named: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stream_file, "write", full)
    bank = streaming(path)
    bank.limit_bytes = 10**9
    bank.duration(path)
    bank.limit_bytes = limit_bytes
    sound = bank.load(path, 0, LOOP)
    assert sound.stream is None
    assert sound.frames == LOOP + RATE
    assert bool(sound.left.any()) == (end == "stays in memory")
    assert len(bank.choice.remarks) == 1
    assert "No space left on device" in bank.choice.remarks[0]
    assert end in bank.choice.remarks[0]
