"""Runs a frozen build in an environment without Python, cold and warm, and prints measurements as JSON.

python packaging/try_frozen.py dist/adaptive
"""

from __future__ import annotations

import argparse
import email.parser
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PORTS = ["--osc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--tcp", "127.0.0.1:0"]
PLAYED_S = 5.0
LONGEST_S = 300.0


def program_of(folder: Path) -> Path:
    """The program in a frozen build's folder."""
    return folder / ("adaptive.exe" if sys.platform == "win32" else "adaptive")


def bare_environment(home: Path) -> dict[str, str]:
    """An environment with an empty home, no settings, and a PATH without Python."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
    nowhere = str(home / "no-programs")
    return kept | {"HOME": str(home), "LOCALAPPDATA": str(home), "PATH": nowhere}


def play(program: Path, environment: dict[str, str]) -> dict[str, float]:
    """Play with the null sink; returns seconds until the first frame, and until the end."""
    command = [str(program), "play", "--sink", "null", "--seconds", f"{PLAYED_S:g}", "--ready", *PORTS]
    began = time.monotonic()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        ready_s = time.monotonic() - began
        _, errors = process.communicate(timeout=LONGEST_S)
    if process.returncode != 0 or not json.loads(line or "{}").get("ready"):
        raise SystemExit(f"it does not play: {process.returncode}: {errors}")
    return {"ready_s": round(ready_s, 2), "ended_s": round(time.monotonic() - began, 2)}


def render(program: Path, environment: dict[str, str], out: Path) -> float:
    """Render ten seconds; returns how long that took."""
    began = time.monotonic()
    command = [str(program), "render", "nightfall", "-o", str(out), "--seconds", "10"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LONGEST_S)
    if done.returncode != 0:
        raise SystemExit(f"it does not render: {done.returncode}: {done.stderr}")
    return round(time.monotonic() - began, 2)


def licences(folder: Path) -> dict[str, str]:
    """Licence of every distribution in the build, from its metadata."""
    found = {}
    for path in sorted(folder.rglob("*.dist-info/METADATA")):
        data = email.parser.Parser().parsestr(path.read_text(encoding="utf-8"), headersonly=True)
        classified = [line.split(" :: ")[-1] for line in data.get_all("Classifier", [])
                      if line.startswith("License :: ")]  # fmt: skip
        stated = data.get("License-Expression") or ", ".join(classified) or (data.get("License") or "?")
        found[f"{data['Name']} {data['Version']}"] = stated.splitlines()[0][:80]
    return found


def measure(folder: Path, work: Path) -> dict[str, Any]:
    """Measure a build."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    program, home = program_of(folder), work / "home"
    home.mkdir()
    environment = bare_environment(home)
    told: dict[str, Any] = {
        "megabytes": round(sum(path.stat().st_size for path in files) / 1e6),
        "files": len(files),
        "cold": play(program, environment),
        "warm": play(program, environment),
        "render_s": render(program, environment, work / "frozen.flac"),
        "licences": licences(folder),
        "native": sorted({path.name for path in files if path.name.startswith("lib")}),
    }
    return told


def main() -> None:
    """Measure the build given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        sys.stdout.write(json.dumps(measure(asked.folder.resolve(), Path(work)), indent=1) + "\n")


if __name__ == "__main__":
    main()
