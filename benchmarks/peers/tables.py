"""Tables of the comparison: shares of a core, ratios, differences between engines, missing engines."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.peers import figures, works

Row = Mapping[str, Any]
Work = tuple[str, int, int]
OURS = "adaptive"
POSTING = "adaptive, posting counted"


def markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


def works_of(rows: Sequence[Row], kind: str) -> list[Work]:
    """Return the measured works of a kind, in order."""
    found = [(row["kind"], row["count"], row["frames"]) for row in rows if row.get("kind") == kind]
    return list(dict.fromkeys(found))


def found(rows: Sequence[Row], work: Work, peer: str) -> Row:
    """Return the row of a peer's work, or an empty row."""
    return next((row for row in rows if _is_of(row, work) and row["peer"] == peer), {})


def own_percent(rows: Sequence[Row], work: Work) -> list[float]:
    """Return all measurements of our engine for a work, beside any peer."""
    beside = [
        row["beside"] for row in rows if _is_of(row, work) and "beside" in row and row["peer"] != POSTING
    ]
    return [value for values in beside for value in values]


def best_peer(rows: Sequence[Row], work: Work, engines: Sequence[str]) -> tuple[str, Row] | None:
    """Return the name and row of the named engine with the smallest median, or None."""
    candidates = [(name, found(rows, work, name)) for name in engines]
    measured = [(name, row) for name, row in candidates if row.get("percent")]
    return min(measured, key=lambda pair: statistics.median(pair[1]["percent"])) if measured else None


def summary_table(rows: Sequence[Row], engines: Sequence[str]) -> str:
    """Return a table of the cheapest other engine for each work, beside ours."""
    lines = []
    for kind, title in works.TITLES.items():
        for work in works_of(rows, kind):
            best = best_peer(rows, work, engines)
            if best is not None:
                name, row = best
                label = f"{title.format(count=work[1])}, {work[2]} frames"
                shares = [figures.spread(own_percent(rows, work)), figures.spread(row["percent"])]
                lines.append([label, name, shares[1], shares[0], _ratio(row)])
    head = ["work", "cheapest other engine", "its percent", "our percent", "ours divided by its"]
    return markdown(head, lines)


def peers_of(rows: Sequence[Row]) -> list[str]:
    """Return the names of the peers that were measured, in order."""
    return list(dict.fromkeys(row["peer"] for row in rows if "kind" in row))


def share_tables(rows: Sequence[Row], differs: Mapping[str, Mapping[str, str]]) -> str:
    """Return, for each kind of work, a table of shares of a core and a table of ratios."""
    parts = []
    for kind, title in works.TITLES.items():
        done = works_of(rows, kind)
        if not done:
            continue
        columns = [f"{count} at {frames}" for _, count, frames in done]
        names = [name for name in peers_of(rows) if any(found(rows, work, name) for work in done)]
        own = [figures.spread(own_percent(rows, work)) for work in done]
        lines = [[OURS, *own, _difference(differs, OURS, kind)]]
        lines += [
            [name, *(_share(found(rows, work, name)) for work in done), _difference(differs, name, kind)]
            for name in names
        ]
        parts.append(f"### {title.format(count='N').capitalize()}\n")
        parts.append("Percent of a core, for N at a number of frames a block: median and range.\n")
        parts.append(markdown([kind, *columns, "how it is done"], lines))
        parts.append("Our share divided by theirs, pair by pair (below 1, ours is cheaper).\n")
        others = [name for name in names if name != POSTING]
        ratios = [[name, *(_ratio(found(rows, work, name)) for work in done)] for name in others]
        parts.append(markdown(["adaptive to", *columns], ratios))
    return "\n".join(parts)


def presence_table(rows: Sequence[Row], lacks: Mapping[str, Mapping[str, str]]) -> str:
    """Return a table of versions, of what must be installed, and of the works a peer cannot do."""
    lines = []
    for row in rows:
        if "kind" in row:
            continue
        absent = "; ".join(f"{kind}: {why}" for kind, why in lacks.get(row["peer"], {}).items())
        state = f"not installed: {row['missing']}" if row.get("missing") else row["version"]
        lines.append([row["peer"], state, absent])
    return markdown(["engine", "version", "cannot do"], lines)


def _is_of(row: Row, work: Work) -> bool:
    return (row.get("kind"), row.get("count"), row.get("frames")) == work


def _difference(differs: Mapping[str, Mapping[str, str]], name: str, kind: str) -> str:
    return differs.get(name, {}).get(kind, "")


def _share(row: Row) -> str:
    if "fault" in row:
        return f"fault: {row['fault']}".replace("\n", " ").replace("|", "/")
    return figures.spread(row.get("percent", []))


def _ratio(row: Row) -> str:
    return figures.spread(figures.ratios(row.get("beside", []), row.get("percent", [])))
