"""When a place is open: local hours, days and dates as instants of UTC.

A time that a change of the clock skips is the instant of the change; of a time that comes twice the first
counts.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from adaptive.site.hours_table import HoursTable

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE_DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)


class Opening(NamedTuple):
    """A time in which the place is open, as instants of UTC."""

    begins: datetime.datetime
    ends: datetime.datetime


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Tells when a place is open.

    Parameters
    ----------
    table : HoursTable
        `[hours]` of a site file.
    """

    table: HoursTable

    def at(self, now: datetime.datetime) -> Opening | None:
        """The opening that an instant lies in; None: it is closed."""
        return next((one for one in self._around(now) if one.begins <= now < one.ends), None)

    def next(self, now: datetime.datetime) -> Opening | None:
        """The first opening that begins after an instant, within a month; None: there is none."""
        return next((one for one in self._around(now, 31) if one.begins > now), None)

    def _around(self, now: datetime.datetime, days: int = 2) -> Iterator[Opening]:
        """Openings from the day before yesterday on, in order."""
        today = now.astimezone(self.zone()).date()
        for number in range(-2, days):
            date = today + number * ONE_DAY
            if DAYS[date.weekday()] in self.table.days and date.isoformat() not in self.table.closed:
                yield self._on(date)

    def _on(self, date: datetime.date) -> Opening:
        opens, closes = (datetime.time.fromisoformat(one) for one in (self.table.open, self.table.close))
        end = date if closes > opens else date + ONE_DAY
        begins = instant(datetime.datetime.combine(date, opens), self.zone())
        return Opening(begins, instant(datetime.datetime.combine(end, closes), self.zone()))

    def zone(self) -> datetime.tzinfo:
        """The zone of the table; left out, that of the machine."""
        if self.table.timezone is not None:
            return zoneinfo.ZoneInfo(self.table.timezone)
        local = datetime.datetime.now().astimezone().tzinfo
        return local or datetime.UTC


def instant(local: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    """The instant of UTC at which a zone's clocks show a time, or first show a later one.

    Parameters
    ----------
    local : datetime
        Without a zone.
    zone : tzinfo
        The zone.
    """
    first, last = (local.replace(tzinfo=zone, fold=fold).astimezone(datetime.UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None, fold=0) == local:
        return first
    begin = min(first, last)  # the clocks are put forward between the two, at a whole second
    early, late = 0, round(abs(first - last).total_seconds())
    while late - early > 1:
        middle = (early + late) // 2
        if (begin + middle * SECOND).astimezone(zone).replace(tzinfo=None, fold=0) < local:
            early = middle
        else:
            late = middle
    return begin + late * SECOND
