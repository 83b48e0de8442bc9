"""The work in a callback in NumPy, with SciPy's filters: a naive and a vectorised version."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from benchmarks.peers import tools, works
from benchmarks.peers.peer import Measure, Peer
from benchmarks.peers.works import Work

SECONDS = {8: 4.0, 16: 2.0, 32: 2.0, 64: 1.0}


def command(way: str, work: Work, _folder: Path, seconds: float) -> list[str]:
    """Return the command line of the script."""
    return tools.script("numpy_work", work.kind, way, work.count, work.block_frames, seconds)


def prepare(way: str, work: Work, folder: Path) -> Measure:
    """Return the function that measures; the script times itself."""
    words = command(way, work, folder, SECONDS.get(work.count, 0.5))
    return lambda: tools.self_timed(words)


def version() -> str:
    """Return the versions of NumPy and SciPy."""
    return f"NumPy {tools.module_version('numpy')}, SciPy {tools.module_version('scipy')}"


DIFFERS = {
    "naive": {
        works.STEMS: "a loop in Python over the stems; a linear ramp for each block",
        works.VOICES: "doubles; not band-limited; a loop over the voices with SciPy's filter",
        works.EFFECTS: "doubles; a loop over buses; combs and all-passes; the limiter has one gain a block",
    },
    "vectorised": {
        works.STEMS: "all stems at one position, unlike the others; a linear ramp for each block",
        works.VOICES: "doubles; not band-limited; the filter loops over frames",
        works.EFFECTS: "doubles; one filter call for all; combs and all-passes; one limiter gain a block",
    },
}
PEERS = [
    Peer(
        f"NumPy, {way}",
        lambda: tools.missing_module("scipy"),
        version,
        partial(prepare, way),
        DIFFERS[way],
        command=partial(command, way),
    )
    for way in DIFFERS
]
