from __future__ import annotations

import pytest

from adaptive.preset.toml_text import parse_toml

FAULTS = {
    "a = 1\nfill = roll": 'line 2, column 8: text needs quotes; write "roll"',
    "a = [roll, 1]": 'line 1, column 6: text needs quotes; write "roll"',
    "a = { b = roll }": 'line 1, column 11: text needs quotes; write "roll"',
    "key = A minor # of course\n": 'line 1, column 7: text needs quotes; write "A minor"',
    "a = “quoted”": 'line 1, column 5: text needs quotes; write "quoted"',
    "urgent = True": "line 1, column 10: `True` is not a value; write true",
    "urgent = yes": "line 1, column 10: `yes` is not a value; write true",
    "a = \nb = 1": "line 1, column 5: a value is missing",
    "a = ": "the end: a value is missing",
    "a = -": "line 1, column 5: this is not a value",
    "meter = 4/4": "line 1, column 10: `/4` follows after the value; if all of it is text, it needs quotes",
    "tempo_bpm = 1,5\r\n": (
        "line 1, column 14: `,5` follows after the value; if all of it is text, it needs quotes"
    ),
    "foo bar = 3": "line 1, column 5: expected `=` after the key",
    "[layers.a\n": "line 1, column 10: expected `]` at the end of the table's name",
    'a = "x': "the end: a string has no closing quote",
    'a = "x\ny"': "line 1, column 7: a string must end on its line",
    'a = "\x01"': "line 1, column 6: a text must not contain control characters",
    r'a = "C:\q"': r"line 1, column 10: a `\` in a string begins an escape; write `\\` for a backslash",
    "a = [1, 2": "the end: a list has no closing `]`",
    "a = { b = 1": "the end: a table has no closing `}`",
    "= 1": "line 1, column 1: expected a key, or a table's name in brackets",
    "[a]\n[a]": "line 2, column 3: `a` is already defined",
    "[layers.pad]\n[layers.pad]\n": "line 2, column 12: `layers.pad` is already defined",
    "a = { b = 1, b = 2 }": "line 1, column 19: `b` is already defined",
    "a = 1\na = 2\n": "line 2, column 6: this key is already defined",
}


def fault_of(content: bytes) -> str:
    with pytest.raises(ValueError) as caught:
        parse_toml(content)
    return str(caught.value)


@pytest.mark.parametrize("text", FAULTS)
def test_a_syntax_error_is_explained_in_plain_words(text: str) -> None:
    assert FAULTS[text] == fault_of(text.encode())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a = 1\nb = '\xff'", "line 2: is not UTF-8 text"),
        (b"a = " + b"[" * 100_000, "nests too deeply"),
        (b"a = " + b"1" * 5000, "holds a number with too many digits"),
    ],
)
def test_content_that_is_not_text_is_explained_too(content: bytes, expected: str) -> None:
    assert expected == fault_of(content)


def test_a_byte_order_mark_is_ignored() -> None:
    assert parse_toml("\ufeffa = 'é'\r\n".encode()) == {"a": "é"}
    assert fault_of("\ufeffa = b".encode()) == 'line 1, column 5: text needs quotes; write "b"'
