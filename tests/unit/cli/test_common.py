from __future__ import annotations

import pytest

from adaptive.cli import common


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9000", ("127.0.0.1", 9000)),
        ("0", ("127.0.0.1", 0)),
        ("0.0.0.0:9000", ("0.0.0.0", 9000)),
        ("localhost:1", ("localhost", 1)),
        ("[::1]:9000", ("::1", 9000)),
    ],
)
def test_an_address_is_a_host_and_a_port_or_a_port(text: str, expected: tuple[str, int]) -> None:
    assert common.parse_address(text, "--osc") == expected
