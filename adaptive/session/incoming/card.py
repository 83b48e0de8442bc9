"""Layers that play inputs of the sound card: ``input = 1``."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from typing import Any

from adaptive.errors import DeviceError
from adaptive.inputs.input import InputBase, InputHost
from adaptive.kernel.layout import QUANTUM
from adaptive.session.incoming.streams import IncomingStream, streams_of
from adaptive.sinks.call_timeout import leave_behind, within
from adaptive.sinks.capture import Captured, CaptureStream

CARD = "card:"
TRY_AGAIN_S = 5.0
"""A device that is not there is looked for so often."""

GONE_S = 1.5
"""A device that gives no block for so long is gone."""

CLOSE_S = 2.0
LOOK_S, OFTEN = 2.0, 3
"""A stream that runs out three times in two seconds gets a block more of latency."""

MOST_LATENCY_S = 0.08
JACK = "JACK"


def channels_of(stream: IncomingStream) -> tuple[int, int]:
    """The channels of the card, from 1, that a stream plays left and right."""
    numbers = [int(one) for one in stream.spec.name.removeprefix(CARD).split(",")]
    return numbers[0], numbers[-1]


class CardInput(InputBase):
    """Captures what the layers of a session need of the sound card.

    Parameters
    ----------
    host : InputHost
        The session.
    device : str or None
        Part of the name of the input device; None: the system's default.
    block_size : int
        Frames a block, as of the output.
    """

    name = "card"
    has_port = False

    def __init__(self, host: InputHost, device: str | None, block_size: int) -> None:
        super().__init__(host)
        self._device, self._block = device, block_size
        self._capture: CaptureStream | None = None
        self._streams: list[IncomingStream] = []
        self._layout: Any = None
        self._blocks, self._heard_s, self._next_try_s = -1, 0.0, 0.0
        self._complaint = ""
        self._fed: list[Captured] = []
        self._opened: CaptureStream | DeviceError | None = None
        self._is_over = False
        self._next_look_s, self._starved = 0.0, dict[str, int]()

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Begin with the first control step."""
        stack.callback(self._end)

    def follow(self) -> None:
        """Capture what the present preset needs, and look for a device that is gone."""
        performance, now = self.host.performance, time.monotonic()
        if performance.layout is not self._layout:
            self._layout = performance.layout
            self._streams = [one for one in streams_of(performance) if one.spec.name.startswith(CARD)]
            if self._capture is not None:
                self._feed(performance)
        if not self._streams:
            return
        if self._opened is not None:
            self._take(performance, self._opened)
        elif self._capture is None and now >= self._next_try_s:
            self._next_try_s = now + TRY_AGAIN_S
            self._open_in_a_thread(performance.engine.spec.sample_rate)
        elif self._capture is None:
            pass
        elif self._capture.blocks != self._blocks:
            self._blocks, self._heard_s = self._capture.blocks, now
            if now >= self._next_look_s:
                self._next_look_s = now + LOOK_S
                self._make_room(performance)
        elif now > self._heard_s + GONE_S:
            self._tell(
                f"{self._capture.device.name} gives no sound any more; its layers are silent until it does"
            )
            self._close()

    def _open_in_a_thread(self, rate: int) -> None:
        """Open the device in a thread: a library may take seconds to list what there is."""
        most = max(max(channels_of(one)) for one in self._streams)

        def opened() -> None:
            try:
                made: CaptureStream | DeviceError = CaptureStream(self._device, most, rate, self._block)
            except DeviceError as error:
                made = error
            if self._is_over and isinstance(made, CaptureStream):
                made.close()
            self._opened = made

        self._next_try_s = math.inf
        threading.Thread(target=opened, daemon=True, name="opens an input").start()

    def _take(self, performance: Any, opened: CaptureStream | DeviceError) -> None:
        self._opened, self._next_try_s = None, time.monotonic() + TRY_AGAIN_S
        if isinstance(opened, DeviceError):
            self._tell(f"{opened}; {', '.join(one.layer for one in self._streams)} is silent")
            return
        rate = performance.engine.spec.sample_rate
        self._capture, self._fed = opened, []
        self._blocks, self._heard_s, self._complaint = -1, time.monotonic(), ""
        self._feed(performance)
        latency_ms = 1000.0 * (self._frames_waiting() / rate + self._capture.latency_s)
        layers = ", ".join(one.layer for one in self._streams)
        self.host.complain(
            f"{layers}: from {self._capture.device.name}, {latency_ms:.1f} ms before the output"
        )

    def _frames_waiting(self) -> int:
        """What has to wait in a ring: a block, and on a system where the two streams are apart another."""
        assert self._capture is not None
        block = max(self._block, QUANTUM)
        return block * (1 if JACK in self._capture.device.host else 2) + QUANTUM

    def _feed(self, performance: Any) -> None:
        assert self._capture is not None
        for stream in self._streams:
            self._set_latency(stream, max(int(stream.record["latency"]), self._frames_waiting()))
            stream.record["fade_step"] = 1.0
            stream.ring.has_writer = True
        fed = [Captured(*channels_of(one), one.ring) for one in self._streams]
        if fed != self._fed:  # most edits leave them as they are
            self._capture.feed(fed)
            self._fed = fed

    def _make_room(self, performance: Any) -> None:
        """Let more frames wait where a stream has run out several times: this machine wakes threads late."""
        rate = performance.engine.spec.sample_rate
        for stream in self._streams:
            starved, latency = int(stream.record["starved"]), int(stream.record["latency"])
            new = starved - self._starved.get(stream.layer, 0)
            self._starved[stream.layer] = starved
            if new >= OFTEN and latency < MOST_LATENCY_S * rate:
                self._set_latency(stream, latency + max(self._block, QUANTUM))
                latency_ms = 1000.0 * int(stream.record["latency"]) / rate
                self.host.complain(
                    f"{stream.layer} ran out {new} times in {LOOK_S:g} s; {latency_ms:.1f} ms wait from now"
                )

    def _set_latency(self, stream: IncomingStream, frames: int) -> None:
        stream.record["latency"], stream.record["most"] = frames, 2 * frames + QUANTUM

    def _tell(self, sentence: str) -> None:
        if sentence != self._complaint:
            self._complaint = sentence
            self.host.complain(sentence)

    def _end(self) -> None:
        self._is_over = True
        if isinstance(self._opened, CaptureStream):
            self._capture = self._opened
        self._close()

    def _close(self) -> None:
        capture, self._capture = self._capture, None
        if capture is None:
            return
        try:
            within(CLOSE_S, capture.device.name, capture.close)
        except DeviceError:
            leave_behind(capture)
