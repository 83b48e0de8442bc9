"""Runners and sensors that break naive followers, through the engine itself.  `make prove` runs them."""

from __future__ import annotations

import itertools
import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive.inputs.trace import read_trace
from adaptive.preset.load import read
from adaptive.session.performance import vocabulary
from tools.runner_picture import played

pytestmark = [pytest.mark.prove, pytest.mark.timeout(600)]

RATE = 48000
PRESET = """\
schema = 1
name = "Runner"
tempo_bpm = 160
[parameters.cadence]
range = [0, 240]
default = 160
stale_after_s = 6.0
fallback = 160
[tempo_follow]
parameter = "cadence"
phase_event = "step"
range_bpm = [148, {most}]
[layers.nothing]
generator = "drone"
[sections.road]
layers = []
"""
Line = dict[str, Any]


def at_1_hz(values: list[float], begin_s: float = 0.0) -> list[Line]:
    return [{"t": begin_s + i, "cadence": value} for i, value in enumerate(values)]


def every(spacing_s: float, values: list[float]) -> list[Line]:
    return [{"t": round(spacing_s * i + 0.05 * (i % 2), 3), "cadence": v} for i, v in enumerate(values)]


def step_times(
    spm: Callable[[float], float], seconds: float, jitter: float = 0.01, seed: int = 1
) -> list[float]:
    chance, at, times = np.random.default_rng(seed), 0.5, []
    while at < seconds:
        times.append(round(at, 4))
        at += 60.0 / spm(at) * (1.0 + jitter * float(chance.standard_normal()))
    return times


def single(times: list[float]) -> list[Line]:
    return [{"t": at, "event": "step"} for at in times]


def merged(*lines: list[Line]) -> list[Line]:
    return sorted(itertools.chain(*lines), key=lambda line: line["t"])


def in_batches(times: list[float], spacing_s: float, is_timed: bool) -> list[Line]:
    """Steps that are sent together, 0.2 s after each whole number of spacings."""
    lines: list[Line] = []
    for number in range(1, int(times[-1] / spacing_s) + 2):
        at = number * spacing_s + 0.2
        due = [step for step in times if at - 0.2 - spacing_s <= step < at - 0.2]
        if is_timed and due:
            ages = [round(min(at - step, 10.0), 3) for step in due]
            lines.append({"t": at, "event": "step", "age_s": ages})
        elif due:
            lines += [{"t": at, "event": "step"}] * len(due)
    return lines


@dataclass(frozen=True)
class Odd:
    """A runner, and what the tempo has to be.

    `windows` are (from, to, tempo, allowed deviation in per cent) in seconds.
    """

    lines: list[Line]
    windows: list[tuple[float, float, float, float]]
    most_bpm: float = 174.0
    phase_ms: tuple[float, float] | None = None
    """Most mean and standard deviation of the phase error in the first window."""

    silent: tuple[str, ...] = field(default=())
    """Troubles that must not be told."""


CHANCE = np.random.default_rng(3)
FLIPS = [(168.0 + int(CHANCE.integers(-1, 2))) * (0.5 if CHANCE.random() < 0.3 else 1.0) for _ in range(180)]
STRAY = [164.0, 164.0, -5.0, 164.0, 164.0, 255.0, 164.0, 164.0, 1000.0, 164.0, 164.0, 0.0]
LIGHT = [*step_times(lambda _t: 165.0, 58.0), *(85 + t for t in step_times(lambda _t: 168.0, 75.0, seed=2))]
SAME = step_times(lambda _t: 164.0, 120.0, 0.0)
LOST = [t for t in step_times(lambda _t: 164.0, 150.0, 0.02, 2) if CHANCE.random() > 0.2]
WRONG_TIMES = [
    {"t": round(at + 1.1, 3), "event": "step", "age_s": 1.9 if i % 5 == 0 else 1.1}
    for i, at in enumerate(SAME)
]

ODD: dict[str, Odd] = {
    "flicker": Odd(at_1_hz([160.0, 162.0] * 60), [(10, 120, 161, 0.25)]),
    "sparse": Odd(every(6.0, [170.0] * 50), [(20, 300, 170, 0.5)]),
    "one foot for a while": Odd(at_1_hz([168.0] * 60 + [84.0] * 20 + [168.0] * 40), [(10, 120, 168, 0.5)]),
    "one foot all along": Odd(at_1_hz([84.0] * 60), [(10, 60, 168, 0.5)]),
    "counts one foot or both at random": Odd(at_1_hz(FLIPS), [(10, 180, 168, 0.5)]),
    "a walk": Odd(
        at_1_hz([168.0] * 60 + [158.0, 148, 138, 128, 118, 108, 98, 90, 86, 82, 80] + [80.0] * 30),
        [(10, 60, 168, 0.5), (75, 101, 148, 0.1)],
    ),
    "a walk and a run again": Odd(
        at_1_hz([168.0] * 60 + [158.0, 140, 125, 115] + [110.0] * 60 + [125.0, 140, 155] + [168.0] * 60),
        [(10, 58, 168, 0.5), (80, 122, 148, 0.1), (140, 180, 168, 0.5)],
    ),
    "values that are none": Odd(at_1_hz(STRAY * 15), [(10, 180, 164, 0.2)]),
    "two sensors at once": Odd(
        merged(at_1_hz([168.0] * 120), at_1_hz([156.0] * 120, 0.5)), [(10, 120, 168, 0.5)]
    ),
    "a traffic light and a watch that averages": Odd(
        at_1_hz([165.0] * 60 + [120.0, 60, 20] + [0.0] * 20 + [40.0, 80, 110, 135, 150, 160] + [165.0] * 60),
        [(10, 60, 165, 0.5), (64, 82, 165, 2.0), (95, 149, 165, 0.5)],
    ),
    "a traffic light and one foot behind it": Odd(
        at_1_hz([165.0] * 60 + [0.0] * 20 + [82.0] * 5 + [165.0] * 60), [(10, 145, 165, 1.0)]
    ),
    "a traffic light with steps": Odd(
        merged(single(LIGHT), at_1_hz([165.0] * 58 + [0.0] * 27 + [168.0] * 70)),
        [(12, 58, 165, 2.5), (100, 155, 168, 2.5)],
        phase_ms=(10, 25),
    ),
    "steps every ten seconds, with ages": Odd(
        in_batches(step_times(lambda _t: 162.0, 180.0), 10.0, True), [(45, 180, 162, 4.0)], phase_ms=(15, 25),
        silent=("steps",),
    ),
    "steps every ten seconds, without": Odd(
        in_batches(step_times(lambda _t: 162.0, 240.0), 10.0, False), [(100, 240, 162, 1.0)]
    ),
    "steps of one foot": Odd(
        single(step_times(lambda _t: 84.0, 120.0)), [(15, 120, 168, 2.5)], phase_ms=(8, 15)
    ),
    "one step in five is lost": Odd(single(LOST), [(15, 150, 164, 4.0)], phase_ms=(8, 25)),
    "one step in five has a wrong time": Odd(WRONG_TIMES, [(20, 120, 164, 1.0)], phase_ms=(15, 25)),
    "a limp of 18 ms": Odd(
        single([t + (0.018 if i % 2 else -0.018) for i, t in enumerate(SAME)]), [(15, 120, 164, 1.0)],
        phase_ms=(15, 25),
    ),
    "two sensors, one frozen, and the other passes it": Odd(
        merged(
            at_1_hz([164.0] * 180, 0.5),
            at_1_hz([*np.linspace(172, 157, 60).round(), *(157.0 + n % 3 for n in range(120))]),
        ),
        [(75, 180, 158, 0.5)],
    ),
    "a frozen watch, and steps that change": Odd(
        merged(single(step_times(lambda t: 160.0 if t < 60 else 172.0, 140.0)), at_1_hz([160.0] * 140)),
        [(15, 60, 160, 3.0), (85, 140, 172, 3.0)],
        most_bpm=185.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_runner_is_followed(tmp_path: Path, name: str) -> None:
    odd = ODD[name]
    trace = tmp_path / "odd.jsonl"
    trace.write_text("".join(json.dumps(line) + "\n" for line in odd.lines))
    preset = read(PRESET.format(most=odd.most_bpm).encode(), tmp_path, vocabulary())
    result = played(preset, read_trace(trace, preset, RATE))
    at, tempi, errors = result["rows"][:, 0], result["rows"][:, 1], result["rows"][:, 3]
    told = {line["trouble"] for line in result["log"] if line["kind"] == "health" and "trouble" in line}
    worst = []
    for begin_s, end_s, tempo, allowed in odd.windows:
        within = tempi[(at >= begin_s) & (at < end_s)]
        worst.append(100.0 * float(np.abs(within / tempo - 1.0).max()))
        assert worst[-1] <= allowed, f"{begin_s} to {end_s} s: {within.min():.1f} to {within.max():.1f}"
    late = errors[(at >= odd.windows[0][0]) & (at < odd.windows[0][1]) & np.isfinite(errors)]
    phase = "" if len(late) == 0 else f", phase {late.mean():.1f} ± {late.std():.1f} ms"
    print(f"{name}: {', '.join(f'{one:.2f} %' for one in worst)}{phase}")

    assert tempi.min() >= 148.0
    assert tempi.max() <= odd.most_bpm
    assert told.isdisjoint(odd.silent)
    if odd.phase_ms is not None:
        assert abs(statistics.fmean(late)) <= odd.phase_ms[0]
        assert statistics.pstdev(late) <= odd.phase_ms[1]
    if name == "a walk":
        after = tempi[at >= 60.0]
        assert (np.diff(after) <= 1e-9).all()
