"""Containers made of chunks: WAV (RIFF, RIFX, RF64), Wave64, AIFF, CAF, and AU with its single size.

Where a size was never written, or an odd chunk lacks its pad byte, the decoder is given a view with a
header that tells the truth.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from adaptive.engine.decoding.contents import Contents
from adaptive.engine.decoding.layout_tags import caf_order
from adaptive.engine.decoding.view import View

# Programs that write to a pipe leave sizes from here on, because they do not know the length.
NEVER_WRITTEN = 0x7FFF_0000
_MOST_CHUNKS = 1_000
_MOST_HEADER_BYTES = 4_096
_EXTENSIBLE = 0xFFFE
_W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")
_W64_RIFF = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000")
_KNOWN = frozenset(
    b"fmt |data|fact|LIST|JUNK|junk|smpl|cue |acid|bext|iXML|id3 |ID3 |PEAK|inst|cart|FLLR|PAD |ds64|plst"
    b"|COMM|SSND|MARK|INST|FVER|NAME|AUTH|ANNO|CHAN|APPL|MIDI|COMT|strc|_PMX|umid|minf|elm1|regn|DISP".split(
        b"|"
    )
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a container writes its chunks."""

    head: str
    alignment: int
    is_head_counted: bool = False

    @property
    def head_bytes(self) -> int:
        """Bytes of a chunk's name and size."""
        return struct.calcsize(self.head)


RIFF, RIFX = Dialect("<4sI", 2), Dialect(">4sI", 2)
WAVE64, CAF = Dialect("<16sQ", 8, is_head_counted=True), Dialect(">4sq", 1)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk: its name, where its content begins, the size it states, and whether its pad is missing."""

    name: bytes
    at: int
    size: int
    is_unpadded: bool = False

    @property
    def end(self) -> int:
        """Where its content should end."""
        return self.at + self.size


def chunks(file: BinaryIO, start: int, dialect: Dialect) -> Iterator[Chunk]:
    """Yield the chunks of a file, until one reaches its end or what follows is no chunk."""
    file_bytes, width = file.seek(0, os.SEEK_END), dialect.head_bytes
    at = start
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(width)
        if len(head) < width or not any(head[:4]):
            return
        name, size = struct.unpack(dialect.head, head)
        size -= width if dialect.is_head_counted else 0
        if size < 0 and dialect is not CAF:
            return
        chunk = Chunk(name[:4], at + width, size)
        odd = chunk.size % dialect.alignment
        is_unpadded = dialect.alignment == 2 and bool(odd) and _lacks_pad(file, chunk.end)
        yield replace(chunk, is_unpadded=is_unpadded)
        if size < 0 or chunk.end >= file_bytes:
            return
        at = chunk.end + (0 if is_unpadded or not odd else dialect.alignment - odd)


def _lacks_pad(file: BinaryIO, at: int) -> bool:
    """Whether the next chunk begins at an odd byte, because the pad before it was not written."""
    file.seek(at)
    near = file.read(5)
    if near[1:5] in _KNOWN:
        return False
    is_name = len(near) >= 4 and all(32 <= byte < 127 for byte in near[:4])
    return near[:4] in _KNOWN or (is_name and near[0] != 0)


def read_wave(path: Path, file: BinaryIO, magic: bytes) -> Contents:
    """Read RIFF, RIFX, RF64 or Wave64."""
    dialect = WAVE64 if magic.startswith(b"riff") else RIFX if magic.startswith(b"RIFX") else RIFF
    order = ">" if dialect is RIFX else "<"
    form, promised, is_unpadded = b"", 0, False
    for chunk in chunks(file, 40 if dialect is WAVE64 else 12, dialect):
        if chunk.name == b"data":
            return _wave_data(path, file, chunk, form, promised, is_unpadded, order)
        is_unpadded = is_unpadded or chunk.is_unpadded
        file.seek(chunk.at)
        if chunk.name == b"fmt ":
            form = file.read(min(max(0, chunk.size), _MOST_HEADER_BYTES))
        elif chunk.name == b"ds64" and chunk.size >= 16:
            promised = struct.unpack("<QQ", file.read(16).ljust(16, b"\0"))[1]
    return Contents()


def _wave_data(
    path: Path, file: BinaryIO, data: Chunk, form: bytes, long_bytes: int, is_unpadded: bool, order: str
) -> Contents:
    if len(form) < 16:
        return Contents()
    promised = long_bytes if data.size == 0xFFFF_FFFF and long_bytes else data.size
    there = file.seek(0, os.SEEK_END) - data.at
    frame_bytes = max(1, struct.unpack_from(order + "H", form, 12)[0])
    found = Contents(mask=_mask(form, order))
    is_unknown = _is_unknown(promised, there) and not (promised == 0 and _ends_in_chunks(file, data.at))
    if is_unknown or is_unpadded:
        kept = there if is_unknown else min(promised, there)
        found = replace(found, links=(_plain_wave(path, form, data.at, kept, order),))
    if not is_unknown and promised - there >= frame_bytes:
        found = replace(found, promised_share=promised / max(1, there))
    return found


def _is_unknown(promised: int, there: int) -> bool:
    return (promised == 0 and there > 0) or (promised >= NEVER_WRITTEN and promised > there)


def _ends_in_chunks(file: BinaryIO, at: int) -> bool:
    """Whether what follows an empty `data` are chunks up to the end of the file, and not its audio."""
    file_bytes = file.seek(0, os.SEEK_END)
    found = list(chunks(file, at, RIFF))
    return bool(found) and all(chunk.name in _KNOWN for chunk in found) and found[-1].end <= file_bytes


def _plain_wave(path: Path, form: bytes, at: int, size: int, order: str) -> View:
    """Return a WAV of a format chunk and the audio, with sizes that are true."""
    shown = min(size, 0xFFFF_FFFF)
    head = b"fmt " + struct.pack(order + "I", len(form)) + form + b"\0" * (len(form) % 2)
    data = b"data" + struct.pack(order + "I", shown)
    total = struct.pack(order + "I", min(0xFFFF_FFFF, 4 + len(head) + 8 + size))
    magic = b"RIFX" if order == ">" else b"RIFF"
    return View(path, (magic + total + b"WAVE" + head + data, (at, size)))


def _mask(form: bytes, order: str) -> int:
    """Return the channel mask of a format chunk, if it is extensible."""
    if len(form) < 24 or struct.unpack_from(order + "H", form)[0] != _EXTENSIBLE:
        return 0
    return int(struct.unpack_from(order + "I", form, 20)[0])


def read_aiff(path: Path, file: BinaryIO, kind: bytes) -> Contents:
    """Read AIFF and AIFF-C."""
    common, version, is_unpadded = b"", b"", False
    order: tuple[str, ...] = ()
    found = None
    for chunk in chunks(file, 12, RIFX):
        if chunk.name == b"SSND":
            found = chunk
            break
        is_unpadded = is_unpadded or chunk.is_unpadded
        file.seek(chunk.at)
        body = file.read(min(chunk.size, _MOST_HEADER_BYTES))
        common = body if chunk.name == b"COMM" else common
        version = body if chunk.name == b"FVER" else version
        order = caf_order(body) if chunk.name == b"CHAN" else order
    if found is None or len(common) < 18:
        return Contents(order=order)
    channels, frames, bits = struct.unpack_from(">HIH", common)
    frame_bytes = max(1, channels * ((bits + 7) // 8))
    there = file.seek(0, os.SEEK_END) - found.at - 8
    promised = found.size - 8
    is_unknown = found.size == 0 or (found.size >= NEVER_WRITTEN and promised > there)
    contents = Contents(order=order)
    if is_unpadded:
        kept = there if is_unknown else min(promised, there)
        contents = replace(contents, links=(_plain_aiff(path, kind, version, common, found.at, kept),))
    if not is_unknown and promised - there >= frame_bytes and frames:
        contents = replace(contents, promised_share=promised / max(1, there))
    return contents


def _plain_aiff(path: Path, kind: bytes, version: bytes, common: bytes, at: int, size: int) -> View:
    parts = b"".join(
        name + struct.pack(">I", len(body)) + body + b"\0" * (len(body) % 2)
        for name, body in ((b"FVER", version), (b"COMM", common))
        if body
    )
    head = kind + parts + b"SSND" + struct.pack(">I", size + 8)
    return View(path, (b"FORM" + struct.pack(">I", len(head) + size + 8) + head, (at, size + 8)))


def read_caf(path: Path, file: BinaryIO) -> Contents:
    """Read Apple's Core Audio Format, whose size of the audio may be -1: up to the end of the file."""
    order: tuple[str, ...] = ()
    for chunk in chunks(file, 8, CAF):
        file.seek(chunk.at)
        if chunk.name == b"chan":
            order = caf_order(file.read(min(max(0, chunk.size), _MOST_HEADER_BYTES)))
        if chunk.name != b"data":
            continue
        file_bytes = file.seek(0, os.SEEK_END)
        there, promised = file_bytes - chunk.at, chunk.size
        if 0 < promised <= there:
            break
        size = struct.pack(">q", there)
        view = View(path, ((0, chunk.at - 8), size, (chunk.at, there)))
        share = promised / max(1, there) if promised > 0 else 1.0
        return Contents((view,), promised_share=share, order=order)
    return Contents(order=order)


def read_au(path: Path, file: BinaryIO) -> Contents:
    """Read AU, whose size of the audio may be unknown."""
    file.seek(0)
    head = file.read(24)
    if len(head) < 24:
        return Contents()
    offset, promised = struct.unpack_from(">II", head, 4)
    there = file.seek(0, os.SEEK_END) - offset
    if promised == 0 and there > 0:
        return Contents((View(path, (head[:8] + b"\xff" * 4, (12, there + offset - 12))),))
    is_cut = NEVER_WRITTEN > promised > there > 0
    return Contents(promised_share=promised / there if is_cut else 1.0)


def is_wave64(magic: bytes) -> bool:
    """Whether a file begins as Wave64 does."""
    return magic.startswith(_W64_RIFF)
