"""What one stream of a sound card is given: which engine it plays, and a gate that can be shut."""

from __future__ import annotations

import ctypes
import time
from collections import deque
from typing import Any

import numpy as np

from adaptive.engine.memory import address, aligned
from adaptive.engine.ports import UNIT
from adaptive.kernel import layout as k

LEAVING_S = 1.0
"""A callback takes some tens of microseconds; one that is not out after this is stopped by its system."""


class StreamGate:
    """The root of one stream, with a gate: shut, the stream's callback writes silence and touches no engine.

    A new ticket is shut.

    Parameters
    ----------
    channels : int
        Of the stream.
    gate : int
        Address of the unit that changes a gate.
    room_behind : int
        Bytes of zeros that follow the root: miniaudio's device lies there, and its callback looks in front.
    """

    def __init__(self, channels: int, gate: int, room_behind: int = 0) -> None:
        self._memory = aligned(np.uint8, k.ROOT.itemsize + room_behind)
        self._root = self._memory[: k.ROOT.itemsize].view(k.ROOT)
        self._change = UNIT(gate)
        self._gate_address = self.address + int(k.ROOT.fields["gate"][1])  # type: ignore[index]
        self._owners: deque[object] = deque(maxlen=2)
        self._root[0]["device_channels"] = channels
        self._root[0]["gate"] = k.GATE_SHUT

    @property
    def address(self) -> int:
        """What the stream's callback gets as its user data."""
        return address(self._memory)

    @property
    def room_address(self) -> int:
        """Where the room behind the root begins."""
        return self.address + k.ROOT.itemsize

    @property
    def channels(self) -> int:
        """Channels of the stream."""
        return int(self._root[0]["device_channels"])

    @property
    def blocks(self) -> int:
        """Callbacks so far, silent ones too."""
        return int(self._root[0]["blocks"])

    @property
    def frames(self) -> int:
        """Frames of music this stream was given."""
        return int(self._root[0]["frames"])

    @property
    def last_s(self) -> float:
        """When its last block of music was asked for, on the kernel's clock; 0 if never."""
        return int(self._root[0]["last_ns"]) / 1e9

    @property
    def header_seen(self) -> int:
        """Header of the engine that rendered its last block of music."""
        return int(self._root[0]["header_seen"])

    def publish(self, header_address: int, owner: object) -> None:
        """Let the next block come from another engine: one store.

        The ticket keeps the owner of that memory alive, and the one before it, in which a callback may be.
        """
        self._owners.append(owner)
        self._root[0]["header"] = header_address

    def release(self) -> None:
        """Keep no engine alive any more: the gate is shut for good, and nobody is inside."""
        self._owners.clear()

    def open(self) -> None:
        """Let the stream drive the engine.  Nobody else may, from here on."""
        self._change(self._gate_address, ~k.GATE_SHUT, 1, 0)

    def shut(self) -> bool:
        """Shut the gate; True when no callback is inside any more, so that another may drive the engine."""
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
