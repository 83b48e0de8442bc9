"""Reads what a FLAC promises, and whether it holds more: the length in its header may be 0 or too small."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from adaptive.engine.decoding.contents import Contents
from adaptive.engine.decoding.view import View

_STREAMINFO, _COMMENT, _LAST = 0, 4, 0x80
_TOTAL_AT = 21
_MOST_BLOCKS, _MOST_COMMENT_BYTES = 200, 1_000_000
_SMALLEST_SEARCH = 65_536
_MASK = re.compile(rb"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0[xX]([0-9a-fA-F]{1,8})")


def read_flac(path: Path, file: BinaryIO) -> Contents:
    """Read the header of a FLAC, and its last frame.

    Where the header promises less than the last frame says, the decoder is given a view that promises
    nothing, so that it reads on.
    """
    file.seek(0)
    head = file.read(4 + 4 + 34)
    if len(head) < 42 or head[4] & 0x7F != _STREAMINFO:
        return Contents()
    total = (head[_TOTAL_AT] & 0x0F) << 32 | struct.unpack_from(">I", head, _TOTAL_AT + 1)[0]
    mask = _channel_mask(file)
    end = last_frame_end(file, head)
    if total == 0 or end <= total:
        return Contents(is_end_there=end >= total > 0, mask=mask)
    size = file.seek(0, os.SEEK_END)
    unknown = head[:_TOTAL_AT] + bytes([head[_TOTAL_AT] & 0xF0]) + bytes(4)
    view = View(path, (unknown, (len(unknown), size - len(unknown))))
    return Contents((view,), promised_frames=total, mask=mask)


def _channel_mask(file: BinaryIO) -> int:
    """Return the channel mask that the comments tell; 0 if they do not."""
    for kind, size in _blocks(file):
        if kind == _COMMENT:
            found = _MASK.search(file.read(min(size, _MOST_COMMENT_BYTES)))
            return int(found[1], 16) if found else 0
    return 0


def _blocks(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Yield kind and size of each block of metadata, with the file at the block's content."""
    at = 4
    for _ in range(_MOST_BLOCKS):
        file.seek(at)
        head = file.read(4)
        if len(head) < 4:
            return
        size = int.from_bytes(head[1:], "big")
        yield head[0] & 0x7F, size
        if head[0] & _LAST:
            return
        at += 4 + size


def last_frame_end(file: BinaryIO, head: bytes) -> int:
    """Return the frame after the last one of the file, as its last frame header tells; 0 if none is found."""
    file_bytes = file.seek(0, os.SEEK_END)
    largest = int.from_bytes(head[15:18], "big")
    search = min(file_bytes, max(_SMALLEST_SEARCH, 2 * largest))
    file.seek(file_bytes - search)
    tail = file.read(search)
    at = len(tail)
    while (at := max(tail.rfind(b"\xff\xf8", 0, at), tail.rfind(b"\xff\xf9", 0, at))) >= 0:
        if end := _frame_end(tail, at, struct.unpack_from(">H", head, 10)[0]):
            return end
        at += 1
    return 0


def _frame_end(data: bytes, at: int, block_frames: int) -> int:
    """Return the frame after a FLAC frame whose header lies at a byte; 0 if it is none."""
    head = data[at : at + 16]
    if len(head) < 16 or head[3] & 1:
        return 0
    number, width = _coded_number(head, 4)
    if not width:
        return 0
    place, code = 4 + width, head[2] >> 4
    extra = {6: 1, 7: 2}.get(code, 0)
    stated = int.from_bytes(head[place : place + extra], "big") + 1
    sizes = {0: 0, 1: 192, 6: stated, 7: stated} | {n: 576 << n - 2 for n in range(2, 6)}
    size = sizes.get(code, 256 << code - 8 if code >= 8 else 0)
    place += extra + {12: 1, 13: 2, 14: 2}.get(head[2] & 15, 0)
    if not size or place >= len(head) or _crc8(head[:place]) != head[place]:
        return 0
    return number + size if head[1] & 1 else number * block_frames + size


def _coded_number(data: bytes, at: int) -> tuple[int, int]:
    """Return a number coded as UTF-8 is, with up to 36 bits, and its bytes; (0, 0) if it is none."""
    first = data[at]
    if first < 0x80:
        return first, 1
    width = 8 - (first ^ 0xFF).bit_length()
    rest = data[at + 1 : at + width]
    if not 2 <= width <= 7 or len(rest) < width - 1 or any(byte >> 6 != 2 for byte in rest):
        return 0, 0
    number = first & (0x7F >> width)
    for byte in rest:
        number = number << 6 | byte & 0x3F
    return number, width


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07 if crc & 0x80 else crc << 1) & 0xFF
    return crc
