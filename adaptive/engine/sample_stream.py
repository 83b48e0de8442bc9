"""Recordings of instruments that are streamed from their files, and what the voices that play them need."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from adaptive.engine.arrays import address
from adaptive.engine.chunked_frames import LOOK_AHEAD_S, ChunkedFrames
from adaptive.kernel import layout as k
from adaptive.kernel.dsp.interpolate import SHORT_TAPS
from adaptive.kernel.sources.notes import NEVER, OFF, RELEASE
from adaptive.kernel.sources.sample_records import PADDING, SampleRecords
from adaptive.kernel.sources.sample_source import Loop, SampleSource
from adaptive.kernel.sources.sampler_frames import WRAP_AFTER

LEAD_FRAMES = 4096
"""Zeros in front of a recording: a page of 16 kB, so that chunks begin with a page."""

USUAL_RATE = 48_000
FALL_OCTAVES = 16.0
"""By which a released voice falls before it ends: 96 dB."""

PLACE = 2.0**32
AROUND = SHORT_TAPS + int(WRAP_AFTER)
"""Frames beside its place that a voice reads."""

Need = tuple[int, "FileStream", list[int]]
"""In how many frames a stream is read, the stream, and the chunks that it needs then."""


class FileStream(ChunkedFrames):
    """The frames of a recording, with copies of a loop's beginning behind its end.

    Parameters
    ----------
    source : SampleSource
        What it is read from.
    loop : tuple of int or None
        First frame of the loop, and the one behind its last.
    """

    def __init__(self, source: SampleSource, loop: Loop | None) -> None:
        self._source, self._loop = source, loop
        frames = source.frames if loop is None else loop[1] + PADDING
        single = np.dtype(np.float32)
        super().__init__(
            source.name, source.channels, frames, single, USUAL_RATE,
            LEAD_FRAMES * single.itemsize, PADDING * single.itemsize,
        )  # fmt: skip
        for memory in self._memory:  # a page that was read once causes no fault in the audio thread
            self._touched = int(memory.bytes[LEAD_FRAMES * single.itemsize - 1]) + int(memory.bytes[-1])

    @property
    def at_marks(self) -> int:
        """Address of the marks."""
        return address(self.marks)

    def address(self, channel: int) -> int:
        """Address of the first frame of a channel."""
        return address(self._rows[channel])

    def pin(self, first: int, frames: int) -> None:
        """Keep frames in memory, and read them now."""
        self.keep(self.chunks_of(first, first + frames))

    def read(self, number: int, into: list[memoryview]) -> None:
        """Read a chunk, one channel into each of `into`.

        Raises
        ------
        OSError
            It cannot be read.
        """
        first = number * k.CHUNK_FRAMES
        behind = min(first + k.CHUNK_FRAMES, self.frames)
        end = self._source.frames if self._loop is None else self._loop[1]
        parts = [self._source.read(first, min(behind, end) - first)] if first < end else []
        if behind > end and self._loop is not None:
            length = self._loop[1] - self._loop[0]
            begun = self._source.read(self._loop[0], min(length, PADDING))
            places = np.arange(max(first, end) - end, behind - end) % length
            parts.append(begun[:, places])
        audio = parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
        for view, channel in zip(into, audio, strict=True):
            frames = np.frombuffer(view, np.float32)
            frames[: channel.size], frames[channel.size :] = channel, 0.0

    def release(self, frame: int) -> bool:
        """Give back the memory of chunks that nothing needs any more; with none left, close the file."""
        is_left = super().release(frame)
        if not is_left:
            self._source.close()
        return is_left


def voice_needs(voices: Any, records: SampleRecords, frame: int, sample_rate: int) -> Iterator[Need]:
    """Yield what the voices of a sampler read next.

    Parameters
    ----------
    voices : ndarray
        Its groups of voices, which the audio thread changes meanwhile.
    records : SampleRecords
        Its regions.
    frame : int
        Of the timeline.
    sample_rate : int
        Of the engine.
    """
    lanes = np.flatnonzero(voices["stage"].ravel() != OFF)
    columns = (
        voices[name].ravel()[lanes].tolist()
        for name in ("region", "stage", "position", "step", "resting_step", "is_plain", "release_frame")
    )
    rates = voices["release_rate"][:, 0].ravel()[lanes].tolist()
    most = round(LOOK_AHEAD_S * sample_rate)
    for number, stage, position, step, resting, is_plain, end, fall in zip(*columns, rates, strict=True):
        if not 0 <= number < len(records.streams):
            continue
        region, (data, plain) = records.regions[number], records.streams[number]
        if not isinstance(data, FileStream) or not isinstance(plain, FileStream):
            continue
        held = 1 if stage == RELEASE else end - frame if end < NEVER else 0
        ahead = min(most, _lasting(region, held, fall))
        at, behind = position >> 32, (position >> 32) + round(ahead * max(step, resting) / PLACE)
        if is_plain or not region["loop_end"]:
            yield 0, plain if is_plain else data, _chunks(plain if is_plain else data, at, behind)
            continue
        yield 0, data, _chunks(data, at, behind)
        start = int(region["loop_end"] - region["loop_frames"])
        over = min(behind - int(region["loop_end"]), int(region["loop_frames"]))
        if over > 0:
            yield max(0, most - ahead), data, _chunks(data, start, start + over)
        if region["loops_until_release"]:
            yield 0, plain, _chunks(plain, at, behind)


def note_needs(command: Any, records: SampleRecords, frame: int, sample_rate: int) -> Iterator[Need]:
    """Yield what a note needs that is going to begin, and is not there yet."""
    most, delay = round(LOOK_AHEAD_S * sample_rate), max(0, command.frame - frame)
    number = min(max(int(command.which), 0), len(records.streams) - 1)
    data, _ = records.streams[number]
    if not isinstance(data, FileStream) or delay > most or not math.isfinite(command.f0):
        return
    region = records.regions[number]
    above = (command.f0 - float(region["root"])) * float(region["key_scale"]) + float(region["tune"])
    step = float(region["ratio"]) * 2.0 ** (min(max(above, -120.0), 72.0) / 12.0)
    fall = FALL_OCTAVES / max(2.0 ** float(region["release"][0]), 1.0)
    ahead = min(most - delay, _lasting(region, int(command.i0), fall))
    at = int(region["start"])
    yield delay, data, _chunks(data, at, at + round(ahead * step))


def _lasting(region: Any, held: int, fall: float) -> int:
    """How many frames a voice sounds that is held for so many more; `held` 0: it is not known.

    `fall` is what it falls by when it is released, in octaves a frame.
    """
    if region["plays_to_its_end"] or held <= 0 or not fall > 0.0:  # the audio thread may be writing it
        return 1 << 40
    return held + round(FALL_OCTAVES / fall) + k.QUANTUM


def _chunks(stream: FileStream, at: int, behind: int) -> list[int]:
    """Chunks that a voice reads from its place on, up to another."""
    return list(stream.chunks_of(at - AROUND, behind + AROUND))
