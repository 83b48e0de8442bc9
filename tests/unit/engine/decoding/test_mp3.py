"""MP3 without a Xing or Info frame, with one that lies, with tags and damage in the middle."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from adaptive.engine.decode import decode
from adaptive.engine.decoding.mp3 import count, parse
from adaptive.errors import AudioFileError
from tests.helpers.audio_bytes import (
    RATE,
    encoded,
    mp3,
    mp3_frame_bytes,
    mp3_frames,
    noise,
    saved,
    with_bytes,
    without_info,
)

# The decoder leaves its own delay out.
DELAY = 529
ID3 = b"ID3\4\0\0\0\0\1\0" + bytes(128)
ID3V1 = b"TAG" + bytes(125)
APE = b"APETAGEX" + struct.pack("<4I", 2000, 32, 0, 0) + bytes(8)


@pytest.fixture(params=[False, True], ids=["constant", "variable"])
def whole(request: pytest.FixtureRequest) -> bytes:
    return mp3(request.param)


def test_a_file_with_its_header_is_decoded_to_the_frame(tmp_path: Path, whole: bytes) -> None:
    decoded = decode(saved(tmp_path, whole))

    assert (decoded.frames, decoded.remarks) == (2 * RATE, ())


@pytest.mark.parametrize("before", [b"", ID3, ID3 + ID3])
@pytest.mark.parametrize("behind", [b"", ID3V1, APE + ID3V1])
def test_a_file_without_a_header_is_decoded_to_its_end(
    tmp_path: Path, whole: bytes, before: bytes, behind: bytes
) -> None:
    stripped = without_info(whole)
    decoded = decode(saved(tmp_path, before + stripped + behind, "a.mp3"))

    assert decoded.frames == 1152 * mp3_frames(stripped) - DELAY
    assert decoded.remarks == ()


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_rate_is_counted(tmp_path: Path, rate: int, channels: int) -> None:
    content = encoded("MP3", None, noise(2.0, channels, rate), rate)
    first = parse(content, 0)
    assert first is not None
    decoded = decode(saved(tmp_path, content[first.size :]))

    assert decoded.seconds == pytest.approx(2.0, abs=0.4)
    assert decoded.frames % first.samples == (-DELAY) % first.samples


@pytest.mark.parametrize("share", [0.1, 0.6, 0.95])
def test_a_file_that_is_cut_off_says_how_much_is_there(tmp_path: Path, whole: bytes, share: float) -> None:
    with pytest.raises(AudioFileError, match=r"^a\.wav: is cut off: \d\.\d\d s of 2\.00 s can be read"):
        decode(saved(tmp_path, whole[: int(share * len(whole))]))


def test_a_file_without_a_header_that_is_cut_off_may_be_so(tmp_path: Path, whole: bytes) -> None:
    stripped = without_info(whole)
    decoded = decode(saved(tmp_path, stripped[:-100]))

    assert "may be cut off" in decoded.remarks[0]
    assert decoded.frames == 1152 * (mp3_frames(stripped) - 1) - DELAY


def test_two_files_written_one_after_the_other_are_both_decoded(tmp_path: Path, whole: bytes) -> None:
    decoded = decode(saved(tmp_path, whole + whole))

    assert decoded.seconds == pytest.approx(4.1, abs=0.1)
    assert decoded.remarks[0].startswith("its header promises 2.0")


@pytest.mark.parametrize("by", [-1, 1])
def test_a_header_that_counts_one_frame_more_or_less_is_no_fault(
    tmp_path: Path, whole: bytes, by: int
) -> None:
    at = max(whole.find(b"Xing"), whole.find(b"Info")) + 8
    (told,) = struct.unpack_from(">I", whole, at)
    decoded = decode(saved(tmp_path, with_bytes(whole, at, struct.pack(">I", told + by))))

    assert decoded.seconds == pytest.approx(2.0, abs=0.03)


def test_damage_in_the_middle_is_passed_over_and_told(
    tmp_path: Path, whole: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    stripped = without_info(whole)
    at = 0
    for _ in range(10):
        at += mp3_frame_bytes(stripped, at)
    decoded = decode(saved(tmp_path, stripped[:at] + b"\xff\x00" * 5_000 + stripped[at:]))

    assert decoded.frames == 1152 * mp3_frames(stripped) - DELAY
    assert "holds 10,000 bytes between its frames" in decoded.remarks[0]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"\xff\xfb\x90\x64", b"\xff" * 10_000, bytes(10_000), ID3 * 500]
)
def test_bytes_without_frames_are_not_counted(content: bytes) -> None:
    found = count(content)

    assert found is None or found.frames <= 1


def test_a_file_of_sync_bytes_comes_to_an_end() -> None:
    assert count(without_info(mp3()) + b"\xff\xfb\x00" * 700_000) is None
