"""Draws the comparison: a panel for each kind of work, a bar for each engine, on a logarithmic scale."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot

from benchmarks.peers import tables, works

OURS, THEIRS = "#c0392b", "#7f8c9b"
COUNTS = {works.STEMS: 128, works.VOICES: 256, works.EFFECTS: works.BUSES, works.MIX: works.LAYERS}
FRAMES = 64


def draw(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw the largest count of each work at 64 frames; whiskers show the range."""
    mpl.use("Agg")
    path.parent.mkdir(parents=True, exist_ok=True)
    bars = {kind: _bars(rows, (kind, count, FRAMES)) for kind, count in COUNTS.items()}
    heights = [max(1, len(panel)) for panel in bars.values()]
    figure, axes = pyplot.subplots(
        len(bars), 1, figsize=(9.0, 1.6 + 0.34 * sum(heights)), height_ratios=heights, constrained_layout=True
    )
    for axis, (kind, panel) in zip(axes, bars.items(), strict=True):
        _panel(axis, panel)
        axis.set_title(works.TITLES[kind].format(count=COUNTS[kind]), loc="left", fontsize=10, weight="bold")
    axes[-1].set_xlabel(f"percent of one core, {FRAMES} frames a block, 48 kHz (logarithmic; less is better)")
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _bars(rows: Sequence[Mapping[str, Any]], work: tables.Work) -> list[tuple[str, list[float]]]:
    found = [(tables.OURS, tables.own_percent(rows, work))]
    found += [(name, tables.found(rows, work, name).get("percent", [])) for name in tables.peers_of(rows)]
    measured = [(name, values) for name, values in found if values]
    return sorted(measured, key=lambda bar: statistics.median(bar[1]), reverse=True)


def _panel(axis: Any, panel: list[tuple[str, list[float]]]) -> None:
    middles = [statistics.median(values) for _, values in panel]
    whiskers = [
        [middle - min(values) for middle, (_, values) in zip(middles, panel, strict=True)],
        [max(values) - middle for middle, (_, values) in zip(middles, panel, strict=True)],
    ]
    names = [name for name, _ in panel]
    colours = [OURS if name.startswith(tables.OURS) else THEIRS for name in names]
    axis.barh(names, middles, xerr=whiskers, color=colours, height=0.7, error_kw={"lw": 1.0})
    axis.set_xscale("log")
    axis.set_xlim(0.1, 1000.0)
    for place, (middle, (_, values)) in enumerate(zip(middles, panel, strict=True)):
        axis.text(max(values) * 1.12, place, f"{middle:.3g} %", va="center", fontsize=8)
    axis.axvline(100.0, color="black", lw=0.6, ls=":")
    axis.tick_params(labelsize=8)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
