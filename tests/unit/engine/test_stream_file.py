"""Files of streams."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.engine import stream_file
from adaptive.engine.loops import LoopReport
from adaptive.kernel.layout import CHUNK_FRAMES


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stream_file, "folder", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize("is_short", [True, False])
def test_what_is_written_is_read(is_short: bool) -> None:
    audio = np.random.default_rng(1).integers(-32768, 32767, (2, CHUNK_FRAMES + 9)).astype(np.float32)
    audio = audio / np.float32(32768 if is_short else 30000)
    stream_file.write("key", "a.wav", audio, 5, 100, LoopReport(tail_frames=3))
    found = stream_file.find("key", "a.wav")
    assert found is not None
    assert found.shape.is_short == is_short
    assert (found.shape.origin, found.shape.loop_frames) == (5, 100)
    assert found.shape.loop_report == LoopReport(tail_frames=3)
    assert np.array_equal(found.audio(), audio)


def test_a_file_that_is_cut_off_is_not_found(folder: Path) -> None:
    stream_file.write("key", "a.wav", np.zeros((1, 10), np.float32), 0, 0, None)
    path = folder / "key.stream"
    path.write_bytes(path.read_bytes()[:-1])
    assert stream_file.find("key", "a.wav") is None
    path.write_bytes(b"")
    assert stream_file.find("key", "a.wav") is None


def test_the_oldest_files_are_deleted_but_none_in_use(folder: Path) -> None:
    for name in ("a", "b"):
        stream_file.write(name, name, np.zeros((1, 10), np.float32), 0, 0, None)
    stream_file.forget_oldest({folder / "b.stream"}, most_bytes=0)
    assert [one.name for one in folder.glob("*.stream")] == ["b.stream"]


def test_a_length_is_kept() -> None:
    assert stream_file.known_length("digest") is None
    stream_file.keep_length("digest", 480, 48000)
    assert stream_file.known_length("digest") == (480, 48000)
