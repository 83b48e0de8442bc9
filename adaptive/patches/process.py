"""The process of a patch, as the engine sees it: started, told what changes, and listened to."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections import deque

import msgspec

from adaptive.composer.worker import wire
from adaptive.patches.messages import PatchBeginning, PatchReply, Update

PATCH = "--patch"
"""Argument with which a frozen program serves a patch."""


MOST_ORDERS = 64
"""Messages that wait to be written: a third of a second of control steps."""


class PatchProcess:
    """Runs a patch in a process of its own.

    Parameters
    ----------
    beginning : PatchBeginning
        Its file, its ring and the parameters.

    Attributes
    ----------
    is_playing : bool
        Whether its graph is built.
    is_over : bool
        Whether it has ended, by a fault or because it was closed.
    """

    def __init__(self, beginning: PatchBeginning) -> None:
        self.is_playing = self.is_over = False
        self._sentences: deque[str] = deque(maxlen=16)
        self._settled = threading.Event()
        command = [sys.executable, "-m", "adaptive.patches.child"]
        if getattr(sys, "frozen", False):  # a frozen program is its own interpreter: see `adaptive.__main__`
            command = [sys.executable, PATCH]
        paths = os.pathsep.join(path for path in sys.path if path)
        environment = {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"}
        pipe = subprocess.PIPE
        # a session of its own, so that Ctrl-C does not reach it
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, env=environment, start_new_session=True
        )
        self._is_closed = False
        self._listener = threading.Thread(target=self._listen, daemon=True, name="replies of a patch")
        self._listener.start()
        # a process reads nothing while it builds its graph, and a full pipe would hold up whoever writes
        self._orders: queue.Queue[bytes | None] = queue.Queue(MOST_ORDERS)
        self._writer = threading.Thread(target=self._write, daemon=True, name="orders of a patch")
        self._writer.start()
        self._orders.put(msgspec.msgpack.encode(beginning))

    @property
    def has_room(self) -> bool:
        """Whether it can be told something now."""
        return not self._orders.full()

    def tell(self, update: Update) -> None:
        """Tell what has changed; a process that has ended, or has no room, is told nothing."""
        if not self.is_over:
            with contextlib.suppress(queue.Full):
                self._orders.put_nowait(msgspec.msgpack.encode(update))

    def wait(self, seconds: float) -> bool:
        """Wait until the graph is built or cannot be; returns whether it is."""
        self._settled.wait(seconds)
        return self.is_playing and not self.is_over

    def pop_sentences(self) -> list[str]:
        """What it has told since the last call."""
        found = []
        while self._sentences:
            found.append(self._sentences.popleft())
        return found

    def close(self) -> None:
        """End it."""
        self._is_closed = self.is_over = True
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(queue.Full):
            self._orders.put_nowait(None)
        self._listener.join(2.0)
        self._writer.join(2.0)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()

    def _write(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError, wire.WireError):  # its end is told by the listener
            while (order := self._orders.get()) is not None and not self._is_closed:
                wire.send(self._process.stdin, order)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError, wire.WireError, msgspec.MsgspecError):
            while (reply := wire.receive(self._process.stdout)) is not None:
                told = msgspec.msgpack.decode(reply, type=PatchReply)
                if told.sentence:
                    self._sentences.append(told.sentence)
                self.is_over = self.is_over or told.is_over
                self.is_playing = self.is_playing or not told.is_over
                self._settled.set()
        if not self.is_over and not self._is_closed:
            self._sentences.append("its process has ended")
        self.is_over = True
        self._settled.set()
