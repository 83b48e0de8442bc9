"""Plays stems in this engine: ``our_stems.py COUNT BLOCK SECONDS STEM…``; runs in our Python."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.peers import ours, works

if __name__ == "__main__":
    count, block, seconds, *files = sys.argv[1:]
    work = works.Work(works.STEMS, int(count), int(block))
    ours.prepare(work, [Path(file) for file in files]).pull(float(seconds))
