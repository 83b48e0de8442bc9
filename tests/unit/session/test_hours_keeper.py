"""Hours of a place, with a wall clock that is set by hand (`cases/devices.md`, 6)."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.conductor.messages import Transport
from adaptive.session.hours_keeper import HoursKeeper
from adaptive.session.wall_clock import WallClock
from adaptive.site.hours_table import HoursTable

DAY = HoursTable("10:00", "18:00", "UTC", unsure="open")


class Place:
    """A keeper, its clocks, and what it does."""

    def __init__(self, wall: str, table: HoursTable = DAY, *, is_sure: bool = True) -> None:
        self.wall = datetime.datetime.fromisoformat(wall).replace(tzinfo=datetime.UTC)
        self.began, self.passed_s, self.is_sure = self.wall, 0.0, is_sure
        self.told, self.fades, self.plays = list[str](), list[tuple[float, float, float]](), list[bool]()
        host: Any = SimpleNamespace(
            performance=SimpleNamespace(frame=0), complain=self.told.append, receive=self._receive
        )
        clock = SimpleNamespace(now=lambda: self.wall, is_synchronised=lambda: self.is_sure)
        self.keeper = HoursKeeper(host, table, clock, self._fade, lambda: self.passed_s)
        self.keeper._look(0.0)

    def _receive(self, transaction: Any) -> None:
        for request in transaction.requests:
            assert isinstance(request, Transport)
            self.plays.append(request.is_playing)

    def _fade(self, gain: float, seconds: float) -> None:
        self.fades.append((round(self.passed_s, 2), gain, round(seconds, 2)))

    def run(self, seconds: float, step_s: float = 0.25) -> None:
        for _ in range(round(seconds / step_s)):
            self.passed_s += step_s
            self.wall += datetime.timedelta(seconds=step_s)
            self.keeper.follow()

    def put(self, wall: str) -> None:
        """Set the wall clock."""
        self.wall = datetime.datetime.fromisoformat(wall).replace(tzinfo=datetime.UTC)
        self.keeper.follow()


def test_a_clock_that_was_wrong_at_the_start_is_put_right_without_a_fade_and_with_one_line() -> None:
    place = Place("2027-06-01T03:00", is_sure=False)
    place.run(40.0)
    told = len(place.told)
    place.is_sure = True
    place.passed_s += 0.25
    place.put("2027-06-14T15:00")
    place.run(60.0)

    assert place.plays == [True]
    assert [fade for fade in place.fades if fade[0] > 0.0] == []
    assert place.told[told:] == ["the wall clock was put on by 1166360 s"]


def test_a_clock_that_is_put_back_before_the_end_goes_on_for_an_hour_and_ends_once() -> None:
    place = Place("2027-06-14T17:59:00")
    place.run(50.0)
    place.passed_s += 0.25
    place.put("2027-06-14T16:59:50")
    back = list(place.fades)
    place.run(3700.0, step_s=1.0)

    assert back[-2:] == [(40.0, 0.0, 20.0), (50.25, 1.0, 2.0)]  # the fade had begun, and is taken back
    assert place.fades[len(back) :] == [(3640.25, 0.0, 20.0), (3660.25, 0.0, 0.0)]
    assert place.plays == [True, False]


def test_the_fade_ends_when_the_place_closes_and_it_opens_again_the_next_day() -> None:
    place = Place("2027-06-14T17:59:00")
    place.run(59.75)
    before = list(place.plays)
    place.run(0.25)
    closed = list(place.plays)
    place.run(16 * 3600.0, step_s=20.0)

    assert (before, closed, place.plays) == ([True], [True, False], [True, False, True])
    assert place.fades[-3:] == [(60.0, 0.0, 0.0), (57660.0, 0.0, 0.0), (57660.0, 1.0, 20.0)]
    assert "the place is closed until 2027-06-15T10:00+00:00" in place.told


@pytest.mark.parametrize(
    ("wall", "is_sure", "unsure", "plays"),
    [
        ("2027-06-14T12:00", True, "closed", True),  # the power returns within the hours
        ("2027-06-14T04:00", True, "open", False),
        ("2027-06-14T12:00", False, "closed", False),
        ("2027-06-14T04:00", False, "open", True),
    ],
)
def test_what_holds_when_it_starts(wall: str, is_sure: bool, unsure: Any, plays: bool) -> None:
    place = Place(wall, HoursTable("10:00", "18:00", "UTC", unsure=unsure), is_sure=is_sure)

    assert place.plays == [plays]
    assert place.fades[0][1:] == (float(plays), 0.0)


def test_a_clock_that_becomes_sure_without_a_jump_is_asked_again() -> None:
    place = Place("2027-06-14T04:00", is_sure=False)
    place.run(5.0)
    place.is_sure = True
    place.run(10.0)

    assert place.plays == [True, False]


def test_the_system_says_whether_its_clock_is_synchronised() -> None:
    assert WallClock().is_synchronised() in {True, False}
    assert WallClock().now().tzinfo is datetime.UTC


def test_each_opening_may_begin_a_day_and_a_start_does_not() -> None:
    place, begun = Place("2027-06-14T17:59:59"), list[float]()
    place.keeper._begin_day = lambda: bool(begun.append(place.passed_s)) or True
    place.run(16 * 3600.0 + 10.0, step_s=10.0)

    assert begun == [57610.0]


def test_the_report_says_until_when_it_is_open_and_when_it_opens_next() -> None:
    place = Place("2027-06-14T17:00", HoursTable("10:00", "18:00", "Europe/Berlin", unsure="open"))
    closed = Place("2027-06-14T20:00")

    assert place.keeper.report == {
        "phase": "closed", "is_clock_synchronised": True, "closes": None, "opens": "2027-06-15T10:00+02:00",
    }  # fmt: skip
    assert closed.keeper.report["opens"] == "2027-06-15T10:00+00:00"
    assert Place("2027-06-14T12:00").keeper.report["closes"] == "2027-06-14T18:00+00:00"
    assert Place("2027-06-14T12:00", is_sure=False).keeper.report["closes"] is None
