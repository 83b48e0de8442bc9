"""What a file of an input gives, frame by frame, where it begins late, is cut or is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.session.incoming import recorded_input
from adaptive.session.incoming.input_recording import BEGINS_AT, input_file
from adaptive.session.incoming.recorded_input import _RecordedFile
from adaptive.sinks.bounded_file import BoundedFile

SOUND = (np.arange(1, 2001).reshape(1000, 2) / 2**15).astype(np.float32)


def written(folder: Path, begins_at: int) -> _RecordedFile:
    tags = {"comment": BEGINS_AT.format(begins_at)}
    file = BoundedFile(folder / input_file("voice"), 48000, 2, tags, 10**9, lambda _: None)
    file.write(SOUND)
    file.end()
    return _RecordedFile(file.path)


@pytest.mark.parametrize("step", [64, 300])
@pytest.mark.parametrize("block", [50, 700, 1000])
@pytest.mark.parametrize("first", [0, 200])
def test_frames_lie_where_they_were_and_the_rest_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, block: int, first: int
) -> None:
    monkeypatch.setattr(recorded_input, "BLOCK_FRAMES", block)
    file = written(tmp_path, 150)
    found = np.concatenate([file.read(at, step) for at in range(first, first + 24 * step, step)])
    wanted = np.zeros((first + 24 * step, 2), np.float32)
    wanted[150:1150] = SOUND

    np.testing.assert_array_equal(found, wanted[first:])
    assert file.frames == 1150


def test_a_damaged_file_is_silent_from_there_on(tmp_path: Path) -> None:
    path = tmp_path / "input-voice.flac"
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (48000, 2))
    soundfile.write(path, noise, 48000, "PCM_24")
    path.write_bytes(path.read_bytes()[:100_000])
    file = _RecordedFile(path)
    found = np.concatenate([file.read(at, 256) for at in range(0, 48000, 256)])

    assert not found[40000:].any()
    assert file.frames is not None
