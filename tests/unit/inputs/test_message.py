from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.conductor.messages import FireEvent, SetState, SetTempo, Transport
from adaptive.inputs.clamped_values import clamped_values
from adaptive.inputs.json_requests import read_json
from adaptive.inputs.message import (
    LONGEST_ID,
    MOST_REQUESTS,
    Checker,
    LoadPreset,
    NoReading,
    SetParameter,
    SetPaused,
    SetVolume,
    Transaction,
)
from adaptive.inputs.subscribe import Subscribe
from tests.helpers.amounts import amount
from tests.helpers.presets import make_preset

BODY = """
[parameters.intensity]
range = [0.0, 1.0]
[parameters.cadence]
range = [60.0, 240.0]
default = 160.0
[parameters.pulse]
range = [40.0, 200.0]
ignore = [0, 255, 40]
[parameters.double]
value = "intensity + intensity"
[states.place]
values = ["road", "shelter"]
[states.weather]
values = ["clear", "rain"]
[layers.calm]
stem = "calm.wav"
[sections.calm]
layers = ["calm"]
[[select]]
section = "calm"
[stingers.kill]
stem = "blow.wav"
"""


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    return Checker(make_preset(tmp_path_factory.mktemp("message"), BODY))


def read(checker: Checker, document: Any) -> Transaction:
    return read_json(json.loads(json.dumps(document)), checker)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"parameter": "intensity", "value": 0.8}, SetParameter("intensity", 0.8)),
        ({"parameter": "intensity", "value": 1, "id": "a"}, SetParameter("intensity", 1.0, "a")),
        ({"state": {"place": "shelter"}, "id": "b"}, SetState("place", "shelter", "b")),
        ({"state": {"place": 1}}, SetState("place", "shelter")),
        ({"event": "kill"}, FireEvent("kill")),
        ({"event": "kill", "velocity": 0.3, "expires_s": 0.5, "id": "c"}, FireEvent("kill", 0.3, 0.5, "c")),
        ({"event": "kill", "velocity": 7}, FireEvent("kill", 1.0)),
        ({"event": "kill", "velocity": None}, FireEvent("kill", 1.0)),
        ({"tempo": 172}, SetTempo(172.0)),
        ({"tempo": None}, SetTempo(None)),
        ({"play": True}, Transport(is_playing=True)),
        ({"stop": True, "id": "d"}, Transport(is_playing=False, id="d")),
        ({"pause": True}, SetPaused(is_paused=True)),
        ({"resume": True}, SetPaused(is_paused=False)),
        ({"volume": 0.7}, SetVolume(0.7)),
        ({"volume": 3}, SetVolume(1.0)),
        ({"load": "nightfall"}, LoadPreset("nightfall")),
        ({"subscribe": ["beat", "meters"]}, Subscribe(frozenset({"beat", "meters"}))),
    ],
)
def test_every_request_of_the_contract_is_understood(checker: Checker, document: Any, expected: Any) -> None:
    assert read(checker, document) == Transaction([expected], [])


HUGE = "a number of more than 300 digits"
WORDS = "parameter, state, event, tempo, volume, mix, play, stop, save, restore, and more"
REFUSED = [
    ({"parameter": "intensety", "value": 1}, "there is no parameter 'intensety' (did you mean 'intensity'?)"),
    ({"parameter": "double", "value": 1}, "double is derived from other parameters and cannot be set"),
    ({"parameter": "intensity"}, "intensity must be a number, got nothing"),
    ({"parameter": "intensity", "value": "loud"}, "intensity must be a number, got 'loud'"),
    ({"parameter": "intensity", "value": True}, "intensity must be a number, got true"),
    ({"parameter": ["intensity"], "value": 1}, "there is no parameter [\"intensity\"]"),
    ({"parameter": {"a": 1}, "value": 1}, "there is no parameter {\"a\": 1}"),
    ({"parameter": None, "value": 1}, "there is no parameter nothing"),
    ({"parameter": "intensity", "value": math.nan}, "intensity must be finite, got NaN"),
    ({"parameter": "intensity", "value": -math.inf}, "intensity must be finite, got -infinity"),
    ({"parameter": "intensity", "value": 10**400}, f"intensity must be finite, got {HUGE}"),
    ({"state": {"plaice": "road"}}, "there is no state group 'plaice' (did you mean 'place'?)"),
    ({"state": {"place": "sheltre"}}, "place is never 'sheltre' (did you mean 'shelter'?)"),
    ({"state": {"place": 2}}, "place has values 0 to 1, got 2"),
    ({"state": {"place": -1}}, "place has values 0 to 1, got -1"),
    ({"state": {"place": math.nan}}, "place has values 0 to 1, got NaN"),
    ({"state": {"place": 10**400}}, "place has values 0 to 1, got a number of more than 300 digits"),
    ({"state": {"place": True}}, "place is never true; there is road, shelter"),
    ({"state": {"place": ["road"]}}, 'place is never ["road"]; there is road, shelter'),
    ({"state": "road"}, "say which state group is meant: place, weather; "
        'write {"state": {"place": "…"}}, or `send --state place/…`'),
    ({"event": "kil"}, "there is no event 'kil' (did you mean 'kill'?)"),
    ({"event": ["kill"]}, 'there is no event ["kill"]'),
    ({"event": "kill", "velocity": -1}, "velocity must be a number of at least 0, got -1"),
    ({"event": "kill", "velocity": 10**400}, f"velocity must be a number of at least 0, got {HUGE}"),
    ({"event": "kill", "expires_s": "soon"}, "expires_s must be a number of at least 0, got 'soon'"),
    ({"event": "kill", "expires_s": math.inf}, "expires_s must be a number of at least 0, got infinity"),
    ({"tempo": 10}, "tempo must be from 20 to 400 quarter notes a minute, got 10"),
    ({"tempo": math.nan}, "tempo must be from 20 to 400 quarter notes a minute, got NaN"),
    ({"tempo": "fast"}, "tempo must be from 20 to 400 quarter notes a minute, got 'fast'"),
    ({"volume": "loud"}, "volume must be a number from 0 to 1, got 'loud'"),
    ({"volume": 10**400}, "volume must be a number from 0 to 1, got a number of more than 300 digits"),
    ({"load": ""}, "load must be the name of a preset, got ''"),
    ({"load": "x" * 65}, f"load must be the name of a preset, got '{'x' * 57}…'"),
    (
        {"subscribe": "beat"},
        "subscribe must be a list of ahead, bar, beat, harmony, meters, parameters, programme, receipt, "
        "section",
    ),
    ({"subscribe": ["beet"]}, "there is nothing to hear of 'beet' (did you mean 'beat'?)"),
    ({"play": False}, 'play must be true: {"play": true}'),
    ({"paly": True}, "nothing to do: 'paly' is no request (did you mean 'play'?)"),
    ({}, f"nothing to do: '' is no request; there is {WORDS}"),
    ({"place": "shelter"}, 'place is a state: send {"state": {"place": "shelter"}}'),
    ({"kill": True}, 'kill is an event: send {"event": "kill"}'),
    ({"shelter": True}, 'shelter is a value of place: send {"state": {"place": "shelter"}}'),
    ({"section": "shelter"}, """'section' cannot be sent: send {"state": {"place": "shelter"}}"""),
    (
        {"section": "cellar"},
        "'section' cannot be sent: the preset's select lines choose the section, from place, weather",
    ),
    (
        {"type": "state", "value": 1},
        'a request is named by its key: send {"state": …} in place of {"type": "state"}',
    ),
    ({"steer": {"densty": 1}}, "there is no control 'densty' (did you mean 'density'?)"),
    ({"steer": {"density": "x"}}, "density must be a number, got 'x'"),
    ({"steer": 3}, 'steer must be an object such as {"density": 0.8}, got 3'),
    ({"steer": {"density": 1}, "layer": "nix"}, "there is no generated layer 'nix'"),
    ({"mood": "calmer"}, "there is no mood 'calmer' (did you mean 'calm'?)"),
    ({"mood": {"valence": 2}}, 'valence and arousal must be numbers from -1 to 1, got {"valence": 2}'),
    ({"mood": 3}, 'mood must be a word or {"valence": 0, "arousal": 0}, got 3'),
    ({"key": "H minor"}, "`H minor` is not a key: write a note name and a mode, such as `A minor`"),
    ({"chord": 7}, "chord must be a short text, got 7"),
    ({"lock": "lead"}, "lock needs a list of layers, got 'lead'"),
    ({"lock": ["nix"]}, "there is no generated layer 'nix'"),
    ({"regenerate": ["lead"]}, 'regenerate must be an object such as '
     '{"layers": ["lead"], "bars": [9, 16]}, got ["lead"]'),
    ({"regenerate": {"layers": []}}, "regenerate needs a layer"),
    ({"take_back": 1}, "take_back must be true, got 1"),
    (3, 'must be an object such as {"parameter": …}, got 3'),
    ("hi", 'must be an object such as {"parameter": …}, got \'hi\''),
    (None, 'must be an object such as {"parameter": …}, got nothing'),
    ({"event": "kill", "id": 7}, f"id must be a text of at most {LONGEST_ID} characters, got 7"),
    (
        {"event": "kill", "id": "x" * 129},
        f"id must be a text of at most {LONGEST_ID} characters, got '{'x' * 57}…'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("document", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_wrong_is_refused_in_one_sentence(checker: Checker, document: Any, expected: str) -> None:
    answered = read(checker, document)

    assert answered.requests == []
    assert [fault.error for fault in answered.faults] == [expected]


def test_out_of_range_is_clamped_and_counted(checker: Checker) -> None:
    before = checker.clamped
    answered = read(
        checker, [{"parameter": "intensity", "value": 1e299}, {"parameter": "cadence", "value": 3}]
    )

    assert answered.requests == [SetParameter("intensity", 1.0), SetParameter("cadence", 60.0)]
    assert [one.range for one in clamped_values(answered.requests, checker.parameters)] == [
        (0.0, 1.0), (60.0, 240.0),
    ]  # fmt: skip
    assert checker.clamped == before + 2


def test_what_lies_at_the_edge_of_its_range_is_not_clamped(checker: Checker) -> None:
    before = checker.clamped
    answered = read(checker, [{"parameter": "intensity", "value": 1}, {"parameter": "cadence", "value": 60}])

    assert list(clamped_values(answered.requests)) == []
    assert checker.clamped == before


def test_what_is_refused_is_counted(checker: Checker) -> None:
    before = checker.refused
    read(checker, [{"parameter": "nope", "value": 1}, {"event": "nope"}])

    assert checker.refused == before + 2


def test_the_bad_message_of_a_transaction_is_refused_and_the_rest_acts(checker: Checker) -> None:
    answered = read(
        checker,
        [
            {"parameter": "intensity", "value": 0.5},
            {"parameter": "nope", "value": 1, "id": "x"},
            {"state": {"place": "shelter"}},
        ],
    )

    assert answered.requests == [SetParameter("intensity", 0.5), SetState("place", "shelter")]
    assert [(fault.at, fault.id) for fault in answered.faults] == [("[1]", "x")]


def test_a_fault_carries_its_id_and_its_place(checker: Checker) -> None:
    answered = read(checker, {"event": "nope", "id": "mine"})

    assert answered.faults[0].as_json() == {
        "error": "there is no event 'nope'",
        "at": "",
        "id": "mine",
    }


def test_a_transaction_has_a_limit(checker: Checker) -> None:
    answered = read(checker, [{"play": True}] * (MOST_REQUESTS + 1))

    assert answered.requests == []
    assert [fault.error for fault in answered.faults] == [
        f"more than {MOST_REQUESTS} requests in one message"
    ]


def test_hello_says_all_a_client_needs(checker: Checker) -> None:
    hello = checker.hello()["hello"]

    assert hello["protocol"] == 1
    assert hello["parameters"]["cadence"] == {"range": [60.0, 240.0], "default": 160.0, "derived": False}
    assert hello["parameters"]["double"]["derived"] is True
    assert hello["states"]["weather"] == {"values": ["clear", "rain"], "default": "clear"}
    assert hello["events"] == ["kill"]


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["parameter", "value", "state", "event", "velocity", "expires_s", "tempo", "volume", "load", "subscribe",
     "play", "stop", "pause", "resume", "id"]
)  # fmt: skip
VALUES = ANY_JSON | st.sampled_from(["intensity", "kill", "road", 0.5, 1, True, 10**400, ["beat"]])


@settings(deadline=None, max_examples=amount(50, 200))
@given(st.dictionaries(KEYS, VALUES, max_size=4) | ANY_JSON)
def test_whatever_comes_is_a_request_or_a_fault_never_an_exception(checker: Checker, document: Any) -> None:
    answered = read_json(document, checker)

    assert all(fault.error and "\n" not in fault.error for fault in answered.faults)
    if not isinstance(document, list):
        assert len(answered.faults) <= 1


def test_a_key_that_a_request_does_not_know_is_told(checker: Checker) -> None:
    transaction = read_json({"event": "hit", "velocty": 0.2}, checker)

    assert transaction.requests == []
    assert [str(fault.error) for fault in transaction.faults] == [
        "'velocty' is no key of event (did you mean 'velocity'?)"
    ]


@pytest.mark.parametrize(
    "key", ["parameter", "state", "event", "tempo", "load", "play", "subscribe", "restore", "id"]
)
def test_what_nests_too_deeply_to_be_shown_is_refused_like_anything_else(checker: Checker, key: str) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    faults = read_json({key: deep}, checker).faults

    assert len(faults) == 1
    assert len(faults[0].error) < 400


@pytest.mark.parametrize("value", [0, 0.0, 255, 40, 12])
def test_a_number_that_is_no_reading_sets_nothing_and_is_not_clamped(checker: Checker, value: float) -> None:
    before = checker.clamped
    answered = read_json({"parameter": "pulse", "value": value, "id": "a"}, checker)

    assert answered == Transaction([NoReading("pulse", value, "a")])
    assert checker.clamped == before


@pytest.mark.parametrize(("value", "expected"), [(41, 41.0), (254, 200.0), (1e300, 200.0)])
def test_a_number_beside_those_that_are_no_readings_is_one(
    checker: Checker, value: float, expected: float
) -> None:
    assert read_json({"parameter": "pulse", "value": value}, checker).requests == [
        SetParameter("pulse", expected)
    ]


SILENT_GROUP = """
[parameters.x]
[layers.calm]
stem = "calm.wav"
[sections.calm]
layers = ["calm"]
[[select]]
section = "calm"
"""


@pytest.mark.parametrize(
    ("when", "expected"), [("x > 0.5", []), ("section == 'calm'", ["section"]), ("", ["section"])]
)
def test_hello_tells_the_groups_that_may_be_set(
    tmp_path_factory: pytest.TempPathFactory, when: str, expected: list[str]
) -> None:
    body = SILENT_GROUP.partition("[[select]]")[0] if not when else f'{SILENT_GROUP}when = "{when}"\n'
    checker = Checker(make_preset(tmp_path_factory.mktemp("hello"), body))

    assert list(checker.hello()["hello"]["states"]) == expected
    for group in checker.groups:
        answered = read_json({"state": {group: "calm"}}, checker)
        assert bool(answered.requests) == (group in expected)
