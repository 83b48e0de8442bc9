from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.engine.decode import decode, fold_to_stereo
from adaptive.errors import AudioFileError
from tests.helpers import measure, signals

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


@pytest.mark.parametrize("channels", [3, 4, 6, 8])
def test_more_channels_are_folded_down_to_two_without_a_louder_sum_of_powers(
    tmp_path: Path, rng: np.random.Generator, channels: int
) -> None:
    audio = np.stack([signals.noise(9600, rng, 0.3) for _ in range(channels)])
    folded = decode(write(tmp_path / "a.wav", audio.T)).audio

    assert folded.shape == (2, 9600)
    assert measure.rms_db(folded) == pytest.approx(measure.rms_db(audio), abs=1.5)


def test_even_channels_go_left_and_odd_ones_right() -> None:
    left, right = fold_to_stereo(np.array([[1.0], [2.0], [4.0], [8.0]], np.float32))

    assert (5.0 / np.sqrt(2), 10.0 / np.sqrt(2)) == pytest.approx((left[0], right[0]))


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
