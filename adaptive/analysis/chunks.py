"""Reads loop points, cue points, tempo and beats from the chunks of a WAV file.

Samplers and loop editors write three chunks: ``smpl`` (loop points), ``cue `` (marked positions) and ``acid``
(tempo, beats, meter).  They are only hints, because editors do not update them when a file is cut.  What
cannot be true is ignored, with a sentence that says so: none of it keeps a file from being played.
"""

from __future__ import annotations

import contextlib
import math
import struct
from dataclasses import dataclass, replace
from pathlib import Path

from adaptive.analysis.loop_comments import read_loop_comments
from adaptive.engine.decoding.chunked import RIFF, Chunk, chunks
from adaptive.errors import AudioFileError

# The three chunks have fewer than 100 bytes in practice; the limit bounds the memory for hostile files.
_LARGEST_CHUNK = 65_536
_LOWEST_BPM, _HIGHEST_BPM = 20.0, 400.0
_ONE_SHOT = 1
_FORWARD = 0


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
    ignored : tuple of str
        What was found and is not believed, and why.
    """

    bpm: float | None = None
    beats: int = 0
    beats_per_bar: int = 0
    loop_frames: tuple[int, int] | None = None
    cue_frames: tuple[int, ...] = ()
    ignored: tuple[str, ...] = ()

    def without(self, why: str) -> ChunkHints:
        """Return the hints with a sentence about what is ignored."""
        return replace(self, ignored=(*self.ignored, f"{why}: ignored"))


def read_hints(path: Path, frames: int = 0) -> ChunkHints:
    """Read the hints of a file: of the chunks of a WAV file, or the comments of an Ogg or FLAC file.

    Parameters
    ----------
    path : Path
        Any file.
    frames : int
        Its length; marks beyond it are ignored.  0: the length is not known, and they are believed.

    Raises
    ------
    AudioFileError
        If the file cannot be read.
    """
    hints = ChunkHints()
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] in (b"OggS", b"fLaC"):
                return ChunkHints(loop_frames=read_loop_comments(path))
            if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64", b"BW64") or head[8:] != b"WAVE":
                return hints
            for chunk in chunks(file, len(head), RIFF):
                if chunk.name in _PARSERS:
                    file.seek(chunk.at)
                    hints = _parse(chunk, file.read(min(chunk.size, _LARGEST_CHUNK)), hints)
    except OSError as error:
        raise AudioFileError(f"{path.name} cannot be read: {error.strerror}.") from error
    return _inside(hints, frames) if frames else hints


def _parse(chunk: Chunk, body: bytes, hints: ChunkHints) -> ChunkHints:
    if chunk.size <= _LARGEST_CHUNK:
        with contextlib.suppress(struct.error, ValueError):
            return _PARSERS[chunk.name](body, hints)
    name = chunk.name.decode("ascii", "replace").strip()
    return hints.without(f"its chunk '{name}' is damaged")


def _inside(hints: ChunkHints, frames: int) -> ChunkHints:
    """Ignore marks beyond the end of the file."""
    loop = hints.loop_frames
    if loop is not None and loop[1] > frames:
        text = f"its loop ends at frame {loop[1]:,}, and the file has {frames:,}"
        hints = replace(hints, loop_frames=None).without(text)
    kept = tuple(frame for frame in hints.cue_frames if frame < frames)
    if beyond := len(hints.cue_frames) - len(kept):
        are = "its cue points lies" if beyond == 1 else "its cue points lie"
        hints = replace(hints, cue_frames=kept).without(f"{beyond} of {are} beyond its end")
    return hints


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
    kind, start, last = struct.unpack_from("<3I", body, 36 + 4)
    if kind != _FORWARD:
        how = {1: "there and back", 2: "backwards"}.get(kind, "in a way that is not defined")
        return hints.without(f"its loop plays {how}, and only forward loops are played")
    if last <= start:
        return hints.without("its loop has no length")
    return replace(hints, loop_frames=(start, last + 1))


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
