"""Plays a preset for an hour on the offline clock, and prints how much of it is new, returns, and rests.

::

    python -m tools.hour presets/tidepool --trace presets/tidepool/tidepool.jsonl
    adaptive new mine && python -m tools.hour mine --seconds 3600 --seed 2

The audio is rendered at a low rate and thrown away, since only the notes are counted.  A rest is a time in
which no note of a generated layer lasts; its reverb may still sound.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from adaptive.inputs.trace import read_trace
from adaptive.preset.load import load
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary

BLOCK = 64
"""Bars in which new ones are counted."""

SHORTEST_REST_S = 0.5

Cell = tuple[str, str, str]
"""Layer, pitch and onset of a note."""


@dataclass
class Hour:
    """What was heard.

    Attributes
    ----------
    bars : dict of int to set
        The notes of each bar of the piece.
    spans : list of (float, float)
        Start and end of every note in seconds.
    themes : list of str
        Section and theme of each part of the plan, in order.
    """

    bars: dict[int, set[Cell]] = field(default_factory=lambda: defaultdict(set))
    spans: list[tuple[float, float]] = field(default_factory=list)
    themes: list[str] = field(default_factory=list)

    def take(self, line: dict[str, Any], tempo_bpm: float) -> None:
        """Count a line of the decision log."""
        if line["kind"] == "note":
            bar = int(line["position"].partition(".")[0])
            self.bars[bar].add((line["layer"], line["pitch"], line["onset"]))
            length_s = float(Fraction(line["duration"])) * 60.0 / tempo_bpm
            self.spans.append((line["t"], line["t"] + length_s))
        elif line["kind"] == "plan":
            self.themes.append(f"{line['section']} {line['theme']}")


def played(preset: Path, trace: Path | None, seconds: float, seed: int, rate: int) -> Hour:
    """Play a preset and return what was heard."""
    loaded = load(preset, vocabulary=vocabulary())
    fed = None if trace is None else read_trace(trace, loaded, rate)
    hour = Hour()

    def write_log(text: str) -> None:
        playback = renderer.performance.conductor.playback
        hour.take(json.loads(text), playback.tempo.tempo_at(max(0, playback.now)))

    renderer = Renderer(RenderJob(loaded, seed, seconds, fed, "cut", rate), None, write_log)
    try:
        for _ in renderer.control_steps():
            pass
    finally:
        renderer.performance.close()
    return hour


def rests(spans: Sequence[tuple[float, float]], seconds: float) -> list[float]:
    """Return the lengths of all stretches without a note, `SHORTEST_REST_S` or more.

    Examples
    --------
    >>> rests([(0.0, 1.0), (0.5, 2.0), (4.0, 9.0)], 10.0)
    [2.0, 1.0]
    """
    found, heard_until = [], 0.0
    for start, end in [*sorted(spans), (seconds, seconds)]:
        if start - heard_until >= SHORTEST_REST_S:
            found.append(min(start, seconds) - heard_until)
        heard_until = max(heard_until, end)
    return found


def new_in_blocks(bars: Sequence[frozenset[Cell]]) -> list[int]:
    """Return how many bars of each block of `BLOCK` were never heard before."""
    seen: set[frozenset[Cell]] = set()
    counts = []
    for start in range(0, len(bars) - BLOCK + 1, BLOCK):
        block = bars[start : start + BLOCK]
        counts.append(len(set(block) - seen))
        seen |= set(block)
    return counts


def returning(themes: Sequence[str]) -> float:
    """Return the share of parts, from the third on, whose theme was heard before but not just before.

    Examples
    --------
    >>> returning(["a A", "a B", "a A", "a C"])
    0.5
    """
    late = range(2, len(themes))
    returns = [themes[n] in themes[: n - 1] and themes[n] != themes[n - 1] for n in late]
    return sum(returns) / max(1, len(returns))


def report(hour: Hour, seconds: float) -> str:
    """Return the figures as a sentence."""
    bars = [frozenset(hour.bars[number]) for number in sorted(hour.bars)]
    counts = new_in_blocks(bars)
    pauses = rests(hour.spans, seconds)
    return (
        f"{len(bars)} bars with notes; new in each {BLOCK}: {', '.join(map(str, counts))}; "
        f"{len(hour.themes)} parts, {len(set(hour.themes))} themes, {returning(hour.themes):.2f} of "
        f"them return; rests {100.0 * sum(pauses) / seconds:.1f} %, {len(pauses)} of them, the longest "
        f"{max(pauses, default=0.0):.1f} s"
    )


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("preset", type=Path)
    parser.add_argument("--trace", type=Path)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=int, default=8000)
    asked = parser.parse_args()
    hour = played(asked.preset, asked.trace, asked.seconds, asked.seed, asked.rate)
    print(report(hour, asked.seconds))


if __name__ == "__main__":
    main()
