"""Recordings of instruments that are streamed: the same samples as from memory, and what happens without."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from adaptive.engine import commands as c
from adaptive.engine.chunked_frames import KEPT_S
from adaptive.engine.engine import Engine
from adaptive.engine.sample_stream import FileStream
from adaptive.engine.spec import BusSpec, EngineSpec
from adaptive.instruments.samples import read_sample
from adaptive.kernel.layout import CHUNK_FRAMES
from adaptive.kernel.sources import sample_records
from adaptive.kernel.sources.sampler_regions import Region, RegionEnvelope
from adaptive.kernel.sources.sampler_settings import SamplerSpec, SampleSet

RATE, SECONDS = 48000, 9


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("samples")
    noise = np.random.default_rng(1).integers(-3000, 3000, (SECONDS * RATE, 2)).astype(np.int16)
    sf.write(made / "wide.wav", noise, RATE)
    sf.write(made / "flat.flac", noise[: 5 * RATE, 0], 44100, subtype="PCM_24")
    return made


def regions_of(folder: Path) -> list[Region]:
    left, right = read_sample(folder / "wide.wav").channels
    (flat,) = read_sample(folder / "flat.flac").channels
    held, key = RegionEnvelope(release_s=0.5), (60, 60)
    loose = RegionEnvelope(release_s=9.0)
    return [
        Region(left, key, pan=-1.0, amplitude=held),
        Region(right, key, pan=1.0, start=3 * CHUNK_FRAMES + 5, amplitude=held),
        Region(flat, key, loop=(2 * RATE, 2 * RATE + 777), amplitude=held),
        Region(flat, key, loop=(RATE, 4 * RATE), loops_until_release=True, amplitude=loose),
    ]


def engine_of(regions: list[Region], *, is_streamed: bool) -> Engine:
    spec = SamplerSpec(0, SampleSet("test", regions), 16, is_streamed=is_streamed)
    return Engine(EngineSpec(RATE, buses=(BusSpec("a"),), instruments=(spec,)))


def records_of(engine: Engine) -> Any:
    return engine.memory.instruments.belongings(0)


def note(at: int, key: float, frames: int, which: int) -> c.Command:
    return c.play_note(at, 0, key, 0.5, frames, which=which, note=at)


def rendered(folder: Path, *, is_streamed: bool) -> tuple[Engine, np.ndarray]:
    """Six notes, of which two play one recording at different places, one an octave and more above it."""
    engine = engine_of(regions_of(folder), is_streamed=is_streamed)
    early = [note(100, 60.0, 6 * RATE, 0), note(2 * RATE + 7, 60.0, 3 * RATE, 1), note(9, 75.5, RATE, 0)]
    late = [note(50000, 57.3, 7 * RATE, 2), note(60001, 61.0, 3 * RATE, 3)]
    engine.post(early)
    first = engine.pull(30000)
    engine.post([*late, note(c.IMMEDIATELY, 48.0, RATE, 1)])
    return engine, np.concatenate([first, engine.pull(7 * RATE)])


def test_it_sounds_as_from_memory_and_needs_less_of_it(folder: Path) -> None:
    _, expected = rendered(folder, is_streamed=False)
    engine, heard = rendered(folder, is_streamed=True)

    assert np.abs(expected).max() > 0.02
    assert np.array_equal(heard, expected)
    assert engine.starved == 0
    streams = list(records_of(engine).each_stream())
    assert len(streams) == 4  # one for both channels; with and without each loop
    assert sum(int(one.marks.sum()) for one in streams) < 0.75 * sum(one.chunks for one in streams)


def test_a_voice_without_frames_fades_counts_and_comes_back_in_phase(folder: Path) -> None:
    resident = engine_of(regions_of(folder), is_streamed=False)
    engine = engine_of(regions_of(folder), is_streamed=True)
    for one in (resident, engine):
        one.post([note(100, 60.0, 8 * RATE, 0), note(100, 60.0, 8 * RATE, 1)])
    expected = resident.pull(5 * RATE)
    engine.bank.streams._live.add(engine)  # nobody reads
    (stream,) = {id(one): one for one in records_of(engine).streams[0]}.values()
    gone = int(np.flatnonzero(stream.marks == 0)[0]) * CHUNK_FRAMES  # of the left channel
    silent = engine.pull(gone + RATE)

    assert np.array_equal(silent[: gone - 3 * CHUNK_FRAMES - 600], expected[: gone - 3 * CHUNK_FRAMES - 600])
    assert np.abs(silent[gone + 600 :]).max() < 0.002  # the DC block decays
    assert engine.starved == 2
    engine.bank.streams.leave(engine)
    back = engine.pull(RATE)
    first = gone + RATE
    np.testing.assert_allclose(back[RATE // 2 :], expected[first + RATE // 2 : first + RATE], atol=1e-6)
    assert engine.starved == 2


def test_heads_stay_the_rest_is_given_back_and_a_file_that_changes_is_silent(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_records, "HEADS_BYTES", 300_000)
    path = tmp_path / "copy.wav"
    path.write_bytes((folder / "wide.wav").read_bytes())
    source = read_sample(path).channels[0].source
    assert source is not None
    regions = [Region(one, keys=(60, 60)) for one in read_sample(path).channels]
    records = SampleSet("copy", regions).records(RATE, is_streamed=True)
    (stream,) = records.each_stream()
    assert isinstance(stream, FileStream)
    pinned = stream.pinned_chunks
    assert records.memory_bytes == 2 * 4 * CHUNK_FRAMES * pinned
    assert pinned == 5  # 0.8 s
    for number in stream.want([20, 21], 0):
        stream.load(number, 0)
    assert int(stream.marks.sum()) == pinned + 2
    assert not stream.release(round(KEPT_S * RATE) + 1)
    assert int(stream.marks.sum()) == pinned
    os.utime(path, ns=(1, 1))
    stream.load(30, 0)
    assert stream.trouble == "the file has changed"
    assert not stream.marks[30]
