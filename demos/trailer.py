"""Render a trailer to a file, and say what was decided in it."""

import sys
from pathlib import Path

import adaptive

take = adaptive.render(
    "lanterns",
    seconds=40,
    seed=7,
    parameters={"steps": [(0, 0.3), (18, 1.0), (32, 0.2)], "unrest": [(0, 0.0), (18, 0.9), (32, 0.1)]},
    events=[(6.0, "found"), (20.0, "stumble"), (30.0, "tower")],
    ending="cadence",
)
out = Path(sys.argv[1] if len(sys.argv) > 1 else "trailer.flac")
print(f"{take.save(out)}: {take}")
for second, section in take.sections:
    print(f"  {second:5.1f} s  {section or 'silence'}")
for line in take.log:
    if line["kind"] in {"transition", "stinger"}:
        print(f"  {line['t']:5.1f} s  {line['kind']}: {line['reason']}")
