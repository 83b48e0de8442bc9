"""Writes ``docs/benchmarks.md`` from ``docs/benchmarks.json``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]

HEAD = """# Benchmarks

Written by `make bench`; each part was measured on one machine in one run, and says on which, and when.
`make bench ARGS="peers latency starts"` measures us beside other engines, `make bench ARGS="loop offline
conductor callback"` ourselves; a part can be run alone and leaves the others as they were.
CONTRIBUTING.md says what has to be installed for the peers.
CPU is user and system time of the process per second of audio; where two columns say *percent* and *least*,
they are the median and the least of five runs.
Pairs of the callback table were run one after the other, so that what else the machine did falls on both.
"""


def page(
    results: Mapping[str, Any], titles: Mapping[str, str], shows: Mapping[str, Callable[[Rows], str]]
) -> str:
    """The whole page: every part there are rows of, in the order of `titles`."""
    segments = [HEAD]
    for name, title in titles.items():
        rows = results.get(name)
        if not rows:
            continue
        segments.append(f"## {title}\n")
        if name in results.get("measured", {}):
            segments.append(f"Measured: {told(results['measured'][name])}.\n")
        segments.append(shows.get(name, plain)(rows))
    return "\n".join(segments)


def plain(rows: Rows) -> str:
    """Rows as they are, a column for each key."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    lines = ["| " + " | ".join(keys) + " |", "|" + "---|" * len(keys)]
    lines += ["| " + " | ".join(str(row.get(key, "")) for key in keys) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def told(facts: Mapping[str, Any]) -> str:
    """Names and values in a line."""
    return ", ".join(f"{key} {value}" for key, value in facts.items())


def rounded(value: Any) -> Any:
    """Five digits of every number that is not whole: what is beyond is noise."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return value
