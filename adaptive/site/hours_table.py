"""`[hours]` of a site file."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from adaptive.preset.table import Table

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ClockTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Date = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class HoursTable(Table, frozen=True):
    """`[hours]`: when the place is open; outside these hours the music is silent.

    `close` may lie past midnight: the night then belongs to the day on which it opened.  The fade of `fade_s`
    ends at `close`.  `unsure` is what holds until the clock is synchronised;
    `"clock"`: what it says all the same.
    """

    open: ClockTime
    close: ClockTime
    timezone: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    days: Annotated[tuple[Day, ...], Meta(min_length=1, max_length=7)] = (
        "mon", "tue", "wed", "thu", "fri", "sat", "sun",
    )  # fmt: skip
    closed: Annotated[tuple[Date, ...], Meta(max_length=1000)] = ()
    unsure: Literal["open", "closed", "clock"] = "open"
    fade_s: Annotated[float, Meta(ge=0.0, le=600.0)] = 20.0
