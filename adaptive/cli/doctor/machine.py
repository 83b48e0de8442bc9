"""Checks of the machine: sound servers, ports, real-time priority."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from adaptive.cli.doctor.row import Row, trouble
from adaptive.errors import MachineError
from adaptive.inputs.midi.ports import find_system
from adaptive.sinks.stderr_mute import muted_stderr

PORTS = (
    ("OSC", "--osc", socket.SOCK_DGRAM, 9000),
    ("HTTP and WebSocket", "--http", socket.SOCK_STREAM, 8080),
    ("TCP", "--tcp", socket.SOCK_STREAM, 9001),
)
"""Ports of `adaptive play`: name, option, kind of socket, default port."""

HOST = "127.0.0.1"
ANSWER_S = 0.5
PORTAUDIO_S = 10.0

LIST = """
import json, sounddevice as s
hosts = [h["name"] for h in s.query_hostapis()]
json_ = json.dumps([[hosts[d["hostapi"]], d["name"]] for d in s.query_devices() if d["max_output_channels"]])
print(json_)
"""

LIMITS = "/etc/security/limits.d/95-adaptive.conf"


def checks() -> list[Row]:
    """Run all checks of the machine."""
    devices = portaudio_devices()
    return [check_jack(devices), check_pulse(devices), check_midi(), check_ports(), check_priority()]


Devices = list[tuple[str, str]] | str
"""(host API, name) of each output device that PortAudio lists, or why there is no list."""


def portaudio_devices() -> Devices:
    """Ask PortAudio in a process of its own, because it hangs after a sound server died, and prints a lot."""
    if getattr(sys, "frozen", False):
        return "a frozen program does not look; `adaptive devices` does"
    command = [sys.executable, "-c", LIST]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PORTAUDIO_S, check=False
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"PortAudio does not answer within {PORTAUDIO_S:g} s"
    if done.returncode != 0:
        return "PortAudio is not here"
    return [(host, name) for host, name in json.loads(done.stdout)]


def check_jack(devices: Devices) -> Row:
    """Whether a JACK server runs; it is used, but not needed."""
    if isinstance(devices, str):
        return Row("JACK", "does not answer" not in devices, devices, _restart(devices))
    found = [name for host, name in devices if "JACK" in host]
    if found:
        return Row("JACK", True, f"a server runs: {', '.join(found)}")
    named = os.environ.get("JACK_DEFAULT_SERVER")
    if named:
        words = f"JACK_DEFAULT_SERVER names {named}, and no such server runs"
        return trouble("JACK", words, f"jackd -n {named} -R -d alsa & (or: unset JACK_DEFAULT_SERVER)")
    return Row("JACK", True, "no server runs; none is needed")


def _restart(devices: str) -> str:
    return "end the sound server that hangs, such as: killall jackd" if "does not answer" in devices else ""


def pulse_socket() -> Path | None:
    """Path of the socket of PulseAudio, or of PipeWire in its place."""
    server = os.environ.get("PULSE_SERVER", "")
    if server:
        return Path(server.removeprefix("unix:")) if "/" in server else None
    runtime = os.environ.get("PULSE_RUNTIME_PATH") or os.environ.get("XDG_RUNTIME_DIR", "")
    if not runtime:
        return None
    return Path(runtime) / ("native" if "PULSE_RUNTIME_PATH" in os.environ else "pulse/native")


def check_pulse(devices: Devices) -> Row:
    """Whether PulseAudio or PipeWire runs, and whether PortAudio can reach it through ALSA."""
    if not sys.platform.startswith("linux"):
        return Row("PulseAudio", True, "this system has its own way to the sound card")
    path = pulse_socket()
    if path is None or not _answers(path):
        where = f" at {path}" if path else ""
        if os.environ.get("PULSE_SERVER") and path:
            return trouble(
                "PulseAudio", f"nobody answers{where}", "pulseaudio --start (or: unset PULSE_SERVER)"
            )
        return Row("PulseAudio", True, f"none runs{where}; none is needed")
    if not isinstance(devices, str) and not any("pulse" in name or "pipewire" in name for _, name in devices):
        words = f"runs at {path}, and PortAudio cannot see it: ALSA's plugin is missing"
        return trouble("PulseAudio", words, "sudo apt-get install libasound2-plugins")
    return Row("PulseAudio", True, f"answers at {path}")


def _answers(path: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_S)
        connection.connect(str(path))
        return True
    return False


def check_midi() -> Row:
    """Which MIDI ports there are; a machine without them is no trouble, and files are written anyway."""
    try:
        with muted_stderr():
            system = find_system()
            inputs, outputs = system.inputs(), system.outputs()
    except MachineError as error:
        return Row("MIDI", True, f"{error}; files are written without it")
    words = f"in: {', '.join(inputs) or 'no port'}; out: {', '.join(outputs) or 'no port'}"
    return Row("MIDI", True, words)


def check_ports() -> Row:
    """Whether the ports that `play` opens are free."""
    taken = [(name, option, port) for name, option, kind, port in PORTS if not _is_free(kind, port)]
    if not taken:
        ports = ", ".join(f"{port} ({name})" for name, _, _, port in PORTS)
        return Row("ports", True, f"{ports} are free")
    numbers = ", ".join(f"{port} ({name})" for name, _, port in taken)
    playing = _engine_at(PORTS[2][3])
    if playing is not None:
        return Row("ports", True, f"{numbers} belong to an engine that plays {playing}")
    words = f"{numbers} taken by another program"
    kinds = {name: kind for name, _, kind, _ in PORTS}
    options = " ".join(f"{option} {HOST}:{_next_free(kinds[name], port)}" for name, option, port in taken)
    return trouble("ports", words, f"adaptive play {options} (senders have to use these ports too)")


def _next_free(kind: socket.SocketKind, port: int) -> int:
    """A free port above one that is in use; 0 if none is near."""
    return next((other for other in range(port + 10, port + 100) if _is_free(kind, other)), 0)


def _is_free(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as connection:
        if kind == socket.SOCK_STREAM and sys.platform != "win32":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the engine does
        try:
            connection.bind((HOST, port))
        except OSError:
            return False
    return True


def _engine_at(port: int) -> str | None:
    """Name of the preset of the engine that listens at a TCP port; None if it is not an engine."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        with socket.create_connection((HOST, port), timeout=ANSWER_S) as connection:
            line = connection.makefile("rb").readline(65536)
        hello: Any = json.loads(line)["hello"]
        return str(hello["preset"])
    return None


def check_priority() -> Row:
    """Whether an audio thread may get real-time priority."""
    name = "real-time priority"
    if sys.platform == "win32" or sys.platform == "darwin":
        return Row(name, True, "the system gives it to audio threads")
    if _may_be_real_time():
        return Row(name, True, "allowed")
    words = "not allowed: with small blocks the sound card may have to wait for other programs"
    line = f"printf '@audio - rtprio 70\\n@audio - memlock unlimited\\n' | sudo tee {LIMITS}"
    return trouble(name, words, f"{line} && sudo usermod -aG audio $USER, then log in anew")


def _may_be_real_time() -> bool:
    """Try to set real-time priority, in a thread of its own, and reset it at once."""
    allowed: list[bool] = []

    def attempt() -> None:
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        except OSError:
            return
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        allowed.append(True)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return bool(allowed)
