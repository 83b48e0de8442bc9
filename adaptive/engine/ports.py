"""The interface of the control side to the kernel: a port that posts commits, and one that reads replies."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from itertools import starmap
from typing import Any, NamedTuple

import numpy as np

from adaptive.engine.arrays import address
from adaptive.engine.commands import Command
from adaptive.engine.memory import Memory
from adaptive.engine.spec import EngineSpec
from adaptive.engine.validate import CommitCheck
from adaptive.errors import QueueFullError
from adaptive.kernel import layout as k

ADD = 2
"""Third argument of the unit ``word``: add to the word atomically."""

UNIT = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_int64] * 4)
"""C signature of a unit; calling one releases the GIL."""

POSTED = np.dtype(
    [
        ("frame", "i8"),
        ("operation", "i4"),
        ("target", "i4"),
        ("group", "i4"),
        ("which", "i4"),
        ("tag", "i4"),
        ("i0", "i8"),
        ("i1", "i8"),
        ("f0", "f4"),
        ("f1", "f4"),
        ("f2", "f4"),
        ("f3", "f4"),
    ]
)
"""The fields of a command that the caller sets; `post` adds the numbers of sequence and commit."""


_PACKED = struct.Struct("=qiiiiiqqffff")
"""The same fields as bytes: to pack a command takes a fifth of the time in which NumPy converts it."""


def _posted(commands: Sequence[Command]) -> np.ndarray[Any, Any]:
    """Return commands as rows of `POSTED`."""
    try:
        return np.frombuffer(b"".join(starmap(_PACKED.pack, commands)), POSTED)
    except (struct.error, OverflowError):  # a float in place of an integer, or one beyond 32 bits
        return np.array(list(commands), POSTED)


class Reply(NamedTuple):
    """A report of the kernel.

    `kind` is one of ``layout.REPLY_…``; `asked` and `done` are the requested and the actual frame.
    """

    kind: int
    tag: int
    asked: int
    done: int
    which: int
    value: float


class Numbers:
    """Counters shared by the producers of one engine: commands, commits, arrivals.

    Parameters
    ----------
    arrivals : int
        Address of the word that counts arrivals; the OSC receiver counts in it, too.
    gate : int
        Address of the unit that changes a word atomically.
    """

    def __init__(self, arrivals: int, gate: int) -> None:
        self.sequence = 0
        self.commit = 0
        self._arrivals, self._change = arrivals, UNIT(gate)

    def next_arrival(self) -> int:
        """Return the next arrival number: 32 bits, never 0.  Thread: any."""
        number = 0
        while number == 0:
            number = int(self._change(self._arrivals, 1, ADD, 0)) + 1 & 0xFFFFFFFF
        return number


class CommandPort:
    """Writes commits into the ring of one producer.

    A commit is posted completely or not at all, and all its commands become visible to the kernel together.

    Parameters
    ----------
    memory : Memory
        The engine's memory.
    ring : int
        Index of the ring; each ring has one producer.
    numbers : Numbers
        Counters shared with the other producers of this engine.
    publish : int
        Address of the unit that stores with release semantics.
    """

    def __init__(self, memory: Memory, ring: int, numbers: Numbers, publish: int) -> None:
        self._memory = memory
        self._ring = memory["rings"][ring]
        self._rows = memory.commands[ring]
        self._numbers = numbers
        self._head_address = address(memory["rings"]) + ring * k.RING.itemsize
        self._head_address += int(k.RING.fields["head"][1])  # type: ignore[index]
        self._publish = UNIT(publish)
        self._check = CommitCheck(memory.spec)

    def renew(self, spec: EngineSpec) -> None:
        """Check commits against `spec` from now on; called after the engine has grown."""
        self._check = CommitCheck(spec)

    @property
    def free_commands(self) -> int:
        """Number of commands that a commit may contain at present."""
        waiting = int(self._ring["head"]) - int(self._ring["tail"])
        free_in_ring = self._rows.size - waiting
        rings = self._memory["rings"]
        waiting_anywhere = int((rings["head"] - rings["tail"]).sum())
        free_in_pool = int(self._memory.head["free_entries"]) - waiting_anywhere
        return max(0, min(free_in_ring, free_in_pool))

    def post(self, commands: Sequence[Command]) -> int:
        """Post a commit; return its number.  No commands: the number of the last commit.

        Raises
        ------
        QueueFullError
            The commit does not fit; nothing was posted.
        ValueError
            A command is invalid (see `CommitCheck`); nothing was posted.
        """
        count = len(commands)
        if count == 0:
            return self._numbers.commit
        if count > self.free_commands:
            message = f"a commit of {count} commands does not fit: there is room for {self.free_commands}"
            raise QueueFullError(message)
        rows = np.zeros(count, k.COMMAND)
        posted = _posted(commands)
        self._check(posted)
        for name in POSTED.names or ():
            rows[name] = posted[name]
        numbers = self._numbers
        numbers.commit += 1
        rows["sequence"] = np.arange(numbers.sequence + 1, numbers.sequence + 1 + count)
        rows["commit"] = numbers.commit
        rows["is_last"][-1] = 1
        numbers.sequence += count
        head = int(self._ring["head"])
        at = head % self._rows.size
        first = min(count, self._rows.size - at)
        self._rows[at : at + first] = rows[:first]
        self._rows[: count - first] = rows[first:]
        self._publish(self._head_address, head + count, 0, 0)
        return numbers.commit


class ReplyPort:
    """Reads the kernel's replies."""

    def __init__(self, memory: Memory) -> None:
        self._tail, self._head = memory.header["reply_tail"], memory.header["reply_head"]
        self._rows = memory["replies"]

    def drain(self) -> list[Reply]:
        """Return all replies since the last call, in order."""
        tail, head = int(self._tail[0]), int(self._head[0])
        if tail == head:  # as it is in nearly every control step
            return []
        capacity = self._rows.size
        replies = [Reply(*self._rows[at % capacity].item()) for at in range(tail, head)]
        self._tail[0] = head
        return replies
