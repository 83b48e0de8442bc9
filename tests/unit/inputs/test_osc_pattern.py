from __future__ import annotations

import os
from pathlib import Path

import pytest

from adaptive.errors import OscError
from adaptive.inputs.osc_pattern import LONGEST_PATTERN, OscPattern, is_pattern


@pytest.mark.parametrize(
    ("pattern", "address", "matches"),
    [
        ("/a/{wind,rain}", "/a/rain", True),
        ("/a/{wind,rain}", "/a/rains", False),
        ("/a/*", "/a/b", True),
        ("/a/*", "/a/b/c", False),
        ("/a/*", "/a/", True),
        ("/*/b*c*d", "/x/b1c2d", True),
        ("/a/??", "/a/b", False),
        ("/a/[!0-9]", "/a/5", False),
        ("/a/[!0-9]", "/a/x", True),
        ("/a/[b-]", "/a/-", True),
        ("/a/{b*,c}", "/a/b*", True),
        ("/a/{b*,c}", "/a/bx", False),
        ("/a[{]", "/a{", True),
        ("/a/[/]", "/a//", False),
    ],
)
def test_a_pattern_matches_whole_addresses(pattern: str, address: str, matches: bool) -> None:
    assert is_pattern(pattern)
    assert OscPattern(pattern).matches(address) is matches


@pytest.mark.parametrize(
    "text", ["/[", "/[]", "/[!]", "/{a", "/{a,{b}}", "/" + "{a,b}" * 5, "/*" + "a" * 300]
)
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(OscError, match="address pattern"):
        OscPattern(text)


def test_a_hostile_pattern_takes_time_in_proportion_to_the_address() -> None:
    pattern = OscPattern("/" + "*a" * ((LONGEST_PATTERN - 1) // 2))
    assert not pattern.matches("/" + "a" * 60 + "b")
    assert pattern.matches("/" + "a" * 200)


@pytest.mark.foreign_data
def test_patterns_of_other_implementations() -> None:
    folder = Path(os.environ["ADAPTIVE_TEST_DATA"]) / "osc"
    rows = (folder / "patterns.tsv").read_text(encoding="utf-8").splitlines()
    seen = 0
    for row in rows:
        if row.startswith("#") or not row.strip():
            continue
        pattern, address, verdict = row.split("\t")[:3]
        try:
            found = OscPattern(pattern).matches(address)
        except OscError:
            assert verdict == "X", row
            continue
        seen += 1
        assert verdict == "X" or found == (verdict == "1"), row
    assert seen > 40
