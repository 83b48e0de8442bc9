from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive.preset.toml_words import Spot, sentence

GOES_ON = "Expected newline or end of document after a statement"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a = 0,2", "a number has a point, not a comma; write 0.2"),
        ("a = 120 bpm", "a number stands alone, its unit is in the key's name; write 120"),
        ("a = -6dB # quiet", "a number stands alone, its unit is in the key's name; write -6"),
        ("a = 007", "a number does not begin with 0; write 7"),
        ("a = 5.", "a number does not end with its point; write 5.0"),
        ("a = 'it's'", 'single quotes end the text; write "it\'s"'),
        ('a = "b == "c""', "double quotes end the text; write single ones inside it: \"b == 'c'\""),
        ('a = "b", "c"', 'several values go into a list; write ["b", "c"]'),
        ("a = 4/4", 'text needs quotes; write "4/4"'),
    ],
)
def test_a_plain_value_is_told_as_it_was_meant(line: str, expected: str) -> None:
    assert sentence(GOES_ON, Spot(line[:6], line[6:])) == expected


def test_a_message_that_is_not_known_stays_as_it_is() -> None:
    assert sentence("Something new\nhappened", Spot()) == "something new happened"


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_line_gives_one_printable_sentence(before: str, rest: str) -> None:
    for message in (
        GOES_ON,
        "Invalid value",
        "Expected '=' after a key",
        "Expected ']' at",
        "Invalid statement",
    ):
        said = sentence(message, Spot(before, rest))
        assert said
        assert "\n" not in said
