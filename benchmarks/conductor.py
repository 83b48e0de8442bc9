"""Measures a step of the conductor: 64 sections, 64 layers or fewer, 500 rules, parameters that move.

The figures are processor time of the conductor's thread.  With many generated layers another process composes
ahead; then the steps come at the pace of the music.  ``python -m benchmarks.conductor 64 64 4000`` measures
64 layers, 64 of them generated, over 4,000 steps, and writes nothing.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from adaptive.conductor.log import Line
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.load import load
from adaptive.session.performance import Performance, vocabulary
from benchmarks.step_phases import StepPhases, shares

SECTIONS, LAYERS, SELECT, RULES = 64, 64, 64, 436
"""Select lines and transition rules: 500 together."""

STEPS = 12_000
"""Control steps of 256 frames: about a minute of music."""

GROWTH, GROWTH_STEPS = (1, 8, 16, 32), 4_000
"""Numbers of layers, all of them generated, and the steps for each."""


def measure_all() -> Iterator[dict[str, object]]:
    """Measure and yield each row."""
    for layers in GROWTH:
        yield measure(layers, layers, GROWTH_STEPS)
    for generated in (0, 8, LAYERS):
        yield measure(LAYERS, generated, STEPS)


def _write_preset(folder: Path, layers: int, generated: int) -> None:
    rng = np.random.default_rng(1)
    sine = 0.01 * np.sin(2.0 * np.pi * 220.0 * np.arange(96000) / 48000.0)
    soundfile.write(folder / "loop.wav", sine.astype(np.float32), 48000)
    lines = ['schema = 1\nname = "Many"\ntempo_bpm = 120']
    lines += [f"[parameters.p{n}]\nhysteresis = 0.02" for n in range(8)]
    kinds = ("pad", "bass", "arpeggio", "melody", "drums")
    for n in range(layers):
        source = f'generator = "{kinds[n % 5]}"' if n < generated else 'stem = "loop.wav"'
        lines.append(f"[layers.l{n}]\n{source}\nlevel_db = -40.0")
    every = ", ".join(f'"l{n}"' for n in range(layers))
    lines += [f"[sections.s{n}]\nlayers = [{every}]\nlength_bars = 1" for n in range(SECTIONS)]
    for n in range(SELECT - 1):
        a, b = rng.integers(8, size=2)
        low = n / SELECT
        when = f"p{a} > {low:.3f} and p{a} < {low + 0.05:.3f} and p{b} + p{(b + 1) % 8} > 0.4"
        lines.append(f'[[select]]\nsection = "s{n}"\nwhen = "{when}"')
    lines.append('[[select]]\nsection = "s63"')
    pairs = [(a, b) for a in range(SECTIONS) for b in range(SECTIONS) if a != b]
    for at in rng.permutation(len(pairs))[:RULES]:
        a, b = pairs[at]
        lines.append(
            f'[[transitions]]\nfrom = "s{a}"\nto = "s{b}"\nexit_at = "beat"\nfade_out = {{ beats = 1 }}'
        )
    (folder / "preset.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def measure(layers: int, generated: int, steps: int) -> dict[str, object]:
    """Measure the steps of a preset with so many layers, the first of which are generated."""
    with tempfile.TemporaryDirectory() as folder:
        _write_preset(Path(folder), layers, generated)
        performance = Performance(load(folder, vocabulary=vocabulary()))
        performance.begin()
        performance.go_live()
        gc.collect()
        gc.freeze()  # as `adaptive play` does
        gc.set_threshold(700, 4, 250)
        phases, seams = StepPhases(performance), 0

        def count(line: Line) -> None:
            nonlocal seams
            seams += line.get("status") == "planned"

        performance.log.listeners.append(count)
        began_s = time.monotonic()
        for step in range(steps):
            values = [(f"p{n}", 0.5 + 0.5 * np.sin(step * 0.0003 * (n + 1) + n)) for n in range(8)]
            for name, value in values:
                performance.engine.set_parameter(performance.layout.parameters[name], value)
            performance.engine.pull(CONTROL_STEP_FRAMES)
            performance.engine.drain_replies()
            phases.begin()
            performance.step()
            phases.end()
            if performance.ahead_host is not None:  # the other process has the time that it has live
                due_s = began_s + (step + 1) * CONTROL_STEP_FRAMES / performance.engine.spec.sample_rate
                time.sleep(max(0.0, due_s - time.monotonic()))
        phases.close()
        performance.close()
    took = [ms for ms, _ in phases.steps]
    slowest = sorted(phases.steps, key=lambda one: -one[0])
    ordered = sorted(took)
    return {
        "what": f"{SECTIONS} sections, {layers} layers ({generated} generated), {SELECT + RULES} rules",
        "steps": steps,
        "seams_planned": seams,
        "p50_ms": round(ordered[steps // 2], 3),
        "p99_ms": round(ordered[steps * 99 // 100], 3),
        "p99.9_ms": round(ordered[steps * 999 // 1000], 3),
        "max_ms": round(ordered[-1], 3),
        "mean_first_quarter_ms": round(statistics.mean(took[: steps // 4]), 3),
        "mean_last_quarter_ms": round(statistics.mean(took[-steps // 4 :]), 3),
        "slowest_percent_ms": shares(slowest[: steps // 100]),
        "slowest_ms": shares(slowest[:1]),
    }


if __name__ == "__main__":
    counts = [int(word) for word in sys.argv[1:]]
    print("\n".join(f"{key}: {value}" for key, value in measure(*counts).items()))
