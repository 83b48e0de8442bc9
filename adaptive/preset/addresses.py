"""Checks the addresses of `[[inputs]]`: what no program sends, and what two inputs claim."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adaptive.preset.faults import show_value
from adaptive.preset.finding import Finding, warning
from adaptive.preset.model import Preset

_SET = re.compile(r"\[[^][{}/]+\]|\{[^][{}/]+\}")
_BRACKET = re.compile(r"[][{}]")
_PLAIN = re.compile(r"[!-~]*")


def check_addresses(preset: Preset) -> Iterator[Finding]:
    """Find addresses that no message can have: blanks, broken patterns, surplus slashes, odd characters."""
    for i, table in enumerate(preset.file.inputs):
        if table.osc is not None and (text := _doubt(table.osc)):
            yield warning(("inputs", i, "osc"), text)


def _doubt(address: str) -> str:
    right = re.sub(r"/{2,}", "/", re.sub(r"\s+", "", address)).rstrip("/")
    write = f"; write {show_value(right)}" if right and _PLAIN.fullmatch(right) else ""
    rest = _SET.sub("x", address)
    if found := _BRACKET.search(rest):
        return (
            f"holds `{found[0]}` without its counterpart, so no message comes to it; a pattern has `*`, `?`,"
            " `[a-d]` or `{this,that}`"
        )
    if re.search(r"\s", address):
        return f"holds a blank, so no message comes to it{write}"
    if address.endswith("/") or "//" in address:
        return f"has a `/` too many, so no message comes to it{write}"
    if not _PLAIN.fullmatch(rest) or re.search(r"[#,]", rest):
        return "holds a character that an OSC address cannot have; write letters a-z, digits, `_` and `/`"
    return ""
