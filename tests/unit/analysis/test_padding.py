"""Laws of copies: bit for bit, or with silence at the end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.padding import copy_stem, padded_suffix
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
