"""The doctor: each check finds its trouble, says the line that mends it, and is content where all is well."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import platform
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from adaptive.cli.doctor import machine, software
from adaptive.cli.doctor.row import Row
from adaptive.kernel.compile import build, cache


def mended(row: Row, *said: str) -> bool:
    """Whether a row is a trouble that says these words, the last in the line that mends it."""
    return not row.is_fine and all(word in row.words for word in said[:-1]) and said[-1] in row.mend


def test_this_machine_has_what_the_tests_need() -> None:
    rows = software.checks()

    assert [row for row in rows if not row.is_fine and row.name != "kernel"] == []
    assert {"numpy", "numba", "mido"} <= {word.split()[0] for word in rows[1].words.split(", ")}


def test_a_row_says_how_to_mend_it() -> None:
    assert str(Row("ports", True, "free")) == "ok  ports: free"
    assert str(Row("x", False, "bad", "do")) == "!!  x: bad\n      mend it: do"


@pytest.mark.parametrize("version", [(3, 10), (3, 15)])
def test_another_python_is_a_trouble(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]) -> None:
    monkeypatch.setattr(software.sys, "version_info", (*version, 0))

    assert mended(software.check_python(), "3.11 to 3.14", "-m venv")


def test_a_free_threaded_or_foreign_python_is_a_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software.sysconfig, "get_config_var", lambda _name: 1)

    assert mended(software.check_python(), "free-threaded", "-m venv")
    monkeypatch.setattr(platform, "python_implementation", lambda: "PyPy")

    assert mended(software.check_python(), "PyPy", "-m venv")


def test_a_package_that_is_missing_or_broken_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["nothing-of-that-name>=2", "soxr>=0.5", 'far; sys_platform == "amiga"', 'x; extra == "dev"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda _name: wanted)
    whole = importlib.import_module

    def broken(name: str, *rest: Any) -> Any:
        if name == "soxr":
            message = "libsoxr.so: cannot open\nmore"
            raise OSError(message)
        return whole(name, *rest)

    monkeypatch.setattr(importlib, "import_module", broken)
    well, missing, damaged, absent = software.check_packages()

    assert well.is_fine
    assert mended(missing, "nothing-of-that-name is missing", "-m pip install nothing-of-that-name")
    assert mended(damaged, "soxr cannot be imported: libsoxr.so: cannot open", "--force-reinstall soxr")
    assert absent.is_fine
    assert "far has no wheel for this machine" in absent.words


def test_what_has_no_wheel_here_says_what_it_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software, "required", lambda: [("python-rtmidi", "python_version < '3.13'")])
    gone = importlib.metadata.PackageNotFoundError

    def version(_name: str) -> str:
        raise gone

    monkeypatch.setattr(importlib.metadata, "version", version)

    assert [row.words for row in software.check_packages()][-1].endswith("without it no MIDI controllers")


def test_the_other_adaptive_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _name: "1.3.2")

    assert mended(software.check_other(), "another library", "(1.3.2)", "uninstall -y adaptive")


def test_a_cache_that_does_not_last_and_a_cold_kernel_are_troubles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "is_cache_lasting", lambda: False)
    monkeypatch.setattr(build, "missing_units", lambda: ["clips", "voices"])

    assert mended(software.check_cache(), "cannot be written", "ADAPTIVE_CACHE_DIR")
    assert mended(software.check_kernel(), "2 units", "adaptive warm")


def test_jack_is_welcome_and_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JACK_DEFAULT_SERVER", raising=False)

    assert machine.check_jack([("ALSA", "pulse")]).is_fine
    assert "runs: system" in machine.check_jack([("JACK Audio Connection Kit", "system")]).words
    assert machine.check_jack("PortAudio is not here").is_fine
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "studio")

    assert mended(machine.check_jack([]), "names studio", "jackd -n studio")


def test_portaudio_that_hangs_is_a_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LIST", "import time; time.sleep(30)")
    monkeypatch.setattr(machine, "PORTAUDIO_S", 0.2)

    assert mended(machine.check_jack(machine.portaudio_devices()), "does not answer", "killall jackd")


def test_portaudio_is_asked_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LIST", 'print(\'[["ALSA", "pulse"]]\')')

    assert machine.portaudio_devices() == [("ALSA", "pulse")]
    monkeypatch.setattr(machine, "LIST", "raise OSError")

    assert machine.portaudio_devices() == "PortAudio is not here"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="PulseAudio is Linux's")
def test_pulse_is_seen_and_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "native"
    monkeypatch.setenv("PULSE_SERVER", f"unix:{path}")

    assert mended(machine.check_pulse([]), "nobody answers", "pulseaudio --start")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen()

        assert mended(machine.check_pulse([("ALSA", "hw:0")]), "cannot see it", "libasound2-plugins")
        assert machine.check_pulse([("ALSA", "pulse")]).words == f"answers at {path}"
    monkeypatch.delenv("PULSE_SERVER")
    monkeypatch.delenv("PULSE_RUNTIME_PATH", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    assert machine.check_pulse([]) == Row(
        "PulseAudio", True, f"none runs at {tmp_path}/pulse/native; none is needed"
    )


def ports(monkeypatch: pytest.MonkeyPatch, taken: socket.socket, free: int) -> None:
    kind, port = taken.type, taken.getsockname()[1]
    rows = (("OSC", "--osc", socket.SOCK_DGRAM, free), ("HTTP", "--http", socket.SOCK_STREAM, free),
            ("TCP", "--tcp", kind, port))  # fmt: skip
    monkeypatch.setattr(machine, "PORTS", rows)


def free_port() -> int:
    with socket.socket() as connection:
        connection.bind(("127.0.0.1", 0))
        return int(connection.getsockname()[1])


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_taken_port_is_named(monkeypatch: pytest.MonkeyPatch, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        ports(monkeypatch, other, free_port())
        taken = other.getsockname()[1]
        monkeypatch.setattr(machine, "ANSWER_S", 0.05)
        row = machine.check_ports()

    assert mended(row, "(TCP) taken by another program", "adaptive play --tcp 127.0.0.1:")
    offered = int(row.mend.partition("127.0.0.1:")[2].split()[0])
    assert offered == 0 or taken < offered < taken + 100
    assert machine.check_ports().is_fine  # let go


def test_an_engine_that_plays_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        def answer() -> None:
            connection, _ = other.accept()
            with connection:
                connection.sendall(json.dumps({"hello": {"preset": "nightfall"}}).encode() + b"\n")

        thread = threading.Thread(target=answer)
        thread.start()
        ports(monkeypatch, other, free_port())
        row = machine.check_ports()
        thread.join()

    assert row.is_fine
    assert "belong to an engine that plays nightfall" in row.words


@pytest.mark.skipif(not hasattr(os, "sched_setscheduler"), reason="only Linux can be asked so")
def test_priority_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.sched_getscheduler(0)
    asked = []

    def refuse(*arguments: Any) -> None:
        asked.append(arguments)
        raise PermissionError

    machine.check_priority()

    assert os.sched_getscheduler(0) == before
    monkeypatch.setattr(os, "sched_setscheduler", refuse)

    assert mended(machine.check_priority(), "not allowed", "usermod -aG audio")
    assert len(asked) == 1
