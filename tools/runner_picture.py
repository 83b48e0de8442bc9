"""Draws how *stride* follows a trace: cadence, tempo, phase error and section over time.

    python -m tools.runner_picture TRACE OUT.png [--from SECONDS] [--to SECONDS]

The sections play without their stems, which changes no decision and takes a hundredth of the time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.inputs.trace import Trace, read_trace
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.load import read
from adaptive.preset.model import Preset
from adaptive.session.offline import Renderer
from adaptive.session.performance import vocabulary
from adaptive.session.render_job import make_job

STRIDE = Path(__file__).resolve().parents[1] / "presets" / "stride" / "preset.toml"
RATE = 48000
SAMPLES_S = 0.5
COLOURS = {"easy": "#b7d7c2", "steady": "#f2d49b", "hard": "#e8a598"}


def silent_stride() -> Preset:
    """*Stride* with its parameters, sections and rules, and nothing to hear."""
    text = STRIDE.read_text(encoding="utf-8")
    document = tomllib.loads(text)
    kept = text.split("# ── What can sound")[0]
    rules = text[text.index("# ── Which section should play") : text.index("# ── Stingers")]
    sections = "".join(
        f"[sections.{name}]\nlayers = []\nlength_bars = {table['length_bars']}\n"
        f"min_stay_bars = {table['min_stay_bars']}\n"
        for name, table in document["sections"].items()
    )
    quiet = '[layers.nothing]\ngenerator = "drone"\n'
    kept = kept.replace('cue_event   = "cue"', "")
    with tempfile.TemporaryDirectory() as folder:
        return read(f"{kept}{quiet}{sections}{rules}".encode(), Path(folder), vocabulary())


def played(preset: Preset, trace: Trace) -> dict[str, Any]:
    """Play a trace; returns tempo, cadence and phase error over time, and the log."""
    log: list[str] = []
    job = make_job(preset, trace, RATE, None, 1, "cut")
    renderer = Renderer(job, None, log.append)
    rows: list[tuple[float, float, float, float]] = []
    every = round(SAMPLES_S * RATE / CONTROL_STEP_FRAMES)
    for number, _ in enumerate(renderer.control_steps()):
        if number % every == 0:
            conductor = renderer.performance.conductor
            aim = conductor.following.aim
            error = np.nan if aim.phase_error_s is None else 1000.0 * aim.phase_error_s
            cadence = np.nan if aim.cadence_spm is None else aim.cadence_spm
            rows.append((conductor.now / RATE, conductor.tempo.tempo_at(conductor.now), cadence, error))
    renderer.performance.close()
    return {"rows": np.array(rows), "log": [json.loads(line) for line in log]}


def draw(trace: Path, out: Path, begin_s: float, end_s: float) -> None:
    """Draw a picture of a trace."""
    import matplotlib as mpl  # a second, which tests of the rules do not need

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    preset = silent_stride()
    result = played(preset, read_trace(trace, preset, RATE))
    rows = result["rows"]
    end_s = min(end_s, float(rows[-1, 0]))
    sent = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    dots = np.array([(one["t"], one["cadence"]) for one in sent if one.get("cadence") is not None])
    has_phase = bool(np.isfinite(rows[:, 3]).any())
    heights = [3, 3, 2, 0.6] if has_phase else [3, 3, 0.6]
    figure, axes = plt.subplots(
        len(heights), 1, sharex=True, figsize=(11, 7.5 if has_phase else 6), height_ratios=heights
    )
    axes[0].plot(dots[:, 0], dots[:, 1], ".", ms=2, color="#888888", label="sent")
    axes[0].plot(rows[:, 0], rows[:, 2], lw=1, color="#1f4e79", label="estimated")
    axes[0].set_ylabel("cadence, steps a minute")
    axes[0].legend(loc="lower right", fontsize=8)
    axes[1].plot(rows[:, 0], rows[:, 1], lw=1, color="#b03a2e")
    low, high = preset.file.tempo_follow.range_bpm if preset.file.tempo_follow else (0.0, 0.0)
    axes[1].axhspan(low, high, color="#eeeeee", zorder=0)
    axes[1].set_ylim(low - 4, high + 4)
    axes[1].set_ylabel("tempo, BPM")
    if has_phase:
        axes[2].plot(rows[:, 0], rows[:, 3], lw=0.8, color="#444444")
        axes[2].axhspan(-25, 25, color="#eeeeee", zorder=0)
        axes[2].set_ylim(-200, 200)
        axes[2].set_ylabel("beat late, ms")
    _draw_sections(axes[-1], result["log"], end_s)
    for axis in axes:
        axis.set_xlim(begin_s, end_s)
    axes[-1].set_xlabel("seconds")
    figure.suptitle(f"stride on {trace.name}", fontsize=10)
    figure.tight_layout()
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=110)


def _draw_sections(axis: Any, log: list[dict[str, Any]], end_s: float) -> None:
    seams = [
        (one["t"], one["target"])
        for one in log
        if one["kind"] == "transition" and one.get("status") in (None, "planned")
    ]
    edges = [*seams, (end_s, "")]
    for (at, name), (until, _) in itertools.pairwise(edges):
        axis.axvspan(at, until, color=COLOURS.get(name, "#ffffff"))
        if until - at > 0.03 * end_s:
            axis.text((at + until) / 2, 0.5, name, ha="center", va="center", fontsize=8)
    axis.set_yticks([])
    axis.set_ylabel("section", rotation=0, ha="right", va="center")


def main() -> None:
    """Draw the picture that the command line asks for."""
    parser = argparse.ArgumentParser(description="Draw how stride follows a trace.")
    parser.add_argument("trace", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--from", dest="begin_s", type=float, default=0.0)
    parser.add_argument("--to", dest="end_s", type=float, default=1e9)
    arguments = parser.parse_args()
    draw(arguments.trace, arguments.out, arguments.begin_s, arguments.end_s)


if __name__ == "__main__":
    main()
