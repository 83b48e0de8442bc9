"""Counts the frames of an MP3: only a Xing or Info frame tells its length, and many files have none.

Without one, the decoder guesses the length from the first frame's bit rate and stops there.  So the frames
are counted, and where the header says nothing or too little, the decoder is given a view that begins with a
frame that tells the count.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from adaptive.engine.decoding.contents import Contents
from adaptive.engine.decoding.view import View

_KBIT = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_MOST_SKIPPED = 1_000_000
_LARGEST_SEARCH = 65_536
_MOST_TAGS, _MOST_RUNS = 100, 1_000
_ANY_FRAMES = 1 << 62
# Bit rate of the frame that tells the count; a frame of this rate has room for it at every sample rate.
_INFO_BIT_RATE = {1: 9, 2: 8}

Bytes = mmap.mmap | bytes


@dataclass(frozen=True, slots=True)
class MpegFrame:
    """The header of an MPEG audio frame."""

    word: int
    version: int
    layer: int
    size: int
    sample_rate: int

    @property
    def is_mono(self) -> bool:
        """Whether it has one channel."""
        return self.word >> 6 & 3 == 3

    @property
    def samples(self) -> int:
        """Samples of each channel."""
        if self.layer == 1:
            return 384
        return 576 if self.layer == 3 and self.version == 2 else 1152

    @property
    def info_at(self) -> int:
        """Where a Xing or Info tag lies in the frame: behind the side information."""
        if self.version == 1:
            return 4 + (17 if self.is_mono else 32)
        return 4 + (9 if self.is_mono else 17)

    def continues(self, other: MpegFrame) -> bool:
        """Whether both may be frames of one stream."""
        return (self.version, self.layer, self.sample_rate) == (other.version, other.layer, other.sample_rate)


@dataclass(slots=True)
class Count:
    """What a walk over all frames found."""

    first: MpegFrame
    frames: int = 0
    skipped_bytes: int = 0
    is_last_cut: bool = False
    runs: list[tuple[int, int]] = field(default_factory=list)
    """Begin and end of each stretch of frames without anything between them."""

    def add(self, at: int, size: int) -> None:
        """Count the frame at a byte."""
        self.frames += 1
        if self.runs and self.runs[-1][1] == at:
            self.runs[-1] = (self.runs[-1][0], at + size)
        else:
            self.runs.append((at, at + size))

    @property
    def bytes(self) -> int:
        """Bytes of all frames."""
        return sum(end - start for start, end in self.runs)


def parse(data: Bytes, at: int) -> MpegFrame | None:
    """Return the frame whose header lies at a byte; None if there is none."""
    if at + 4 > len(data):
        return None
    (word,) = struct.unpack_from(">I", data, at)
    code, layer, rate, bit_rate = word >> 19 & 3, 4 - (word >> 17 & 3), word >> 10 & 3, word >> 12 & 15
    if word >> 21 != 0x7FF or code == 1 or layer == 4 or rate == 3 or bit_rate in (0, 15):
        return None
    version, sample_rate, padding = 1 if code == 3 else 2, _RATES[code][rate], word >> 9 & 1
    bits = _KBIT[version, layer][bit_rate] * 1000
    if layer == 1:
        size = (12 * bits // sample_rate + padding) * 4
    else:
        size = (72 if layer == 3 and version == 2 else 144) * bits // sample_rate + padding
    return MpegFrame(word, version, layer, size, sample_rate)


def tag_bytes(data: Bytes, at: int) -> int:
    """Return the length of the tag at a byte: ID3, ID3v1, APE; 0 if there is none."""
    head = data[at : at + 32]
    if head[:3] == b"ID3" and len(head) >= 10:
        size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        return 10 + size + (10 if head[5] & 0x10 else 0)
    if head[:3] == b"TAG":
        return 128
    if head[:8] == b"APETAGEX" and len(head) >= 16:
        return 32 + int.from_bytes(head[12:16], "little")
    return 0


def find_first(data: Bytes) -> tuple[int, MpegFrame] | None:
    """Return the first frame that another one follows, behind the tags at the beginning."""
    at = 0
    for _ in range(_MOST_TAGS):
        at += tag_bytes(data, at)
    for place in range(at, min(len(data), at + _LARGEST_SEARCH)):
        frame = parse(data, place) if data[place] == 0xFF else None
        if frame is None:
            continue
        follower = parse(data, place + frame.size)
        if (follower is not None and follower.continues(frame)) or place + frame.size == len(data):
            return place, frame
    return None


def count(data: Bytes) -> Count | None:
    """Walk over all frames; None if this is no MPEG audio, or too damaged to be counted."""
    found = find_first(data)
    if found is None:
        return None
    at, first = found
    result, tags = Count(first), 0
    while at < len(data) and tags < _MOST_TAGS and len(result.runs) < _MOST_RUNS:
        frame = parse(data, at)
        if frame is not None and frame.continues(first):
            if at + frame.size > len(data):
                result.is_last_cut = True
                break
            result.add(at, frame.size)
            at += frame.size
        elif size := tag_bytes(data, at):
            at, tags = at + size, tags + 1
        else:
            place = _resume(data, at + 1, first)
            result.skipped_bytes += place - at
            at = place
            if result.skipped_bytes > _MOST_SKIPPED:
                return None
    return result


def _resume(data: Bytes, at: int, first: MpegFrame) -> int:
    """Return where the next frame or tag begins; the end of the file if there is none nearby."""
    for place in range(at, min(len(data), at + _MOST_SKIPPED)):
        if data[place] == 0xFF:
            frame = parse(data, place)
            if frame is not None and frame.continues(first) and _is_followed(data, place + frame.size, first):
                return place
        elif data[place] in b"TIA" and tag_bytes(data, place):
            return place
    return min(len(data), at + _MOST_SKIPPED)


def _is_followed(data: Bytes, at: int, first: MpegFrame) -> bool:
    follower = parse(data, at)
    return at == len(data) or (follower is not None and follower.continues(first))


def read_mp3(path: Path, file: BinaryIO) -> Contents:
    """Count the frames of a file and compare them with its Xing or Info frame."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = count(data)
        if found is None or found.first.layer != 3:
            # What the decoder promises for these is a guess.
            return Contents(slack_frames=_ANY_FRAMES)
        start, end = found.runs[0]
        head = bytes(data[start : start + found.first.size])
        is_changed = len(found.runs) > 1 or found.is_last_cut
    info = _promised(found.first, head)
    remarks = _remarks(found)
    if info is None:
        if found.is_last_cut:
            remarks = (
                *remarks,
                "may be cut off: its last frame is not whole, and no header tells its length",
            )
        told = _info_frame(found.first, found.frames, found.bytes)
        return Contents((_view(path, told, found.runs),), remarks=remarks)
    there, rest = found.frames - 1, [(start + len(head), end), *found.runs[1:]]
    view = _view(path, _with_count(found.first, head, max(there, info), found.bytes), rest)
    # Some writers count one frame more, that of the tag, or one less.
    if there > info + 1:
        return Contents((view,), promised_frames=info * found.first.samples, remarks=remarks)
    is_counted = there == info - 1 and not found.is_last_cut
    return Contents(
        (view,) if is_changed or there < info else (),
        slack_frames=found.first.samples if is_counted else 0,
        remarks=remarks,
    )


def _view(path: Path, head: bytes, runs: Sequence[tuple[int, int]]) -> View:
    return View(path, (head, *((start, end - start) for start, end in runs)))


def _remarks(found: Count) -> tuple[str, ...]:
    # Padding behind the last frame is common, and shorter than this.
    if found.skipped_bytes <= 4_096:
        return ()
    return (f"holds {found.skipped_bytes:,} bytes between its frames that are no MP3 and are passed over",)


def _promised(first: MpegFrame, head: bytes) -> int | None:
    """Return the number of frames that the Xing or Info tag of a frame tells; None without such a tag."""
    at = first.info_at
    if head[at : at + 4] not in (b"Xing", b"Info") or len(head) < at + 12:
        return None
    flags, frames = struct.unpack_from(">II", head, at + 4)
    return int(frames) if flags & 1 and frames else None


def _info_frame(first: MpegFrame, frames: int, size_bytes: int) -> bytes:
    """Return an Info frame that tells the numbers of frames and bytes; the decoder plays nothing for it."""
    rate = _INFO_BIT_RATE[first.version]
    word = first.word & ~(0xF << 12) & ~(1 << 9) | rate << 12 | 1 << 16
    parsed = parse(struct.pack(">I", word), 0)
    size = parsed.size if parsed else 0
    frame = bytearray(size)
    frame[:4] = struct.pack(">I", word)
    told = b"Info" + struct.pack(">III", 3, frames, size + size_bytes)
    frame[first.info_at : first.info_at + len(told)] = told
    return bytes(frame)


def _with_count(first: MpegFrame, head: bytes, frames: int, size_bytes: int) -> bytes:
    """Return the tag's frame with other counts, and without the end that LAME's part of it cuts off."""
    changed, at = bytearray(head), first.info_at
    (flags,) = struct.unpack_from(">I", head, at + 4)
    (told,) = struct.unpack_from(">I", head, at + 8)
    changed[at + 8 : at + 12] = struct.pack(">I", frames)
    if flags & 2 and at + 16 <= len(head):
        changed[at + 12 : at + 16] = struct.pack(">I", size_bytes)
    lame = at + 8 + 4 + (4 if flags & 2 else 0) + (100 if flags & 4 else 0) + (4 if flags & 8 else 0)
    if told < frames and lame + 24 <= len(changed):
        changed[lame + 22] &= 0xF0
        changed[lame + 23] = 0
    return bytes(changed)
