"""Finds a chunk of a WAV file ("Multimedia Programming Interface and Data Specifications 1.0", 1991)."""

from __future__ import annotations

from pathlib import Path

MOST_CHUNKS = 1000


def chunk_of(path: Path, name: bytes, most: int) -> bytes:
    """Return the first `most` bytes of a chunk; nothing: the file is no WAV file, or has no such chunk."""
    with path.open("rb") as file:
        head = file.read(12)
        if len(head) < 12 or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return b""
        for _ in range(MOST_CHUNKS):
            chunk = file.read(8)
            if len(chunk) < 8:
                break
            size = int.from_bytes(chunk[4:], "little")
            if chunk[:4] == name:
                return file.read(min(size, most))
            file.seek(size + size % 2, 1)
    return b""
