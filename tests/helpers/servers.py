"""Sound servers that tests kill, freeze and restart: JACK with a dummy device, Pulse with a null sink."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.helpers.jack_clients import opening_clients
from tests.helpers.playing import until
from tests.helpers.programs import require_program

RATE = 48000


class Server:
    """A sound server.  With `environment` a program finds this server and no other."""

    environment: dict[str, str]

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.was_killed = False
        self.launched_s = 0.0

    def start(self) -> None:
        """Start it and wait until it answers."""
        raise NotImplementedError

    def kill(self) -> float:
        """Kill it; returns the time, on `time.monotonic`."""
        assert self.process is not None
        self.process.kill()
        at = time.monotonic()
        self.process.wait(5.0)
        self.process = None
        self.was_killed = True
        return at

    def freeze(self) -> None:
        """Stop its process, like a server that hangs."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Continue its process."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """End it normally, if it runs."""
        if self.process is None:
            self.clean_up()
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(5.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5.0)
        self.process = None

    def clean_up(self) -> None:
        """Remove what a killed server has left."""


class Jack(Server):
    """``jackd`` with its dummy device: inputs behind the first two are what was played.

    Parameters
    ----------
    name : str
        Unique name of the server.
    log : Path
        File for its output.
    channels : int
        Channels that can be played.
    """

    def __init__(self, name: str, log: Path, channels: int = 2) -> None:
        super().__init__()
        require_program("jackd")
        self.name, self.log = name, log
        self.channels, self.rate, self.period = channels, RATE, 128
        self.environment = {
            "JACK_DEFAULT_SERVER": name, "JACK_NO_AUDIO_RESERVATION": "1", "JACK_NO_START_SERVER": "1",
        }  # fmt: skip

    def start(self) -> None:
        """Start it, with real-time priority where that is allowed."""
        for priority in (["-R", "-P", "70"], ["-r"]):
            device = ["-d", "dummy", "-r", str(self.rate), "-p", str(self.period)]
            device += ["-C", "2", "-P", str(self.channels), "-m"]
            with self.log.open("ab") as out:
                self.launched_s = time.monotonic()
                self.process = subprocess.Popen(
                    ["jackd", "-n", self.name, *priority, *device],
                    stdout=out, stderr=out, env=os.environ | self.environment,
                )  # fmt: skip
            deadline = time.monotonic() + 10.0
            while time.monotonic() < deadline and self.process.poll() is None:
                wait = ["jack_wait", "-s", self.name, "-w", "-t", "1"]
                with opening_clients(self.environment):
                    done = subprocess.run(
                        wait, capture_output=True, text=True, check=False, env=os.environ | self.environment
                    )
                if "available" in done.stdout and "not" not in done.stdout:
                    return
            self.end()
        raise AssertionError(f"jackd does not start: {self.log.read_text(encoding='utf-8')}")

    def clean_up(self) -> None:
        """Restart it and end it normally: JACK has a table of eight servers, in which killed ones stay."""
        if self.was_killed:
            self.was_killed = False
            self.start()
            self.end()


class Pulse(Server):
    """``pulseaudio`` with a null sink, in a folder of its own.

    Parameters
    ----------
    folder : Path
        Folder for its socket and state.
    name : str
        Name of the sink.
    """

    def __init__(self, folder: Path, name: str = "null_output") -> None:
        super().__init__()
        require_program("pulseaudio")
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.name = folder, name
        self.channels, self.rate = 2, RATE
        self.socket = folder / "native"
        self.environment = {
            "PULSE_RUNTIME_PATH": str(folder), "PULSE_STATE_PATH": str(folder),
            "PULSE_SERVER": f"unix:{self.socket}",
        }  # fmt: skip

    def start(self) -> None:
        """Start it.  Without ``norewinds`` every stream would begin with a gap of 1.5 s."""
        sink = f"module-null-sink sink_name={self.name} rate={self.rate} channels={self.channels}"
        command = [
            "pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
            "--realtime=no", "--high-priority=no", "--disable-shm=yes",
            "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.socket}",
            "-L", f"{sink} format=float32le norewinds=1",
        ]  # fmt: skip
        self.socket.unlink(missing_ok=True)
        with (self.folder / "pulse.log").open("ab") as out:
            self.launched_s = time.monotonic()
            self.process = subprocess.Popen(
                command, stdout=out, stderr=out, env=os.environ | self.environment
            )
        asked = ["pactl", "list", "short", "sinks"]
        environment = os.environ | self.environment

        def answers() -> bool:
            done = subprocess.run(asked, capture_output=True, text=True, check=False, env=environment)
            return self.name in done.stdout

        assert until(answers, 10.0, 0.05), (self.folder / "pulse.log").read_text(encoding="utf-8")


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """Run a server within the context."""
    server.start()
    try:
        yield server
    finally:
        server.end()
