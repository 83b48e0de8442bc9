"""Reads loop points from the comments of Ogg and FLAC files.

Game editors write the comments ``LOOPSTART`` and ``LOOPLENGTH`` (or ``LOOPEND``), in frames.  They are only
hints: a value that is no number is ignored, and a file whose comments cannot be read has none.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

_MOST_BYTES = 1_000_000
"""Comments come first in a file; a picture among them may be large, and is not read."""

_MOST_COMMENTS = 1_000
_COMMENT_BLOCK = 4
_POINT = re.compile(r"(?<![a-z])LOOP_?(START|LENGTH|END)\s*=\s*([0-9]{1,12})(?![0-9.:])", re.IGNORECASE)
"""A comment of its own, or a part of another: some programs write ``COMMENT=LOOPSTART=176400``."""

_LONGEST_COMMENT = 1_000
_OGG_HEADS = (b"\x03vorbis", b"OpusTags")

TO_THE_END = 2**62
"""End of a loop whose length is not stated: it ends with the file."""


def read_loop_comments(path: Path) -> tuple[int, int] | None:
    """Return the first frame of the loop and the frame after its last; None if no comment states them.

    The end is `TO_THE_END` if the comments state only where the loop begins.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
    except OSError:
        return None
    try:
        comments = dict(_comments(_block(content)))
    except (struct.error, IndexError):
        return None
    start = comments.get("START")
    if start is None:
        return None
    end = comments.get("END", TO_THE_END)
    if "LENGTH" in comments:
        end = start + comments["LENGTH"]
    return (start, end) if end > start else None


def _block(content: bytes) -> bytes:
    """The comments of a file: vendor, number, then each with its length before it."""
    if content[:4] == b"fLaC":
        return _flac_block(content)
    packets = b"".join(_ogg_pages(content))
    for head in _OGG_HEADS:
        at = packets.find(head)
        if at >= 0:
            return packets[at + len(head) :]
    # FLAC in Ogg: the second packet is the block itself, after a header of four bytes
    at = packets.find(b"\x7fFLAC")
    return packets[at + 51 + 4 :] if at >= 0 else b""


def _flac_block(content: bytes) -> bytes:
    at = 4
    while at + 4 <= len(content):
        kind, size = content[at] & 0x7F, int.from_bytes(content[at + 1 : at + 4], "big")
        if kind == _COMMENT_BLOCK:
            return content[at + 4 : at + 4 + size]
        if content[at] & 0x80:
            break
        at += 4 + size
    return b""


def _ogg_pages(content: bytes) -> Iterator[bytes]:
    """The bodies of the first pages."""
    at = 0
    while content[at : at + 4] == b"OggS" and at + 27 <= len(content):
        segments = content[at + 27 : at + 27 + content[at + 26]]
        begins = at + 27 + content[at + 26]
        yield content[begins : begins + sum(segments)]
        at = begins + sum(segments)


def _comments(block: bytes) -> Iterator[tuple[str, int]]:
    (vendor,) = struct.unpack_from("<I", block)
    at = 4 + vendor
    (count,) = struct.unpack_from("<I", block, at)
    at += 4
    for _ in range(min(count, _MOST_COMMENTS)):
        (size,) = struct.unpack_from("<I", block, at)
        at += 4
        text = block[at : at + size].decode("utf-8", "replace") if size <= _LONGEST_COMMENT else ""
        for found in _POINT.finditer(text):
            yield found[1].upper(), int(found[2])
        at += size
