from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from adaptive.composer.bar_source import Answer, BarFailure, BarRequest
from adaptive.composer.context import WrittenBar
from adaptive.composer.feel.performance import performed
from adaptive.composer.registry import BUILT_IN, GeneratorSpec
from adaptive.conductor.layers.layer_bars import (
    KEPT_BARS,
    LATE,
    LATEST_FRAMES,
    BarReport,
    LayerBars,
    in_beats,
)
from tests.helpers import generators
from tests.unit.composer.composing import contexts

RATE = 48000
CONTEXTS = contexts(bars=4)
SPEC = GeneratorSpec("counts", generators.counts, ("plain",), "pad_warm", is_deterministic=True)
ONE = Fraction(1)


class Scripted:
    """A source whose answers a test sets."""

    is_immediate = False

    def __init__(self) -> None:
        self.answers: dict[object, Answer] = {}
        self.asked: list[object] = []
        self.waited: list[object] = []

    def ask(self, request: BarRequest, *, is_ahead: bool = False) -> None:
        self.asked.append((request.key, is_ahead))

    def take(self, request: BarRequest, *, may_wait: bool = False) -> Answer | None:
        self.waited += [request.key] if may_wait else []
        return self.answers.pop(request.key, None)


def bars_of(spec: GeneratorSpec = SPEC) -> tuple[LayerBars, Scripted]:
    source = Scripted()
    return LayerBars(spec, source, RATE), source


def request(bar: int, frame: int) -> BarRequest:
    return BarRequest(bar, CONTEXTS[bar], frame)


def composed(midi: int = 60) -> WrittenBar:
    return WrittenBar((generators.note(midi),), {"count": 1})


def test_a_bar_that_is_there_is_kept_and_taken_once() -> None:
    bars, source = bars_of()
    source.answers[1] = composed()
    first = bars.take(request(1, 1000), ONE, 4.0, 60_000, None)
    again = bars.take(request(1, 2000), ONE, 4.0, 59_000, None)

    assert first is not None
    assert first == again
    assert first[0] == composed().notes
    assert (bars.is_waiting, bars.pop_reports()) == (False, [])


def test_a_bar_that_has_time_is_waited_for_up_to_a_quarter_of_a_second_before() -> None:
    bars, source = bars_of()
    assert bars.take(request(1, 1000), ONE, 4.0, 60_000, None) is None
    assert bars.is_waiting
    assert bars.take(request(1, 48_000), ONE, 4.0, 13_000, None) is None
    source.answers[1] = composed()
    taken = bars.take(request(1, 48_256), ONE, 4.0, 12_744, None)

    assert taken is not None
    assert taken[0] == composed().notes
    assert bars.pop_reports() == [BarReport(4.0, "road", 1, 1000, 48_256)]
    assert bars.pop_reports() == []


def test_a_late_bar_is_replaced_by_the_last_good_one() -> None:
    bars, source = bars_of()
    source.answers[1] = composed(67)
    good = bars.take(request(1, 1000), ONE, 4.0, 60_000, None)
    assert good is not None
    assert bars.take(request(2, 1000), ONE, 8.0, 60_000, good[1]) is None
    late = bars.take(request(2, 49_000), ONE, 8.0, 12_000, good[1])

    assert late is not None
    assert late[1] is None
    assert [note.onset for note in late[0]] == [note.onset for note in composed().notes]
    assert bars.pop_reports() == [BarReport(8.0, "road", 2, 1000, 49_000, LATE)]


def test_a_bar_that_is_needed_at_short_notice_is_waited_for_to_the_last_moment() -> None:
    bars, _ = bars_of()

    assert bars.take(request(1, 1000), ONE, 4.0, 2000, None) is None
    assert bars.take(request(1, 2000), ONE, 4.0, LATEST_FRAMES, None) == ((), None)
    assert [report.reason for report in bars.pop_reports()] == [LATE]


def test_a_failure_costs_the_bar_at_once_and_says_why() -> None:
    bars, source = bars_of()
    source.answers[1] = BarFailure("counts raised ValueError")

    assert bars.take(request(1, 1000), ONE, 4.0, 60_000, None) == ((), None)
    assert bars.pop_reports() == [BarReport(4.0, "road", 1, 1000, 1000, "counts raised ValueError")]


def test_a_built_in_generator_stands_in_where_the_specification_names_one() -> None:
    bars, source = bars_of(replace(SPEC, stand_in="bass"))
    source.answers[1] = BarFailure("it hung")
    taken = bars.take(request(1, 1000), ONE, 4.0, 60_000, None)

    assert taken == (performed(BUILT_IN["bass"].function(CONTEXTS[1]).notes, CONTEXTS[1]), None)


def test_the_beginning_may_wait_and_is_given_up_if_nothing_comes() -> None:
    bars, source = bars_of()

    assert bars.take(request(1, 0), ONE, 0.0, 90_000, None) == ((), None)
    assert source.waited == [1]


def test_the_notes_of_a_generator_that_would_write_others_are_reported() -> None:
    bars, source = bars_of(replace(SPEC, is_deterministic=False))
    source.answers[1] = composed(62)
    bars.take(request(1, 1000), ONE, 4.0, 60_000, None)

    assert bars.pop_reports() == [BarReport(4.0, "road", 1, 1000, 1000, notes=composed(62).notes)]


def test_a_bar_that_is_needed_anew_has_its_time_anew() -> None:
    bars, source = bars_of()
    assert bars.take(request(1, 1000), ONE, 4.0, 60_000, None) is None
    bars.forget_try()
    source.answers[1] = composed()
    bars.take(request(1, 5000), ONE, 4.0, 56_000, None)

    assert bars.pop_reports() == []


def test_bars_that_are_kept_are_not_asked_for_and_the_oldest_are_dropped() -> None:
    bars, source = bars_of()
    for number in range(KEPT_BARS + 1):
        source.answers[number] = composed()
        assert bars.recalled(BarRequest(number, CONTEXTS[0], 0), ONE) is not None
    bars.ask(BarRequest(KEPT_BARS, CONTEXTS[0], 0))
    bars.ask(BarRequest(0, CONTEXTS[0], 0), is_ahead=True)

    assert len(bars) == KEPT_BARS
    assert source.asked == [(0, True)]
    assert bars.recalled(BarRequest("nothing", CONTEXTS[0], 0), ONE) is None


def test_notes_are_counted_in_the_beats_of_the_segment() -> None:
    note = replace(generators.note(onset=Fraction(3), duration=Fraction(3)), offset_beats=0.3)

    assert in_beats((note,), Fraction(1, 3)) == (
        replace(note, onset=Fraction(1), duration=Fraction(1), offset_beats=0.3 * float(Fraction(1, 3))),
    )  # fmt: skip
    assert in_beats((note,), ONE) == (note,)


def test_a_place_left_open_is_that_of_a_bar_which_arrives_or_is_composed() -> None:
    bars, source = bars_of()
    assert not bars.leave_open(1)  # nobody composes it
    assert bars_of()[0].leave_open(1, is_awaited=True)  # its plan is made
    bars.awaited |= {1, 2}
    assert bars.leave_open(1, CONTEXTS[1])
    assert bars.leave_open(2, CONTEXTS[2])
    assert not bars.leave_open(2)
    assert not bars.leave_open(2, is_awaited=True)
    assert len(bars) == 2
    assert not bars.knows(1)
    assert bars.kept(1) is None

    bars.prefetch(request(1, 9), {"count": 1}, (generators.note(60),))
    source.answers[2] = composed(62)
    taken = bars.take(request(2, 9), ONE, 8.0, 10**6, None)

    assert taken is not None
    assert [note.midi for note in taken[0]] == [62]
    assert bars.kept(1) is not None
    assert len(bars) == 2


def test_open_places_are_given_up_as_bars_are() -> None:
    bars, _ = bars_of()
    keys = range(KEPT_BARS + 3)
    bars.awaited |= set(keys)
    for key in keys:
        bars.leave_open(key)

    assert len(bars) == KEPT_BARS
    assert bars.leave_open(0)  # the oldest went
    assert not bars.leave_open(KEPT_BARS)
