"""Laws of copies: bit for bit, or with silence at the end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.padding import copy_stem, padded_suffix
from adaptive.errors import AudioFileError
from tests.unit.analysis.analysis_signals import clicks


@pytest.mark.parametrize(("suffix", "subtype"), [("wav", "PCM_16"), ("wav", "PCM_24"), ("flac", "PCM_24")])
def test_what_is_there_is_kept_to_the_bit_and_followed_by_silence(
    tmp_path: Path, suffix: str, subtype: str
) -> None:
    soundfile.write(tmp_path / f"a.{suffix}", clicks(120.0, 4), 44_100, subtype=subtype)
    copy_stem(tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}", 3.0)
    before, _ = soundfile.read(tmp_path / f"a.{suffix}", dtype="int32")
    after, _ = soundfile.read(tmp_path / f"b.{suffix}", dtype="int32")

    assert soundfile.info(tmp_path / f"b.{suffix}").subtype == subtype
    assert len(after) == 3 * 44_100
    assert np.array_equal(after[: len(before)], before)
    assert not after[len(before) :].any()


def test_a_file_with_losses_becomes_floats(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.ogg", clicks(120.0, 4), 44_100)
    copy = tmp_path / f"b{padded_suffix(tmp_path / 'a.ogg')}"
    copy_stem(tmp_path / "a.ogg", copy, 3.0)

    assert (copy.name, soundfile.info(copy).subtype, soundfile.info(copy).frames) == (
        "b.wav",
        "FLOAT",
        132_300,
    )


def test_without_a_length_the_bytes_are_copied(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"anything")
    copy_stem(tmp_path / "a.wav", tmp_path / "b.wav")

    assert (tmp_path / "b.wav").read_bytes() == b"anything"


def test_every_recording_of_a_chained_ogg_is_copied(tmp_path: Path) -> None:
    links = b""
    for number in range(2):
        soundfile.write(tmp_path / f"{number}.ogg", clicks(120.0, 4), 44_100)
        links += (tmp_path / f"{number}.ogg").read_bytes()
    (tmp_path / "a.ogg").write_bytes(links)
    copy_stem(tmp_path / "a.ogg", tmp_path / "b.wav", 5.0)
    after, _ = soundfile.read(tmp_path / "b.wav")

    assert len(after) == 5 * 44_100
    assert np.abs(after[2 * 44_100 : 4 * 44_100]).max() > 0.1


def test_a_wav_whose_size_was_never_written_is_copied_to_its_end(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", clicks(120.0, 4), 44_100, subtype="PCM_16")
    raw = bytearray((tmp_path / "a.wav").read_bytes())
    size = raw.index(b"data") + 4
    raw[4:8] = raw[size : size + 4] = bytes(4)
    (tmp_path / "a.wav").write_bytes(raw)
    copy_stem(tmp_path / "a.wav", tmp_path / "b.wav", 3.0)
    after, _ = soundfile.read(tmp_path / "b.wav")

    np.testing.assert_allclose(after[: 2 * 44_100], clicks(120.0, 4), atol=1e-4)


def test_a_name_with_an_umlaut_is_copied_without_a_locale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soundfile.write(tmp_path / "a.wav", clicks(120.0, 4), 44_100)
    (tmp_path / "a.wav").rename(tmp_path / "glühen.wav")
    # what soundfile would encode a text with
    monkeypatch.setattr(soundfile._sys, "getfilesystemencoding", lambda: "ascii")
    copy_stem(tmp_path / "glühen.wav", tmp_path / "glühen_lang.wav", 3.0)

    assert (tmp_path / "glühen_lang.wav").stat().st_size > 2 * 3 * 44_100


def test_a_file_that_is_cut_off_is_not_copied(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", clicks(120.0, 4), 44_100)
    whole = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(AudioFileError, match="cut off"):
        copy_stem(tmp_path / "a.wav", tmp_path / "b.wav", 3.0)
    assert not (tmp_path / "b.wav").exists()
