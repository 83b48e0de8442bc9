"""Every work by every peer, each beside ours, three times over.

Pinned to one core where the system can: two programs that take turns on it are slowed by the same things.
The graphs of peers differ, so gaps below a third are ties.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers import (
    csound,
    miniaudio_engine,
    numpy_callback,
    openal,
    ours,
    puredata,
    pygame_ce,
    pyo,
    scsynth,
    tables,
    tools,
    works,
)
from benchmarks.peers.peer import Measure, Peer
from benchmarks.peers.works import Work

REPEATS = 3
PEERS: tuple[Peer, ...] = (
    scsynth.PEER,
    csound.PEER,
    puredata.PEER,
    miniaudio_engine.PEER,
    openal.PEER,
    pyo.PEER,
    pygame_ce.PEER,
    *numpy_callback.PEERS,
)
ENGINES = [peer.name for peer in PEERS if not peer.name.startswith("NumPy")]
"""Those that the summary looks among; a callback in NumPy is not an engine."""

DIFFERS = {tables.OURS: ours.DIFFERS, **{peer.name: peer.differs for peer in PEERS}}
LACKS = {peer.name: peer.lacks for peer in PEERS}
INTRODUCTION = """*Stems*: N looping stereo stems of four seconds, different ones from different places; each
100 ms every gain is sent to another value, which it reaches in 50 ms.
*Voices*: N voices that all sound, two saws and a resonant low-pass each; each 100 ms a quarter of them, 24 at
most, get another note, which begins with an attack.
*Effects*: eight stereo stems through a low-pass each, all of them half sent to a stereo room, a limiter over
the sum.

Every figure of a peer was measured by turns with ours, three times, on one core.
Programs that render without a sound card are measured by the slope between a short and a long run, so that
loading cancels; the others time themselves.
The graphs are not the same sample for sample: the last column says what each does otherwise, and gaps below
a third are ties.
*Posting counted* adds what our Python takes to check and post the commands; where a peer is told from outside
(a score, C), what it takes to make the commands is counted nowhere, and reading them is.
"""
Row = dict[str, object]


def measure_all() -> Iterator[Row]:
    """Who is here, then every work by everybody."""
    ready = []
    for peer in PEERS:
        missing = peer.missing()
        yield (
            {"peer": peer.name, "missing": missing}
            if missing
            else {
                "peer": peer.name,
                "version": peer.version(),
            }
        )
        if not missing:
            ready.append(peer)
    allowed = pin()
    try:
        for work in works.ALL:
            yield from _work(work, ready)
    finally:
        unpin(allowed)


def show(rows: Sequence[Mapping[str, Any]]) -> str:
    """The part of the page."""
    summary = tables.summary_table(rows, ENGINES)
    return "\n".join(
        [INTRODUCTION, summary, tables.share_tables(rows, DIFFERS), tables.presence_table(rows, LACKS)]
    )


def pin() -> set[int]:
    """Stay on the last core, with all that is started from here; return what was allowed before."""
    if not hasattr(os, "sched_setaffinity"):
        return set()
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    return allowed


def unpin(allowed: set[int]) -> None:
    """Go where one may again."""
    if allowed:
        os.sched_setaffinity(0, allowed)


def _work(work: Work, peers: list[Peer]) -> Iterator[Row]:
    mine = ours.prepare(work)
    head = {"kind": work.kind, "count": work.count, "frames": work.block_frames}
    posting: dict[str, list[float]] = {"percent": [], "beside": []}
    for peer in peers:
        if work.kind not in peer.differs:
            continue
        with tempfile.TemporaryDirectory(dir=tools.build_folder()) as folder:
            try:
                pairs = _pairs(mine, peer.prepare(work, Path(folder)), posting)
            except (tools.PeerError, OSError) as error:
                yield {**head, "peer": peer.name, "fault": str(error)}
                continue
        beside, theirs = zip(*pairs, strict=True)
        yield {**head, "peer": peer.name, "percent": list(theirs), "beside": list(beside)}
    yield {**head, "peer": tables.POSTING, **posting}


def _pairs(mine: ours.Ours, measure: Measure, posting: dict[str, list[float]]) -> list[tuple[float, float]]:
    """Ours and theirs in percent of a core, by turns."""
    pairs = []
    for _ in range(REPEATS):
        own = 100.0 * mine.measure()
        posting["beside"].append(own)
        posting["percent"].append(own + 100.0 * mine.posting_s)
        pairs.append((own, 100.0 * measure()))
    return pairs
