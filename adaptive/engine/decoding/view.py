"""A file whose header is replaced, or of which only a part is shown, without a copy of it in memory."""

from __future__ import annotations

import bisect
import io
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Piece = bytes | tuple[int, int]
"""Bytes, or the first byte of a file and the number of bytes from there."""


@dataclass(frozen=True, slots=True)
class View:
    """Pieces of a file and bytes put between them."""

    path: Path
    pieces: tuple[Piece, ...]

    def open(self) -> ViewReader:
        """Open the view for reading; close it afterwards."""
        return ViewReader(self)


class ViewReader(io.RawIOBase):
    """Reads a `View`; libsndfile calls it through soundfile's virtual files."""

    def __init__(self, view: View) -> None:
        self._file = view.path.open("rb")
        self._pieces = view.pieces
        sizes = [len(piece) if isinstance(piece, bytes) else piece[1] for piece in view.pieces]
        self._ends = list(itertools.accumulate(sizes))
        self._position = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position in the view."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Set the position; it stays inside the view."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._ends[-1]}[whence]
        self._position = min(max(0, base + offset), self._ends[-1])
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as the view reaches."""
        target = memoryview(buffer).cast("B")
        done = 0
        while done < len(target) and (part := self._read_piece(len(target) - done)):
            target[done : done + len(part)] = part
            done += len(part)
        return done

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def _read_piece(self, most: int) -> bytes:
        """Read at most `most` bytes from the piece at the position."""
        if self._position >= self._ends[-1]:
            return b""
        index = bisect.bisect_right(self._ends, self._position)
        piece = self._pieces[index]
        inside = self._position - (self._ends[index - 1] if index else 0)
        most = min(most, self._ends[index] - self._position)
        if isinstance(piece, bytes):
            part = piece[inside : inside + most]
        else:
            self._file.seek(piece[0] + inside)
            part = self._file.read(most)
        self._position += len(part)
        return part
