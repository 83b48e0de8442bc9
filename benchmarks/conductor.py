"""Measures a step of the conductor: 64 sections, 64 layers, 500 rules, parameters that change every step.

The figures are processor time of the conductor's thread.  With many generated layers another process composes
ahead; then the steps come at the pace of the music.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.load import load
from adaptive.session.performance import Performance, vocabulary

SECTIONS, LAYERS, SELECT, RULES = 64, 64, 64, 436
"""Select lines and transition rules: 500 together."""

STEPS = 12_000
"""Control steps of 256 frames: about a minute of music."""


def measure_all() -> Iterator[dict[str, object]]:
    """Measure and yield each row."""
    for generated in (0, 8, 64):
        yield _steps(generated)


def _write_preset(folder: Path, generated: int) -> None:
    rng = np.random.default_rng(1)
    sine = 0.01 * np.sin(2.0 * np.pi * 220.0 * np.arange(96000) / 48000.0)
    soundfile.write(folder / "loop.wav", sine.astype(np.float32), 48000)
    lines = ['schema = 1\nname = "Many"\ntempo_bpm = 120']
    lines += [f"[parameters.p{n}]\nhysteresis = 0.02" for n in range(8)]
    kinds = ("pad", "bass", "arpeggio", "melody", "drums")
    for n in range(LAYERS):
        source = f'generator = "{kinds[n % 5]}"' if n < generated else 'stem = "loop.wav"'
        lines.append(f"[layers.l{n}]\n{source}\nlevel_db = -40.0")
    every = ", ".join(f'"l{n}"' for n in range(LAYERS))
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


def _steps(generated: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        _write_preset(Path(folder), generated)
        performance = Performance(load(folder, vocabulary=vocabulary()))
        performance.begin()
        performance.go_live()
        gc.collect()
        gc.freeze()  # as `adaptive play` does
        gc.set_threshold(700, 10, 100)
        took, began_s = [], time.monotonic()
        for step in range(STEPS):
            values = [(f"p{n}", 0.5 + 0.5 * np.sin(step * 0.0003 * (n + 1) + n)) for n in range(8)]
            for name, value in values:
                performance.engine.set_parameter(performance.layout.parameters[name], value)
            performance.engine.pull(CONTROL_STEP_FRAMES)
            performance.engine.drain_replies()
            start = time.thread_time()
            performance.step()
            took.append(1000.0 * (time.thread_time() - start))
            if performance.ahead_host is not None:  # the other process has the time that it has live
                due_s = began_s + (step + 1) * CONTROL_STEP_FRAMES / performance.engine.spec.sample_rate
                time.sleep(max(0.0, due_s - time.monotonic()))
        performance.close()
        seams = sum(line.get("status") == "planned" for line in performance.log.recent)
    ordered = sorted(took)
    return {
        "what": f"{SECTIONS} sections, {LAYERS} layers ({generated} generated), {SELECT + RULES} rules",
        "steps": STEPS,
        "seams_planned": seams,
        "p50_ms": round(ordered[STEPS // 2], 3),
        "p99_ms": round(ordered[STEPS * 99 // 100], 3),
        "max_ms": round(ordered[-1], 3),
        "mean_first_quarter_ms": round(statistics.mean(took[: STEPS // 4]), 3),
        "mean_last_quarter_ms": round(statistics.mean(took[-STEPS // 4 :]), 3),
    }
