"""Plays what a session recorded of its inputs, in a render of its trace."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from adaptive.engine.file_names import for_libsndfile
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, QUANTUM
from adaptive.session.incoming.input_recording import BEGINS_AT, input_file, recorded_streams
from adaptive.session.incoming.streams import IncomingStream

Audio = np.ndarray[Any, np.dtype[np.float32]]

AHEAD_FRAMES = CONTROL_STEP_FRAMES + 4 * QUANTUM
"""What lies in a ring before a control step: it, and more than the kernel needs to fade."""

BLOCK_FRAMES = 1 << 15
CUT_S = 0.1
"""A file that ends earlier before the end of the trace is said to be cut."""

START = re.compile(re.escape(BEGINS_AT).replace(re.escape("{}"), r"(\d{1,15})"))


class RecordedInputs:
    """The files of the layers that come in.

    Parameters
    ----------
    folder : Path
        Of the trace.
    sample_rate : int
        Of the render.
    end : int
        Frame of the timeline at which the trace ends.
    remarks : list of str
        Is given a sentence for each file that is missing or cut.
    """

    def __init__(self, folder: Path, sample_rate: int, end: int, remarks: list[str]) -> None:
        self._folder, self._rate, self._end, self._remarks = folder, sample_rate, end, remarks
        self._files: dict[str, _RecordedFile | None] = {}
        self._playing: list[tuple[IncomingStream, _RecordedFile]] = []
        self._layout: Any = None

    def follow(self, performance: Any) -> None:
        """Fill the rings for the next control step of a performance."""
        if performance.layout is not self._layout:
            self._layout = performance.layout
            self._begin(performance)
        until = performance.engine.frame + AHEAD_FRAMES
        for stream, file in self._playing:
            first = stream.ring.written
            if first < until:
                stream.ring.write(file.read(first, until - first))
            if file.frames is not None and file.frames < self._end - CUT_S * self._rate and not file.is_told:
                file.is_told = True
                seconds = file.frames / self._rate
                self._remarks.append(
                    f"layer {stream.layer} is silent from {seconds:.1f} s on, where {file.name} ends"
                )

    def _begin(self, performance: Any) -> None:
        before = {id(stream.ring) for stream, _ in self._playing}
        self._playing = []
        for stream in recorded_streams(performance):
            if stream.layer not in self._files:
                self._files[stream.layer] = self._open(stream.layer)
            file = self._files[stream.layer]
            if file is None:
                continue
            self._playing.append((stream, file))
            if id(stream.ring) not in before:
                record = stream.record
                record["is_timed"], record["is_flowing"] = 1, 1
                record["most"], record["fade_step"], record["gain"] = stream.ring.capacity, 1.0, 1.0
                stream.ring.begin_at(performance.engine.frame)

    def _open(self, layer: str) -> _RecordedFile | None:
        path = self._folder / input_file(layer)
        try:
            file = _RecordedFile(path)
        except (soundfile.LibsndfileError, OSError):
            why = "cannot be read" if path.exists() else "is not beside the trace"
            self._remarks.append(f"layer {layer} is silent: {path.name} {why}")
            return None
        if file.rate != self._rate or file.channels != 2:
            what = f"{file.rate} Hz and {file.channels} channels"
            self._remarks.append(
                f"layer {layer} is silent: {path.name} has {what}, not {self._rate} Hz and 2"
            )
            file.close()
            return None
        return file

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            if file is not None:
                file.close()


class _RecordedFile:
    """A file and the frame of the timeline at which it begins.

    Attributes
    ----------
    frames : int or None
        Frame of the timeline at which it ends, once that was met.
    """

    def __init__(self, path: Path) -> None:
        self._file = soundfile.SoundFile(for_libsndfile(path))
        self.name, self.rate, self.channels = path.name, self._file.samplerate, self._file.channels
        found = START.search(str(self._file.comment))
        self._first = int(found[1]) if found else 0
        self._block: Audio = np.zeros((0, 2), np.float32)
        self.frames: int | None = None
        self.is_told = False

    def read(self, first: int, count: int) -> Audio:
        """Frames of the timeline from `first` on, shape (count, 2); silence where the file has none."""
        out = np.zeros((count, 2), np.float32)
        while self.frames is None and self._first + len(self._block) < first + count:
            whole = self._first + len(self._block) <= first
            kept = self._block[:0] if whole else self._block[first - self._first :]
            self._first += len(self._block) - len(kept)
            more = self._next_block()
            if not len(more):
                self.frames = self._first + len(kept)
            self._block = np.concatenate([kept, more])
        begin, end = max(first, self._first), min(first + count, self._first + len(self._block))
        if begin < end:
            out[begin - first : end - first] = self._block[begin - self._first : end - self._first]
        return out

    def _next_block(self) -> Audio:
        """The next frames of the file; none where it ends or is damaged.

        libsndfile decodes a block of FLAC anew for each read, so that reads of a control step cost a hundred
        times as much.
        """
        try:
            found: Audio = self._file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, OSError):
            return np.zeros((0, 2), np.float32)
        return found

    def close(self) -> None:
        """Close it."""
        self._file.close()
