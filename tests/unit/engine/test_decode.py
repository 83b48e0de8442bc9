from __future__ import annotations

import os
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.engine.decode import MemoryBudget, decode
from adaptive.errors import AudioFileError
from tests.helpers import signals
from tests.helpers.audio_bytes import with_flac_length

RATE = 48000


def write(path: Path, audio: np.ndarray, rate: int = RATE, subtype: str = "FLOAT") -> Path:
    soundfile.write(path, audio, rate, subtype=subtype)
    return path


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 88200, 96000, 192000])
def test_a_file_is_decoded_at_its_own_rate(tmp_path: Path, rate: int) -> None:
    decoded = decode(write(tmp_path / "a.wav", signals.sine(997.0, rate // 2, 0.5, rate), rate))

    assert (decoded.sample_rate, decoded.frames, decoded.seconds) == (rate, rate // 2, 0.5)


@pytest.mark.parametrize("channels", [1, 2])
def test_one_and_two_channels_are_kept(tmp_path: Path, channels: int) -> None:
    audio = np.stack([signals.sine(100.0 * (n + 1), 999, 0.5) for n in range(channels)])

    np.testing.assert_array_equal(decode(write(tmp_path / "a.wav", audio.T)).audio, audio)


@pytest.mark.parametrize("channels", [3, 4, 5, 6, 7, 8])
def test_sound_in_front_alone_keeps_its_level_and_the_fold_is_told(tmp_path: Path, channels: int) -> None:
    audio = np.zeros((9600, channels), np.float32)
    audio[:, 0], audio[:, 1] = signals.sine(100.0, 9600, 0.5), signals.sine(200.0, 9600, 0.5)
    decoded = decode(write(tmp_path / "a.wav", audio))

    np.testing.assert_allclose(decoded.audio.T, audio[:, :2], atol=1e-7)
    assert decoded.remarks[0].startswith(f"has {channels} channels (left, right, ")


def test_blocks_are_joined_without_a_difference(tmp_path: Path, rng: np.random.Generator) -> None:
    audio = np.stack([signals.noise(700_000, rng, 0.3) for _ in range(2)])

    np.testing.assert_array_equal(decode(write(tmp_path / "a.wav", audio.T)).audio, audio)


def test_a_file_that_needs_more_room_than_there_is_is_not_decoded(tmp_path: Path) -> None:
    path = write(tmp_path / "zeros.flac", np.zeros((48_000 * 60, 2), np.float32), subtype="PCM_16")
    decode(path, MemoryBudget(30_000_000, RATE))

    with pytest.raises(AudioFileError, match=r"^zeros\.flac: takes 23 MB decoded, more than the 20 MB"):
        decode(path, MemoryBudget(20_000_000, RATE))
    with pytest.raises(AudioFileError, match="takes 46 MB decoded"):
        decode(path, MemoryBudget(30_000_000, 2 * RATE))


def test_a_file_that_promises_nothing_takes_no_more_room_than_there_is(tmp_path: Path) -> None:
    path = write(tmp_path / "zeros.flac", np.zeros((48_000 * 60, 2), np.float32), subtype="PCM_16")
    path.write_bytes(with_flac_length(path.read_bytes(), 0))
    tracemalloc.start()
    with pytest.raises(AudioFileError, match="MB"):
        decode(path, MemoryBudget(10_000_000, RATE))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 25_000_000


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_memory_stays_near_the_size_of_the_result(tmp_path: Path, channels: int) -> None:
    path = write(tmp_path / "a.flac", np.zeros((48_000 * 60, channels), np.float32), subtype="PCM_16")
    tracemalloc.start()
    size = decode(path).audio.nbytes
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < size + 8_000_000


def test_running_out_of_memory_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> object:
        raise MemoryError

    monkeypatch.setattr("adaptive.engine.decode.Growing", refuse)
    with pytest.raises(AudioFileError, match=r"^a\.wav: is too large for the memory"):
        decode(write(tmp_path / "a.wav", signals.constant(100)))


def test_a_file_with_many_channels_is_folded_and_with_too_many_refused(tmp_path: Path) -> None:
    decoded = decode(write(tmp_path / "a.wav", np.full((100, 64), 0.1, np.float32)))

    assert decoded.audio.shape == (2, 100)
    with pytest.raises(AudioFileError, match="has 65 channels"):
        decode(write(tmp_path / "a.wav", np.zeros((100, 65), np.float32)))


@pytest.mark.parametrize("rate", [1, 7_999, 10_000_000])
def test_a_rate_that_no_stem_has_is_refused(tmp_path: Path, rate: int) -> None:
    with pytest.raises(AudioFileError, match="has a sample rate of"):
        decode(write(tmp_path / "a.wav", signals.constant(100), rate))


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT", "DOUBLE"])
def test_every_sample_format_is_read(tmp_path: Path, subtype: str) -> None:
    audio = signals.sine(440.0, 4800, 0.5)
    decoded = decode(write(tmp_path / "a.wav", audio, subtype=subtype)).audio

    np.testing.assert_allclose(decoded[0], audio, atol=2.0**-15)


def test_flac_is_read(tmp_path: Path) -> None:
    audio = signals.sine(440.0, 4800, 0.5)
    decoded = decode(write(tmp_path / "a.flac", audio, subtype="PCM_24")).audio

    np.testing.assert_allclose(decoded[0], audio, atol=2.0**-22)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_truncated_flac_is_refused_by_name(tmp_path: Path, share: float) -> None:
    path = write(tmp_path / "cut.flac", signals.noise(48000, np.random.default_rng(1)), subtype="PCM_16")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(AudioFileError, match=r"^cut\.flac: "):
        decode(path)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no audio at all" * 100, bytes(4096)])
def test_a_file_that_is_not_audio_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fake.wav"
    path.write_bytes(content)

    with pytest.raises(AudioFileError, match=r"^fake\.wav: "):
        decode(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError):
        decode(tmp_path)


def test_a_file_without_frames_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "empty.wav", np.zeros(0, np.float32))

    with pytest.raises(AudioFileError, match="holds no audio"):
        decode(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_a_file_with_samples_that_are_no_numbers_is_refused(tmp_path: Path, value: float) -> None:
    audio = signals.constant(100, 0.5)
    audio[50] = value

    with pytest.raises(AudioFileError, match="no numbers, or absurdly loud"):
        decode(write(tmp_path / "a.wav", audio))


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="names of files are text there")
def test_a_name_of_any_bytes_is_read(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/gl\xfchen \xff.wav"))
    path.write_bytes(write(tmp_path / "a.wav", signals.constant(100)).read_bytes())

    assert decode(path).frames == 100
