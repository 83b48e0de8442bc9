"""The drum patterns of combat, and the heartbeat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.nightfall.theory import BAR, BARS, BPM


@dataclass(frozen=True, slots=True)
class Hit:
    """A one-shot of the kit: onset in beats, name, linear gain, pan."""

    beat: float
    name: str
    gain: float
    pan: float = 0.0


WEIGHT = {"X": 1.0, "x": 0.72, "o": 0.42}
PANS = {"low": 0.0, "low2": -0.12, "mid": 0.3, "high": -0.4, "rim": 0.55, "rim2": -0.55,
        "crack": 0.06, "tick": -0.3, "tick2": 0.45, "boom": 0.0}  # fmt: skip
LEVELS = {"low": 0.82, "low2": 0.78, "mid": 0.72, "high": 0.62, "rim": 0.24, "rim2": 0.21,
          "crack": 0.78, "tick": 0.15, "tick2": 0.13, "boom": 0.55}  # fmt: skip

# Patterns of one bar in sixteenth notes: X strong, x medium, o soft, . rest.
ODD = {
    "boom": "X...............",
    "low": "X.....x.x.....x.",
    "mid": "...x..o....x..o.",
    "crack": "....x.......X...",
    "rim": "o...o...o...o...",
    "rim2": "..o...oo..o...o.",
}
EVEN = {
    "low": "X.....X..x......",
    "low2": "..............x.",
    "mid": "...x...o...x..xo",
    "crack": "....x.......X...",
    "rim": "o...o...o...o...",
    "rim2": "..o...o...oo..oo",
}
SMALL_FILL = EVEN | {"mid": "...x...o....xxxX", "high": "..........x.x.x.", "crack": "....x.......x..."}
BIG_FILL = {
    "low": "X.....x.x...x.x.",
    "low2": "........x.x.xxxX",
    "mid": "...x..x.oxoxxxxX",
    "high": "..........o.x.xX",
    "crack": "....x...........",
}
METAL = {"tick": "o.o.x.o.o.o.x.oo", "tick2": "..x...x...x...x."}
SECOND_HALF = {"boom": "X.........x.....", "low2": "...o.......o...."}


def combat() -> list[Hit]:
    """Return the hits of sixteen bars; the second eight bars are denser than the first."""
    rng = np.random.default_rng(41)
    hits = [Hit(-0.5, "breath", 0.30), Hit(-0.5, "low2", 0.35), Hit(-0.25, "low", 0.55)]
    hits += [Hit(0.0, "gong", 0.42, 0.2), Hit(32.0, "gong", 0.34, -0.2), Hit(48.0, "gong", 0.2, 0.3)]
    for index in range(BARS):
        for name, row in _rows(index + 1):
            swell = _swell(index + 1)
            for step, letter in enumerate(row):
                if letter == ".":
                    continue
                rise = swell[step]
                late = float(rng.normal(0.0, 0.003)) * BPM / 60.0
                beat = index * BAR + step / 4 + (0.0 if step == 0 else late)
                gain = LEVELS[name] * WEIGHT[letter] * rise * float(rng.uniform(0.9, 1.06))
                hits.append(Hit(beat, name, gain, PANS[name]))
    return hits


def _rows(bar: int) -> list[tuple[str, str]]:
    if bar in (8, 16):
        pattern = BIG_FILL
    elif bar in (4, 12):
        pattern = SMALL_FILL
    else:
        pattern = ODD if bar % 2 else EVEN
    rows = list(pattern.items())
    if bar >= 9:
        rows += METAL.items()
        if bar not in (8, 16):
            rows += SECOND_HALF.items()
    return rows


def _swell(bar: int) -> list[float]:
    """Return a gain for each sixteenth of a bar: fills become louder towards the bar line."""
    if bar in (8, 16):
        return [float(0.6 + 0.4 * step / 15) if step > 3 else 0.95 for step in range(16)]
    return [1.0 if bar >= 9 or bar == 1 else 0.93] * 16


def heartbeat() -> list[Hit]:
    """Return the hits of two bars, a heartbeat on each half note; the last one is slightly early."""
    hits = []
    for number, beat in enumerate((0.0, 2.0, 4.0, 6.0)):
        uneasy = 0.03 if number == 3 else 0.0
        hits.append(Hit(beat - uneasy, "lub", 0.85 - 0.05 * (number % 2)))
        hits.append(Hit(beat + 0.58 - uneasy, "dub", 0.55))
    return hits
