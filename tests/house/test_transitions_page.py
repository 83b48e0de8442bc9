"""Every row of `docs/transitions.md` names a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_row_names_a_test_that_exists() -> None:
    page = (ROOT / "docs" / "transitions.md").read_text(encoding="utf-8")
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    existing = set(re.findall(r"def (test_\w+)\(", tests))
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| feature")]
    named = [re.findall(r"`(test_\w+)`", row) for row in rows]

    assert len(rows) > 35
    assert all(named), "a row names no test"
    assert {name for names in named for name in names} - existing == set()
