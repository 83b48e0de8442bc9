"""Loop points from the comments of Ogg and FLAC files."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from adaptive.analysis.loop_comments import TO_THE_END, read_loop_comments

FORMATS = pytest.mark.parametrize(
    ("suffix", "subtype"), [("ogg", "VORBIS"), ("ogg", "OPUS"), ("flac", "PCM_16")], ids=str
)


def write(path: Path, subtype: str, comment: str) -> Path:
    with soundfile.SoundFile(path, "w", 48000, 1, subtype) as file:
        file.comment = comment
        file.write(np.zeros(4800, np.float32))
    return path


@FORMATS
@pytest.mark.parametrize(
    ("comment", "loop"),
    [
        ("LOOPSTART=1000", (1000, TO_THE_END)),
        ("LOOPSTART=1000 LOOPLENGTH=3000", (1000, 4000)),
        ("loop_start = 1000, loop_end = 3000", (1000, 3000)),
        ("LOOPSTART=3000 LOOPEND=1000", None),
        ("LOOPLENGTH=3000", None),
        ("LOOPSTART=-5", None),
        ("LOOPSTART=1.5", None),
        ("LOOPSTART=0:04.000", None),
        ("a comment about nothing", None),
    ],
)
def test_points_are_read_in_frames(
    tmp_path: Path, suffix: str, subtype: str, comment: str, loop: tuple[int, int] | None
) -> None:
    assert read_loop_comments(write(tmp_path / f"a.{suffix}", subtype, comment)) == loop


def test_comments_of_their_own_as_game_editors_write_them(tmp_path: Path) -> None:
    comments = [b"LOOPSTART=176400", b"LOOPLENGTH=352800", b"TITLE=Theme"]
    block = struct.pack("<I", 3) + b"abc" + struct.pack("<I", len(comments))
    block += b"".join(struct.pack("<I", len(text)) + text for text in comments)
    (tmp_path / "a.flac").write_bytes(b"fLaC" + bytes([0x84]) + len(block).to_bytes(3, "big") + block)
    assert read_loop_comments(tmp_path / "a.flac") == (176400, 529200)


@FORMATS
@given(st.data())
def test_damaged_files_have_no_points_and_raise_nothing(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, subtype: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("damaged") / f"a.{suffix}"
    content = bytearray(write(path, subtype, "LOOPSTART=1000").read_bytes()[:600])
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[at] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
    found = read_loop_comments(path)
    assert found is None or 0 <= found[0] < found[1]


def test_a_missing_file_has_none(tmp_path: Path) -> None:
    assert read_loop_comments(tmp_path / "none.ogg") is None
