"""Makes the text of ``docs/benchmarks.md`` from the results in ``docs/benchmarks.json``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]

HEAD = """# Benchmarks

`make bench` writes this page.
Each part was measured on one machine in one run; the line *Measured* says which machine and which commit.
`make bench ARGS="loop instruments offline quanta conductor callback"` measures this engine, and
`make bench ARGS="peers latency starts"` compares it with other engines.
A part can be run alone; the others keep their figures.
CONTRIBUTING.md lists what must be installed for the other engines.
CPU time is the user and system time of the process per second of audio.
The columns *percent* and *least* are the median and the minimum of five runs.
The two runs of each pair in the callback table follow each other directly, so that other load on the machine
affects both.
"""


def page(
    results: Mapping[str, Any], titles: Mapping[str, str], shows: Mapping[str, Callable[[Rows], str]]
) -> str:
    """Return the page: every part that has rows, in the order of `titles`."""
    parts = [HEAD]
    for name, title in titles.items():
        rows = results.get(name)
        if not rows:
            continue
        parts.append(f"## {title}\n")
        if name in results.get("measured", {}):
            parts.append(f"Measured: {listed(results['measured'][name])}.\n")
        parts.append(shows.get(name, plain)(rows))
    return "\n".join(parts)


def plain(rows: Rows) -> str:
    """Return a table of the rows, with a column for each key."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    lines = ["| " + " | ".join(keys) + " |", "|" + "---|" * len(keys)]
    lines += ["| " + " | ".join(str(row.get(key, "")) for key in keys) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def listed(facts: Mapping[str, Any]) -> str:
    """Return names and values, separated by commas."""
    return ", ".join(f"{key} {value}" for key, value in facts.items())


def rounded(value: Any) -> Any:
    """Round every float to five significant digits, because the digits after them are noise."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return value
