"""Units are compiled once each, by whichever process is free, and a failure ends them all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from adaptive.kernel.compile.processes import compile_in_processes

WORKER = """
import os, pathlib, sys, time
for line in sys.stdin:
    name = line.strip()
    if name == "broken":
        sys.exit("ValueError: no such instruction")
    time.sleep(0.3 if name == "slow" else 0.02)
    pathlib.Path(os.environ["DONE"], name).write_text(str(os.getpid()))
"""


def run(names: list[str], folder: Path, told: list[tuple[str, int, int]]) -> None:
    compile_in_processes(
        names,
        [sys.executable, "-S", "-c", WORKER],
        dict(os.environ, DONE=str(folder)),
        lambda name: (folder / name).exists(),
        lambda *args: told.append(args),
        lambda name, said: RuntimeError(f"{name}: {said.strip()}"),
    )


def test_a_slow_unit_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    told: list[tuple[str, int, int]] = []
    run(["slow", "a", "b", "c", "d"], tmp_path, told)
    process_of = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}

    assert sorted(name for name, _, _ in told) == ["a", "b", "c", "d", "slow"]
    assert [done for _, done, _ in told] == [1, 2, 3, 4, 5]
    assert {number for _, _, number in told} == {5}
    assert process_of["slow"] not in {process_of[name] for name in "ab"}


def test_a_process_that_fails_ends_the_others_and_its_words_are_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="broken: ValueError: no such instruction"):
        run(["slow", "broken", "a"], tmp_path, [])
