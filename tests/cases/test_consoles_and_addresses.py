"""Cases of the issue: a log on a Windows console, and the address of an input that no message has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import adaptive
from tests.helpers.presets import make_preset

CASES = Path(os.environ.get("ADAPTIVE_TEST_DATA", ".")).parent / "cases"
ROOT = str(Path(adaptive.__file__).parents[1])


def ran(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONPATH": ROOT}
    command = [sys.executable, "-m", "adaptive", *arguments]
    return subprocess.run(command, capture_output=True, cwd=folder, env=environment, check=False)


@pytest.mark.foreign_data
def test_a_log_is_explained_on_a_console_of_windows() -> None:
    done = ran(CASES / "explain_cp1252", "explain", "log.jsonl")

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"by rule a -> b" in done.stdout


def test_a_preset_in_a_folder_of_any_name_is_checked_on_a_console_of_windows(tmp_path: Path) -> None:
    make_preset(tmp_path / "Łódź", '[layers.pad]\ngenerator = "pad"\n[sections.calm]\nlayers = ["pad"]\n')
    done = ran(tmp_path, "check", "Łódź")

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode("cp1252").splitlines() == ["Lódz: no faults"]


@pytest.mark.foreign_data
@pytest.mark.parametrize("address", ["/hr/bpm ", "/hr/bpm/", "//hr"])
def test_an_address_that_no_message_has_is_a_warning(tmp_path: Path, address: str) -> None:
    case = CASES / "osc_address_space"
    for path in case.rglob("*"):
        target = tmp_path / path.relative_to(case)
        target.mkdir(exist_ok=True) if path.is_dir() else target.write_bytes(path.read_bytes())
    preset = tmp_path / "preset.toml"
    text = preset.read_text(encoding="utf-8")
    assert '"/hr/bpm "' in text
    preset.write_text(text.replace('"/hr/bpm "', f'"{address}"'), encoding="utf-8")
    done = ran(tmp_path.parent, "check", tmp_path.name)

    assert done.returncode == 0
    (line,) = (line for line in done.stdout.decode().splitlines() if "inputs[1].osc" in line)
    assert line.startswith("warning: preset.toml:")
