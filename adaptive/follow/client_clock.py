"""The clock of a client, and what ours shows at the same moment: offset and drift.

An exchange is that of the Network Time Protocol (RFC 5905, section 8): the client sends at `sent_s` of its
own clock, we receive at `received_s` and answer at `answered_s` of ours, the client hears it at `heard_s`.
What a network adds is never negative, so an exchange weighs the more the less time it took; a weighted
straight line gives the drift.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

KEPT = 128
"""Exchanges that are remembered."""

OLDEST_S = 900.0
"""Exchanges older than this are forgotten: the drift of a clock changes with its temperature."""

DOUBT_SHARE, LEAST_DOUBT_S = 0.25, 0.0003
"""An exchange weighs 1/(excess + doubt)², with the excess of its delay over the least one; the doubt is this
share of the usual excess.  Tried on 20 ms of jitter each way, 15 seeds: a share of 0.05 gives 2.1 ms RMS at
worst, 0.25 to 0.5 give 1.6."""

DRIFT_NEEDS_S = 60.0
"""The drift is estimated once exchanges lie so far apart; before, it is taken as none."""

MOST_DRIFT = 300e-6
"""Quartz clocks of phones and watches are off by less than 100 parts in a million."""


@dataclass(frozen=True, slots=True)
class ClockExchange:
    """Four times: `sent_s` and `heard_s` of the client's clock, `received_s` and `answered_s` of ours."""

    sent_s: float
    received_s: float
    answered_s: float
    heard_s: float

    @property
    def delay_s(self) -> float:
        """How long both ways took together."""
        return (self.heard_s - self.sent_s) - (self.answered_s - self.received_s)

    @property
    def offset_s(self) -> float:
        """Our clock minus the client's, if both ways took the same time."""
        return 0.5 * ((self.received_s - self.sent_s) + (self.answered_s - self.heard_s))

    @property
    def middle_s(self) -> float:
        """The moment on the client's clock that the offset belongs to."""
        return 0.5 * (self.sent_s + self.heard_s)


class ClientClock:
    """Estimates offset and drift of a client's clock against ours.

    Without an exchange, `to_ours` uses the messages that came fastest: then the times between two stamps are
    right, and all of them are late by the least delay of the connection.
    """

    def __init__(self) -> None:
        self._exchanges: deque[ClockExchange] = deque(maxlen=KEPT)
        self._arrivals: deque[tuple[float, float]] = deque(maxlen=KEPT)
        self._line: tuple[float, float, float] | None = None

    @property
    def is_known(self) -> bool:
        """Whether there was an exchange."""
        return bool(self._exchanges)

    @property
    def drift(self) -> float:
        """How much faster our clock runs than the client's, as a share."""
        return self._line[2] if self._line is not None else 0.0

    def take(self, exchange: ClockExchange) -> bool:
        """Take an exchange; return False if its times cannot be true."""
        values = (exchange.sent_s, exchange.received_s, exchange.answered_s, exchange.heard_s)
        if not all(math.isfinite(value) for value in values) or not 0.0 <= exchange.delay_s <= 10.0:
            return False
        if self._exchanges and exchange.sent_s < self._exchanges[-1].sent_s:
            self._exchanges.clear()  # the client's clock was set back: begin anew
        self._exchanges.append(exchange)
        while exchange.sent_s - self._exchanges[0].sent_s > OLDEST_S:
            self._exchanges.popleft()
        self._line = self._fitted()
        return True

    def arrive(self, stamp_s: float, now_s: float) -> None:
        """Take a stamp of the client's clock and the time at which it arrived here."""
        self._arrivals.append((stamp_s, now_s))

    def to_ours(self, client_s: float) -> float | None:
        """Our time at a moment of the client's clock; None before anything is known."""
        if self._line is not None:
            middle, offset, drift = self._line
            return client_s + offset + drift * (client_s - middle)
        if self._arrivals:
            return client_s + min(now - stamp for stamp, now in self._arrivals)
        return None

    def to_client(self, our_s: float) -> float | None:
        """The client's time at a moment of our clock; None before anything is known."""
        if self._line is not None:
            middle, offset, drift = self._line
            return middle + (our_s - middle - offset) / (1.0 + drift)
        if self._arrivals:
            return our_s - min(now - stamp for stamp, now in self._arrivals)
        return None

    def _fitted(self) -> tuple[float, float, float]:
        """Middle, offset there, and drift of a weighted straight line through all exchanges."""
        exchanges = list(self._exchanges)
        delays = sorted(exchange.delay_s for exchange in exchanges)
        least, usual = delays[0], delays[len(delays) // 2]
        doubt = DOUBT_SHARE * (usual - least) + LEAST_DOUBT_S
        weights = [1.0 / (exchange.delay_s - least + doubt) ** 2 for exchange in exchanges]
        total = math.fsum(weights)
        middle = math.fsum(w * e.middle_s for w, e in zip(weights, exchanges, strict=True)) / total
        offset = math.fsum(w * e.offset_s for w, e in zip(weights, exchanges, strict=True)) / total
        return middle, offset, self._drift_of(exchanges, weights, middle, offset)

    @staticmethod
    def _drift_of(
        exchanges: list[ClockExchange], weights: list[float], middle: float, offset: float
    ) -> float:
        if exchanges[-1].middle_s - exchanges[0].middle_s < DRIFT_NEEDS_S:
            return 0.0
        spread = math.fsum(w * (e.middle_s - middle) ** 2 for w, e in zip(weights, exchanges, strict=True))
        along = math.fsum(
            w * (e.middle_s - middle) * (e.offset_s - offset) for w, e in zip(weights, exchanges, strict=True)
        )
        return min(max(along / spread, -MOST_DRIFT), MOST_DRIFT) if spread > 0.0 else 0.0
