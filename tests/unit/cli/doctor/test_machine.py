"""Each check of the machine finds its problem, names the fix, and accepts a machine that is fine."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from adaptive.cli.doctor import machine
from adaptive.cli.doctor.row import Row
from tests.unit.cli.doctor.rows import mended


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
