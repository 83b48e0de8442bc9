"""Plays while the place is open, and is silent while it is closed: `[hours]` of a site file.

The end of the hours is a fade of the whole output, which can be taken back: if the clock is put back
meanwhile, the music goes on where it is.  When the fade is over the music stops, and messages are acted on as
ever.
"""

from __future__ import annotations

import contextlib
import datetime
import time
from collections.abc import Callable
from typing import Any, Protocol

from adaptive.conductor.messages import Transport
from adaptive.inputs.input import InputBase, InputHost
from adaptive.inputs.message import Transaction
from adaptive.session.opening_hours import OpeningHours
from adaptive.site.hours_table import HoursTable

LOOK_S = 0.25
"""Time between two looks at the clock."""

ASK_S = 10.0
"""Time between two questions whether the clock is synchronised, while it is not."""

JUMP_S = 2.0
"""A clock that differs by so much from what it was to be has jumped."""

BACK_S = 2.0
"""Length of the fade by which the music comes back after a jump of the clock."""


def _told(instant: datetime.datetime | None, zone: datetime.tzinfo) -> str | None:
    return None if instant is None else instant.astimezone(zone).isoformat(timespec="minutes")


class Clock(Protocol):
    """What is asked of a wall clock."""

    def now(self) -> datetime.datetime:
        """The present instant of UTC."""

    def is_synchronised(self) -> bool:
        """Whether it is kept right by another clock."""


class HoursKeeper(InputBase):
    """Begins and ends the music by the hours of a place.

    Parameters
    ----------
    host : InputHost
        The session.
    table : HoursTable
        The hours.
    clock : Clock
        The wall clock.
    fade : callable
        Moves the gain of the whole output to a number, within some seconds.
    monotonic : callable
        Seconds of the monotonic clock.
    begin_day : callable
        Lets the music begin anew with the chance of the day, if the place wants that; returns whether.

    Attributes
    ----------
    phase : str
        ``open``, ``closing`` or ``closed``; empty before the first decision.
    """

    name = "hours"
    has_port = False

    def __init__(
        self,
        host: InputHost,
        table: HoursTable,
        clock: Clock,
        fade: Callable[[float, float], None],
        monotonic: Callable[[], float] = time.monotonic,
        begin_day: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(host)
        self._table, self._hours, self._clock = table, OpeningHours(table), clock
        self._fade, self._monotonic, self._begin_day = fade, monotonic, begin_day
        self.phase = ""
        self._looked_s = self._asked_s = -ASK_S
        self._offset_s: float | None = None
        self._is_sure = False

    @property
    def report(self) -> dict[str, Any]:
        """What `GET /health` says of the hours."""
        now = self._clock.now()
        coming, present = self._hours.next(now), self._hours.at(now)
        zone = self._hours.zone()
        is_sure = self._is_sure or self._table.unsure == "clock"
        return {
            "phase": self.phase,
            "is_clock_synchronised": self._is_sure,
            "closes": _told(present and present.ends, zone) if is_sure else None,
            "opens": _told(coming and coming.begins, zone) if is_sure else None,
        }

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Decide before the first frame, so that nothing sounds while the place is closed."""
        self._look(self._monotonic())

    def follow(self) -> None:
        """Look at the clock now and then."""
        now_s = self._monotonic()
        if now_s - self._looked_s >= LOOK_S:
            self._look(now_s)

    def _look(self, now_s: float) -> None:
        self._looked_s = now_s
        now = self._clock.now()
        jump_s = self._jump(now, now_s)
        if jump_s or (not self._is_sure and now_s - self._asked_s >= ASK_S):
            self._asked_s = now_s
            self._is_sure = self._clock.is_synchronised()
        wanted, left_s = self._wanted(now)
        has_changed = wanted != self.phase
        if jump_s:
            then = f"; it is {wanted}" if has_changed else ""
            self._log(f"the wall clock was put {'on' if jump_s > 0 else 'back'} by {abs(jump_s):.0f} s{then}")
        if has_changed:
            self._change(wanted, left_s, is_told=not jump_s, now=now)

    def _jump(self, now: datetime.datetime, now_s: float) -> float:
        """Seconds by which the wall clock has jumped since the last look; 0: it has not."""
        offset_s = now.timestamp() - now_s
        before, self._offset_s = self._offset_s, offset_s
        if before is None or abs(offset_s - before) < JUMP_S:
            return 0.0
        return offset_s - before

    def _wanted(self, now: datetime.datetime) -> tuple[str, float]:
        """The phase that should be, and the seconds until the place closes."""
        if not self._is_sure and self._table.unsure != "clock":
            return self._table.unsure, 0.0
        opening = self._hours.at(now)
        if opening is None:
            return "closed", 0.0
        left_s = (opening.ends - now).total_seconds()
        is_over = left_s <= min(self._table.fade_s, (opening.ends - opening.begins).total_seconds() / 2.0)
        return ("closing" if is_over else "open"), left_s

    def _change(self, wanted: str, left_s: float, *, is_told: bool, now: datetime.datetime) -> None:
        before, self.phase = self.phase, wanted
        if wanted == "open":
            if before == "closing":
                self._fade(1.0, BACK_S)
            else:
                if before == "closed":
                    self._fade(0.0, 0.0)
                    self._begin_day()
                self._play(is_playing=True)
                self._fade(1.0, self._table.fade_s if before else 0.0)
            reason = "the place is open"
        elif wanted == "closing":
            if before in {"", "closed"}:
                self._play(is_playing=True)
            self._fade(0.0, left_s)
            reason = f"the place closes in {left_s:.0f} s"
        else:
            self._fade(0.0, 0.0 if before in {"", "closing"} else min(BACK_S, self._table.fade_s))
            self._play(is_playing=False, seconds=0.0 if before in {"", "closing"} else BACK_S)
            coming = self._hours.next(now) if self._is_sure or self._table.unsure == "clock" else None
            begins = _told(coming and coming.begins, self._hours.zone())
            reason = f"the place is closed{f' until {begins}' if begins else ''}"
        if not self._is_sure and self._table.unsure != "clock":
            reason += ", until the clock is synchronised"
        if is_told:
            self._log(reason)

    def _play(self, *, is_playing: bool, seconds: float | None = None) -> None:
        self.host.receive(Transaction([Transport(is_playing, None, seconds)]))

    def _log(self, sentence: str) -> None:
        performance = self.host.performance
        if performance.frame > 0:
            performance.conductor.playback.log_line("health", performance.frame, sentence, source="hours")
        self.host.complain(sentence)
