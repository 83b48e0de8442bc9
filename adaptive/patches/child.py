"""The process of a patch: builds its graph, then renders ahead of what is played, until its input ends.

::

    python -m adaptive.patches.child
"""

from __future__ import annotations

import contextlib
import io
import os
import queue
import runpy
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np

from adaptive.composer.worker.wire import receive, send
from adaptive.kernel.sources.frame_ring import FrameRing
from adaptive.patches.messages import PatchBeginning, PatchReply, Update
from adaptive.patches.patch import BLOCK, PatchError, PyoPatch

LOUDEST = 16.0
"""+24 dBFS, as in the kernel."""

LEAST_WAIT_S, MOST_WAIT_S = 0.001, 0.02


class _PatchSound:
    """The server of pyo, its graph, and the block that it has rendered."""

    def __init__(self, begin: PatchBeginning) -> None:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            import pyo

            server = pyo.Server(sr=begin.sample_rate, nchnls=2, buffersize=BLOCK, duplex=0, audio="manual")
            server.setVerbosity(1)
            server.deactivateMidi()
            server.boot()
        self.server = server
        self.patch = PyoPatch(begin.parameters, begin.sample_rate)
        built = build(begin, self.patch)
        mixed = built.mix(2) if len(built) > 1 else built  # the streams are dealt out to left and right
        parts = [mixed[0], mixed[len(mixed) - 1]]
        self._tables = [pyo.DataTable(size=BLOCK) for _ in range(2)]
        self._kept = [built, mixed]
        self._fills = [pyo.TableFill(part, table) for part, table in zip(parts, self._tables, strict=True)]
        self._rows = [np.asarray(table.getBuffer()) for table in self._tables]
        server.start()

    def render(self, position: int) -> Any:
        """Render the block that begins at a frame, shape (64, 2)."""
        self.patch.fill(position)
        self.server.process()
        return np.stack([row[:BLOCK] for row in self._rows], axis=1)


def build(begin: PatchBeginning, patch: PyoPatch) -> Any:
    """Run the file of a patch and call its function.

    Raises
    ------
    PatchError
        There is no such function, or what it returns is no sound.
    """
    import pyo

    path = Path(begin.file)
    sys.path.insert(0, str(path.parent))
    found = runpy.run_path(begin.file)
    function = found.get(begin.function)
    if not callable(function):
        message = f"there is no function {begin.function!r}"
        raise PatchError(message)
    built = function(patch)
    if not isinstance(built, pyo.PyoObject):
        message = f"{begin.function}() returned {type(built).__name__}, not a sound of pyo"
        raise PatchError(message)
    return built


def explained(error: BaseException, file: str) -> str:
    """One sentence about what a patch raised, with its line."""
    name = Path(file).name
    if isinstance(error, PatchError):
        return f"{name}: {error}"
    if isinstance(error, ModuleNotFoundError) and error.name == "pyo":
        return f"{name} needs pyo: pip install 'adaptive-soundtrack[pyo]'"
    lines = [one.lineno for one in traceback.extract_tb(error.__traceback__) if one.filename == file]
    where = f"{name}:{lines[-1]}" if lines and lines[-1] else name
    return f"{where} raised {type(error).__name__}: {str(error)[:200]}"


def serve(orders: IO[bytes], replies: IO[bytes]) -> None:
    """Render until the orders end."""
    first = receive(orders)
    if first is None:
        return
    begin = msgspec.msgpack.decode(first, type=PatchBeginning)

    def tell(sentence: str = "", *, is_over: bool = False) -> None:
        with contextlib.suppress(OSError):
            send(replies, msgspec.msgpack.encode(PatchReply(sentence, is_over)))

    try:
        voice = _PatchSound(begin)
    except BaseException as error:
        tell(explained(error, begin.file), is_over=True)
        return
    waiting: queue.SimpleQueue[Update | None] = queue.SimpleQueue()

    def read() -> None:
        while (order := receive(orders)) is not None:
            waiting.put(msgspec.msgpack.decode(order, type=Update))
        waiting.put(None)

    threading.Thread(target=read, daemon=True).start()
    tell()
    writer = _Writer(voice, begin, tell)
    try:
        if begin.is_lockstep:
            writer.follow(waiting)
        else:
            writer.run(waiting)
    except BaseException as error:
        tell(explained(error, begin.file), is_over=True)


class _Writer:
    """Writes what a patch renders into its ring.

    Parameters
    ----------
    voice : _PatchSound
        The patch.
    begin : PatchBeginning
        What it was begun with.
    tell : callable
        Tells the engine a sentence.
    """

    def __init__(self, voice: _PatchSound, begin: PatchBeginning, tell: Callable[[str], None]) -> None:
        self._voice, self._begin, self._tell = voice, begin, tell
        self._ring = FrameRing(begin.capacity, begin.ring)
        self._position, self._was_damaged = -1, False

    def run(self, waiting: queue.SimpleQueue[Update | None]) -> None:
        """Keep the ring `latency` frames ahead of what the kernel reads, until the orders end."""
        begin, ring = self._begin, self._ring
        pause_s = min(max(begin.latency / begin.sample_rate / 8.0, LEAST_WAIT_S), MOST_WAIT_S)
        while True:
            while not waiting.empty():
                update = waiting.get()
                if update is None:
                    return
                self._voice.patch.take(update)
            read = ring.read
            if self._position < read:  # at the beginning, or after it was held up: what is late is left out
                self._begin_at(-(-read // BLOCK) * BLOCK + BLOCK)
            if self._position + BLOCK - read > begin.latency or ring.free < BLOCK:
                time.sleep(pause_s)
            else:
                self._write()

    def follow(self, waiting: queue.SimpleQueue[Update | None]) -> None:
        """Render as far as each update says, until the orders end."""
        self._begin_at(0)
        while (update := waiting.get()) is not None:
            self._voice.patch.take(update)
            while self._position < update.until:
                self._write()

    def _begin_at(self, frame: int) -> None:
        self._position = frame
        self._ring.begin_at(frame)

    def _write(self) -> None:
        """Render a block; samples that are no numbers are silent, and told of once in a row."""
        block = self._voice.render(self._position)
        is_damaged = not bool((np.abs(block) <= LOUDEST).all())  # a comparison with NaN is false
        if is_damaged:
            block = np.zeros_like(block)
            if not self._was_damaged:
                name = Path(self._begin.file).name
                self._tell(f"{name} returns samples that are no numbers or far too loud; they are silent")
        self._was_damaged = is_damaged
        self._ring.write(block)
        self._position += BLOCK


def main() -> None:
    """Serve on the pipes of this process; what a patch prints goes to the error stream."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, replies)
    os._exit(0)  # pyo's own end may wait for its server


if __name__ == "__main__":
    main()
