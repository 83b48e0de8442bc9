"""pyo, whose server renders offline."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers import tools, works
from benchmarks.peers.peer import Measure, Peer
from benchmarks.peers.works import Work

SECONDS = {works.STEMS: {8: 20.0, 32: 6.0}, works.VOICES: {16: 8.0, 64: 3.0}, works.EFFECTS: {8: 10.0}}


def command(work: Work, folder: Path, seconds: float) -> list[str]:
    """The words of the script."""
    rms = works.EFFECT_RMS if work.kind == works.EFFECTS else works.STEM_RMS
    files = [] if work.kind == works.VOICES else tools.stem_files(work.count, rms)
    return tools.script(
        "pyo_work", work.kind, work.count, work.block_frames, seconds, folder / "out.wav", *files
    )


def prepare(work: Work, folder: Path) -> Measure:
    """Name what the script plays; it times itself."""
    words = command(work, folder, SECONDS[work.kind].get(work.count, 1.5))
    return lambda: tools.self_timed(words)


PEER = Peer(
    "pyo",
    lambda: tools.missing_module("pyo"),
    lambda: f"pyo {tools.module_version('pyo')}",
    prepare,
    {
        works.STEMS: "Pointer interpolates; chooses its own targets",
        works.VOICES: "LFO as saw, not band-limited; Biquad; Python gives the notes, and counts",
        works.EFFECTS: "Biquad and Freeverb on each side; Compress, 2 ms ahead, as limiter",
    },
    command=command,
)
