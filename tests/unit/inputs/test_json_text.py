from __future__ import annotations

import pytest

from adaptive.errors import ProtocolError
from adaptive.inputs.json_text import parse_json

FAULTS: list[tuple[bytes | str, str]] = [
    (b"", "is empty"),
    (b" \r", "is empty"),
    (b'{"parameter": }', "is not JSON: at column 15, expected a value"),
    (b'{"play": tru}', "is not JSON: at column 10, expected a value"),
    (b"{play: true}", "is not JSON: at column 2, expected a key in double quotes"),
    (b'{"play" true}', "is not JSON: at column 9, expected `:` after the key"),
    (b'{"a": 1 "b": 2}', "is not JSON: at column 9, expected `,` or the end"),
    (b"{} {}", "is not JSON: at column 4, more follows after the end"),
    (b'{"a": "x', "is not JSON: at column 7, the text that begins here has no closing quote"),
    (b'{"a": "\x01"}', "is not JSON: at column 8, a text holds a control character"),
    (b'{"a": "\\q"}', "is not JSON: at column 8, a text holds a backslash that means nothing"),
    ('{"a": 1,\n "b" 2}', "is not JSON: at line 2, column 6, expected `:` after the key"),
    (b'{"a": "\xff"}', "is not UTF-8 text: byte 8 is wrong"),
    ('{"play":true}'.encode("utf-16"), "is not UTF-8 text: byte 1 is wrong"),
    (b"[" * 100_000, "nests too deeply"),
    (b"1" * 5000, "holds a number with too many digits"),
]


@pytest.mark.parametrize(("raw", "expected"), FAULTS, ids=range(len(FAULTS)))
def test_what_is_no_json_says_where_it_stops_being_json(raw: bytes | str, expected: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_json(raw)

    assert expected == str(caught.value)


@pytest.mark.parametrize(
    "raw", [b'\xef\xbb\xbf{"a": "\xc3\xa9"}', '\ufeff{"a": "é"}', b' {"a": "\\u00e9"} \r']
)
def test_a_mark_before_and_spaces_around_do_not_matter(raw: bytes | str) -> None:
    assert parse_json(raw) == {"a": "é"}
