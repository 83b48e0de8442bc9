"""Every module of tools/ can be imported: some run once a year, and nothing else tells that one broke."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "tools").rglob("*.py")
    if path.name != "__main__.py"
)


@pytest.mark.parametrize("module", MODULES)
def test_a_tool_can_be_imported(module: str) -> None:
    assert importlib.import_module(module).__doc__
