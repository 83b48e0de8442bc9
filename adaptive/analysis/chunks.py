"""Reads loop points, cue points, tempo and beats from the chunks of a WAV file.

Samplers and loop editors write three chunks: ``smpl`` (loop points), ``cue `` (marked positions) and ``acid``
(tempo, beats, meter).  They are only hints, because editors do not update them when a file is cut.  The
reader is strict about structure (a chunk that does not fit in the file is an error) and tolerant about values
(a tempo of zero is ignored).
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from adaptive.analysis.loop_comments import read_loop_comments
from adaptive.errors import AudioFileError, one_line

# The three chunks have fewer than 100 bytes in practice; the limit bounds the memory for hostile files.
_LARGEST_CHUNK = 65_536
# An editor writes about ten chunks; the limit bounds the time for files of many empty chunks.
_MOST_CHUNKS = 1_000
# Recorders that stream write these as the size of `data` and of the file, because it is not yet known.
_UNKNOWN_SIZES = (0, 0xFFFF_FFFF)
_LOWEST_BPM, _HIGHEST_BPM = 20.0, 400.0
_ONE_SHOT = 1


@dataclass(frozen=True)
class ChunkHints:
    """What the chunks of one file state; the defaults mean that they do not state it.

    Attributes
    ----------
    bpm : float or None
        Tempo in quarter notes per minute, 20 to 400.
    beats : int
        Length in beats; 0 if unknown.
    beats_per_bar : int
        The meter's numerator if the denominator is 4; 0 if unknown.
    loop_frames : tuple of int or None
        The first frame of the loop, and the frame after its last.
    cue_frames : tuple of int
        Marked positions in frames, ascending.
    """

    bpm: float | None = None
    beats: int = 0
    beats_per_bar: int = 0
    loop_frames: tuple[int, int] | None = None
    cue_frames: tuple[int, ...] = ()


def read_hints(path: Path) -> ChunkHints:
    """Read the hints of a file: of the chunks of a WAV file, or the comments of an Ogg or FLAC file.

    Parameters
    ----------
    path : Path
        Any file.

    Raises
    ------
    AudioFileError
        If the file cannot be read, or is truncated or damaged: a chunk does not fit.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] in (b"OggS", b"fLaC"):
                return ChunkHints(loop_frames=read_loop_comments(path))
            if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
                return ChunkHints()
            return _walk(file, size, struct.unpack_from("<I", head, 4)[0], path)
    except OSError as error:
        raise AudioFileError(f"{path.name} cannot be read: {error.strerror}.") from error


def _walk(file: BinaryIO, file_size: int, riff_size: int, path: Path) -> ChunkHints:
    """Read the hints chunk by chunk; bytes after the end of the RIFF are ignored."""
    end = file_size if riff_size in _UNKNOWN_SIZES else min(file_size, 8 + riff_size)
    hints = ChunkHints()
    position = 12
    for _ in range(_MOST_CHUNKS):
        # Some editors leave padding: fewer than 8 bytes, or zeros.
        if position + 8 > end:
            return hints
        file.seek(position)
        kind, size = struct.unpack("<4sI", file.read(8))
        if kind == b"\0\0\0\0":
            return hints
        if kind == b"data" and size in _UNKNOWN_SIZES:
            return hints
        position += 8 + size
        if position > file_size:
            raise AudioFileError(
                f"{path.name} is truncated: {_shown(kind)} should reach byte {position}, "
                f"the file ends at {file_size}."
            )
        if kind in _PARSERS:
            hints = _parse(file, kind, size, hints, path)
        # Chunks begin on even bytes.
        position += size & 1
    raise AudioFileError(f"{path.name} has more than {_MOST_CHUNKS} chunks; it is damaged.")


def _parse(file: BinaryIO, kind: bytes, size: int, hints: ChunkHints, path: Path) -> ChunkHints:
    if size > _LARGEST_CHUNK:
        raise AudioFileError(
            f"{path.name} is damaged: {_shown(kind)} is {size} bytes, "
            f"more than {_LARGEST_CHUNK} make no sense."
        )
    try:
        return _PARSERS[kind](file.read(size), hints)
    except (struct.error, ValueError) as error:
        raise AudioFileError(
            f"{path.name} is damaged: {_shown(kind)} is shorter than what it says it holds."
        ) from error


def _parse_cue(body: bytes, hints: ChunkHints) -> ChunkHints:
    """Parse `cue `: a count, then 24 bytes for each point, the position in frames last."""
    (count,) = struct.unpack_from("<I", body)
    if 4 + 24 * count > len(body):
        raise ValueError
    frames = (struct.unpack_from("<I", body, 24 + 24 * index)[0] for index in range(count))
    return replace(hints, cue_frames=tuple(sorted(frames)))


def _parse_smpl(body: bytes, hints: ChunkHints) -> ChunkHints:
    """Parse `smpl`: nine words, of which the eighth is the number of loops, then 24 bytes for each loop.

    The end of a loop is inclusive.
    """
    count = struct.unpack_from("<9I", body)[7]
    if 36 + 24 * count > len(body):
        raise ValueError
    if count == 0:
        return hints
    start, last = struct.unpack_from("<2I", body, 36 + 8)
    return replace(hints, loop_frames=(start, last + 1)) if last > start else hints


def _parse_acid(body: bytes, hints: ChunkHints) -> ChunkHints:
    """Parse `acid`, 24 bytes: flags, root, two unknown values, beats, meter (denominator first), tempo."""
    flags, _, _, _, beats, denominator, numerator, bpm = struct.unpack_from("<IHHfIHHf", body)
    # Editors write a default tempo for a one-shot.
    if flags & _ONE_SHOT:
        return hints
    is_tempo = math.isfinite(bpm) and _LOWEST_BPM <= bpm <= _HIGHEST_BPM
    return replace(
        hints,
        bpm=float(bpm) if is_tempo else None,
        beats=beats if 0 < beats <= 100_000 else 0,
        beats_per_bar=numerator if denominator == 4 and 1 <= numerator <= 16 else 0,
    )


_PARSERS = {b"cue ": _parse_cue, b"smpl": _parse_smpl, b"acid": _parse_acid}


def _shown(kind: bytes) -> str:
    return f"its chunk '{one_line(kind.decode('ascii', 'replace').strip())}'"
