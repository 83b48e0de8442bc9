"""Prints the table of musical measures for *full*, the template and every genre, beside three baselines.

::

    python -m tools.music_table JUDGE_FOLDER [NAME ...] [--seeds 10] [--bars 136] [--markdown]

The folder holds the judge (``music_judge.py``) and its references, which are no part of this project.  The
baselines are made of the same pieces: their bars shuffled, one bar for ever, each track redrawn by its own
Markov chain of order 2.  They should fail where ours pass.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

from adaptive.composer.plan.section_plan import SectionPlan
from tools.pieces import ENSEMBLES, Ensemble, compose, write_midi

Values = dict[str, float]

# fmt: off
ROWS: Mapping[str, tuple[float, float]] = {
    "share.drums": (0.85, 1.0),
    "share.notes": (0.65, 1.0),
    "form.order_z": (11, 170),
    "form.period_contrast": (0.06, 0.31),
    "form.distinct_64": (0.60, 0.95),
    "form.new_per_later_64": (12, 58),
    "form.boundaries_64": (5, 13),
    "form.returns": (0.2, 0.7),
    "form.best_earlier": (0.45, 0.78),
    "harmony.distinct_4bar": (0.45, 1.0),
    "close.second_phrase": (0.7, 1.0),
    "close.first_phrase": (0.0, 0.2),
    "harmony.parallel_pairs": (0.0, 0.06),
    "chords.sevenths_resolve": (0.9, 1.0),
    "chords.falling_fifths": (0.28, 0.45),
    "drums.distinct_16": (11, 16),
    "drums.adjacent": (0.45, 0.65),
    "drums.lhl": (0.5, 4.0),
    "drums.ghost": (0.0, 0.6),
    "drums.fills_distinct": (0.9, 1.0),
    "drums.pieces": (5, 9),
    "timing.std_ms": (8, 25),
    "timing.autocorrelation": (0.17, 0.6),
    "timing.push_spread_ms": (2, 17),
    "dynamics.cell_cv": (0.17, 0.39),
    "melody.rhythms_16": (5, 12),
    "melody.bars_16": (11, 14),
    "melody.syncopated": (0.0, 0.16),
    "melody.motif_transposed": (0.07, 1.0),
    "melody.strong_chord_tones": (0.6, 0.9),
    "melody.ambitus": (19, 29),
    "ensemble.covered": (0.0, 0.16),
    "ensemble.same_pitch": (0.0, 0.08),
    "ensemble.clashes": (0.0, 0.05),
    "melody.upbeat": (0.1, 0.7),
}  # fmt: skip
"""Measures and the ranges that are aimed at."""

BASELINES = ("shuffle", "loop", "markov2")

WINDOWS = (0, 64, 136)
"""Bars at which windows of a piece begin."""


def judge_of(folder: Path) -> ModuleType:
    """Return the judge as a module."""
    spec = importlib.util.spec_from_file_location("music_judge", folder / "music_judge.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["music_judge"] = module
    spec.loader.exec_module(module)
    return module


def references(folder: Path) -> dict[str, tuple[Mapping[str, Any], tuple[str, ...]]]:
    """Return ranges of real music by share: drums by people, melody and ensemble by quartets."""

    def read(name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads((folder / f"reference_{name}.json").read_text())["measures"]
        return found

    return {
        "share.drums": (read("drums"), ("drums.", "timing.", "dynamics.")),
        "share.notes": (read("scores"), ("melody.", "ensemble.")),
    }


def measured(judge: ModuleType, piece: Any, roles: dict[str, list[str]], tonic: int, refs: Any) -> Values:
    """Return the measures of a piece, with the shares of them that are in range."""
    values: Values = dict(judge.judge(piece, roles, {"": tonic})["measures"])
    for share, (ranges, scopes) in refs.items():
        rows = [row for row in judge.compare(values, ranges) if row[0].startswith(scopes)]
        if rows:
            values[share] = sum(row[5] == "in" for row in rows) / len(rows)
    return values


def of_plan(plan: SectionPlan, first: int, bars: int) -> Values:
    """Return what a plan says of closes and chords."""
    tonic_ends: dict[int, list[bool]] = {0: [], 1: []}
    chords = []
    for number in range(first, first + bars):
        bar = plan.bar(number)
        chords += [chord for _, chord in bar.harmony.chords]
        if bar.is_phrase_end:
            is_last = bar.is_part_end
            root = bar.harmony.chords[-1][1].root.pitch_class
            tonic_ends[int(is_last)].append(root == bar.harmony.key.tonic.pitch_class)
    moves = [
        (one, (other.root.pitch_class - one.root.pitch_class) % 12)
        for one, other in pairwise(chords)
        if one.root.pitch_class != other.root.pitch_class
    ]
    sevenths = [move for chord, move in moves if chord.quality in {"7", "9", "13", "7b9", "7#9"}]
    return {
        "close.second_phrase": statistics.fmean(tonic_ends[1] or [0]),
        "close.first_phrase": statistics.fmean(tonic_ends[0] or [0]),
        "chords.falling_fifths": sum(move == 5 for _, move in moves) / max(1, len(moves)),
        **(
            {"chords.sevenths_resolve": statistics.fmean(m in {1, 2, 5} for m in sevenths)}
            if sevenths
            else {}
        ),
    }


def table(
    judge: ModuleType, ensemble: Ensemble, seeds: Sequence[int], bars: int, refs: Any, windows: Sequence[int]
) -> dict[str, list[Values]]:
    """Return the measures of windows of pieces, and of the baselines that are made of them."""
    rows: dict[str, list[Values]] = {kind: [] for kind in ("ours", *BASELINES)}
    roles: dict[str, list[str]] = {"drums": [], "melody": [], "bass": [], "pad": [], "other": []}
    for layer in ensemble.layers:
        kind = {"comping": "pad"}.get(layer.generator, layer.generator)
        roles[kind if kind in roles else "other"].append(layer.name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "piece.mid"
        for seed in seeds:
            for first in windows:
                plan, written = compose(ensemble, seed, bars, first)
                write_midi(path, ensemble, written)
                tonic = plan.brief.key.tonic.pitch_class
                piece = judge.read_midi(path)
                heard = {
                    role: [n for n in names if any(bar[n] for bar in written)]
                    for role, names in roles.items()
                }
                judge.assign_roles(piece, heard)
                rows["ours"].append(measured(judge, piece, heard, tonic, refs) | of_plan(plan, first, bars))
            for kind in BASELINES:
                other = judge.baseline(kind, piece, seed)
                rows[kind].append(measured(judge, other, heard, tonic, refs))
    return rows


def median(rows: Sequence[Values], measure: str) -> float | None:
    """Return the median of a measure; None if no piece has it."""
    found = [row[measure] for row in rows if row.get(measure) is not None]
    return statistics.median(found) if found else None


def lines_of(name: str, rows: dict[str, list[Values]]) -> list[str]:
    """Return the table of an ensemble as lines of Markdown."""
    count = len(rows["ours"])
    lines = [
        f"### {name}",
        "",
        f"| measure | range | ours | in, of {count} | bars shuffled | one bar looped | order-2 Markov |",
        "|---|---|---|---|---|---|---|",
    ]
    passed = 0
    for measure, (low, high) in ROWS.items():
        ours = median(rows["ours"], measure)
        if ours is None:
            continue
        found = [row[measure] for row in rows["ours"] if row.get(measure) is not None]
        inside = sum(low - 1e-9 <= value <= high + 1e-9 for value in found)
        passed += 2 * inside > len(found)
        others = [median(rows[kind], measure) for kind in BASELINES]
        shown = " | ".join("" if value is None else f"{value:.2f}" for value in others)
        lines.append(f"| `{measure}` | {low:g} to {high:g} | {ours:.2f} | {inside} | {shown} |")
    return [*lines, "", f"Rows whose median piece is in range: {passed} of {len(lines) - 4}.", ""]


def main(say: Callable[[str], object] = print) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("judge", type=Path)
    parser.add_argument("names", nargs="*", default=list(ENSEMBLES))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--bars", type=int, default=136)
    parser.add_argument("--windows", type=int, nargs="+", default=list(WINDOWS))
    asked = parser.parse_args()
    judge, refs = judge_of(asked.judge), references(asked.judge)
    for name in asked.names:
        rows = table(judge, ENSEMBLES[name], range(1, asked.seeds + 1), asked.bars, refs, asked.windows)
        say("\n".join(lines_of(name, rows)))


if __name__ == "__main__":
    main()
