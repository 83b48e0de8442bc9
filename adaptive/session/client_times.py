"""Times of clients: their clocks, the steps that they stamp, and the latency until the music is heard."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from adaptive.conductor.messages import ExternalClock, SetOutputLatency, TakeSteps
from adaptive.follow.client_clock import ClientClock
from adaptive.inputs.follow_checks import ExchangeClock, StampedSteps
from adaptive.inputs.lines import Connection
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.session.frame_clock import FrameClock
from adaptive.session.performance import Performance


class TimedHost(Protocol):
    """The part of a session that `ClientTimes` uses."""

    performance: Performance

    def heard(self, frame: int) -> int:
        """Number of the frame at which a rendered frame reaches the output."""


class ClientTimes:
    """Brings the times of clients onto the timeline.

    Our clock is `time.monotonic`: it is what ``received_s``, ``answered_s`` and ``heard_s`` show.

    Parameters
    ----------
    host : TimedHost
        The session.
    now : callable
        Returns seconds of the monotonic clock.

    Attributes
    ----------
    behind_ms : float
        The latency behind the sound card, as a listener has set it.
    """

    def __init__(self, host: TimedHost, now: Callable[[], float] = time.monotonic) -> None:
        self._host, self._now = host, now
        self.behind_ms = self._told_ms = 0.0
        self._frames = FrameClock(host.performance.engine.spec.sample_rate)
        self._clocks: weakref.WeakKeyDictionary[Connection, ClientClock] = weakref.WeakKeyDictionary()

    def observe(self) -> None:
        """Note how many frames are rendered by now; call it every few milliseconds."""
        self._frames.observe(self._now(), self._host.performance.engine.frame)

    def clock_of(self, connection: Connection) -> ClientClock:
        """What is known of a client's clock."""
        return self._clocks.setdefault(connection, ClientClock())

    def exchange(self, request: ExchangeClock, connection: Connection) -> dict[str, Any]:
        """Learn from an exchange, and return the answer."""
        received_s = self._now()
        clock = self.clock_of(connection)
        if request.last is not None:
            clock.take(request.last)
        clock.arrive(request.sent_s, received_s)
        answer = {"sent_s": request.sent_s, "received_s": received_s, "answered_s": self._now()}
        return {"clock": answer, "id": request.id} if request.id is not None else {"clock": answer}

    def arrived(self, request: StampedSteps | TakeSteps, connection: Connection | None) -> TakeSteps:
        """Steps with their *frames* in place of ages, until `aged` knows their control step."""
        now = self._now()
        if isinstance(request, TakeSteps):
            times = [now - age for age in request.ages_s]
            is_timed = request.is_timed
        else:
            clock = ClientClock() if connection is None else self.clock_of(connection)
            clock.arrive(max(request.stamps_s), now)
            found = [clock.to_ours(stamp) for stamp in request.stamps_s]
            times = [at for at in found if at is not None]
            is_timed = True
        rate = self._frames.sample_rate
        rendered = self._frames.frame_at(now)
        base = self._host.performance.engine.frame if rendered is None else rendered
        frames = tuple(base + (at - now) * rate for at in times)
        return TakeSteps(request.event, frames, is_timed, request.id)

    def aged(self, steps: TakeSteps, control_step: int) -> TakeSteps:
        """Steps with their ages at a control step, in place of their frames."""
        first, rate = control_step * CONTROL_STEP_FRAMES, self._frames.sample_rate
        return replace(steps, ages_s=tuple(round((first - frame) / rate, 6) for frame in steps.ages_s))

    def clock_arrived(self, request: ExternalClock) -> ExternalClock:
        """A clock with the *frame* of its beat in place of the age, until `clock_aged` knows the step."""
        if request.beat_age_s is None:
            return request
        now = self._now()
        rendered = self._frames.frame_at(now)
        base = self._host.performance.engine.frame if rendered is None else rendered
        return replace(request, beat_age_s=base - request.beat_age_s * self._frames.sample_rate)

    def clock_aged(self, clock: ExternalClock, control_step: int) -> ExternalClock:
        """A clock with the age of its beat at a control step, in place of its frame."""
        if clock.beat_age_s is None:
            return clock
        age = (control_step * CONTROL_STEP_FRAMES - clock.beat_age_s) / self._frames.sample_rate
        return replace(clock, beat_age_s=round(age, 6))

    def whole_latency(self, request: SetOutputLatency) -> SetOutputLatency:
        """The latency behind the sound card, with that of the card and the engine."""
        self.behind_ms = request.milliseconds
        self._told_ms = self.latency_ms
        return replace(request, milliseconds=round(self._told_ms, 3))

    @property
    def latency_ms(self) -> float:
        """How long after it was rendered a frame is heard, all latencies together."""
        frames = self._host.heard(0)
        return 1000.0 * frames / self._frames.sample_rate + self.behind_ms

    def is_latency_new(self) -> bool:
        """Whether the latency has changed by a millisecond since the last call that said so."""
        if abs(self.latency_ms - self._told_ms) < 1.0:
            return False
        self._told_ms = self.latency_ms
        return True

    def tell_again(self) -> None:
        """Let `is_latency_new` be true again: another conductor has been told nothing."""
        self._told_ms = 0.0

    def heard_s(self, frame: float) -> float | None:
        """When a frame of the timeline is heard, by our clock; None before the first frame."""
        rendered = self._frames.time_of(frame)
        return None if rendered is None else rendered + self.latency_ms / 1000.0
