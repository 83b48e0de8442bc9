"""A sound of which only some chunks are in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.engine import stream_file
from adaptive.engine.disk_stream import HEAD_S, KEPT_S, DiskStream
from adaptive.kernel.layout import CHUNK_FRAMES

RATE = 48000
LOOP, FRAMES = 40 * CHUNK_FRAMES, 41 * CHUNK_FRAMES


@pytest.fixture
def stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DiskStream:
    monkeypatch.setattr(stream_file, "folder", lambda: tmp_path)
    audio = np.arange(FRAMES, dtype=np.float32)[None] % 30000 / np.float32(32768)
    return DiskStream(stream_file.write("a", "a.wav", audio, 0, LOOP, None), RATE)


def test_a_clip_needs_what_lies_ahead_its_tail_and_the_beginning_of_the_next_pass(stream: DiskStream) -> None:
    assert list(stream.needed(10 * CHUNK_FRAMES, 2 * CHUNK_FRAMES))[-1] == 11
    assert list(stream.needed(10, 100, passes=1))[-1] == 40
    near_end = list(stream.needed(LOOP - CHUNK_FRAMES, 2 * CHUNK_FRAMES))
    assert near_end[-2:] == [40, 0]


def test_heads_stay_and_other_chunks_are_given_back(stream: DiskStream) -> None:
    stream.pin([0])
    pinned = int(stream.marks.sum())
    assert pinned == -(-round(HEAD_S * RATE) // CHUNK_FRAMES)
    for number in stream.want([20, 21], 0):
        stream.load(number, 0)
    at = 20 * CHUNK_FRAMES
    assert np.array_equal(stream.channels[0][at : at + 50], (np.arange(at, at + 50) % 30000).astype(np.int16))
    stream.release(round(KEPT_S * RATE))
    assert stream.marks[20] == 1
    stream.release(round(KEPT_S * RATE) + 1)
    assert stream.marks.sum() == pinned


def test_a_file_that_shrinks_is_told_and_tried_again_later(stream: DiskStream) -> None:
    whole = stream.file.path.read_bytes()
    stream.file.path.write_bytes(whole[:9000])
    stream.load(30, 0)
    assert stream.trouble == "the file has become shorter"
    assert stream.marks[30] == 0
    assert stream.want([30], 100) == []
    stream.file.path.write_bytes(whole)
    for number in stream.want([30], 2 * RATE):
        stream.load(number, 2 * RATE)
    assert stream.marks[30] == 1
    assert not stream.trouble
