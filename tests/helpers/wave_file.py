"""Adds to WAV files what a sampler reads of them."""

from __future__ import annotations

import struct
from pathlib import Path


def with_loop(path: Path, first: int, last: int, key: int = 60) -> None:
    """Add a chunk ``smpl`` with one loop to a file."""
    chunk = struct.pack("<9I", 0, 0, 20833, key, 0, 0, 0, 1, 0) + struct.pack("<6I", 0, 0, first, last, 0, 0)
    data = path.read_bytes() + b"smpl" + struct.pack("<I", len(chunk)) + chunk
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])
