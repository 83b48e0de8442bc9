"""The work in SDL_mixer through pygame-ce, in real time on SDL's dummy driver."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers import tools, works
from benchmarks.peers.peer import Measure, Peer
from benchmarks.peers.works import Work

SECONDS = 2.0
SETTINGS = {"SDL_AUDIODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1"}


def prepare(work: Work, _folder: Path) -> Measure:
    """Return the function that measures; the script times itself."""
    words = tools.script("pygame_work", work.count, work.block_frames, SECONDS)
    return lambda: tools.self_timed(words, SETTINGS)


PEER = Peer(
    "SDL_mixer (pygame-ce)",
    lambda: tools.missing_module("pygame"),
    lambda: f"pygame-ce {tools.module_version('pygame-ce')}",
    prepare,
    {works.STEMS: "in real time; no ramps: Python sets gains every 10 ms, in 128 steps, which is counted"},
    {works.VOICES: "plays recordings only", works.EFFECTS: "has no buses, reverb or limiter"},
)
