"""Fixed destinations over OSC: `[[osc_out]]` of a site file.

TouchDesigner, Max and lighting desks listen at a port; they do not subscribe.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

from adaptive.inputs.input import InputBase, InputHost
from adaptive.inputs.lines import ToldMessage
from adaptive.inputs.osc_answers import ROOT, OscAnswer
from adaptive.inputs.osc_subscriber import OscSubscriber
from adaptive.music.channel_note import ControlChange
from adaptive.session.shared_peaks import SharedPeaks
from adaptive.site.addresses import host_and_port
from adaptive.site.network_tables import OscOutTable
from adaptive.units import gain_to_db

TRY_AGAIN_S = 30.0
"""Time after which the name of a destination is looked up again."""

LATE_SHARE = 0.5
"""Meters that come so much of an interval late are sent at once, and the next interval counts from then."""


class OscDestination:
    """A program that is sent what it wants to hear.

    Parameters
    ----------
    host : InputHost
        The session.
    table : OscOutTable
        Where to send, and what.
    peaks : SharedPeaks
        Peaks of the master.
    clock : callable
        Seconds of the monotonic clock.
    """

    def __init__(
        self,
        host: InputHost,
        table: OscOutTable,
        peaks: SharedPeaks,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host, self._table, self._peaks, self._clock = host, table, peaks, clock
        wanted = set(table.send)
        self.sender = f"OSC to {table.to}"
        self.topics: frozenset[str] = frozenset(wanted) - {"meters", "parameters", "notes"}
        self.has_notes = "notes" in wanted
        self._subscriber = OscSubscriber(host, self.send_packet, clock=clock)
        self._socket: socket.socket | None = None
        self._due_s = 0.0
        self.lost = 0

    async def open(self) -> str:
        """Look the destination up; return a sentence about what is wrong, or an empty text."""
        name, port = host_and_port(self._table.to)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_DGRAM)
            family, kind, protocol, _, at = found[0]
            made = socket.socket(family, kind, protocol)
            made.setblocking(False)
            with contextlib.suppress(OSError):  # a whole network may be meant
                made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            made.connect(at)
        except OSError as error:
            return f"OSC to {self._table.to}: {error.strerror or error}; it is tried again"
        self._socket = made
        return ""

    @property
    def is_open(self) -> bool:
        """Whether the destination is known."""
        return self._socket is not None

    def close(self) -> None:
        """Send no more."""
        self._peaks.forget(self)
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def send(self, document: dict[str, Any]) -> None:
        """Nothing: a destination asks for nothing, so it is not answered."""

    def hear(self, told: ToldMessage) -> None:
        """Send what a subscription tells."""
        self._subscriber.tell(told.document)

    def answer(self, answer: OscAnswer) -> None:
        """Send a message when its frame is heard."""
        self._subscriber.answer(answer)

    def send_packet(self, packet: bytes) -> None:
        """Send a packet; one that the system cannot send is counted as lost, as UDP may lose it."""
        if self._socket is None:
            return
        try:
            self._socket.send(packet)
        except OSError:
            self.lost += 1

    def follow(self) -> None:
        """Send meters and parameters, if it is time to."""
        now = self._clock()
        interval_s = 1.0 / self._table.rate_hz
        if now < self._due_s:
            return
        is_late = now > self._due_s + LATE_SHARE * interval_s
        self._due_s = interval_s + (now if is_late else self._due_s)
        performance = self._host.performance
        if "meters" in self._table.send:
            engine = performance.engine
            peaks = tuple(round(gain_to_db(float(one)), 1) for one in self._peaks.take(self, engine))
            rms = tuple(round(gain_to_db(float(one)), 1) for one in engine.rms())
            self.answer(OscAnswer(f"{ROOT}/meters/peak_db", peaks))
            self.answer(OscAnswer(f"{ROOT}/meters/rms_db", rms))
        if "parameters" in self._table.send:
            for name, row in performance.layout.parameters.items():
                self.answer(OscAnswer(f"{ROOT}/value/{name}", (performance.engine.value(row),)))


class OscOut(InputBase):
    """Sends to all fixed destinations of a site.

    Parameters
    ----------
    host : InputHost
        The session.
    tables : sequence of OscOutTable
        `[[osc_out]]`.
    peaks : SharedPeaks
        Peaks of the master.
    """

    name = "osc_out"
    has_port = False

    def __init__(self, host: InputHost, tables: Sequence[OscOutTable], peaks: SharedPeaks) -> None:
        super().__init__(host)
        self.destinations = [OscDestination(host, table, peaks) for table in tables]
        self._performance: Any = None
        self._told_frame = 0
        self._opening: asyncio.Task[None] | None = None
        self._tried_s = 0.0
        self._told: set[str] = set()

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Look the destinations up.  One that is not known is told of, and tried again."""
        stack.callback(self._close)
        await self._open_all()

    async def _open_all(self) -> None:
        self._tried_s = time.monotonic()
        for one in self.destinations:
            if one.is_open:
                continue
            trouble = await one.open()
            if trouble and trouble not in self._told:
                self._told.add(trouble)
                self.host.complain(trouble)
            if one.is_open:
                self.host.connect(one)

    def follow(self) -> None:
        """Send meters, parameters and notes that have become final."""
        is_free = self._opening is None or self._opening.done()
        if is_free and time.monotonic() - self._tried_s > TRY_AGAIN_S:
            self._tried_s = time.monotonic()
            if not all(one.is_open for one in self.destinations):
                self._opening = asyncio.get_running_loop().create_task(self._open_all())
        performance = self.host.performance
        if performance is not self._performance:
            self._performance, self._told_frame = performance, 0
        for one in self.destinations:
            if one.is_open:
                one.follow()
        end = performance.conductor.playback.earliest
        if end > self._told_frame and any(one.has_notes for one in self.destinations):
            self._send_notes(performance, end)
        self._told_frame = max(end, self._told_frame)

    def _send_notes(self, performance: Any, end: int) -> None:
        rate = performance.engine.spec.sample_rate
        for name, layer in performance.conductor.assets.generated.items():
            for written in layer.written:
                is_note = not isinstance(written.note, ControlChange)
                if is_note and self._told_frame <= written.frame < end:
                    note = (written.note.midi, float(written.note.velocity), written.frames / rate)
                    for one in self.destinations:
                        if one.has_notes and one.is_open:
                            one.answer(OscAnswer(f"{ROOT}/played/{name}", note, written.frame))

    def _close(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
        for one in self.destinations:
            self.host.disconnect(one)
            one.close()
