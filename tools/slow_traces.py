"""Makes the traces of *tidepool* and *stillwater*: an afternoon of sensors, and twenty minutes of a pulse.

::

    python -m tools.slow_traces

They are made up: smooth random walks and a pulse that falls, with what sensors do wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import cos, exp, pi
from pathlib import Path
from typing import Any

from adaptive.composer.seeding import seeded

PRESETS = Path(__file__).parents[1] / "presets"

Line = dict[str, Any]


def tidepool(hours: float = 1.0, seed: int = 7) -> Iterator[Line]:
    """Return an afternoon that goes to dusk: tide, light, wind, rain, people who come and go."""
    rng = seeded(seed, 1)
    yield {"meta": {"made_up": "python -m tools.slow_traces", "licence": "CC-BY-4.0"}}
    wind, visitors, seconds = 0.2, 0, int(3600 * hours)
    for second in range(0, seconds, 20):
        share = second / seconds
        wind = min(1.0, max(0.0, wind + 0.05 * float(rng.standard_normal()) + 0.01 * (0.3 - wind)))
        crowd = 5.0 * exp(-(((share - 0.35) / 0.12) ** 2)) + 2.0 * exp(-(((share - 0.7) / 0.08) ** 2))
        visitors = int(rng.poisson(crowd))
        line: Line = {
            "t": float(second),
            "wind": round(wind, 3),
            "visitors": visitors,
            "distance_m": round(0.8 + 4.0 * float(rng.random()), 2) if visitors else 0,
        }
        if second % 60 == 0:
            line["light"] = round(max(0.0, 0.9 * cos(0.5 * pi * share)), 3)
            line["rain"] = round(max(0.0, 1.2 * exp(-(((share - 0.85) / 0.1) ** 2)) - 0.2), 3)
        if second % 300 == 0:
            line["tide"] = round(0.5 + 0.45 * cos(2.0 * pi * share), 3)
            line["warmth_c"] = round(16.0 - 4.0 * share, 1)
        yield line
        if visitors and rng.random() < 0.12:
            yield {"t": second + 7.5, "event": "touch"}


def stillwater(minutes: float = 20.0, seed: int = 3) -> Iterator[Line]:
    """Return a pulse that falls from 84 to 62 beats a minute while a person sits; the strap slips twice."""
    rng = seeded(seed, 2)
    yield {"meta": {"made_up": "python -m tools.slow_traces", "licence": "CC-BY-4.0"}}
    yield {"t": 0.0, "pulse": 84, "seat": 1}
    for second in range(2, int(60 * minutes), 2):
        falling = 62.0 + 22.0 * exp(-second / 420.0)
        breath = 2.5 * cos(2.0 * pi * second / 11.0)
        pulse = round(falling + breath + float(rng.standard_normal()))
        slipped = 300 <= second < 312 or 700 <= second < 760
        yield {"t": float(second), "pulse": 0 if slipped else pulse}


def main() -> None:
    """Write both traces."""
    for name, lines in (("tidepool", tidepool()), ("stillwater", stillwater())):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (PRESETS / name / f"{name}.jsonl").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
