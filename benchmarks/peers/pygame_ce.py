"""SDL_mixer through pygame-ce, on SDL's dummy driver, in real time."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers import tools, works
from benchmarks.peers.peer import Measure, Peer
from benchmarks.peers.works import Work

SECONDS = 2.0
SETTINGS = {"SDL_AUDIODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1"}


def prepare(work: Work, _folder: Path) -> Measure:
    """Nothing to write; the script times itself."""
    words = tools.script("pygame_work", work.count, work.block_frames, SECONDS)
    return lambda: tools.self_timed(words, SETTINGS)


PEER = Peer(
    "SDL_mixer (pygame-ce)",
    lambda: tools.missing_module("pygame"),
    lambda: f"pygame-ce {tools.module_version('pygame-ce')}",
    prepare,
    {works.STEMS: "in real time; no ramp: gain set each 10 ms from Python, in 128 steps, which counts"},
    {works.VOICES: "plays recordings only", works.EFFECTS: "has no buses, room or limiter"},
)
