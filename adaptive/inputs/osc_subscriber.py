"""A client over OSC that is told what happens, each beat when it is heard."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Container
from typing import Any

from adaptive.errors import OscError
from adaptive.inputs.osc_answers import OscAnswer, answers_of
from adaptive.inputs.osc_codec import encode_message

OSC_TOPICS = ("beat", "bar", "section", "harmony", "meters", "parameters")
"""What can be subscribed to over OSC."""

MOST_DELAYED = 256
"""Messages of one client that wait until they are heard; further ones are dropped."""

LONGEST_DELAY_S = 2.0
"""What is heard later than this is sent at once: no device has such a latency."""


class OscSubscriber:
    """Turns what connections are told into OSC messages, and sends each of them when it is heard.

    Parameters
    ----------
    host : object
        The session: its performance and the times of its clients.
    send : callable
        Is given each packet.
    left_out : container of str
        Addresses that are not wanted.
    clock : callable
        Seconds of the monotonic clock.
    """

    def __init__(
        self,
        host: Any,
        send: Callable[[bytes], None],
        left_out: Container[str] = frozenset(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host, self._send, self._left_out, self._clock = host, send, left_out, clock
        self._delayed = 0

    def tell(self, document: dict[str, Any]) -> None:
        """Send what a message in JSON says, as far as it has a form in OSC."""
        performance = self._host.performance
        rate, now = performance.engine.spec.sample_rate, performance.engine.frame
        for answer in answers_of(document, rate, now):
            self.answer(answer)

    def answer(self, answer: OscAnswer) -> None:
        """Send a message when its frame is heard."""
        if answer.address in self._left_out:
            return
        try:
            packet = encode_message(answer.address, answer.arguments)
        except OscError:  # a name that OSC cannot hold
            return
        at = None if answer.frame is None else self._host.client_times.heard_s(answer.frame)
        delay = 0.0 if at is None else at - self._clock()
        if not 0.0 < delay <= LONGEST_DELAY_S:
            self._send(packet)
        elif self._delayed < MOST_DELAYED:
            self._delayed += 1
            asyncio.get_running_loop().call_later(delay, self._send_later, packet)

    def _send_later(self, packet: bytes) -> None:
        self._delayed -= 1
        self._send(packet)
