"""The unit for systemd and the property list for launchd: what they say is understood, and it runs."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.helpers.presets import two_sections
from tests.helpers.programs import require_program

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "packaging" / "adaptive@.service"
PLIST = ROOT / "packaging" / "adaptive-soundtrack.plist"
INSTALLED = "/opt/adaptive/bin/"
OPTIONS = "--sink null --osc 127.0.0.1:0 --http 127.0.0.1:0 --tcp 127.0.0.1:0"

KNOWN_TO_LAUNCHD = {
    "Label": str, "ProgramArguments": list, "RunAtLoad": bool, "KeepAlive": dict, "ThrottleInterval": int,
    "ProcessType": str, "LimitLoadToSessionType": str, "StandardErrorPath": str,
}  # fmt: skip
"""Keys of launchd.plist(5) that ours uses, and what they hold."""


def setting(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


def here(command: str, preset: str = "nightfall") -> list[str]:
    """A command of the unit as it would be run, with this environment's programs."""
    line = command.replace("%i.json", "music.json").replace("%i", preset)
    line = line.replace("$ADAPTIVE_OPTIONS", OPTIONS)
    line = line.replace("${STATE_DIRECTORY}", tempfile.mkdtemp())
    return shlex.split(line.replace(INSTALLED, f"{Path(sys.executable).parent}/"))


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    require_program("systemd-analyze")
    program = tmp_path / "adaptive"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    copy = tmp_path / "adaptive@nightfall.service"
    text = UNIT.read_text(encoding="utf-8").replace(f"{INSTALLED}adaptive", str(program))
    copy.write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    copy.write_text(text.replace("RestartSec", "RestartSecs"), encoding="utf-8")
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert "RestartSecs" in done.stderr  # it does read it


def test_what_the_unit_starts_runs_until_it_is_told_to_end(tmp_path: Path) -> None:
    environment = os.environ | {"ADAPTIVE_OPTIONS": OPTIONS}
    (before,), (start,) = setting("ExecStartPre"), setting("ExecStart")
    subprocess.run(here(before), env=environment, check=True, capture_output=True)
    preset = two_sections(tmp_path / "small").folder  # to decode nightfall takes two seconds
    with subprocess.Popen(
        [*here(start, str(preset)), "--ready"], env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert b'"ready": true' in process.stdout.readline()
        process.send_signal(signal.SIGTERM)  # as systemd does

        assert process.wait(float(setting("TimeoutStopSec")[0])) == 0


@pytest.mark.ci
def test_a_fault_of_the_users_is_not_tried_again(tmp_path: Path) -> None:
    codes = {int(word) for word in setting("RestartPreventExitStatus")[0].split()}
    (start,) = setting("ExecStart")
    wrong_preset = [word.replace("nightfall", "no-such-preset") for word in here(start)]
    wrong_option = [*here(start), "--no-such-option"]
    ended = [subprocess.run(line, check=False, capture_output=True).returncode
             for line in (wrong_preset, wrong_option)]  # fmt: skip

    assert ended == [1, 2]
    assert codes == set(ended)


def test_the_unit_may_compile() -> None:
    text = UNIT.read_text(encoding="utf-8")
    words = [line for line in text.splitlines() if not line.startswith("#")]

    assert not any("MemoryDenyWriteExecute" in line for line in words)
    assert setting("CacheDirectory") == ["adaptive"]
    assert setting("Environment") == ["ADAPTIVE_CACHE_DIR=/var/cache/adaptive"]


def test_launchd_would_understand_the_list() -> None:
    loaded = plistlib.loads(PLIST.read_bytes())

    assert {key: type(value) for key, value in loaded.items()} == KNOWN_TO_LAUNCHD
    assert loaded["KeepAlive"] == {"SuccessfulExit": False}


def test_launchd_would_start_what_the_unit_starts() -> None:
    words = plistlib.loads(PLIST.read_bytes())["ProgramArguments"]
    (start,) = setting("ExecStart")

    started = start.replace(" $ADAPTIVE_OPTIONS", "").replace("%i", "nightfall")
    assert words == shlex.split(started.replace("${STATE_DIRECTORY}/", "/Users/Shared/adaptive-"))


@pytest.mark.ci
def test_the_guides_program_starts_the_engine_and_ends_it(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "ship.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    ours = Path(sys.executable).with_name("adaptive")
    assert "dist/adaptive/adaptive" in program
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program.replace("dist/adaptive/adaptive", str(ours))],
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip

    assert (done.returncode, done.stdout.split()) == (0, ["Nightfall", "accepted", "0"]), done.stderr
