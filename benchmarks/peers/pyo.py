"""The work in pyo, rendered with its offline server."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers import tools, works
from benchmarks.peers.peer import Measure, Peer
from benchmarks.peers.works import Work

SECONDS = {works.STEMS: {8: 20.0, 32: 6.0}, works.VOICES: {16: 8.0, 64: 3.0}, works.EFFECTS: {8: 10.0}}


def command(work: Work, folder: Path, seconds: float) -> list[str]:
    """Return the command line of the script."""
    rms = works.EFFECT_RMS if work.kind == works.EFFECTS else works.STEM_RMS
    files = [] if work.kind == works.VOICES else tools.stem_files(work.count, rms)
    return tools.script(
        "pyo_work", work.kind, work.count, work.block_frames, seconds, folder / "out.wav", *files
    )


def prepare(work: Work, folder: Path) -> Measure:
    """Return the function that measures; the script times itself."""
    words = command(work, folder, SECONDS[work.kind].get(work.count, 1.5))
    return lambda: tools.self_timed(words)


PEER = Peer(
    "pyo",
    lambda: tools.missing_module("pyo"),
    lambda: f"pyo {tools.module_version('pyo')}",
    prepare,
    {
        works.STEMS: "Pointer interpolates; random targets inside pyo",
        works.VOICES: "LFO as saw, not band-limited; Biquad; Python starts the notes, which is counted",
        works.EFFECTS: "Biquad and Freeverb on each side; Compress, 2 ms look-ahead, as limiter",
    },
    command=command,
)
