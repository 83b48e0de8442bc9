from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive.inputs.osc_codec import IMPULSE, OscTimeTag
from adaptive.inputs.shown import LONGEST, shown

DEEP: list[Any] = []
for _ in range(5_000):  # five times as deep as Python may call
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "nothing"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-7, "-7"),
        (10**400, "a number of more than 300 digits"),
        (-(10**400), "a number of more than 300 digits"),
        (0.5, "0.5"),
        (-1.0, "-1"),
        (0.10000000149011612, "0.1"),
        (3.4028234663852886e38, "3.402823e+38"),
        (1e300, "1e+300"),
        (math.nan, "NaN"),
        (math.inf, "infinity"),
        (-math.inf, "-infinity"),
        ("", "''"),
        ("fast", "'fast'"),
        ("it's", "'it's'"),
        ("a\x1b[31m\nb\u202e\udc80", "'a\\x1b[31m\\nb\\u202e\\udc80'"),
        (b"", "0 bytes"),
        (b"x", "1 byte"),
        (b"\x00" * 5000, "5000 bytes"),
        (IMPULSE, "an impulse"),
        (OscTimeTag(1), "a time tag"),
        ([], "[]"),
        ((1.0, "a", None, True, IMPULSE), '[1, "a", null, true, an impulse]'),
        ({"place": "cave", "x": [1]}, '{"place": "cave", "x": […]}'),
        ({"a": {}, "b": {"c": 1}}, '{"a": {}, "b": {…}}'),
        (DEEP, "[[…]]"),
        (object(), "something unknown"),
    ],
)
def test_a_value_is_written_in_the_words_of_its_sender(value: Any, expected: str) -> None:
    assert shown(value) == expected


@pytest.mark.parametrize("value", ["x" * 1000, "\x00" * 1000, ["x" * 1000], list(range(1000)), 10**299])
def test_a_long_value_is_cut_short_and_its_quotes_are_closed(value: Any) -> None:
    text = shown(value)

    assert "…" in text
    assert len(text) <= LONGEST
    assert text[-1] == {"'": "'", "[": "]"}.get(text[0], "…")


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text("abc'\n"), st.binary(),
              st.just(IMPULSE), st.builds(OscTimeTag, st.integers(0, 2**64 - 1))),
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(st.text("abc"), inner)
    ),
)  # fmt: skip


@given(anything)
def test_any_value_is_one_short_printable_line_without_a_name_of_ours(value: Any) -> None:
    text = shown(value)

    assert 0 < len(text) <= LONGEST
    assert text.isprintable()
    assert not re.search(r"None|True|False|Impulse|OscTimeTag|object|<", text)


@given(st.text())
def test_any_text_is_one_short_printable_line(text: str) -> None:
    assert len(shown(text)) <= LONGEST
    assert shown(text).isprintable()


@given(st.lists(st.one_of(st.integers(-99, 99), st.booleans(), st.none(), st.sampled_from(["a", "b"]))))
def test_a_short_list_is_the_json_that_was_sent(value: list[Any]) -> None:
    text = json.dumps(value)

    assert shown(value) == text or len(text) > LONGEST
