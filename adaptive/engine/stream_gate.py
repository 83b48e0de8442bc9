"""Connects one stream of a sound card to an engine, through a gate that can be shut."""

from __future__ import annotations

import ctypes
import time
from collections import deque
from typing import Any

import numpy as np

from adaptive.engine.arrays import address, aligned
from adaptive.engine.ports import UNIT
from adaptive.kernel import layout as k

REHEARSAL_S = 0.1
"""Longest wait for the block of a rehearsal; blocks of a sound card last 1 to 20 ms."""

LEAVING_S = 1.0
"""Longest wait for a callback to return.  It normally takes some tens of microseconds; after this time the
operating system must have stopped it."""


class StreamGate:
    """The root record of one stream, which its callback receives as user data, with a gate.

    While the gate is open, the callback renders the published engine.  While it is shut, the callback writes
    silence and accesses no engine.  A new gate is shut.

    Parameters
    ----------
    channels : int
        Channels of the stream.
    gate : int
        Address of the unit that changes a gate.
    extra_bytes : int
        Bytes of zeros after the root.  miniaudio's device lies there, and its callback finds the root in
        front of the device.
    """

    def __init__(self, channels: int, gate: int, extra_bytes: int = 0) -> None:
        self._memory = aligned(np.uint8, k.ROOT.itemsize + extra_bytes)
        self._root = self._memory[: k.ROOT.itemsize].view(k.ROOT)
        self._change = UNIT(gate)
        self._gate_address = self.address + int(k.ROOT.fields["gate"][1])  # type: ignore[index]
        self._owners: deque[object] = deque(maxlen=2)
        self._root[0]["device_channels"] = channels
        self._root[0]["gate"] = k.GATE_SHUT

    @property
    def address(self) -> int:
        """Address of the root: the user data of the stream's callback."""
        return address(self._memory)

    @property
    def extra_address(self) -> int:
        """Address of the first byte after the root."""
        return self.address + k.ROOT.itemsize

    @property
    def extra_memory(self) -> np.ndarray[Any, Any]:
        """The bytes after the root."""
        return self._memory[k.ROOT.itemsize :]

    @property
    def owner(self) -> object:
        """Owner of the engine that was published last; None after `release`."""
        return self._owners[-1] if self._owners else None

    @property
    def channels(self) -> int:
        """Channels of the stream."""
        return int(self._root[0]["device_channels"])

    @property
    def blocks(self) -> int:
        """Number of callbacks, silent ones included."""
        return int(self._root[0]["blocks"])

    @property
    def frames(self) -> int:
        """Number of frames this stream received from an engine."""
        return int(self._root[0]["frames"])

    @property
    def last_s(self) -> float:
        """Time of the last callback that rendered an engine, on the kernel's clock; 0: none."""
        return int(self._root[0]["last_ns"]) / 1e9

    @property
    def header_seen(self) -> int:
        """Address of the header of the engine that the last such callback rendered."""
        return int(self._root[0]["header_seen"])

    def publish(self, header_address: int, owner: object) -> None:
        """Let the next callback render another engine; one store.

        Keeps `owner`, which owns the memory of that engine, alive.  Also keeps the previous owner, because a
        callback may still be rendering it.
        """
        self._owners.append(owner)
        self._root[0]["header"] = header_address

    def release(self) -> None:
        """Keep no engine alive any more; only after the gate was shut for good and no callback is inside."""
        self._owners.clear()

    def rehearse(self, header_address: int, owner: object) -> None:
        """Let the next callback render a block of another engine into silence, and wait for it.

        The gate must be shut, and stays so.  `owner` is kept alive until no callback is inside any more.
        """
        self._root[0]["rehearsal"] = header_address
        deadline = time.monotonic() + REHEARSAL_S
        while self._root[0]["rehearsal"] and time.monotonic() < deadline:
            time.sleep(0.0005)
        self._root[0]["rehearsal"] = 0
        if not self.shut():
            self._owners.appendleft(owner)  # the system has stopped the callback inside

    def open(self) -> None:
        """Open the gate: the stream drives the engine from now on, and nothing else may."""
        self._change(self._gate_address, ~k.GATE_SHUT, 1, 0)

    def shut(self) -> bool:
        """Shut the gate and wait for a callback that is inside.

        Returns True when none is inside, so that something else may drive the engine; False if one is still
        inside after `LEAVING_S`.
        """
        self._change(self._gate_address, k.GATE_SHUT, 0, 0)
        deadline = time.monotonic() + LEAVING_S
        while self._is_inside():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.0002)
        return True

    def _is_inside(self) -> bool:
        before: Any = self._change(self._gate_address, k.GATE_SHUT, 0, 0)
        return bool(ctypes.c_int32(before).value & k.GATE_INSIDE)
