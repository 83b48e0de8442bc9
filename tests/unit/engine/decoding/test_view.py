from __future__ import annotations

import io
from pathlib import Path

import pytest

from adaptive.engine.decoding.view import View

CONTENT = bytes(range(100))


def view(folder: Path) -> View:
    (folder / "a").write_bytes(CONTENT)
    return View(folder / "a", (b"head", (10, 5), b"", (50, 20)))


def test_a_view_reads_as_the_bytes_it_is_made_of(tmp_path: Path) -> None:
    whole = b"head" + CONTENT[10:15] + CONTENT[50:70]
    with view(tmp_path).open() as reader:
        assert reader.read() == whole
        assert reader.seek(0, io.SEEK_END) == len(whole)
        for start in range(len(whole)):
            reader.seek(start)
            assert reader.read(7) == whole[start : start + 7]
            assert reader.tell() == min(len(whole), start + 7)


def test_a_position_stays_inside_the_view(tmp_path: Path) -> None:
    with view(tmp_path).open() as reader:
        assert reader.seek(-5) == 0
        assert reader.seek(1000, io.SEEK_CUR) == 29
        assert reader.read(3) == b""


def test_closing_the_view_closes_the_file(tmp_path: Path) -> None:
    reader = view(tmp_path).open()
    reader.seek(6)
    reader.close()

    with pytest.raises(ValueError):
        reader.read(1)
