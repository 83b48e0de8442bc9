"""The command line: exit codes, and errors of one sentence on stderr, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adaptive import __version__
from tests.unit.cli.running import Run

FAULTS = Path(__file__).parents[2] / "golden" / "faults"


USAGE = [
    (["play", "--osc", "nowhere"],
     "adaptive: --osc must be HOST:PORT, such as 127.0.0.1:9000, got 'nowhere'"),
    (["play", "--http", "1.2.3.4:99999"],
     "adaptive: --http must be HOST:PORT, such as 127.0.0.1:9000, got '1.2.3.4:"),
    (["play", "--tcp", "70000"],
     "adaptive: --tcp must be HOST:PORT, such as 127.0.0.1:9000, got '127.0.0.1:70000"),
    (["play", "--sink", "tape"], "adaptive: --sink must be one of auto, portaudio, "),
    (["play", "--block", "99999"], "adaptive: Invalid value for '--block'"),
    (["play", "--seconds", "-1"], "adaptive: Invalid value for '--seconds'"),
    (["play", "--seed", "-1"], "adaptive: Invalid value for '--seed'"),
    (["play", "--no-such"], "adaptive: No such option: --no-such"),
    (["render", "nightfall", "-o", "x.wav", "--seconds", "1", "--ending", "bang"],
     "adaptive: --ending must be one of cut, fade, cadence, got 'bang'"),
    (["render", "nightfall", "-o", "x.wav"], "adaptive: say how long: --seconds N, or --trace FILE"),
    (["render", "nightfall", "-o", "x.wav", "--seconds", "0"],
     "adaptive: --seconds must be from 0 to a week, got 0"),
    (["render", "nightfall"], "adaptive: Missing option '-o' / '--out'"),
    (["render"], "adaptive: Missing argument"),
    (["send"], "adaptive: nothing to send: give NAME=VALUE, --state or --event"),
    (["send", "threat"], "adaptive: 'threat' is no NAME=VALUE"),
    (["send", "threat=loud"], "adaptive: 'threat=loud': the value must be a number"),
    (["send", "threat=1", "--to", "http://x"],
     "adaptive: --to must be osc://HOST:PORT or tcp://HOST:PORT, got 'http://x'"),
    (["send", "threat=1", "--to", "osc://x:99999"], "adaptive: --to must be osc://HOST:PORT"),
    (["frobnicate"], "adaptive: No such command 'frobnicate'"),
    (["check"], "adaptive: Missing argument"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "expected"), USAGE, ids=[" ".join(a) for a, _ in USAGE])
def test_a_wrong_command_line_is_one_sentence_and_exit_code_2(
    run: Run, arguments: list[str], expected: str
) -> None:
    done = run(*arguments)

    assert done.code == 2
    assert len(done.sentences) == 1
    assert done.err.startswith(expected)
    assert "--help)" in done.err


def test_nothing_asked_for_is_answered_with_the_help(run: Run) -> None:
    done = run()

    assert done.code == 2
    assert "Usage" in done.out + done.err


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["play", "--help"], ["render", "-h"]])
def test_help_is_fine(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).code == 0


def test_the_version_is_told_and_that_of_the_package(run: Run) -> None:
    done = run("--version")

    assert (done.code, done.out, done.err) == (0, f"adaptive {__version__}\n", "")


def test_a_preset_nobody_knows_is_told_with_the_nearest(run: Run) -> None:
    done = run("render", "nightfal", "-o", "x.wav", "--seconds", "1")

    assert (done.code, len(done.sentences)) == (1, 1)
    assert "there is no preset named" in done.err
    assert "nightfall" in done.err


@pytest.mark.parametrize("command", ["play", "check"])
def test_every_fault_of_a_preset_is_a_line_of_its_own(run: Run, command: str) -> None:
    done = run(command, FAULTS)
    told = (done.out + done.err).splitlines()

    assert done.code == 1
    assert told == (FAULTS / "expected.txt").read_text(encoding="utf-8").splitlines()


def test_there_is_no_traceback_and_no_noise_from_sound_libraries_in_a_real_process(preset: Path) -> None:
    environment = os.environ | {"JACK_DEFAULT_SERVER": "nobody", "JACK_NO_START_SERVER": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "adaptive", "play", str(preset), "--sink", "portaudio", "--device", "x"],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip

    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("adaptive: ")
