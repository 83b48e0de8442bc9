"""``make bench``: what the kernel costs, as shares of one core; results go to ``docs/benchmarks.md``.

User and system CPU time of this process per second of audio, 64 frames a quantum, 48 kHz, median of
five runs of four seconds (least in brackets).  Pin it to a core and leave the machine alone meanwhile.
"""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

from benchmarks import callback, offline, work

DOCS = Path(__file__).resolve().parent.parent / "docs"


def main() -> None:
    """Run what is named (``loop``, ``offline``, ``callback``), or the first two."""
    wanted = set(sys.argv[1:]) or {"loop", "offline"}
    results: dict[str, object] = {
        "machine": {"processor": _processor(), "python": platform.python_version()}
    }
    if "loop" in wanted:
        results["loop"] = [_show(row) for row in work.measure_all()]
    if "offline" in wanted:
        results["offline"] = [_show(row) for row in offline.measure_all()]
    if "callback" in wanted:
        results["callback"] = [_show(row) for row in callback.measure_all()]
    (DOCS / "benchmarks.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


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
