"""Measures every work in every peer, alternating with ours, three times.

Both run on the same core, if the system can pin processes, so that other load slows both equally.  The
engines do not compute exactly the same, so differences of less than a third are ties.
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
"""The peers that the summary compares; a callback in NumPy is not an engine."""

DIFFERS = {tables.OURS: ours.DIFFERS, **{peer.name: peer.differs for peer in PEERS}}
LACKS = {peer.name: peer.lacks for peer in PEERS}
INTRODUCTION = """*Stems*: N different looping stereo stems of four seconds, started at different positions.
Every 100 ms each gain gets a new target, which it reaches in 50 ms.
*Voices*: N voices that all sound, each with two saws and a resonant low-pass.
Every 100 ms a quarter of them, at most 24, start a new note.
*Effects*: eight stereo stems, each with a low-pass and a send of 0.5 to a stereo reverb, and a limiter on the
sum.
*Mix*: sixteen stereo stems with moving gains and a pan each, two of them through each of eight buses with an
equaliser of four bands and a compressor; three of the buses send to a stereo reverb; a limiter on the sum.

Each figure of another engine was measured in alternation with ours, three times, on one core.
Programs that render without a sound card are measured by the slope between a short and a long run, so that
loading is not counted; the others time themselves.
The engines do not compute exactly the same: the last column says how each does the work, and differences of
less than a third are ties.
*Posting counted* includes the time that our Python code takes to check and post the commands.
Where another engine is controlled from outside (a score, C), the time to make the commands is not counted,
and the time to read them is.
"""
Row = dict[str, object]


def measure_all() -> Iterator[Row]:
    """Yield a row of version or fault for each peer, then measure and yield every work of every peer."""
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
    """Return the text of this part of the page."""
    summary = tables.summary_table(rows, ENGINES)
    return "\n".join(
        [INTRODUCTION, summary, tables.share_tables(rows, DIFFERS), tables.presence_table(rows, LACKS)]
    )


def pin() -> set[int]:
    """Pin this process and its children to the last core; return the cores that were allowed before."""
    if not hasattr(os, "sched_setaffinity"):
        return set()
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    return allowed


def unpin(allowed: set[int]) -> None:
    """Allow the cores that `pin` returned."""
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
    """Measure ours and theirs alternately; return pairs in percent of a core."""
    pairs = []
    for _ in range(REPEATS):
        own = 100.0 * mine.measure()
        posting["beside"].append(own)
        posting["percent"].append(own + 100.0 * mine.posting_s)
        pairs.append((own, 100.0 * measure()))
    return pairs
