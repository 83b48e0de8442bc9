"""``--record``: keeps the sound of layers that come in, one FLAC file a layer, beside the trace."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.errors import AdaptiveError
from adaptive.kernel.layout import QUANTUM
from adaptive.kernel.sources.played_frames import PlayedFrames
from adaptive.session.incoming.patches import PYO
from adaptive.session.incoming.streams import IncomingStream, streams_of
from adaptive.sinks.bounded_file import BoundedFile

KEPT_S = 4.0
"""What the kernel keeps for the thread that writes; one that is later leaves silence."""

WRITE_EVERY_S = 0.1
LONGEST_SILENCE_FRAMES = 1 << 16
BEGINS_AT = "begins at frame {} of the timeline"
"""Comment of a file."""


def input_file(layer: str) -> str:
    """Name of the file of a layer.

    Examples
    --------
    >>> input_file("voice")
    'input-voice.flac'
    """
    return f"input-{layer}.flac"


def recorded_streams(performance: Any) -> list[IncomingStream]:
    """The layers that are recorded: all that come in but patches, which a render runs again."""
    return [one for one in streams_of(performance) if not one.spec.name.startswith(PYO)]


class _InputFile:
    """The file of a layer, and what the kernel writes for it; used by one thread but for `source`.

    Frame n of the file is frame `start` + n of the timeline.
    """

    def __init__(self) -> None:
        self.source: tuple[PlayedFrames, int] | None = None  # with the frame of the timeline where it is 0
        self._taken_from: PlayedFrames | None = None
        self._next = 0  # of the source
        self._start = 0
        self.file: BoundedFile | None = None
        self.missing = 0
        """Frames that were overwritten before they could be taken."""

    def take(self, open_at: Callable[[int], BoundedFile]) -> None:
        """Write what was played since the last call, with silence where nothing was kept."""
        source = self.source
        if source is None or (self.file is not None and self.file.has_ended):
            return
        played, offset = source
        if played is not self._taken_from:
            self._taken_from, self._next = played, 0
        first, frames = played.since(self._next)
        if not len(frames):
            return
        self.missing += first - self._next if self._next else 0
        self._next = first + len(frames)
        if self.file is None:
            self._start, self.file = first + offset, open_at(first + offset)
        due = first + offset - self._start - self.file.frames
        frames = frames[max(0, -due) :]  # what an earlier stream of the layer has filled is kept
        while due > 0 and not self.file.has_ended:
            self.file.write(np.zeros((min(due, LONGEST_SILENCE_FRAMES), 2), np.float32))
            due -= LONGEST_SILENCE_FRAMES
        self.file.write(frames)


class InputRecording:
    """Writes what the kernel has played of each incoming stream, in a thread of its own.

    Parameters
    ----------
    folder : Path
        Of the trace.
    sample_rate : int
        Frames a second.
    limit_bytes : int
        Each file ends when it is as large as this.
    tell : callable
        Is given a sentence, in the thread that writes.
    """

    def __init__(self, folder: Path, sample_rate: int, limit_bytes: int, tell: Callable[[str], None]) -> None:
        self._folder, self._rate, self._limit_bytes, self._tell = folder, sample_rate, limit_bytes, tell
        self._layers: dict[str, _InputFile] = {}
        self._layout: Any = None
        self._ended = threading.Event()
        self._writer: threading.Thread | None = None

    def follow(self, performance: Any, offset: int) -> None:
        """Keep the streams of what plays now; frame 0 of its engine is frame `offset` of the recording."""
        if performance.layout is self._layout:
            return
        self._layout = performance.layout
        streams = recorded_streams(performance)
        for stream in streams:
            layer = self._layers.setdefault(stream.layer, _InputFile())
            layer.source = (self._played(stream), offset)
        if streams and self._writer is None:
            self._writer = threading.Thread(target=self._run, daemon=True, name="records inputs")
            self._writer.start()

    def _played(self, stream: IncomingStream) -> PlayedFrames:
        """Where the kernel keeps a stream; it lives as long as its ring, which is that of the record."""
        played = stream.ring.played
        if played is None:
            quanta = round(KEPT_S * self._rate) // QUANTUM
            played = stream.ring.played = PlayedFrames(quanta * QUANTUM)
            played.attach(stream.record)
        return played

    def _run(self) -> None:
        while not self._ended.wait(WRITE_EVERY_S):
            self._take()

    def _take(self) -> None:
        for name, layer in list(self._layers.items()):
            try:
                layer.take(lambda frame, name=name: self._open(name, frame))  # type: ignore[misc]
            except (AdaptiveError, OSError) as error:
                layer.source = None
                self._tell(f"{input_file(name)} is not recorded any further: {error}")

    def _open(self, layer: str, frame: int) -> BoundedFile:
        tags = {"title": layer, "comment": BEGINS_AT.format(frame)}
        path = self._folder / input_file(layer)
        return BoundedFile(path, self._rate, 2, tags, self._limit_bytes, self._tell)

    def close(self) -> None:
        """Write the rest and end the files; call it once nothing is rendered any more."""
        self._ended.set()
        if self._writer is not None:
            self._writer.join()
            self._take()
        for layer in self._layers.values():
            if layer.file is not None and not layer.file.has_ended:
                text = f"{layer.file.path}: {layer.missing} frames are silent, they were not written in time"
                with contextlib.suppress(OSError):
                    layer.file.end(text if layer.missing else "")
