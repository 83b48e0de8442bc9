"""Sends MIDI messages at their times, in a thread of its own, and ends every note that it has begun."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import threading
import time
from collections.abc import Callable
from typing import Protocol

from adaptive.inputs.midi.stream import CONTROL, NOTE_OFF, NOTE_ON

ALL_NOTES_OFF = 123
MOST_WAITING = 20_000
LATE_S = 0.2
"""A note that is later than this is left out: it would be heard as a wrong one."""


class Output(Protocol):
    """An open port."""

    def send(self, data: bytes) -> None:
        """Send a message."""


class MidiSender:
    """Sends to one port.

    Parameters
    ----------
    output : Output
        The port.
    clock : callable
        Seconds of the monotonic clock.

    Attributes
    ----------
    is_broken : bool
        Whether the port has failed; nothing more is sent.
    """

    def __init__(self, output: Output, clock: Callable[[], float] = time.monotonic) -> None:
        self._output, self._now = output, clock
        self._waiting: list[tuple[float, int, bytes]] = []
        self._order = itertools.count()
        self._sounding: dict[tuple[int, int], int] = {}
        self._wake = threading.Condition()
        self._is_ending = False
        self.is_broken = False
        self._thread = threading.Thread(target=self._run, name="midi out", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def at(self, when_s: float, data: bytes) -> None:
        """Send a message at a time of the monotonic clock; at once if that has passed.  Thread: any."""
        with self._wake:
            if len(self._waiting) < MOST_WAITING and not self._is_ending:
                heapq.heappush(self._waiting, (when_s, next(self._order), data))
                self._wake.notify()

    def note(self, when_s: float, long_s: float, channel: int, key: int, velocity: int) -> None:
        """Send a note and its end; one that is too late is left out."""
        if self._now() - when_s > LATE_S:
            return
        self.at(when_s, bytes([NOTE_ON | channel, key, max(1, min(127, velocity))]))
        self.at(when_s + max(0.005, long_s), bytes([NOTE_OFF | channel, key, 64]))

    def silence(self) -> None:
        """Drop what waits, and end all notes now.  Thread: any."""
        with self._wake:
            self._waiting.clear()
            self._end_all()

    def close(self) -> None:
        """End all notes and the thread."""
        with self._wake:
            self._is_ending = True
            self._waiting.clear()
            self._end_all()
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def send_due(self) -> float | None:
        """Send what is due; return the time until the next message, None if there is none."""
        with self._wake:
            while self._waiting:
                wait_s = self._waiting[0][0] - self._now()
                if wait_s > 0.0:
                    return wait_s
                self._send(heapq.heappop(self._waiting)[2])
            return None

    def _run(self) -> None:
        while not self._is_ending:
            wait_s = self.send_due()
            with self._wake:
                if not self._is_ending and (wait_s is not None or not self._waiting):
                    self._wake.wait(wait_s)

    def _send(self, data: bytes) -> None:
        if self.is_broken:
            return
        kind, key = data[0] & 0xF0, (data[0] & 0x0F, data[1] if len(data) > 1 else 0)
        if kind == NOTE_ON:
            self._sounding[key] = self._sounding.get(key, 0) + 1
        elif kind == NOTE_OFF:
            left = self._sounding.get(key, 0) - 1
            if left > 0:  # another note of this key has begun: it goes on
                self._sounding[key] = left
                return
            self._sounding.pop(key, None)
        try:
            self._output.send(data)
        except Exception:  # whatever a library raises when its port has gone
            self.is_broken = True

    def _end_all(self) -> None:
        sounding = sorted(self._sounding)
        self._sounding.clear()
        with contextlib.suppress(Exception):
            for channel, key in sounding:
                self._output.send(bytes([NOTE_OFF | channel, key, 64]))
            for channel in sorted({channel for channel, _ in sounding}):
                self._output.send(bytes([CONTROL | channel, ALL_NOTES_OFF, 0]))
