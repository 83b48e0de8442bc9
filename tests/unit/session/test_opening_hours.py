from __future__ import annotations

import datetime
import zoneinfo

import pytest

from adaptive.session.opening_hours import OpeningHours, instant
from adaptive.site.hours_table import HoursTable


def utc(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)


def changes(hours: OpeningHours, begin: str, end: str, step_s: int = 60) -> list[tuple[str, bool]]:
    """Instants at which the place opens or closes, found by asking again and again."""
    now, found, before = utc(begin), [], hours.at(utc(begin)) is not None
    while now < utc(end):
        now += datetime.timedelta(seconds=step_s)
        is_open = hours.at(now) is not None
        if is_open != before:
            found.append((f"{now:%m-%d %H:%M}", is_open))
            before = is_open
    return found


NIGHT = OpeningHours(HoursTable("22:00", "02:30", "Europe/Vienna"))


def test_a_night_whose_end_does_not_exist_ends_when_the_clocks_are_put_forward() -> None:
    found = changes(NIGHT, "2027-03-27T12:00", "2027-03-28T12:00")

    assert found == [("03-27 21:00", True), ("03-28 01:00", False)]
    assert NIGHT.at(utc("2027-03-28T00:59:59")) is not None
    assert NIGHT.at(utc("2027-03-28T01:00:00")) is None


def test_a_night_whose_end_comes_twice_ends_at_the_first_and_does_not_open_again() -> None:
    found = changes(NIGHT, "2027-10-30T12:00", "2027-10-31T12:00")

    assert found == [("10-30 20:00", True), ("10-31 00:30", False)]


def test_a_night_belongs_to_the_day_on_which_it_opens() -> None:
    weekend = OpeningHours(
        HoursTable("22:00", "02:30", "Europe/Vienna", days=("fri", "sat"), closed=("2027-06-12",))
    )
    # 2027-06-11 is a Friday
    assert changes(weekend, "2027-06-10T00:00", "2027-06-19T12:00", 300) == [
        ("06-11 20:00", True), ("06-12 00:30", False), ("06-18 20:00", True), ("06-19 00:30", False),
    ]  # fmt: skip
    coming = weekend.next(utc("2027-06-12T12:00"))
    assert coming is not None
    assert coming.begins == utc("2027-06-18T20:00")


def test_a_place_without_days_to_come_is_closed() -> None:
    gone = OpeningHours(HoursTable("10:00", "18:00", "UTC", days=("mon",), closed=()))

    assert gone.at(utc("2027-06-14T12:00")) is not None  # a Monday
    assert gone.at(utc("2027-06-15T12:00")) is None


@pytest.mark.parametrize(
    ("local", "zone", "expected"),
    [
        ("2027-03-28T02:00", "Europe/Vienna", "2027-03-28T01:00"),
        ("2027-03-28T02:59", "Europe/Vienna", "2027-03-28T01:00"),
        ("2027-03-28T03:00", "Europe/Vienna", "2027-03-28T01:00"),
        ("2027-10-31T02:59", "Europe/Vienna", "2027-10-31T00:59"),
        ("2027-10-03T02:15", "Australia/Lord_Howe", "2027-10-02T15:30"),  # half an hour is skipped
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T10:00"),  # the whole day does not exist
    ],
)
def test_instants_at_changes_of_the_clocks(local: str, zone: str, expected: str) -> None:
    found = instant(datetime.datetime.fromisoformat(local), zoneinfo.ZoneInfo(zone))

    assert found == utc(expected)
