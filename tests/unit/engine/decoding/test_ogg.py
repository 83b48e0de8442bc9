"""Ogg: chains, ends that are missing, pages that are lost; Vorbis and Opus."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.engine.decode import decode
from adaptive.engine.decoding.ogg import walk
from adaptive.errors import AudioFileError
from tests.helpers.audio_bytes import encoded, noise, ogg_pages, saved

RATE = 48_000


@pytest.fixture(params=["VORBIS", "OPUS"])
def codec(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ogg(codec: str, seconds: float = 2.0, channels: int = 2) -> bytes:
    return encoded("OGG", codec, noise(seconds, channels, RATE), RATE)


def test_a_whole_file_has_no_remark(tmp_path: Path, codec: str) -> None:
    decoded = decode(saved(tmp_path, ogg(codec), "a.opus"))

    assert (decoded.frames, decoded.remarks) == (2 * RATE, ())


def test_all_links_of_a_chain_are_decoded(tmp_path: Path, codec: str) -> None:
    links = [ogg(codec, seconds) for seconds in (1.0, 0.5, 2.0)]
    decoded = decode(saved(tmp_path, b"".join(links)))
    alone = np.concatenate([decode(saved(tmp_path, link, "b")).audio for link in links], axis=1)

    assert decoded.remarks == ("is a chain of 3 recordings, which are read one after the other",)
    np.testing.assert_array_equal(decoded.audio, alone)


def test_a_chain_of_different_recordings_is_refused(tmp_path: Path, codec: str) -> None:
    chain = ogg(codec) + ogg(codec, channels=1)

    with pytest.raises(
        AudioFileError, match="a chain of 2 recordings with different sample rates or channels"
    ):
        decode(saved(tmp_path, chain))


def test_a_file_that_ends_within_a_page_is_cut_off(tmp_path: Path, codec: str) -> None:
    content = ogg(codec)
    pages = list(ogg_pages(content))
    begin, end = pages[len(pages) // 2]

    with pytest.raises(AudioFileError, match=r"^a\.wav: .*is cut off: .*its last page is not whole"):
        decode(saved(tmp_path, content[: (begin + end) // 2]))


def test_a_file_without_its_last_page_may_be_cut_off(tmp_path: Path, codec: str) -> None:
    content = ogg(codec)
    begin, _ = list(ogg_pages(content))[-1]
    decoded = decode(saved(tmp_path, content[:begin]))

    assert decoded.remarks == ("may be cut off: its last page does not say that it is the last",)


def test_a_lost_page_is_damage(tmp_path: Path, codec: str) -> None:
    content = ogg(codec)
    pages = list(ogg_pages(content))
    begin, end = pages[len(pages) // 2]

    with pytest.raises(AudioFileError, match=r"is damaged: 1\.\d\d s of 2\.00 s can be read"):
        decode(saved(tmp_path, content[:begin] + content[end:]))


@pytest.mark.parametrize("junk", [b"TAG" + bytes(125), b"Ogg", b"OggS", bytes(1000)])
def test_bytes_behind_the_last_page_are_not_read(tmp_path: Path, codec: str, junk: bytes) -> None:
    decoded = decode(saved(tmp_path, ogg(codec) + junk))

    assert (decoded.frames, decoded.remarks) == (2 * RATE, ())


def test_surround_is_in_the_order_of_vorbis(tmp_path: Path) -> None:
    audio = np.zeros((RATE, 6), np.float32)
    audio[:, 1] = noise(1.0, 1, RATE)[:, 0]  # the centre, behind the left channel
    left, right = decode(saved(tmp_path, encoded("OGG", "VORBIS", audio, RATE))).audio

    assert np.std(left) == pytest.approx(np.std(audio[:, 1]) * np.sqrt(0.5), rel=0.2)
    np.testing.assert_allclose(left, right, atol=0.1)


@pytest.mark.parametrize("content", [b"", b"OggS", b"OggS" * 1000, b"OggS" + bytes(22) + b"\xff"])
def test_damaged_pages_come_to_an_end(content: bytes) -> None:
    walk(content)
