from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.preset.grids import longest_wait, spots
from adaptive.preset.schema import Grid
from adaptive.timebase import BEAT_TOLERANCE


def instance(
    start: float = 0.0, offset: float = 0.0, length: int = 16, bars: int = 4, first: int = 1
) -> SegmentInstance:
    return SegmentInstance("calm", start, offset, length, bars, 4, first)


EXITS = [
    "immediate", "beat", "bar", "phrase", "end", Grid(every_bars=2), Grid(every_bars=3),
    Grid(every_beats=3), Grid(every_beats=2, offset_beats=0.5), Grid(every_bars=2, offset_bars=1),
]  # fmt: skip


@settings(deadline=None)
@given(st.floats(0.0, 500.0), st.sampled_from(EXITS), st.sampled_from([8, 12, 16, 20]), st.floats(0.0, 200.0))
def test_a_boundary_lies_at_or_after_and_on_its_grid(
    beat: float, exit_at: str | Grid, length: int, start: float
) -> None:
    here = instance(start, length=length)
    found = here.next_boundary(start + beat, exit_at)
    local = here.within_pass(found)
    places = [at for at, _ in spots(exit_at, length, 4, 4)] or [local]
    longest = longest_wait([(at, "") for at in places], length) if exit_at != "immediate" else 0.0

    assert -1e-5 <= found - (start + beat) <= longest + 1e-5
    assert min(min(abs(at - local), length - abs(at - local)) for at in places) < 1e-4


@pytest.mark.parametrize(
    ("beat", "exit_at", "expected"),
    [
        (16.0, "end", 16.0),
        (16.1, "end", 32.0),
        (13.0, Grid(every_bars=3), 16.0),  # bar 3·2 + 1 lies beyond the pass: its end is bar 1 of the next
        (11.0, Grid(every_bars=3), 12.0),
        (17.0, Grid(every_bars=3), 28.0),  # counted again from bar 1 of the second pass
        (4.0, "bar", 4.0),
        (4.0 + BEAT_TOLERANCE / 2, "bar", 4.0),
    ],
)
def test_grids_count_from_bar_one_of_the_present_pass(
    beat: float, exit_at: str | Grid, expected: float
) -> None:
    assert instance().next_boundary(beat, exit_at) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("beat", "expected"),
    [
        (0.0, "1.1.0"),
        (3.99999, "2.1.0"),
        (4.0 - 1e-6, "2.1.0"),
        (3.5, "1.4.480"),
        (17.0, "5.2.0"),
        (-1e-6, "1.1.0"),
    ],
)
def test_a_position_never_has_a_beat_more_than_its_bar(beat: float, expected: str) -> None:
    assert instance().position(beat) == expected


def test_the_position_in_the_section_restarts_with_every_pass() -> None:
    assert instance().section_position(17.0) == "1.2.0"
    assert instance().section_position(16.0 - 1e-6) == "1.1.0"
    assert instance(offset=6.0).section_position(1.0) == "2.4.0"


def test_a_bar_that_is_cut_short_counts_as_one() -> None:
    assert instance().next_first_bar(4.0) == 2
    assert instance().next_first_bar(5.0) == 3


def test_a_bar_continues_where_the_destination_is_entered_at_the_same_place_in_its_bar() -> None:
    source = instance()
    target = instance(start=6.0, offset=6.0, first=source.next_first_bar(6.0, 6.0))

    assert target.position(6.0) == "2.3.0"
    assert target.position(8.0) == "3.1.0"


@given(intro=st.integers(1, 40), bar=st.integers(1, 9), length=st.integers(1, 64), beat=st.integers(0, 200))
def test_bars_of_an_introduction_are_counted_on_without_a_gap(
    intro: int, bar: int, length: int, beat: int
) -> None:
    instance = SegmentInstance("a", 3.0, -float(intro), length, bar, 4, 7, intro_beats=intro)
    at = instance.start_beat + beat
    local = instance.local(at)
    number = instance.bar_at(local)
    assert instance.bar_start(number) <= local < instance.bar_end(number)
    assert instance.bar_number(at) == 7 + number + instance.intro_bars
    assert instance.position(at).startswith(f"{instance.bar_number(at)}.")
    assert instance.next_first_bar(at) >= instance.bar_number(at)
    found = instance.next_exit(at, "bar")
    assert found is not None
    assert at <= found.beat <= at + max(bar, length)
    end = instance.next_exit(at, "end")
    assert end is not None
    assert instance.local(end.beat) % length == 0.0
    assert instance.local(end.beat) > 0.0
