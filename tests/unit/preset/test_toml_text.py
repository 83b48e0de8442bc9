from __future__ import annotations

import pytest

from adaptive.errors import PresetError
from adaptive.preset.toml_text import parse_toml

FAULTS = {
    "a = 1\nfill = roll": '2 fill: at column 8, text needs quotes; write "roll"',
    "a = [roll, 1]": '1 a: at column 6, text needs quotes; write "roll"',
    "a = { b = roll }": '1 a.b: at column 11, text needs quotes; write "roll"',
    "key = A minor # of course\n": '1 key: at column 7, text needs quotes; write "A minor"',
    "a = “quoted”": '1 a: at column 5, these quotes are typographic; write "quoted"',
    "urgent = True": "1 urgent: at column 10, `True` is not a value; write true",
    "urgent = yes": "1 urgent: at column 10, `yes` is not a value; write true",
    "a = None": "1 a: at column 5, `None` is not a value; leave the whole line out",
    "a = \nb = 1": "1 a: at column 5, a value is missing",
    "a = ": "1 a: at the end, a value is missing",
    "a = -": "1 a: at column 5, this is not a value",
    "meter = 4/4": '1 meter: at column 10, text needs quotes; write "4/4"',
    "tempo_bpm = 1,5\r\n": "1 tempo_bpm: at column 14, a number has a point, not a comma; write 1.5",
    "[a]\nb = { c = 0,5 }": "2 a.b: at column 15, a number has a point, not a comma; write 0.5",
    "a = 12:30": "1 a: at column 7, `:30` follows after the value; if all of it is text, it needs quotes",
    "foo bar = 3": (
        "1: at column 5, expected `=` after the key; a key has no blanks and only a-z, 0-9 and `_`"
    ),
    "a: 1": "1: at column 2, write `=` instead of `:`",
    "[layers.a\n": "1 layers: at column 10, expected `]` at the end of the table's name",
    "[layers.a b]\n": "1 layers: at column 11, a name has only a-z, 0-9 and `_`; write `layers.a_b`",
    "[[layers]\n": "1 layers: at column 9, expected `]]` at the end of the table's name",
    'a = "x': "1 a: at the end, a text has no closing quote",
    'a = "x\ny"': "1 a: at column 7, a text must end on its line; a quote is missing",
    'a = "\x01"': "1 a: at column 6, a text must not contain control characters",
    r'a = "C:\q"': "1 a: at column 10, a backslash in a text begins an escape; write two of them for one",
    r'a = "C:\q.wav"': "1 a: at column 10, write `/` between folders, not a backslash",
    "a = [1, 2": "1 a: at the end, a list has no closing `]`",
    "[x]\na = [1, 2\nb = 3\n": "2 x.a: has no closing bracket",
    "[x]\na = [1, 2\n\n[y]\nb = 3\n": "2 x.a: has no closing bracket",
    'a = ["x" "y"]': "1 a[1]: at column 10, a `,` is missing between two entries of the list",
    "a = { b = 1": "1 a.b: at the end, a table has no closing `}`",
    "a = { b = 1, }": "1 a: at column 14, a table in braces stays on one line, and has no comma at its end",
    "= 1": "1: at column 1, expected a key, or a table's name in brackets",
    "// hi": "1: at column 1, a comment begins with `#`",
    "a = 1 ; hi": "1 a: at column 7, a comment begins with `#`",
    "a = 1 b = 2": "1 a: at column 7, each key has a line of its own; begin a new line here",
    "[a]\n[a]": "2: at column 3, `a` is already defined in line 1; put the keys of both together",
    "[select]\n[select]": (
        "2: at column 8, `select` is already defined in line 1; write `[[select]]`, in double brackets, for"
        " each of them"
    ),
    "[layers.pad]\n[layers.pad]\n": (
        "2: at column 12, `layers.pad` is already defined in line 1; put the keys of both together"
    ),
    "a = { b = 1, b = 2 }": (
        "1 a.b: at column 19, `b` is already defined in these braces; leave one of them out"
    ),
    "a = 1\na = 2\n": "2: at column 6, `a` is already defined; leave one of them out",
    "a = 1\n[a]\n": "2: at column 3, `a` is already defined above, as something else; take one of the two",
}


def fault_of(content: bytes) -> str:
    with pytest.raises(PresetError) as caught:
        parse_toml(content)
    (fault,) = caught.value.faults
    return fault.removeprefix("preset.toml:")


@pytest.mark.parametrize("text", FAULTS)
def test_a_syntax_error_is_explained_in_plain_words(text: str) -> None:
    assert FAULTS[text] == fault_of(text.encode())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a = 1\nb = '\xfc'", "2: at column 6, `ü` is not written in UTF-8; save the file as UTF-8"),
        (b"a = 1\nb = '\x81'", "2: at column 6, this is not UTF-8 text; save the file as UTF-8"),
        ("a = 1".encode("utf-16"), "1: is UTF-16 text; save it as UTF-8"),
        ("a = 1".encode("utf-16-be"), "1: is UTF-16 text; save it as UTF-8"),
        (b"a = " + b"[" * 100_000, "nests too deeply"),
        (b"a = " + b"1" * 5000, "holds a number with too many digits"),
    ],
)
def test_content_that_is_not_text_is_explained_too(content: bytes, expected: str) -> None:
    assert expected == fault_of(content)


def test_a_byte_order_mark_is_ignored() -> None:
    assert parse_toml("\ufeffa = 'é'\r\n".encode()) == {"a": "é"}
    assert fault_of("\ufeffa = b".encode()) == '1 a: at column 5, text needs quotes; write "b"'
