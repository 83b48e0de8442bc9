"""``make bench``: what the kernel costs, as shares of one core; results go to ``docs/benchmarks.md``.

``python -m benchmarks loop offline conductor callback``; the last needs a sound server.

User and system CPU time of this process per second of audio, 64 frames a quantum, 48 kHz, median of
five runs of four seconds (least in brackets).  Pin it to a core and leave the machine alone meanwhile.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import callback, conductor, offline, work

DOCS = Path(__file__).resolve().parent.parent / "docs"


TITLES = {
    "loop": "The tight loop: share of one core, 64 frames a quantum, 48 kHz",
    "offline": "Whole presets",
    "conductor": "A step of the conductor, milliseconds",
    "callback": "Inside the callback of a PortAudio stream on a JACK dummy device, 64 frames, 128 stems",
}
HEAD = """# Benchmarks

Written by `make bench ARGS="loop offline conductor callback"`; every figure was measured in that run.
CPU is user and system time of the process per second of audio; median of five runs, least in the next column.
Pairs of the callback table were run one after the other, so that what else the machine did falls on both.
Peers are not in it yet: see the list of what is missing in the README.
"""


def main() -> None:
    """Run what is named (``loop``, ``offline``, ``conductor``, ``callback``), or the first two."""
    wanted = [name for name in TITLES if name in (sys.argv[1:] or ("loop", "offline"))]
    measures = {"loop": work, "offline": offline, "conductor": conductor, "callback": callback}
    path = DOCS / "benchmarks.json"
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    results["machine"] = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "commit": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
        ).stdout.strip(),
    }
    for name in wanted:
        results[name] = [_show(row) for row in measures[name].measure_all()]
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (DOCS / "benchmarks.md").write_text(_page(results), encoding="utf-8")


def _page(results: dict[str, Any]) -> str:
    machine = ", ".join(f"{key} {value}" for key, value in results["machine"].items())
    parts = [HEAD, f"Machine: {machine}.\n"]
    for name, title in TITLES.items():
        rows = results.get(name)
        if not rows:
            continue
        keys = list(dict.fromkeys(key for row in rows for key in row))
        parts.append(f"## {title}\n")
        lines = ["| " + " | ".join(keys) + " |", "|" + "---|" * len(keys)]
        lines += ["| " + " | ".join(str(row.get(key, "")) for key in keys) + " |" for row in rows]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _show(row: dict[str, object]) -> dict[str, object]:
    print("  ".join(f"{key} {value}" for key, value in row.items()))
    return row


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


if __name__ == "__main__":
    main()
