"""FLAC: a length that is unknown, too small or too large; cut off and damaged files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.engine.decode import decode
from adaptive.errors import AudioFileError
from tests.helpers.audio_bytes import RATE, encoded, noise, saved, with_bytes, with_flac_length

WHOLE = encoded("FLAC", "PCM_16", noise(2.0))


def test_a_whole_file_has_no_remark(tmp_path: Path) -> None:
    decoded = decode(saved(tmp_path, WHOLE))

    assert (decoded.frames, decoded.remarks) == (2 * RATE, ())


def test_a_length_that_was_never_written_is_no_fault(tmp_path: Path) -> None:
    decoded = decode(saved(tmp_path, with_flac_length(WHOLE, 0)))

    assert (decoded.frames, decoded.remarks) == (2 * RATE, ())
    np.testing.assert_array_equal(decoded.audio, decode(saved(tmp_path, WHOLE)).audio)


def test_a_length_that_is_too_small_is_told_and_all_is_read(tmp_path: Path) -> None:
    decoded = decode(saved(tmp_path, with_flac_length(WHOLE, RATE)))

    assert decoded.frames == 2 * RATE
    assert decoded.remarks == ("its header promises 1.00 s, and 2.00 s are there: all of it is read",)


def test_a_length_that_is_absurd_is_refused_before_anything_is_decoded(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match=r"^a\.wav: is 25,971 minutes long; at most 60"):
        decode(saved(tmp_path, with_flac_length(WHOLE, 2**36 - 1)))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.97])
def test_a_file_that_is_cut_off_says_how_much_is_there(tmp_path: Path, share: float) -> None:
    with pytest.raises(AudioFileError, match=r"^a\.wav: is cut off: [01]\.\d\d s of 2\.00 s can be read"):
        decode(saved(tmp_path, WHOLE[: int(share * len(WHOLE))]))


def test_a_file_that_is_cut_off_and_promises_nothing_says_how_much_is_there(tmp_path: Path) -> None:
    content = with_flac_length(WHOLE, 0)

    with pytest.raises(AudioFileError, match=r"is cut off: [01]\.\d\d s can be read"):
        decode(saved(tmp_path, content[: len(content) // 2]))


def test_damage_in_the_middle_is_not_called_a_cut(tmp_path: Path) -> None:
    half = len(WHOLE) // 2

    with pytest.raises(AudioFileError, match=r"is damaged: [01]\.\d\d s of 2\.00 s can be read"):
        decode(saved(tmp_path, with_bytes(WHOLE, half, bytes([WHOLE[half] ^ 0xFF]))))


def test_a_mask_in_the_comments_is_believed(tmp_path: Path) -> None:
    audio = np.zeros((4800, 4), np.float32)
    audio[:, 2] = 0.5
    content = encoded("FLAC", "PCM_16", audio)
    comment = b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x000F"
    body = bytes(4) + (1).to_bytes(4, "little") + len(comment).to_bytes(4, "little") + comment
    block = b"\4" + len(body).to_bytes(3, "big") + body
    masked = with_bytes(content, 4, bytes([content[4] & 0x7F]))

    quad = decode(saved(tmp_path, content)).audio[:, 100]
    centred = decode(saved(tmp_path, masked[:42] + block + masked[42:])).audio[:, 100]

    assert quad == pytest.approx([0.5 * np.sqrt(0.5), 0.0], abs=1e-3)
    assert centred == pytest.approx([0.5 * np.sqrt(0.5)] * 2, abs=1e-3)
