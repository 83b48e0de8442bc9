"""Measures the time from a packet to the first changed sample, and lost cycles, idle and under stress."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import stress
from benchmarks.peers import figures, jack, live, tables, tools
from benchmarks.peers.side_by_side import pin, unpin

SECONDS, ROUNDS = 4.0, 2
IDLE, BUSY = "idle", "a busy core"
STRESSES = {IDLE: "", "GIL held": stress.GIL, "a million objects collected": stress.COLLECT, BUSY: ""}
"""The name of each stress, and the stress that runs inside the peer's process."""

INTRODUCTION = f"""The time from `sendto` of an OSC packet to the cycle in which a JACK client at the engine's
output sees the first changed sample: 48 kHz, {jack.PERIOD_FRAMES} frames, a dummy device.
A packet arrives at a random time within a cycle of 1.33 ms, so the smallest possible median is 0.67 ms; a
sound card adds its own latency.
The next packet is sent only after the effect of the one before was seen, so a long delay is counted once.
*GIL held* and *a million objects collected* run in a thread of the engine's Python interpreter, if there is
one.
*A busy core* means that another program computes on one of the cores.
*Missing* cycles never ran, because a client or the machine was late; *silent* cycles ran without sound.
The engines alternated, {ROUNDS} rounds of {SECONDS:.0f} s each.
Differences in missing cycles below a few in a thousand come from the machine.
"""


def measure_all() -> Iterator[dict[str, object]]:
    """Measure and yield each row, stress by stress, with the peers alternating."""
    if lacking := jack.missing():
        yield {"peer": "all", "missing": lacking}
        return
    ready = []
    for peer in live.ALL:
        if lacking := peer.missing():
            yield {"peer": peer.name, "missing": lacking}
        else:
            ready.append(peer)
    with jack.server() as environment:
        for name, inside in STRESSES.items():
            peers = [peer for peer in ready if peer.is_python or not inside]
            yield from _rounds(name, inside, peers, environment)


def _rounds(
    name: str, inside: str, peers: Sequence[live.Live], environment: dict[str, str]
) -> Iterator[dict[str, object]]:
    heard: dict[str, list[Mapping[str, Any]]] = {peer.name: [] for peer in peers}
    faults: dict[str, str] = {}
    with _busy(name == BUSY):
        for _ in range(ROUNDS):
            for peer in peers:
                try:
                    heard[peer.name].append(_listen(peer, inside, environment))
                except tools.PeerError as error:
                    faults[peer.name] = str(error)
    for peer in peers:
        rounds = heard[peer.name]
        if rounds:
            yield {"stress": name, "peer": peer.name, **_together(rounds)}
        else:
            yield {"stress": name, "peer": peer.name, "fault": faults[peer.name]}


def _listen(peer: live.Live, inside: str, environment: dict[str, str]) -> Mapping[str, Any]:
    with (
        tempfile.TemporaryDirectory(dir=tools.build_folder()) as folder,
        live.running(peer, Path(folder), environment, inside) as port,
    ):
        high, low = peer.message(live.HIGH), peer.message(live.LOW)
        return jack.listen(environment, SECONDS, port, high, low)


def _together(rounds: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """Return one row of several rounds: percentiles of all latencies, sums of the cycles."""
    times = [value / 1000.0 for heard in rounds for value in heard["us"]]
    due = sum(heard["due"] for heard in rounds)
    row: dict[str, object] = {"packets": len(times), "lost": sum(heard["lost"] for heard in rounds)}
    if times:
        row["p50_ms"] = [
            figures.quantile([v / 1000.0 for v in heard["us"]], 0.5) for heard in rounds if heard["us"]
        ]
        row["p90_ms"] = figures.quantile(times, 0.9)
        row["p99_ms"] = figures.quantile(times, 0.99)
        row["max_ms"] = max(times)
    missing = max(0, round(due) - sum(heard["ran"] for heard in rounds))
    silent = sum(heard["silent"] for heard in rounds)
    return {
        **row,
        "cycles": round(due),
        "missing": missing,
        "silent": silent,
        "lost_percent": 100.0 * (missing + silent) / due,
    }


@contextlib.contextmanager
def _busy(is_wanted: bool) -> Iterator[None]:
    """Run another program that computes on the last core, if `is_wanted`."""
    if not is_wanted:
        yield
        return
    allowed = pin()
    spinner = subprocess.Popen([sys.executable, str(tools.HERE / "scripts" / "spin.py")])
    unpin(allowed)
    try:
        yield
    finally:
        spinner.kill()
        spinner.wait()


def show(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of this part of the page."""
    head = ["stress", "engine", "packets", "unanswered", "p50 ms", "p90 ms", "p99 ms", "max ms"]
    head += ["cycles due", "missing", "silent", "lost, percent"]
    lines = [_line(row) for row in rows if "stress" in row]
    absent = [[row["peer"], row["missing"]] for row in rows if "missing" in row and "stress" not in row]
    methods = [[peer.name, peer.method] for peer in live.ALL]
    parts = [
        INTRODUCTION,
        tables.markdown(head, lines),
        tables.markdown(["engine", "how it is done"], methods),
    ]
    if absent:
        parts.append(tables.markdown(["not installed", "install"], absent))
    return "\n".join(parts)


def _line(row: Mapping[str, Any]) -> list[str]:
    if "fault" in row:
        return [
            row["stress"],
            row["peer"],
            f"fault: {row['fault']}".replace("\n", " ").replace("|", "/"),
            *[""] * 9,
        ]
    times = [figures.spread(row.get("p50_ms", []))]
    times += [figures.significant(row[key]) if key in row else "" for key in ("p90_ms", "p99_ms", "max_ms")]
    counts = [str(row[key]) for key in ("cycles", "missing", "silent")]
    share = figures.significant(row["lost_percent"])
    return [row["stress"], row["peer"], str(row["packets"]), str(row["lost"]), *times, *counts, share]
