"""A small client of *adaptive*: it knows which beat is heard now.  One file, nothing but Python.

    from adaptive_client import Client

    with Client() as music:
        music.send({"parameter": "intensity", "value": 0.8})
        while True:
            print(music.beat_now())

The engine is asked for the time, again and again; the answers that came fastest tell how far its clock is
from ours, and how fast the two drift apart.  The subscription ``ahead`` tells when the coming beats are
heard.
"""

from __future__ import annotations

import bisect
import json
import math
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

FAST_EXCHANGES, FAST_S, SLOW_S = 12, 0.1, 1.0
"""The first exchanges of clocks come so often, the others once a second."""

DRIFT_NEEDS_S = 60.0
"""The drift is estimated once exchanges lie so far apart."""


class Clock:
    """How far the engine's clock is from ours, and how fast they drift apart."""

    def __init__(self) -> None:
        self._exchanges: deque[tuple[float, float, float]] = deque(maxlen=128)
        self._line = (0.0, 0.0, 0.0)

    @property
    def is_known(self) -> bool:
        """Whether the engine has answered."""
        return bool(self._exchanges)

    def take(self, sent_s: float, received_s: float, answered_s: float, heard_s: float) -> None:
        """Take an exchange: the first and the last time are ours, those between the engine's."""
        delay = (heard_s - sent_s) - (answered_s - received_s)
        offset = 0.5 * ((received_s - sent_s) + (answered_s - heard_s))
        self._exchanges.append((0.5 * (sent_s + heard_s), offset, delay))
        delays = sorted(one[2] for one in self._exchanges)
        doubt = 0.25 * (delays[len(delays) // 2] - delays[0]) + 0.0003
        weights = [1.0 / (one[2] - delays[0] + doubt) ** 2 for one in self._exchanges]
        total = math.fsum(weights)
        middle = math.fsum(w * one[0] for w, one in zip(weights, self._exchanges, strict=True)) / total
        offset = math.fsum(w * one[1] for w, one in zip(weights, self._exchanges, strict=True)) / total
        drift = 0.0
        if self._exchanges[-1][0] - self._exchanges[0][0] >= DRIFT_NEEDS_S:
            spread = math.fsum(
                w * (one[0] - middle) ** 2 for w, one in zip(weights, self._exchanges, strict=True)
            )
            along = math.fsum(
                w * (one[0] - middle) * (one[1] - offset)
                for w, one in zip(weights, self._exchanges, strict=True)
            )
            drift = along / spread
        self._line = (middle, offset, drift)

    def to_engine(self, our_s: float) -> float:
        """The engine's time at a moment of ours."""
        middle, offset, drift = self._line
        return our_s + offset + drift * (our_s - middle)


class Client:
    """A connection to the engine, over TCP.

    Parameters
    ----------
    host, port : str, int
        Where the engine listens for JSON lines.
    on_message : callable, optional
        Is given every message, in the client's own thread.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 9001,
        on_message: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self._socket = socket.create_connection((host, port))
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self._on_message = on_message
        self._lock = threading.Lock()
        self._last: dict[str, float] | None = None
        self._is_closed = False
        self.clock = Clock()
        self.ahead: dict[str, Any] = {"beats": [], "seams": []}
        self.hello: dict[str, Any] = json.loads(next(self._lines))["hello"]
        self.send({"subscribe": ["ahead", "programme", "receipt"]})
        for task in (self._listen, self._exchange):
            threading.Thread(target=task, daemon=True).start()

    def __enter__(self) -> Client:
        """Return the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._is_closed = True
        self._socket.close()

    def send(self, *messages: dict[str, Any]) -> None:
        """Send messages; several act together."""
        document = messages[0] if len(messages) == 1 else list(messages)
        with self._lock:
            self._socket.sendall(json.dumps(document).encode() + b"\n")

    def step(self, event: str = "step") -> None:
        """Tell of a step that happens now."""
        self.send({"event": event, "at_s": time.monotonic()})

    def beat_now(self) -> float | None:
        """The beat that is heard now, counted from the start of the music; None while it is not known."""
        beats = self.ahead["beats"]
        if not self.clock.is_known or len(beats) < 2:
            return None
        now = self.clock.to_engine(time.monotonic())
        i = min(max(bisect.bisect([beat["heard_s"] for beat in beats], now), 1), len(beats) - 1)
        first, second = beats[i - 1], beats[i]
        share = (now - first["heard_s"]) / (second["heard_s"] - first["heard_s"])
        return float(first["beat"] + share * (second["beat"] - first["beat"]))

    def seconds_until(self, heard_s: float) -> float:
        """How long it takes from now until a moment of the engine's clock, such as ``heard_s`` of a beat."""
        return heard_s - self.clock.to_engine(time.monotonic())

    def _exchange(self) -> None:
        count = 0
        while not self._is_closed:
            request: dict[str, Any] = {"sent_s": time.monotonic()}
            if self._last is not None:
                request["last"] = self._last
            try:
                self.send({"clock": request})
            except OSError:
                return
            count += 1
            time.sleep(FAST_S if count < FAST_EXCHANGES else SLOW_S)

    def _listen(self) -> None:
        try:
            for line in self._lines:
                heard_s = time.monotonic()
                message = json.loads(line)
                if "clock" in message:
                    times = message["clock"]
                    self._last = {**times, "heard_s": heard_s}
                    self.clock.take(times["sent_s"], times["received_s"], times["answered_s"], heard_s)
                elif "ahead" in message:
                    self.ahead = message["ahead"]
                if self._on_message is not None:
                    self._on_message(message)
        except (OSError, ValueError):
            return
