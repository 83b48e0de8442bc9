"""One parameter, the message that clients send most, is read as the general reader reads it."""

from __future__ import annotations

import json

import pytest

from adaptive.inputs.plain_parameter import read_plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"parameter": "threat", "value": 0.5}', 0.5),
        ('{"parameter":"threat","value":1}', 1.0),
        ('{"parameter": "threat", "value": -1e-3} \r\n', -0.001),
        ('{"parameter": "threat", "value": 0.2, "value": 0.1}', 0.1),
        ('{"parameter": "thr\\u0065at", "value": 0.30000000000000004}', 0.1 + 0.2),
    ],
)
def test_a_parameter_and_a_number_are_read_as_json_reads_them(text: str, value: float) -> None:
    for raw in (text, text.encode()):
        plain = read_plain(raw)
        assert plain is not None
        assert (plain.parameter, plain.value) == ("threat", value)
        assert json.loads(text) == {"parameter": plain.parameter, "value": plain.value}


@pytest.mark.parametrize(
    "raw",
    [
        '{"parameter": "threat", "value": 0.5, "id": "a"}',
        '{"parameter": "threat", "value": 0.5, "seconds": 1}',
        '{"parameter": "threat", "value": true}',
        '{"parameter": "threat", "value": "0.5"}',
        '{"parameter": "threat", "value": NaN}',
        '{"parameter": "threat"}',
        '{"parameter": ["threat"], "value": 0.5}',
        '{"parameter": "\\ud800", "value": 0.5}',
        '{"parameter": "\ud800", "value": 0.5}',
        '{"parameter": "threat", "value": 0.5} {}',
        '{"parameter": "threat", "value": 0.5',
        '{"parameter"' + "[" * 60_000,
        '{"event": "hit"}',
        "",
        b'{"parameter": "\xff", "value": 0.5}',
    ],
)
def test_anything_else_is_left_to_the_reader_that_says_what_is_wrong(raw: str | bytes) -> None:
    assert read_plain(raw) is None
