"""``make bench``: measures this engine and other engines, and writes the results to ``docs``.

``python -m benchmarks loop offline quanta conductor callback`` measures this engine; `callback` needs a sound
server.  ``python -m benchmarks peers latency starts`` compares it with other engines; one that is not
installed gives a row that says what to install.

The figures of `loop` are user and system CPU time of this process per second of audio, with 64 frames in a
quantum at 48 kHz: median and minimum of five runs of four seconds.  Pin the process to a core, and do not use
the machine while it runs.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import callback, conductor, instruments, offline, page, quanta, work
from benchmarks.peers import latency, side_by_side, starts

DOCS = Path(__file__).resolve().parent.parent / "docs"


TITLES = {
    "loop": "The render loop: share of one core, 64 frames a quantum, 48 kHz",
    "instruments": "Synthesisers, without the idle engine: share of one core",
    "offline": "Whole presets",
    "quanta": "The longest quanta of whole presets, each the least of nine renders",
    "conductor": "A step of the conductor, milliseconds",
    "callback": "The callback of a PortAudio stream on a JACK dummy device, 64 frames, 128 stems",
    "peers": "Comparison: stems, voices, effects",
    "latency": "Comparison: time from a packet to the changed sample, and lost cycles",
    "starts": "Comparison: offline speed, start-up, memory",
}
MEASURES: dict[str, Callable[[], Iterator[dict[str, object]]]] = {
    "loop": work.measure_all,
    "instruments": instruments.measure_all,
    "offline": offline.measure_all,
    "quanta": quanta.measure_all,
    "conductor": conductor.measure_all,
    "callback": callback.measure_all,
    "peers": side_by_side.measure_all,
    "latency": latency.measure_all,
    "starts": starts.measure_all,
}
SHOWS = {"peers": side_by_side.show, "latency": latency.show, "starts": starts.show}


def main() -> None:
    """Measure the named parts, or `loop` and `offline` if none is named."""
    asked = sys.argv[1:] or ["loop", "offline"]
    unknown = [name for name in asked if name not in TITLES]
    if unknown:
        raise SystemExit(f"no such part: {', '.join(unknown)}; there are {', '.join(TITLES)}")
    path = DOCS / "benchmarks.json"
    results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for name in TITLES:
        if name not in asked:
            continue
        began, load = time.monotonic(), _load()
        results[name] = [_show(page.rounded(row)) for row in MEASURES[name]()]
        results.setdefault("measured", {})[name] = {
            "on": f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "commit": _commit(),
            "seconds": round(time.monotonic() - began),
            "load before": load,
            "load after": _load(),
        }
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (DOCS / "benchmarks.md").write_text(page.page(results, TITLES, SHOWS), encoding="utf-8")
    if results.get("peers"):
        from benchmarks.peers.picture import draw

        draw(results["peers"], DOCS / "pictures" / "benchmarks.png")


def _show(row: dict[str, object]) -> dict[str, object]:
    print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    return row


def _load() -> float | str:
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else "unknown"


def _commit() -> str:
    words = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def _processor() -> str:
    """Return the processor's name, with family and model if known, because one name has several designs."""
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return platform.processor()
    facts = [line.partition(":") for line in cpuinfo.read_text(encoding="utf-8").splitlines()]
    known = {name.strip(): value.strip() for name, _, value in reversed(facts)}
    name = known.get("model name", platform.processor())
    return f"{name} (family {known['cpu family']}, model {known['model']})" if "cpu family" in known else name


if __name__ == "__main__":
    main()
