"""Writes a made-up run as a trace: ``python -m tools.stride.run``, which gives ``presets/stride/run.jsonl``.

A runner starts, stands at a traffic light, runs on, loses a sensor, hurries, and slows down.  Steps have 2
% of jitter; the watch sends a cadence every second with the faults that watches have.  Nobody has run this.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

OUT = Path(__file__).resolve().parents[2] / "presets" / "stride" / "run.jsonl"
SECONDS = 330.0

CADENCE = (
    (0.0, 0.0), (4.0, 0.0), (6.0, 110.0), (16.0, 112.0), (20.0, 158.0), (80.0, 162.0), (81.0, 0.0),
    (95.0, 0.0), (96.5, 160.0), (150.0, 164.0), (152.0, 172.0), (215.0, 178.0), (255.0, 176.0),
    (262.0, 160.0), (310.0, 154.0), (322.0, 90.0), (330.0, 0.0),
)  # fmt: skip
"""Time and steps a minute; straight lines between them."""

HEART = ((0.0, 92.0), (60.0, 128.0), (81.0, 136.0), (95.0, 124.0), (150.0, 146.0), (200.0, 164.0),
         (250.0, 172.0), (290.0, 150.0), (330.0, 128.0))  # fmt: skip
JITTER = 0.02


def at(points: tuple[tuple[float, float], ...], seconds: float) -> float:
    """The value of straight lines between points."""
    return float(np.interp(seconds, [point[0] for point in points], [point[1] for point in points]))


def steps(rng: np.random.Generator) -> list[float]:
    """When the runner steps; between 200 and 212 s the belt loses its contact."""
    found: list[float] = []
    times = np.arange(round(SECONDS * 1000)) / 1000.0
    cadences = np.interp(times, [point[0] for point in CADENCE], [point[1] for point in CADENCE])
    share = 0.0
    for now, cadence in zip(times.tolist(), cadences.tolist(), strict=True):
        share += cadence / 60.0 * 0.001
        if share >= 1.0:
            share = float(rng.normal(0.0, JITTER))
            if not 200.0 <= now < 212.0:
                found.append(round(now, 3))
    return found


def lines() -> list[dict[str, object]]:
    """The lines of the trace."""
    rng = np.random.default_rng(7)
    rows: list[dict[str, object]] = [{"t": one, "event": "step", "age_s": 0.0} for one in steps(rng)]
    for second in range(int(SECONDS)):
        cadence = round(at(CADENCE, second) + float(rng.normal(0.0, 0.7)))
        cadence = 0 if cadence < 30 else cadence
        if second in (47, 48, 130):
            cadence = 0  # zeros between good values
        if second in (120, 235):
            cadence = 228  # spikes
        if 170 <= second < 185:
            cadence //= 2  # one foot for a while
        row: dict[str, object] = {"t": float(second), "heart_rate": round(at(HEART, second))}
        if 140 <= second < 147:
            row["heart_rate"] = cadence  # an optical sensor that shows the cadence
        if not 60 <= second < 68:  # a gap
            row["cadence"] = cadence
        rows.append(row)
    rows.append({"t": SECONDS})
    return sorted(rows, key=lambda row: float(str(row["t"])))


def main() -> None:
    """Write the trace."""
    made = {
        "made_up": "python -m tools.stride.run",
        "licence": "CC-BY-4.0",
        "units": "steps and beats a minute",
    }
    with OUT.open("w", encoding="utf-8") as file:
        for row in [{"meta": made}, *lines()]:
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
