"""WAV, AIFF, CAF, Wave64 and AU: cut off, sizes that were never written, pads that are missing."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.engine.decode import decode
from adaptive.errors import AudioFileError
from tests.helpers.audio_bytes import RATE, encoded, noise, saved, with_bytes

KINDS = ("WAV", "WAVEX", "RF64", "W64", "AIFF", "CAF", "AU")
QUIET = noise(1.0)


def is_whole(path: Path, frames: int = RATE) -> bool:
    """Whether a file gives all of `QUIET`, and nothing is said about it."""
    decoded = decode(path)
    np.testing.assert_allclose(decoded.audio.T, QUIET[:frames], atol=1e-4)
    return decoded.frames == frames and not decoded.remarks


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_is_whole(tmp_path: Path, kind: str) -> None:
    assert is_whole(saved(tmp_path, encoded(kind, "PCM_16", QUIET)))


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("share", [0.3, 0.65, 0.98])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_off_says_how_much_is_there(
    tmp_path: Path, kind: str, share: float, subtype: str
) -> None:
    content = encoded(kind, subtype, QUIET)
    start = len(content) - QUIET.size * {"PCM_16": 2, "PCM_24": 3, "FLOAT": 4}[subtype]
    kept = start + round((len(content) - start) * share)
    with pytest.raises(AudioFileError) as caught:
        decode(saved(tmp_path, content[:kept]))
    found = re.fullmatch(r"a\.wav: is cut off: (\d\.\d\d) s of 1\.00 s can be read", str(caught.value))

    assert found is not None
    assert float(found[1]) == pytest.approx(share, abs=0.006)


def test_a_frame_that_is_not_whole_is_not_missed(tmp_path: Path) -> None:
    content = encoded("WAV", "PCM_16", QUIET)

    assert decode(saved(tmp_path, content[:-3])).frames == RATE - 1


@pytest.mark.parametrize("size", [0, 0xFFFF_FFFF, 0x7FFF_F000, 0x8000_0000])
@pytest.mark.parametrize("whole_size", [0, 0xFFFF_FFFF, None])
def test_a_size_of_wav_that_was_never_written_is_no_fault(
    tmp_path: Path, size: int, whole_size: int | None
) -> None:
    content = encoded("WAV", "PCM_16", QUIET)
    content = with_bytes(content, content.index(b"data") + 4, struct.pack("<I", size))
    if whole_size is not None:
        content = with_bytes(content, 4, struct.pack("<I", whole_size))

    assert is_whole(saved(tmp_path, content))


@pytest.mark.parametrize("size", [0, 0xFFFF_FFFF])
def test_sizes_of_aiff_that_were_never_written_are_no_fault(tmp_path: Path, size: int) -> None:
    content = encoded("AIFF", "PCM_16", QUIET)
    for at in (4, 22, content.index(b"SSND") + 4):
        content = with_bytes(content, at, struct.pack(">I", size))

    assert is_whole(saved(tmp_path, content))


@pytest.mark.parametrize(
    ("kind", "name", "skip", "size"),
    [
        ("CAF", b"data", 4, b"\xff" * 8),
        ("CAF", b"data", 4, bytes(8)),
        ("AU", b".snd", 8, b"\xff" * 4),
        ("AU", b".snd", 8, bytes(4)),
        ("W64", b"data", 16, bytes(8)),
        ("RF64", b"ds64", 16, bytes(8)),
        ("RF64", b"ds64", 16, b"\xff" * 8),
    ],
)
def test_other_sizes_that_were_never_written_are_no_fault(
    tmp_path: Path, kind: str, name: bytes, skip: int, size: bytes
) -> None:
    content = encoded(kind, "PCM_16", QUIET)

    assert is_whole(saved(tmp_path, with_bytes(content, content.index(name) + skip, size)))


@pytest.mark.parametrize("pad", [b"", b"\0"])
@pytest.mark.parametrize("body", [b"INFOx", b"INFO\0", b"\0\0\0", b"INFOISFT\1\0\0\0A"])
@pytest.mark.parametrize("at", [12, 36])
def test_an_odd_chunk_is_passed_with_and_without_its_pad(
    tmp_path: Path, at: int, body: bytes, pad: bytes
) -> None:
    content = encoded("WAV", "PCM_16", QUIET)
    odd = b"LIST" + struct.pack("<I", len(body)) + body + pad

    assert is_whole(saved(tmp_path, content[:at] + odd + content[at:]))


def test_an_odd_chunk_of_aiff_is_passed_without_its_pad(tmp_path: Path) -> None:
    content = encoded("AIFF", "PCM_16", QUIET)
    odd = b"ANNO" + struct.pack(">I", 5) + b"hello"

    assert is_whole(saved(tmp_path, content[:12] + odd + content[12:]))


def test_audio_of_an_odd_number_of_bytes_may_lack_its_pad(tmp_path: Path) -> None:
    content = encoded("WAV", "PCM_U8", QUIET[:999, :1])

    assert decode(saved(tmp_path, content[:-1])).frames == 999


@pytest.mark.parametrize("more", [b"", b"LIST" + struct.pack("<I", 4) + b"INFO"])
def test_a_file_without_audio_is_refused_and_what_follows_is_not_played(tmp_path: Path, more: bytes) -> None:
    content = encoded("WAV", "PCM_16", QUIET[:0])

    with pytest.raises(AudioFileError, match="holds no audio"):
        decode(saved(tmp_path, content + more))


def test_a_compressed_wav_that_is_cut_off_says_so(tmp_path: Path) -> None:
    content = encoded("WAV", "IMA_ADPCM", QUIET)

    with pytest.raises(AudioFileError, match=r"is cut off: 0\.5\d s of 1\.0\d s can be read"):
        decode(saved(tmp_path, content[: len(content) // 2]))


def test_the_mask_of_a_wav_says_where_its_channels_belong(tmp_path: Path) -> None:
    audio = np.zeros((1000, 3), np.float32)
    audio[:, 2] = 0.5
    content = encoded("WAVEX", "FLOAT", audio)
    at = content.index(b"fmt ") + 8 + 20
    centre = decode(saved(tmp_path, with_bytes(content, at, struct.pack("<I", 0x7))))
    behind = decode(saved(tmp_path, with_bytes(content, at, struct.pack("<I", 0x103))))

    assert centre.audio[:, 500] == pytest.approx([0.5 * np.sqrt(0.5)] * 2)
    assert behind.audio[:, 500] == pytest.approx([0.25, 0.25])
    assert "back centre" in behind.remarks[0]


def test_a_wav_without_a_format_is_refused(tmp_path: Path) -> None:
    content = encoded("WAV", "PCM_16", QUIET)

    with pytest.raises(AudioFileError, match=r"^a\.wav: cannot be decoded"):
        decode(saved(tmp_path, content[:12] + content[36:]))


def test_big_endian_wav_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, QUIET, RATE, format="WAV", subtype="PCM_16", endian="BIG")
    content = path.read_bytes()
    content = with_bytes(content, content.index(b"data") + 4, bytes(4))

    assert is_whole(saved(tmp_path, content))
