"""Commands and Python samples of the README and the clients page run as printed."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.helpers.commands import run_here

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
QUIET = ["--sink", "null", "--seconds", "1"]
UNTIL_S = 24.0
"""Of the trace: two turns and a kill, and the second that is explained; the rest costs 8 s to render."""

PORTS = ["--osc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--tcp", "127.0.0.1:0"]


PAGES = ("README.md", "docs/clients.md")
DEFAULT_PORTS = {"9000": "osc", "8080": "http", "9001": "tcp"}


def blocks(language: str) -> list[str]:
    text = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    found = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    # those that use the Python API run in tests/house/test_extending.py, which needs no engine beside it
    return [block for block in found if "import adaptive\n" not in block]


def commands() -> list[list[str]]:
    lines = "\n".join(blocks("sh")).splitlines()
    words = [shlex.split(line, comments=True) for line in lines]
    return [line for line in words if line and line[0] in {"adaptive", ".venv/bin/adaptive"}]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the files that the commands of the pages read."""
    trace = next(block for block in blocks("json") if '"t"' in block)
    lines = [line for line in trace.splitlines() if json.loads(line)["t"] <= UNTIL_S]
    (tmp_path / "run.jsonl").write_text("\n".join([*lines, f'{{"t": {UNTIL_S}}}']), encoding="utf-8")
    (tmp_path / "STEMS").mkdir()
    frames = np.arange(48000 * 8)
    clicks = 0.5 * np.exp(-(frames % 24000) / 900.0) * np.sin(frames * 0.4)
    soundfile.write(tmp_path / "STEMS" / "drums.wav", clicks, 48000)
    return tmp_path


@pytest.fixture(scope="module")
def engine() -> Iterator[dict[str, int]]:
    """The ports of an engine that plays what the pages talk to; all their samples talk to this one."""
    command = [str(BIN / "adaptive"), "play", "--sink", "null", "--seconds", "600", "--ready"]
    with subprocess.Popen([*command, *PORTS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        assert process.poll() is None
        process.terminate()


IN_A_PROCESS = {"play"}
FIXTURE = (["play"], ["play", "nightfall"])
"""The command that the fixture runs, without its options: where no preset is named, nightfall plays."""


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=200, check=False)


@pytest.mark.ci
def test_every_command_of_the_pages_runs(place: Path, engine: dict[str, int]) -> None:
    failed, done_before = {}, set()
    for words in commands():
        line = [str(BIN / "adaptive"), *words[1:]]
        if words[1:2] == ["play"]:
            plain = [w for w in words[1:] if not w.startswith("--")]
            if plain[:2] in FIXTURE:
                continue
            line = [str(BIN / "adaptive"), *plain[:2], *QUIET, *PORTS]
        elif words[1:2] == ["send"] and "--to" not in words:
            line += ["--to", f"tcp://127.0.0.1:{engine['tcp']}"]
        elif "127.0.0.1:9000" in " ".join(words):
            line = [word.replace("127.0.0.1:9000", f"127.0.0.1:{engine['osc']}") for word in line]
        if tuple(line) in done_before:
            continue  # the shortest command is printed for make, without make and for Windows
        done_before.add(tuple(line))
        done = run(line, place) if words[1] in IN_A_PROCESS else run_here(line, place)
        if done.returncode != 0:
            failed[" ".join(words)] = done.stderr

    assert failed == {}


def test_the_pages_have_commands_and_samples_to_run() -> None:
    assert len(commands()) >= 8
    assert len(blocks("python")) >= 3


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_every_python_sample_of_the_pages_runs(number: int, engine: dict[str, int], tmp_path: Path) -> None:
    ports = "|".join(DEFAULT_PORTS)
    sample = re.sub(
        rf"\b({ports})\b", lambda found: str(engine[DEFAULT_PORTS[found[1]]]), blocks("python")[number]
    )
    done = run([sys.executable, "-c", sample], tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_demo_of_a_client_runs(engine: dict[str, int], tmp_path: Path) -> None:
    game = ROOT / "demos" / "game.py"
    words = [sys.executable, str(game), "--seconds", "2", "--to", f"127.0.0.1:{engine['osc']}"]
    done = run(words, tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
