"""Laws of reading: a complete file is read to the frame, any other file is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.measured import measure_file
from adaptive.analysis.stems import read_stem
from adaptive.errors import AudioFileError
from tests.unit.analysis.analysis_signals import clicks, pad, save, smpl, wav

FORMATS = ("wav", "flac", "ogg", "mp3", "aiff", "caf", "w64")


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_the_length_is_that_of_the_file_to_the_frame(tmp_path: Path, extension: str, rate: int) -> None:
    path = save(tmp_path / f"a.{extension}", clicks(120, 4, rate=rate), rate)

    stem = read_stem(path)

    assert (2.0, rate) == (stem.length_s, stem.sample_rate)
    assert len(stem.mono) == 88_200


def refused(path: Path) -> str:
    with pytest.raises(AudioFileError) as caught:
        read_stem(path)
    return str(caught.value)


def is_one_sentence_about(name: str, message: str) -> bool:
    return message.startswith(f"{name}: ") and "\n" not in message


@pytest.mark.parametrize("extension", FORMATS)
def test_an_empty_file_is_refused(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a.{extension}"
    path.touch()

    assert f"{path.name}: is empty: it has no bytes" == refused(path)


@pytest.mark.parametrize("extension", FORMATS)
def test_a_file_of_rubbish_is_refused(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"a.{extension}"
    path.write_bytes(np.random.default_rng(3).integers(0, 256, 5000, dtype=np.uint8).tobytes())

    assert is_one_sentence_about(path.name, refused(path))


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.98])
@pytest.mark.parametrize("extension", FORMATS)
def test_a_truncated_file_is_refused(tmp_path: Path, extension: str, kept: float) -> None:
    noise = np.random.default_rng(4).standard_normal(88_200).astype(np.float32)
    path = save(tmp_path / f"a.{extension}", 0.1 * noise)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])

    assert is_one_sentence_about(path.name, refused(path))


def test_a_file_without_frames_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", np.zeros(0, dtype=np.float32))

    assert refused(path) == "a.wav: holds no audio"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_nan_and_huge_samples_are_refused(tmp_path: Path, value: float) -> None:
    samples = clicks(120, 2)
    samples[100] = value
    soundfile.write(tmp_path / "a.wav", samples, 44_100, subtype="FLOAT")

    assert is_one_sentence_about("a.wav", refused(tmp_path / "a.wav"))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert is_one_sentence_about("a.wav", refused(tmp_path / "a.wav"))
    assert is_one_sentence_about(tmp_path.name, refused(tmp_path))


def test_a_long_file_is_refused_before_it_is_read_and_as_check_refuses_it(tmp_path: Path) -> None:
    path = save(tmp_path / "a.flac", np.zeros(3_660 * 8_000, dtype=np.float32), 8_000)
    with pytest.raises(AudioFileError) as by_check:
        measure_file(path)

    assert refused(path) == str(by_check.value) == "a.flac: is 61 minutes long; at most 60 can be read"


def test_channels_are_mixed(tmp_path: Path) -> None:
    left = clicks(120, 4)
    path = save(tmp_path / "a.flac", np.stack([left, 0.0 * left], axis=1))

    np.testing.assert_allclose(left / 2.0, read_stem(path).mono, atol=1e-4)


def test_a_sound_ends_where_it_has_died_away(tmp_path: Path) -> None:
    quiet_end = np.concatenate([clicks(120, 4), np.zeros(44_100, dtype=np.float32)])

    assert pytest.approx(read_stem(save(tmp_path / "a.wav", quiet_end)).sounding_s, abs=0.1) == 1.6


@pytest.mark.parametrize("fades", [True, False])
def test_a_file_that_sounds_at_its_end_is_cut(tmp_path: Path, fades: bool) -> None:
    assert fades != read_stem(save(tmp_path / "a.wav", pad(5.0, fades=fades))).is_cut


def test_what_is_odd_in_a_file_is_remarked(tmp_path: Path) -> None:
    samples = clicks(120, 2)
    soundfile.write(tmp_path / "a.wav", np.stack([samples] * 6, axis=1), 44_100)
    lying = wav(samples, smpl(0, 10**7))
    (tmp_path / "b.wav").write_bytes(lying)

    assert read_stem(tmp_path / "a.wav").remarks[0].startswith("has 6 channels (left, right, centre")
    assert read_stem(tmp_path / "b.wav").remarks == (
        "its loop ends at frame 10,000,001, and the file has 44,100: ignored",
    )
