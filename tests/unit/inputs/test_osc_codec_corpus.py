"""The packets of other projects' tests, each with the meaning it must have here.

The corpus is not in the repository: `ADAPTIVE_TEST_DATA` names the folder that holds it.
Its lines give a packet in hex, a class and an expectation, partly in words.
What stands only in words is stated here, by id.
"""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path
from typing import Any

import pytest

from adaptive.errors import OscError
from adaptive.inputs.osc_codec import IMPULSE, OscBundle, OscMessage, OscTimeTag, decode

pytestmark = pytest.mark.foreign_data

# Decimal places in the corpus are those of its authors; a 32-bit float keeps seven digits.
RELATIVE = 1e-6

# Valid packets whose expectation is a remark: what it comes to.
IN_WORDS: dict[str, OscBundle] = {
    # "the inner time tag is earlier than the outer one, which OSC 1.0 forbids": taken, because
    # time more than a second away counts as now, so the order of tags decides nothing.
    "oj-bundle-tt": OscBundle(
        3_608_492_400 << 32,
        (
            OscMessage("/cat/meow/freq", (222.2,)),
            OscBundle(3_608_406_000 << 32, (OscMessage("/hamster/wheel/freq", (100,)),)),
            OscMessage("/fish/burble/amp", (-6.0, "dB")),
        ),
    ),
}

# Packets on which other decoders disagree: what ours does, or what it says when it refuses.
OURS: dict[str, OscMessage | OscBundle | str] = {
    # A real datagram of Reaktor 5.8: two stray bytes after the last argument are ignored.
    "po-reaktor-knob": OscMessage("/FB", (0.24256660044193268,)),
    # Older senders leave the type tags out: no arguments.
    "po-no-typetags": OscMessage("/SYNC", ()),
    "lo-no-types": OscMessage("/t", ()),
    # To skip an unknown tag is to guess its size, and every later value with it.
    "po-unknown-type": "expected a type tag out of i f s b h d t S c r m T F N I [ ], got 'x'",
    # Past times are the business of whoever acts on them.
    "po-nested-mess": OscBundle(
        0x1000_0000 << 32,
        (
            OscMessage("/1111", (0.5,)),
            OscMessage("/2222", (0.5,)),
            OscBundle(0x2000_0000 << 32, (OscMessage("/3333", (0.5,)),)),
            OscBundle(0x1500_0000 << 32 | 1, (OscMessage("/4444", (0.5,)),)),
        ),
    ),
    # The same leniency as for Reaktor, with a whole word too many.
    "lo-trailing": OscMessage("/t", (1.0,)),
    # Padding after the last argument decides nothing.
    "no-blob-nopad": OscMessage("/b", (b"\x01\x02\x03",)),
    # No sender means it; a sender that writes it has lost count.
    "no-bundle-elem-0": "expected an element's size that is a positive multiple of 4",
    # Whether an address is a pattern is decided where it is matched.
    "me-pattern-slashslash": OscMessage("//intensity", (0.25,)),
}


@pytest.fixture
def corpus() -> list[dict[str, Any]]:
    path = Path(os.environ["ADAPTIVE_TEST_DATA"]) / "osc" / "corpus.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def outcome(entry: dict[str, Any]) -> OscMessage | OscBundle | str:
    """Return the meaning of a corpus packet, or the sentence that refuses it."""
    try:
        return decode(bytes.fromhex(entry["hex"]))
    except OscError as refusal:
        return str(refusal)


def in_class(corpus: list[dict[str, Any]], cls: str) -> list[dict[str, Any]]:
    chosen = [entry for entry in corpus if entry["cls"] == cls]
    assert chosen, f"the corpus has no packets of the class {cls}"
    return chosen


def meaning(expect: dict[str, Any]) -> OscMessage | OscBundle:
    """Return the packet that an expectation of the corpus describes."""
    if "bundle" in expect:
        elements = tuple(meaning(element) for element in expect["elements"])
        return OscBundle(time_tag(expect["bundle"]), elements)
    return OscMessage(expect["a"], tuple(value(argument) for argument in expect["args"]))


def time_tag(expect: Any) -> int:
    """Return a raw time tag: `immediate`, a pair of halves, or a date with the halves beside it."""
    if expect == "immediate":
        return 1
    if isinstance(expect, str):
        seconds, fraction = re.findall(r"raw (\d+), (0x[0-9a-f]+)", expect)[0]
        return int(seconds) << 32 | int(fraction, 16)
    return int(expect[0]) << 32 | int(expect[1])


def value(expect: Any) -> Any:
    """Return an argument; what JSON has no type for stands in the corpus as a word and a number."""
    if isinstance(expect, list):
        return tuple(value(part) for part in expect)
    if expect == "Inf":
        return IMPULSE
    match str(expect).split(" ", 1) if isinstance(expect, str) else []:
        case ["blob" | "midi" | "rgba", digits]:
            return bytes.fromhex(digits.split("(")[0])
        case ["timetag", halves]:
            seconds, fraction = map(int, halves.split(","))
            return OscTimeTag(seconds << 32 | fraction)
        case ["char", character]:
            return character
    return expect


def alike(expected: Any, actual: Any) -> bool:
    """Compare two packets or two values: floats to seven digits, types and all else exactly."""
    if type(expected) is not type(actual):
        return False
    match expected:
        case OscMessage():
            return (expected.address == actual.address) and alike(expected.arguments, actual.arguments)
        case OscBundle():
            return (expected.time_tag == actual.time_tag) and alike(expected.elements, actual.elements)
        case tuple():
            return len(expected) == len(actual) and all(map(alike, expected, actual))
        case float():
            return math.isclose(expected, actual, rel_tol=RELATIVE)
    return bool(expected == actual)


def test_malformed_packets_are_refused(corpus: list[dict[str, Any]]) -> None:
    outcomes = {entry["id"]: outcome(entry) for entry in in_class(corpus, "malformed")}

    assert not {name: got for name, got in outcomes.items() if not isinstance(got, str)}


def test_valid_packets_have_the_meaning_that_the_corpus_states(
    corpus: list[dict[str, Any]],
) -> None:
    entries = in_class(corpus, "valid")
    expected = {entry["id"]: IN_WORDS.get(entry["id"]) or meaning(entry["expect"]) for entry in entries}
    actual = {entry["id"]: outcome(entry) for entry in entries}

    assert not {name: actual[name] for name in expected if not alike(expected[name], actual[name])}


def test_packets_that_decoders_disagree_on_have_the_meaning_stated_here(
    corpus: list[dict[str, Any]],
) -> None:
    actual = {entry["id"]: outcome(entry) for entry in in_class(corpus, "differs")}

    assert OURS.keys() == actual.keys()
    for name, expected in OURS.items():
        if isinstance(expected, str):
            assert expected in str(actual[name])
        else:
            assert expected == actual[name]


def test_what_is_stated_in_words_is_in_the_corpus(corpus: list[dict[str, Any]]) -> None:
    in_prose = {entry["id"] for entry in in_class(corpus, "valid") if isinstance(entry["expect"], str)}

    assert IN_WORDS.keys() == in_prose
