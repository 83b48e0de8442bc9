"""Plays *nightfall* in several engines in one process: ``many_engines.py COUNT SECONDS``; runs in our Python.

Each engine has a whole performance with conductor and composers, and a trace in which the intensity rises and
falls.  On one thread, each engine renders a control step of 256 frames in turn.  Prints the share of a core,
the share of rounds that took longer than a step lasts, the longest round, and the memory of an added engine.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from adaptive.engine.bank import Bank
from adaptive.inputs.trace import read_trace
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.load import load
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary
from benchmarks.peers import works
from benchmarks.peers.watched import resident_mb

LEVELS = (0.0, 0.3, 0.9, 0.5, 0.9, 0.1)


def main() -> None:
    """Play all engines and print the measurements as JSON."""
    count, seconds = int(sys.argv[1]), float(sys.argv[2])
    preset = load("nightfall", vocabulary=vocabulary())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "game.jsonl"
        lines = [
            {"t": 2.0 * index, "intensity": LEVELS[index % len(LEVELS)]} for index in range(int(seconds / 2))
        ]
        path.write_text("\n".join(json.dumps(line) for line in [*lines, {"t": seconds}]), encoding="utf-8")
        trace = read_trace(path, preset, works.RATE)
    bank = Bank(works.RATE)
    # the first one decodes the stems, which all engines share
    renderers = [Renderer(RenderJob(preset, 0, seconds, trace, "cut"), bank)]
    before = resident_mb(os.getpid())
    renderers += [Renderer(RenderJob(preset, seed, seconds, trace, "cut"), bank) for seed in range(1, count)]
    performances = [renderer.control_steps() for renderer in renderers]
    for performance in performances:
        next(performance)  # the first step also sets the performance up
    gc.collect()
    gc.freeze()
    rounds = round(seconds * works.RATE / CONTROL_STEP_FRAMES) - 1
    budget_s = CONTROL_STEP_FRAMES / works.RATE
    took = []
    used, began = time.process_time(), time.monotonic()
    for _ in range(rounds):
        at = time.monotonic()
        for performance in performances:
            next(performance, None)
        took.append(time.monotonic() - at)
    wall_s = time.monotonic() - began
    used = time.process_time() - used
    print(
        json.dumps(
            {
                "percent": 100.0 * used / seconds,
                "times_real_time": seconds / wall_s,
                "late_percent": 100.0 * sum(one > budget_s for one in took) / rounds,
                "longest_ms": 1000.0 * max(took),
                "mb_an_engine": (resident_mb(os.getpid()) - before) / max(1, count - 1),
            }
        )
    )


if __name__ == "__main__":
    main()
