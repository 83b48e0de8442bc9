"""How a process ends that has a stream open on a sound card: always, soon, and with the right exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.jack_clients import opening_clients
from tests.helpers.playing import playing, until
from tests.helpers.presets import two_sections
from tests.helpers.servers import Jack, running

pytestmark = pytest.mark.device

END_S = 10.0


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_sections(tmp_path_factory.mktemp("endings") / "small").folder


CODES = {"exception": 1, "sys.exit": 7, "os._exit": 9}
CI = pytest.mark.slow
"""The short run takes one of each kind; CI takes all."""


@pytest.mark.parametrize(
    "how", ["exception", pytest.param("os._exit", marks=CI), pytest.param("sys.exit", marks=CI)]
)
def test_it_ends_with_the_code_of_its_end(
    jack: dict[str, str], preset: Path, tmp_path: Path, how: str
) -> None:
    module = ("tests.helpers.ending", how)
    with playing(tmp_path, preset, "--sink", "portaudio", environment=jack, module=module) as engine:
        assert engine.process.wait(END_S) == CODES[how]


def test_a_thread_that_fails_is_told_and_the_music_goes_on(
    jack: dict[str, str], preset: Path, tmp_path: Path
) -> None:
    module = ("tests.helpers.ending", "exception elsewhere")
    with playing(tmp_path, preset, "--sink", "portaudio", environment=jack, module=module) as engine:
        said = until(lambda: [line for line in engine.said() if "elsewhere" in line])
        client = engine.client()
        client.send({"subscribe": ["beat"]})
        client.until("beat")
        client.close()

        fault = "a fault of this program, please report it (BrokenError: nobody thought of this)"
        told = f"a thread failed, the music goes on: {fault} in elsewhere"
        assert said == [told]
        assert engine.end() == 0


def test_a_forked_child_ends_and_the_music_goes_on(
    jack: dict[str, str], preset: Path, tmp_path: Path
) -> None:
    module = ("tests.helpers.ending", "fork")
    with playing(tmp_path, preset, "--sink", "portaudio", environment=jack, module=module) as engine:
        said = until(lambda: [line for line in engine.said() if "child ended" in line])
        client = engine.client()
        client.send({"subscribe": ["beat"]})
        client.until("beat")
        client.close()

        assert said == ["the child ended with 5"]
        assert engine.end(signal.SIGINT) == 0


def test_it_ends_when_its_parent_has_died(jack: dict[str, str], preset: Path, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    play = [sys.executable, "-m", "adaptive", "play", str(preset), "--sink", "portaudio", "--ready"]
    play += ["--exit-with-parent", "--osc", "0", "--http", "0", "--tcp", "0"]
    # somebody between us and the engine, who is killed
    middle = (
        "import subprocess, sys, pathlib\n"
        f"play = subprocess.Popen({play!r}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)\n"
        "play.stdout.readline()\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(play.pid))\n"
        "import time; time.sleep(60)\n"
    )
    with opening_clients(jack):
        parent = subprocess.Popen([sys.executable, "-c", middle], env=os.environ | jack)
        # the file exists a moment before the number is in it
        is_up = until(lambda: pid_file.exists() and pid_file.read_text() != "", 60.0)
    try:
        assert is_up
        pid = int(pid_file.read_text())
    finally:
        parent.kill()
        parent.wait()

    def is_gone() -> bool:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        return state == "Z"  # nobody may have been left to collect it

    assert until(is_gone, END_S), "it plays on although its parent is dead"


@pytest.mark.parametrize(
    "how", ["signal", pytest.param("seconds", marks=CI), pytest.param("exception", marks=CI)]
)
def test_it_ends_after_its_jack_server_was_killed(preset: Path, tmp_path: Path, how: str) -> None:
    more = ["--seconds", "2"] if how == "seconds" else []
    module = ("tests.helpers.ending", "exception") if how == "exception" else ("adaptive",)
    with running(Jack(f"ending{os.getpid()}", tmp_path / "jack.log")) as server:
        arguments = ("--sink", "portaudio", *more)
        with playing(tmp_path, preset, *arguments, environment=server.environment, module=module) as engine:
            server.kill()
            if how != "exception":
                assert until(lambda: any("goes on silently" in line for line in engine.said()))
            if how == "signal":
                engine.process.send_signal(signal.SIGTERM)

            assert engine.process.wait(END_S) == (1 if how == "exception" else 0)
