"""The tree of OSCQuery: what is in it, and what is told of another one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pythonoscquery.shared.osc_path_node import OSCPathNode

from adaptive.session.oscquery.address_space import (
    IMPULSE,
    MOST_METHODS,
    READ,
    READ_WRITE,
    WRITE,
    AddressSpace,
    Bounds,
    Method,
    Value,
)

WIND = Method("/a/parameter/wind", "wind", "f", READ_WRITE, (Bounds(0.0, 1.0),), is_clamped=True)
RAIN = Method("/a/parameter/rain", "rain")
PLACE = Method("/a/state/place", "place", "s", READ_WRITE, (Bounds(values=("road", "shelter")),))
HIT = Method("/a/event/hit", "hit", IMPULSE, WRITE, is_critical=True)
NOTE = Method("/a/note/lead", "lead", "if", WRITE, (Bounds(0.0, 127.0), None))


def value_of(path: str) -> Value:
    """Half for every number, the first value of a state."""
    return ("road",) if path == PLACE.path else (0.5,)


def tree(*methods: Method) -> dict[str, Any]:
    found = AddressSpace(methods, {"/a": "everything"}).as_json("/", value_of)
    assert found is not None
    return json.loads(json.dumps(found))


def test_a_tree_says_of_each_node_what_a_client_needs() -> None:
    found = tree(WIND, PLACE, HIT, NOTE)

    inside = found["CONTENTS"]["a"]
    assert (inside["FULL_PATH"], inside["DESCRIPTION"], inside["ACCESS"]) == ("/a", "everything", 0)
    assert inside["CONTENTS"]["parameter"]["CONTENTS"]["wind"] == {
        "FULL_PATH": "/a/parameter/wind", "DESCRIPTION": "wind", "ACCESS": 3, "TYPE": "f", "VALUE": [0.5],
        "RANGE": [{"MIN": 0.0, "MAX": 1.0}], "CLIPMODE": ["both"],
    }  # fmt: skip
    assert inside["CONTENTS"]["state"]["CONTENTS"]["place"]["RANGE"] == [{"VALS": ["road", "shelter"]}]
    assert inside["CONTENTS"]["event"]["CONTENTS"]["hit"]["VALUE"] == [None]
    assert inside["CONTENTS"]["note"]["CONTENTS"]["lead"]["RANGE"] == [{"MIN": 0.0, "MAX": 127.0}, None]


def test_python_oscquery_reads_every_node() -> None:
    assert sum(1 for _ in OSCPathNode.from_json(tree(WIND, RAIN, PLACE, HIT, NOTE))) == 11


@pytest.mark.parametrize(
    "path", ["/hr/bpm ", "/hr/*", "//hr", "/hr/bpm/", "hr", "/a#b", "/a,b", "/{a,b}", "/ä", "/a\0b", "/"]
)
def test_an_address_that_osc_does_not_allow_is_left_out(path: str) -> None:
    assert list(AddressSpace([Method(path, "x"), WIND]).methods) == [WIND.path]


def test_a_node_is_a_method_or_a_container() -> None:
    above = Method("/a/parameter", "above")

    for methods in ([above, WIND], [WIND, above]):
        space = AddressSpace(methods)
        assert list(space.methods) == [WIND.path]
        assert len(space.below("/a/parameter")) == 1


def test_numbers_that_json_does_not_have_are_null() -> None:
    assert Method("/x", "x", "fff").as_json((float("nan"), float("-inf"), 0.1 + 1e-9))["VALUE"] == [
        None,
        None,
        0.1,
    ]


def test_a_tree_has_a_limit() -> None:
    space = AddressSpace(Method(f"/x/{number}", "x") for number in range(MOST_METHODS + 100))
    assert len(space.methods) < MOST_METHODS


def notices(before: list[Method], now: list[Method]) -> list[tuple[str, str]]:
    found = AddressSpace(now).notices_since(AddressSpace(before), value_of)
    return [(one["COMMAND"], one["DATA"]) for one in found]


def test_an_edit_is_told_once_and_nothing_is_told_of_nothing() -> None:
    base = [WIND, PLACE]

    assert notices(base, base) == []
    assert notices(base, [*base, RAIN]) == [("PATH_ADDED", RAIN.path), ("PATH_CHANGED", "/a/parameter")]
    assert notices(base, [WIND]) == [("PATH_REMOVED", "/a/state"), ("PATH_CHANGED", "/a")]
    wider = Method(WIND.path, "wind", "f", READ_WRITE, (Bounds(0.0, 2.0),), is_clamped=True)
    assert notices(base, [wider, PLACE]) == [("PATH_CHANGED", WIND.path)]


def test_another_preset_is_told_in_three_messages() -> None:
    before = [Method(f"/a/parameter/p{number}", "p") for number in range(9)]
    told = list(AddressSpace([WIND, PLACE]).notices_since(AddressSpace([*before, PLACE]), value_of))

    assert [(one["COMMAND"], one["DATA"]) for one in told] == [
        ("PATH_REMOVED", "/a/parameter"), ("PATH_ADDED", "/a/parameter"), ("PATH_CHANGED", "/a/parameter"),
    ]  # fmt: skip
    assert told[1]["CONTENTS"]["wind"]["VALUE"] == [0.5]


def test_what_lies_beside_our_own_addresses_is_told_apart() -> None:
    before = [Method(f"/{top}/p{number}", "p", "f", READ) for top in "bc" for number in range(9)]

    assert notices([WIND, *before], [WIND, Method("/b/p9", "p")]) == [
        ("PATH_REMOVED", "/b"), ("PATH_REMOVED", "/c"), ("PATH_ADDED", "/b"), ("PATH_CHANGED", "/"),
    ]  # fmt: skip
