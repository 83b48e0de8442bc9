"""Decodes audio files to float32 at their own rate, with at most two channels, up to their real end.

A file's structure is read first (`adaptive.engine.decoding`); from it follows how much memory the file will
take, and whether its header tells the truth.  Then it is decoded in blocks, each folded down at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from adaptive.engine.decoding.contents import Contents
from adaptive.engine.decoding.fold import Audio, fold, gains, picked, positions, told
from adaptive.engine.decoding.growing import Growing
from adaptive.engine.decoding.inspect import inspect
from adaptive.engine.decoding.limits import LONGEST_S, LOUDEST, MemoryBudget, check_shape, memory_named
from adaptive.engine.file_names import for_libsndfile
from adaptive.errors import AudioFileError

__all__ = ["LONGEST_S", "LOUDEST", "Audio", "Decoded", "MemoryBudget", "decode"]

_BLOCK_SAMPLES = 1 << 18
_UNKNOWN_FRAMES = 1 << 40
_FIRST_FRAMES = 1 << 16
_MOST_LINKS = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A file's audio, shape (channels, frames), at the rate that its header tells.

    `remarks` are sentences about what is unusual in the file and does no harm.
    """

    audio: Audio
    sample_rate: int
    remarks: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """Length in frames of the file."""
        return int(self.audio.shape[1])

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate


class _Reader(soundfile.SoundFile):  # type: ignore[misc]
    """A sound file that is read from its beginning to its end.

    soundfile seeks after every block, to where it is already; in a damaged file this fails.
    """

    def seekable(self) -> bool:
        return False


def decode(path: Path, budget: MemoryBudget | None = None, pair: str = "") -> Decoded:
    """Decode a file.

    Parameters
    ----------
    path : Path
        An audio file of any channel count.
    budget : MemoryBudget, optional
        What of the memory is left; the file takes its part before it is decoded.
    pair : str
        Which channels to read, a key of `fold.PAIRS`; empty: all of them.

    Returns
    -------
    Decoded
        One or two channels; more are folded down to two, unless a pair is read.

    Raises
    ------
    AudioFileError
        The file is missing, empty, cut off, longer than an hour, larger than what is left of the memory, not
        an audio file, or has samples that are not finite or above `LOUDEST`.
    """
    contents = inspect(path)
    if len(contents.links) > _MOST_LINKS:
        raise AudioFileError(f"{path.name}: is a chain of more than {_MOST_LINKS:,} recordings")
    try:
        shape = _shape(path, contents)
        check_shape(path.name, shape.sample_rate, shape.channels, shape.frames)
        if budget is not None:
            budget.take(path.name, shape.frames, min(2, shape.channels), shape.sample_rate)
        with memory_named(path.name):
            return _decode_all(path, contents, shape, budget, pair)
    except (soundfile.LibsndfileError, RuntimeError, OSError, TypeError) as error:
        reason = (
            f"it is cut off: {contents.cut_off}" if contents.cut_off else "it is no audio file, or broken"
        )
        raise AudioFileError(f"{path.name}: cannot be decoded: {reason}") from error


def decoded_bytes(path: Path, sample_rate: int) -> int:
    """What a file takes in memory at a rate, by its header; 0 if the header does not tell."""
    try:
        shape = _shape(path, inspect(path))
    except (soundfile.LibsndfileError, AudioFileError, RuntimeError, OSError, TypeError):
        return 0  # what is wrong with it is told when it is decoded
    return 4 * min(2, shape.channels) * (shape.frames * sample_rate // max(1, shape.sample_rate))


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the headers of all links tell; `frames` 0 is an unknown length."""

    sample_rate: int
    channels: int
    frames: int
    is_vorbis: bool


def _shape(path: Path, contents: Contents) -> _Shape:
    """Read the headers of all links, which must agree."""
    found: list[_Shape] = []
    for reader in _readers(path, contents):
        frames = reader.frames if 0 <= reader.frames < _UNKNOWN_FRAMES else 0
        is_vorbis = reader.format == "OGG" and reader.subtype in ("VORBIS", "OPUS")
        found.append(_Shape(reader.samplerate, reader.channels, frames, is_vorbis))
    first = found[0]
    if any((one.sample_rate, one.channels) != (first.sample_rate, first.channels) for one in found):
        raise AudioFileError(
            f"{path.name}: is a chain of {len(found)} recordings with different sample rates or channels; "
            "save it as one file"
        )
    is_known = all(one.frames for one in found)
    return replace(first, frames=sum(one.frames for one in found) if is_known else contents.promised_frames)


@contextmanager
def _opened(path: Path, contents: Contents, index: int) -> Iterator[_Reader]:
    if not contents.links:
        with _Reader(for_libsndfile(path)) as reader:
            yield reader
        return
    with closing(contents.links[index].open()) as view, _Reader(view) as reader:
        yield reader


def _readers(path: Path, contents: Contents) -> Iterator[_Reader]:
    """Yield each link opened, one at a time."""
    for index in range(len(contents.links) or 1):
        with _opened(path, contents, index) as reader:
            yield reader


def _decode_all(
    path: Path, contents: Contents, shape: _Shape, budget: MemoryBudget | None, pair: str
) -> Decoded:
    at = positions(shape.channels, contents.mask, contents.order, shape.is_vorbis)
    gain = gains(shape.channels, at) if shape.channels > 2 else None
    if pair and (gain is not None or pair != "front"):
        gain = picked(at, pair) if gain is not None else None
        if gain is None:
            raise AudioFileError(f"{path.name}: has no {pair} channels: it has {shape.channels}")
    result = Growing(min(2, shape.channels), shape.frames or _FIRST_FRAMES)
    is_whole = True
    for reader in _readers(path, contents):
        for block in _blocks(reader):
            if block is None:
                is_whole = False
                break
            if not (block.min(initial=0.0) >= -LOUDEST and block.max(initial=0.0) <= LOUDEST):
                raise AudioFileError(f"{path.name}: holds samples that are no numbers, or absurdly loud")
            _grow(result, len(block), path.name, shape, budget)
            result.add(block.T if gain is None else fold(block, gain))
    _require_whole(path.name, contents, shape, result.frames, is_whole)
    remarks = _remarks(contents, shape, result.frames)
    if gain is not None and not pair:
        remarks = (told(shape.channels, at), *remarks)
    return Decoded(result.done(), shape.sample_rate, remarks)


def _blocks(reader: _Reader) -> Iterator[Audio | None]:
    """Yield the file in blocks of shape (frames, channels); None at a place that cannot be decoded."""
    buffer = np.empty((max(1, _BLOCK_SAMPLES // reader.channels), reader.channels), np.float32)
    while True:
        buffer.fill(np.nan)
        try:
            block = reader.read(out=buffer)
        except soundfile.LibsndfileError:
            # the decoder does not say how much of the block it has filled
            missing = np.flatnonzero(np.isnan(buffer).any(axis=1))
            yield buffer[: missing[0]] if missing.size else buffer
            yield None
            return
        if not len(block):
            return
        yield block


def _grow(result: Growing, frames: int, name: str, shape: _Shape, budget: MemoryBudget | None) -> None:
    """Take memory for frames that no header has promised."""
    more = result.missing(frames)
    if more:
        check_shape(name, shape.sample_rate, shape.channels, result.frames + frames)
        if budget is not None:
            budget.take(name, more, result.channels, shape.sample_rate)
        result.grow(more)


def _require_whole(name: str, contents: Contents, shape: _Shape, frames: int, is_whole: bool) -> None:
    """Refuse a file that holds less than it promises."""
    promised = shape.frames - contents.slack_frames
    if frames >= promised:
        promised = round(frames * contents.promised_share)
    there_s, promised_s = frames / shape.sample_rate, promised / shape.sample_rate
    word = "damaged" if contents.is_end_there else "cut off"
    if frames < promised:
        raise AudioFileError(f"{name}: is {word}: {there_s:.2f} s of {promised_s:.2f} s can be read")
    if contents.cut_off or not is_whole:
        why = f", and {contents.cut_off}" if contents.cut_off else ""
        raise AudioFileError(f"{name}: is {word}: {there_s:.2f} s can be read{why}")
    if frames == 0:
        raise AudioFileError(f"{name}: holds no audio")


def _remarks(contents: Contents, shape: _Shape, frames: int) -> tuple[str, ...]:
    if not 0 < contents.promised_frames < frames:
        return contents.remarks
    promised_s, there_s = contents.promised_frames / shape.sample_rate, frames / shape.sample_rate
    told_more = f"its header promises {promised_s:.2f} s, and {there_s:.2f} s are there: all of it is read"
    return (*contents.remarks, told_more)
