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

AHEAD_FRAMES = CONTROL_STEP_FRAMES + 4 * QUANTUM
"""What lies in a ring before a control step: it, and more than the kernel needs to fade."""

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
        self._next = int(found[1]) if found else 0
        self.frames: int | None = None
        self.is_told = False

    def read(self, first: int, count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Frames of the timeline from `first` on, shape (count, 2); silence where the file has none."""
        out = np.zeros((count, 2), np.float32)
        if self.frames is not None or first + count <= self._next:
            return out
        try:
            if first > self._next:  # the layer was away; another program may have cut the file
                self._file.seek(min(first - self._next, self._file.frames - self._file.tell()), 1)
                self._next = first
            at = max(0, self._next - first)
            found = self._file.read(count - at, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, OSError):
            at, found = 0, out[:0]
        out[at : at + len(found)] = found
        self._next += len(found)
        if len(found) < count - at:
            self.frames = self._next
        return out

    def close(self) -> None:
        """Close it."""
        self._file.close()
