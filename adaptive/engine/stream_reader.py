"""Reads streams ahead of need: in one thread for all engines of a bank, or offline before each block.

What is needed is read from the clips and the voices that play, and from commands that start clips and notes,
which are announced when they are posted.  The audio thread takes part in nothing of it.
"""

from __future__ import annotations

import heapq
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from adaptive.engine.chunked_frames import LOOK_AHEAD_S, ChunkedFrames
from adaptive.engine.commands import Command
from adaptive.engine.disk_stream import DiskStream
from adaptive.engine.sample_stream import note_needs, voice_needs
from adaptive.kernel import layout as k

Need = tuple[int, ChunkedFrames, list[int]]
"""In how many frames a stream is read, the stream, and the chunks that it needs then."""

LOOK_S = 0.05
"""Time between two looks at what is needed."""

READ_S = 0.1
"""Time after which what is needed is looked at anew, while chunks are read."""


STEP_FRAMES = 4096
"""Offline, what is needed is looked at so often, and at most so much is rendered at once."""


class StreamHost(Protocol):
    """The part of an engine that its streams are read for."""

    memory: Any

    @property
    def frame(self) -> int:
        """First frame that is not rendered yet."""

    def stream_of(self, number: int) -> DiskStream | None:
        """The stream of a row of the table of sounds."""


class StreamReader:
    """Reads the streams of engines.

    Thread: `announce` and `keep_up` any; the reader's own thread runs while an engine is live.
    """

    def __init__(self) -> None:
        self._live: weakref.WeakSet[Any] = weakref.WeakSet()
        self._announced: weakref.WeakKeyDictionary[Any, list[tuple[int, int, int]]]
        self._announced = weakref.WeakKeyDictionary()
        self._notes: weakref.WeakKeyDictionary[Any, list[Command]] = weakref.WeakKeyDictionary()
        self._in_use: weakref.WeakKeyDictionary[Any, dict[int, ChunkedFrames]] = weakref.WeakKeyDictionary()
        self._read_to: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def announce(self, host: StreamHost, commands: Sequence[Command]) -> None:
        """Take note of clips and notes that will start."""
        starts = [(c.frame, int(c.i0), int(c.i1)) for c in commands if c.operation == k.CLIP_START]
        rows = {row for row, _ in host.memory.instruments.streamed()}
        notes = [
            c._replace(frame=max(c.frame, host.frame))
            for c in commands
            if c.operation == k.NOTE_ON and c.target in rows
        ]
        if not starts and not notes:
            return
        with self._guard:
            self._announced.setdefault(host, []).extend(starts)
            self._notes.setdefault(host, []).extend(notes)
            if starts or any(one.frame < self._read_to.get(host, 0) for one in notes):
                self._read_to[host] = 0
        self._wake.set()

    def go_live(self, host: StreamHost) -> None:
        """Read for an engine in a thread from now on, until `leave`, or until nobody refers to the engine."""
        self._live.add(host)
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="stream reader", daemon=True)
            self._thread.start()

    def leave(self, host: StreamHost) -> None:
        """Read no more for an engine; the thread ends with the last one."""
        self._live.discard(host)
        self._wake.set()

    def wait(self, seconds: float) -> None:
        """Wait for the thread, if no engine is left to it; some seconds at most, because a disk may stall."""
        if self._thread is not None and not self._live:
            self._thread.join(seconds)

    def keep_up(self, host: StreamHost, *, is_forced: bool = False) -> None:
        """Read all that an engine needs next, and wait for it; nothing, if the thread does so."""
        if not is_forced and (host in self._live or host.frame < self._read_to.get(host, 0)):
            return
        self._read_to[host] = host.frame + STEP_FRAMES
        self._read([host], None)

    def _run(self) -> None:
        while True:
            self._wake.wait(LOOK_S)
            self._wake.clear()
            hosts = list(self._live)
            if not hosts:
                return
            self._read(hosts, time.monotonic() + READ_S)
            del hosts

    def _read(self, hosts: Sequence[StreamHost], until: float | None) -> None:
        """Read what engines need, the soonest first."""
        waiting: list[tuple[int, int, int, ChunkedFrames, int]] = []
        for host in hosts:
            frame = host.frame
            in_use = self._in_use.setdefault(host, {})
            needed = set()
            for delay, stream, chunks in self._needs(host, frame):
                in_use[id(stream)] = stream
                needed.add(id(stream))
                missing = set(stream.want(chunks, frame))
                for place, number in enumerate(chunks):
                    if number in missing:
                        waiting.append((delay + place * k.CHUNK_FRAMES, len(waiting), frame, stream, number))
            for number, stream in list(in_use.items()):
                if not stream.release(frame) and number not in needed:
                    del in_use[number]
        heapq.heapify(waiting)
        while waiting and (until is None or time.monotonic() < until):
            _, _, frame, stream, number = heapq.heappop(waiting)
            stream.load(number, frame)
        if waiting:
            self._wake.set()

    def _needs(self, host: StreamHost, frame: int) -> Iterator[Need]:
        yield from self._needs_of_clips(host, frame)
        yield from self._needs_of_samplers(host, frame)

    def _needs_of_samplers(self, host: StreamHost, frame: int) -> Iterator[Need]:
        instruments = host.memory.instruments
        streamed = dict(instruments.streamed())
        rate = host.memory.spec.sample_rate
        for row, records in streamed.items():
            yield from voice_needs(instruments.voices(row), records, frame, rate)
        with self._guard:
            notes = self._notes.get(host, [])
            kept = [one for one in notes if one.frame + k.CONTROL_STEP_FRAMES >= frame]
            if notes:
                self._notes[host] = kept
        for note in kept:
            if note.target in streamed:
                yield from note_needs(note, streamed[note.target], frame, rate)

    def _needs_of_clips(self, host: StreamHost, frame: int) -> Iterator[Need]:
        clips = host.memory["clips"]
        playing = np.nonzero(clips["state"] != 0)
        fields = ("sound", "position", "passes", "is_tail")
        rows = zip(*(clips[name][playing].tolist() for name in fields), strict=True)
        for number, position, passes, is_tail in rows:
            stream = host.stream_of(number)
            if stream is not None:
                ahead = round(LOOK_AHEAD_S * stream.sample_rate)
                yield 0, stream, list(stream.needed(position, ahead, passes, is_tail=bool(is_tail)))
        with self._guard:
            starts = self._announced.get(host, [])
            kept = [one for one in starts if one[0] + k.CONTROL_STEP_FRAMES >= frame]
            if starts:
                self._announced[host] = kept
        for at, number, position in kept:
            stream = host.stream_of(number)
            if stream is None:
                continue
            ahead = round(LOOK_AHEAD_S * stream.sample_rate)
            if at - frame <= ahead:
                loop = stream.shape.loop_frames
                place = position % loop if loop and position >= loop else position
                yield max(0, at - frame), stream, list(stream.needed(place, ahead))
