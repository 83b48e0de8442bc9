"""Rows of results, as `benchmarks.peers.side_by_side` writes them."""

from __future__ import annotations

from typing import Any

from benchmarks.peers import tables, works


def row(peer: str, percent: list[float], beside: list[float], frames: int = 64) -> dict[str, Any]:
    work = {"kind": works.STEMS, "count": 8, "frames": frames}
    return {**work, "peer": peer, "percent": percent, "beside": beside}


ROWS = [
    {"peer": "A", "version": "A 1"},
    {"peer": "B", "version": "B 2"},
    {"peer": "C", "missing": "`apt-get install c`"},
    row("A", [2.0, 4.0, 3.0], [1.0, 1.0, 1.5]),
    row("B", [1.0, 1.0, 1.0], [0.5, 0.25, 0.5]),
    row(tables.POSTING, [1.2], [9.0]),
]
