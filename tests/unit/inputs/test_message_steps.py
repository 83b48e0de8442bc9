"""Steps, over every way in: JSON, OSC, an address of another program, a trace, a recording."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adaptive.conductor.messages import (
    Message,
    MoveProgramme,
    SetFollowing,
    SetOutputLatency,
    SetProgramme,
    TakeSteps,
)
from adaptive.errors import TraceError
from adaptive.follow.programme import read_programme
from adaptive.inputs.follow_checks import StampedSteps
from adaptive.inputs.json_requests import read_json
from adaptive.inputs.message import Checker, SetParameter
from adaptive.inputs.message_json import message_json
from adaptive.inputs.osc import OscReader
from adaptive.inputs.osc_codec import encode_message
from adaptive.inputs.trace import read_trace_lines
from adaptive.preset.model import Preset
from tests.helpers.presets import make_preset

BODY = """
[parameters.cadence]
range = [0, 240]
[tempo_follow]
range_bpm = [148, 174]
parameter = "cadence"
phase_event = "step"
input_latency_ms = 30
[[inputs]]
osc = "/belt/step"
event = "step"
input_latency_ms = 80
[[inputs]]
osc = "/pod"
parameter = "cadence"
factor = 2.0
[layers.calm]
stem = "calm.wav"
[sections.calm]
layers = ["calm"]
[stingers.kill]
stem = "blow.wav"
"""
RATE = 48000


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Preset:
    return make_preset(tmp_path_factory.mktemp("steps"), BODY)


@pytest.fixture
def checker(preset: Preset) -> Checker:
    return Checker(preset)


def asked(checker: Checker, document: Any) -> Any:
    transaction = read_json(document, checker)
    return transaction.requests[0] if transaction.requests else transaction.faults[0].error


def test_steps_over_json(checker: Checker) -> None:
    assert asked(checker, {"event": "step"}) == TakeSteps("step", (0.03,))
    assert asked(checker, {"event": "step", "age_s": [0.5, 0.1]}) == TakeSteps("step", (0.5, 0.1), True)
    assert asked(checker, {"event": "step", "at_s": 37.5, "id": "a"}) == StampedSteps("step", (37.5,), "a")
    assert asked(checker, {"event": "step", "expires_s": 1}) == "'expires_s' is no key of a step"
    assert "goes with the event that the tempo follows" in asked(checker, {"event": "kill", "age_s": 1})
    assert checker.hello()["hello"]["events"] == ["kill", "step"]


def test_steps_over_osc(preset: Preset, checker: Checker) -> None:
    reader = OscReader(preset, checker)

    def heard(address: str, *arguments: Any) -> list[Any]:
        return reader.read(encode_message(address, arguments))[1].requests

    assert heard("/adaptive/event/step") == [TakeSteps("step", (0.03,))]
    assert heard("/adaptive/event/step", 1.0, 0.25) == [TakeSteps("step", (0.25,), True)]
    assert heard("/adaptive/event/step", 0.0) == []
    assert heard("/belt/step", 1) == [TakeSteps("step", (0.08,))]
    assert heard("/pod", 82.0) == [SetParameter("cadence", 164.0)]


def test_a_factor_clamps_to_the_range(preset: Preset, checker: Checker) -> None:
    packet = encode_message("/pod", (1000.0,))

    assert OscReader(preset, checker).read(packet)[1].requests == [SetParameter("cadence", 240.0)]


def in_trace(preset: Preset, *lines: dict[str, Any]) -> list[Message]:
    trace = read_trace_lines([json.dumps(line).encode() for line in lines], preset, RATE)
    return [message for line in trace.lines for message in line.messages]


def test_steps_in_a_trace_are_as_old_as_the_control_step_makes_them(preset: Preset) -> None:
    on_time, late = in_trace(
        preset, {"t": 256 * 10 / RATE, "event": "step", "age_s": 0.2}, {"t": 1.0, "event": "step"}
    )

    assert on_time == TakeSteps("step", (0.2,), True)
    # a second is 187.5 control steps: the one that takes the step begins 128 frames later
    assert isinstance(late, TakeSteps)
    assert late.ages_s == pytest.approx((0.03 + 128 / RATE,))


@pytest.mark.parametrize(
    "message",
    [
        TakeSteps("step", (0.25, -0.003), True),
        TakeSteps("step", (0.25,), False),
        SetOutputLatency(220.5),
        SetFollowing("lead", 172.0, -20.0),
        SetFollowing("manual"),
        SetProgramme(None),
        MoveProgramme("back"),
        SetProgramme(
            read_programme(
                {"name": "p", "max_heart_rate": 188, "cue_s": 4, "steps": [{"minutes": 1.5, "zone": 2}]}
            )
        ),
    ],
)
def test_what_a_recording_keeps_is_read_again(preset: Preset, message: Message) -> None:
    assert in_trace(preset, {"t": 256 * 7 / RATE, **message_json(message)}) == [message]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({"event": "step", "age_s": "x"}, "line 1: age_s must be a number of seconds"),
        ({"event": "step", "age_s": -5}, "line 1: age_s must be -1 or more"),
        ({"message": {"programme": {"steps": []}}}, "line 1: programme: steps: must be a list"),
        ({"message": {"clock": {"sent_s": 1}}}, "line 1: this does not belong in a trace"),
    ],
)
def test_a_line_that_is_wrong_is_named(preset: Preset, line: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TraceError, match=sentence):
        in_trace(preset, {"t": 0, **line})


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"mode": "lead"}, "lead needs lead_to"),
        ({"mode": "chase"}, "mode must be one of match, lead, manual, got 'chase'"),
        ({"lead_to": 500}, "lead_to must be a number from 60 to 235, got 500"),
        ({"lead_ms": True}, "lead_ms must be a number from -200 to 200"),
        ({"range_bpm": [1, 2]}, "'range_bpm' is no key of tempo_follow"),
        ({}, "tempo_follow must be an object"),
        ("match", "tempo_follow must be an object"),
    ],
)
def test_a_change_of_following_that_cannot_be_is_one_sentence(
    checker: Checker, value: Any, sentence: str
) -> None:
    assert sentence in asked(checker, {"tempo_follow": value})


def test_a_preset_that_follows_no_steps_has_no_such_event(tmp_path: Path) -> None:
    checker = Checker(make_preset(tmp_path, BODY.replace('phase_event = "step"', "").split("[[inputs]]")[0]
                                  + BODY[BODY.index("[layers.calm]"):]))  # fmt: skip

    assert asked(checker, {"event": "step"}) == "there is no event 'step'"


def test_a_preset_that_follows_nobody_says_so(tmp_path: Path) -> None:
    checker = Checker(make_preset(tmp_path, BODY[BODY.index("[layers.calm]") :]))

    assert asked(checker, {"tempo_follow": {"mode": "match"}}).startswith("this preset follows nobody")
