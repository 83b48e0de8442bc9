from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.errors import MachineError
from adaptive.session.master_recording import MasterRecording
from adaptive.sinks import bounded_file
from adaptive.sinks.file import AudioFileSink

RNG = np.random.default_rng(1)
NOISE = RNG.uniform(-0.5, 0.5, (4800, 2)).astype(np.float32)


def recording(folder: Path, told: list[str], limit: int = 10_000_000) -> MasterRecording:
    folder.mkdir()
    return MasterRecording(folder, 48000, 2, {"title": "hall"}, limit, told.append)


def test_what_was_played_is_kept_and_what_is_missing_told(tmp_path: Path) -> None:
    told: list[str] = []
    whole, lost = recording(tmp_path / "a", told), recording(tmp_path / "b", told)
    for one in (whole, lost):
        one.write(NOISE)
    whole.close(4800)
    lost.close(4864)
    found, rate = soundfile.read(whole.path, dtype="float32")

    assert rate == 48000
    np.testing.assert_allclose(found, NOISE, atol=2**-23)
    assert told == [f"{lost.path}: 64 frames are missing, they could not be written in time"]


def test_the_delay_of_the_output_is_left_out(tmp_path: Path) -> None:
    told: list[str] = []
    one = MasterRecording(tmp_path, 48000, 2, {}, 10_000_000, told.append, delay_frames=72)
    for first in range(0, 4800, 64):
        one.write(NOISE[first : first + 64])
    one.close(4800)
    found, _ = soundfile.read(one.path, dtype="float32")

    np.testing.assert_allclose(found, NOISE[72:], atol=2**-23)
    assert told == []


def test_the_file_ends_at_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(bounded_file, "LOOK_EVERY_FRAMES", 4800)
    one = recording(tmp_path / "run", told, limit=100_000)
    for _ in range(40):
        one.write(NOISE)
    one.close(40 * 4800)

    assert 100_000 <= one.path.stat().st_size < 300_000
    assert told == [f"{one.path}: ends at 0.1 MB (--record-mb); the music goes on"]
    assert soundfile.info(one.path).frames == one.frames


def test_a_full_disk_ends_the_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    one = recording(tmp_path / "run", told)

    def fail(*_: object) -> None:
        message = "the disk is full"
        raise MachineError(message)

    monkeypatch.setattr(AudioFileSink, "write", fail)
    one.write(NOISE)
    one.write(NOISE)
    one.close(9600)

    assert told == ["the disk is full; the music goes on"]


def test_more_channels_than_a_flac_file_holds_are_written_as_wav(tmp_path: Path) -> None:
    one = MasterRecording(tmp_path, 48000, 12, {}, 10_000_000, lambda _sentence: None)
    one.write(np.repeat(NOISE[:, :1], 12, axis=1))
    one.close(4800)

    assert (one.path.name, soundfile.info(one.path).channels) == ("master.wav", 12)
