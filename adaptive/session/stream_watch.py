"""Tells when a stream of a preset has run out of sound, or cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from adaptive.engine.chunked_frames import ChunkedFrames
from adaptive.engine.engine import Engine

LOOK_FRAMES = 24_000
"""Frames of the timeline between two looks: half a second at 48 kHz."""


def streams_of(engine: Engine) -> Iterator[ChunkedFrames]:
    """The streams of an engine: those of stems, and of recordings of instruments; each once."""
    for sound in engine.sounds:
        if sound.stream is not None:
            yield sound.stream
    for _, records in engine.memory.instruments.streamed():
        for stream in records.each_stream():
            assert isinstance(stream, ChunkedFrames)
            yield stream


class DiskStreamWatch:
    """Compares what the kernel and the reader have counted with the last look.

    Parameters
    ----------
    complain : callable
        Is given a sentence for the user.
    """

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain
        self._engine: Engine | None = None
        self._starved: np.ndarray[Any, Any] = np.zeros(0, np.int64)
        self._silenced: dict[int, int] = {}
        self._troubled: set[str] = set()
        self._next = 0

    def follow(self, engine: Engine) -> None:
        """Look, if it is time; call it every few milliseconds."""
        if engine is not self._engine:
            self._engine, self._next, self._starved = engine, 0, np.zeros(0, np.int64)
            self._silenced = {}
        if engine.frame < self._next:
            return
        self._next = engine.frame + LOOK_FRAMES
        for stream in streams_of(engine):
            name = stream.name
            if stream.trouble and name not in self._troubled:
                self._troubled.add(name)
                self._complain(
                    f"{name}: cannot be streamed: {stream.trouble}; it is silent until it can be read"
                )
            elif not stream.trouble:
                self._troubled.discard(name)
        clips = engine.memory["clips"]
        starved, rows = clips["starved"].ravel().copy(), clips["sound"].ravel()
        if len(self._starved) == len(starved):
            for clip in np.nonzero(starved > self._starved)[0].tolist():
                starving = engine.stream_of(int(rows[clip]))
                if starving is not None and starving.file.name not in self._troubled:
                    self._complain(f"{starving.file.name}: ran out of sound and faded: the disk was too slow")
        self._starved = starved
        self._follow_instruments(engine)

    def _follow_instruments(self, engine: Engine) -> None:
        instruments = engine.memory.instruments
        for row, _ in instruments.streamed():
            starved, before = int(instruments.record(row)["starved"]), self._silenced.get(row, 0)
            if starved > before and not self._troubled:
                name = instruments.spec(row).samples.name
                notes = "a note" if starved == before + 1 else f"{starved - before} notes"
                self._complain(f"{name}: {notes} ran out of sound and faded: the disk was too slow")
            self._silenced[row] = starved
