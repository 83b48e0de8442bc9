from __future__ import annotations

import math
from typing import Any

import pytest

from adaptive.conductor.messages import (
    ExternalClock,
    MoveProgramme,
    SetOutputLatency,
    SetProgramme,
    TakeSteps,
)
from adaptive.errors import ProtocolError
from adaptive.follow.client_clock import ClockExchange
from adaptive.inputs import follow_checks
from adaptive.inputs.follow_checks import ExchangeClock, StampedSteps


def test_steps_have_an_age_a_time_of_the_client_or_the_latency_of_the_input() -> None:
    assert follow_checks.steps("step", 0.04) == TakeSteps("step", (0.04,))
    assert follow_checks.steps("step", 0.04, 0.5) == TakeSteps("step", (0.5,), True)
    assert follow_checks.steps("step", 0.04, [0.5, 0.1]) == TakeSteps("step", (0.5, 0.1), True)
    assert follow_checks.steps("step", 0.04, None, [37.5], "a") == StampedSteps("step", (37.5,), "a")


def test_a_programme_is_a_table_a_word_or_null() -> None:
    found = follow_checks.programme({"steps": [{"minutes": 1}]}, "p")

    assert isinstance(found, SetProgramme)
    assert found.programme is not None
    assert follow_checks.programme(None) == SetProgramme(None)
    assert follow_checks.programme("skip") == MoveProgramme("skip")


def test_the_output_latency_is_a_number_or_follows_from_taps() -> None:
    clicks = [2.5 * k for k in range(20)]
    tapped = {"clicks_s": clicks, "taps_s": [click + 0.2 for click in clicks]}

    assert follow_checks.output_latency(220) == SetOutputLatency(220.0)
    assert follow_checks.output_latency(tapped) == SetOutputLatency(200.0)


def test_a_clock_is_exchanged() -> None:
    last = {"sent_s": 1.0, "received_s": 5.0, "answered_s": 5.1, "heard_s": 1.2}

    assert follow_checks.clock({"sent_s": 2.0}) == ExchangeClock(2.0)
    assert follow_checks.clock({"sent_s": 2.0, "last": last}).last == ClockExchange(1.0, 5.0, 5.1, 1.2)


@pytest.mark.parametrize(
    ("check", "value", "sentence"),
    [
        ("clock", 3, "clock must be an object"),
        ("clock", {"sent_s": math.nan}, "clock must be an object"),
        ("clock", {"sent_s": 1, "last": {"sent_s": 2}}, "last must hold the numbers"),
        ("clock", {"sent_s": 1, "now": 2}, "'now' is no key of clock"),
        ("output_latency", -1, "must be a number from 0 to 2000"),
        ("output_latency", True, "must be a number from 0 to 2000"),
        ("output_latency", {"clicks_s": [1]}, "or hold the lists clicks_s and taps_s"),
        ("output_latency", {"clicks_s": [1], "taps_s": [1]}, "20 taps are needed"),
        ("programme", "stop", "programme must be a table, null, or one of pause"),
        ("programme", {"steps": [{"minutes": -1}]}, r"programme: steps\[1\].minutes: must be a number"),
        ("programme", 5, "programme: programme: must be a table"),
    ],
)
def test_what_is_wrong_is_one_sentence(check: str, value: Any, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        getattr(follow_checks, check)(value)


@pytest.mark.parametrize(
    ("age_s", "at_s", "sentence"),
    [
        (-1, None, "age_s must be 0 or more"),
        (1, 2, "give age_s or at_s, not both"),
        ("now", None, "age_s must be a number of seconds"),
        ([], None, "age_s must be a number of seconds"),
        ([0.1] * 65, None, "a list of up to 64"),
        (None, [math.inf], "at_s must be a number of seconds"),
        (None, [True], "at_s must be a number of seconds"),
    ],
)
def test_times_of_steps_that_are_wrong_are_one_sentence(age_s: Any, at_s: Any, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        follow_checks.steps("step", 0.0, age_s, at_s)


def test_an_external_clock_is_checked() -> None:
    assert follow_checks.external_clock(None) == ExternalClock(None)
    assert follow_checks.external_clock({"tempo_bpm": 124, "beat_age_s": 1}) == ExternalClock(124.0, 1.0)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (124, "external_clock must be null or an object"),
        ({"tempo_bpm": 124, "age": 1}, "external_clock must be null or an object"),
        ({"tempo_bpm": 10}, "tempo_bpm must be a number from 20 to 400, got 10"),
        ({"tempo_bpm": True}, "tempo_bpm must be a number"),
        ({"tempo_bpm": float("nan")}, "tempo_bpm must be a number"),
        ({"tempo_bpm": 120, "beat_age_s": 1e9}, "beat_age_s must be a number of at most 60 seconds"),
    ],
)
def test_what_no_clock_says_is_refused(value: Any, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        follow_checks.external_clock(value)
