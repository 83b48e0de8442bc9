"""Runs peers as JACK clients, each playing one sound whose level is set by an OSC message."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from adaptive.kernel import layout
from benchmarks.peers import jack, osc, tools, works
from benchmarks.peers.synthdef import AUDIO, Graph

HIGH, LOW = 0.5, 0.25
START_S = 30.0
LOOK_AHEAD_MS = 1000.0 * layout.MASTER_LOOK_AHEAD / works.RATE

PRESET = """schema = 1
name = "One level"
tempo_bpm = 120

[parameters.level]
default = 0.25

[layers.tone]
stem = "tone.wav"
level_db = { over = "level", points = [[0.25, -12.0], [0.5, -6.0]] }

[sections.only]
layers = ["tone"]
"""
ORCHESTRA = """<CsoundSynthesizer>
<CsInstruments>
sr = 48000
ksmps = 64
nchnls = 2
0dbfs = 1
giPort OSCinit {port}
instr 1
kLevel init 0.25
kValue init 0.25
kGot OSClisten giPort, "/level", "f", kValue
if kGot == 1 then
  kLevel = kValue
endif
aOut = a(kLevel)
outs aOut, aOut
endin
</CsInstruments>
<CsScore>
i 1 0 600
</CsScore>
</CsoundSynthesizer>
"""


@dataclass(frozen=True, slots=True)
class Live:
    """A peer that runs as a JACK client.

    Parameters
    ----------
    name : str
        Its name, as its makers write it.
    missing : callable
        Returns what must be installed, or an empty string.
    command : callable
        Returns the command line for a folder and a port.
    message : callable
        Returns the packet that sets a level.
    is_python : bool
        Whether a stress can run in its interpreter.
    method : str
        How the level is set, and how it moves.
    after : callable, optional
        Called with the port once the program runs.
    """

    name: str
    missing: Callable[[], str]
    command: Callable[[Path, int], list[str]]
    message: Callable[[float], bytes]
    is_python: bool
    method: str
    after: Callable[[int], None] = lambda _port: None


def free_port() -> int:
    """Return a free UDP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(live: Live, folder: Path, environment: Mapping[str, str], stress: str) -> Iterator[int]:
    """Run a peer with a stress in its interpreter; gives its port.

    Raises
    ------
    PeerError
        If it did not start.
    """
    port = free_port()
    log = folder / "printed.txt"
    words = live.command(folder, port)
    everything = {**os.environ, "PYTHONPATH": str(tools.ROOT), "PYTHONWARNINGS": "ignore", **environment}
    with (
        log.open("w+", encoding="utf-8") as printed,
        subprocess.Popen(
            words,
            env=everything,
            stdin=subprocess.PIPE,
            stdout=printed,
            stderr=printed,
            text=True,
            cwd=folder,
        ) as process,
    ):
        try:
            if live.is_python:
                _until(process, log, "ready")
                assert process.stdin is not None
                process.stdin.write(f"{stress or 'none'}\n")
                process.stdin.flush()
                _until(process, log, "stressed")
            else:
                time.sleep(1.5)
            live.after(port)
            yield port
        finally:
            process.kill()


def _until(process: subprocess.Popen[str], log: Path, word: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        if word in log.read_text(encoding="utf-8", errors="replace"):
            return
        time.sleep(0.05)
    message = f"never said {word!r}: {log.read_text(encoding='utf-8', errors='replace').strip()[-300:]}"
    raise tools.PeerError(message)


def play_command(folder: Path, port: int) -> list[str]:
    """Return the command that plays the preset in a folder on JACK, and listens to OSC on a port."""
    ports = ["--osc", f"127.0.0.1:{port}", "--http", "127.0.0.1:0", "--tcp", "127.0.0.1:0"]
    script = str(tools.HERE / "scripts" / "play_stressed.py")
    sink = ["--sink", "portaudio", "--device", "system", "--block", str(jack.PERIOD_FRAMES), "--ready"]
    return [sys.executable, script, "play", str(folder), *sink, *ports]


def _adaptive(folder: Path, port: int) -> list[str]:
    (folder / "preset.toml").write_text(PRESET, encoding="utf-8")
    # a 12 kHz wave whose absolute value is constant; unlike a constant, a DC filter does not remove it
    wave = np.tile(np.array([1.0, 1.0, -1.0, -1.0], np.float32), works.RATE)[:, None].repeat(2, axis=1)
    soundfile.write(folder / "tone.wav", wave, works.RATE, subtype="FLOAT")
    return play_command(folder, port)


def _csound(folder: Path, port: int) -> list[str]:
    (folder / "level.csd").write_text(ORCHESTRA.format(port=port), encoding="utf-8")
    return ["csound", "-d", "-m0", "-+rtaudio=jack", "-odac:null", "-b64", "-B128", str(folder / "level.csd")]


def _start_synth(port: int) -> None:
    graph = Graph("level", {"gain": LOW})
    constant = graph.unit("DC", AUDIO, (1.0,))[0]
    loud = graph.combine(2, constant, graph["gain"])
    graph.unit("Out", AUDIO, (0.0, loud, loud), 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        start = osc.message("/s_new", "level", 1000, 0, 0)
        server.sendto(osc.message("/d_recv", graph.encode(), start), ("127.0.0.1", port))
    time.sleep(0.5)


def _script(name: str) -> Callable[[Path, int], list[str]]:
    return lambda _folder, port: [str(tools.PYTHON), str(tools.HERE / "scripts" / f"{name}.py"), str(port)]


def _scsynth(_folder: Path, port: int) -> list[str]:
    return ["scsynth", "-u", str(port), "-z", "64", "-i", "0", "-o", "2", "-R", "0"]


def _level(value: float) -> bytes:
    return osc.message("/level", value)


ALL = (
    Live(
        "adaptive",
        lambda: "",
        _adaptive,
        lambda value: osc.message("/adaptive/parameter/level", value),
        is_python=True,
        method="`adaptive play`, a stem whose `level_db` follows a parameter; ramps over 64 frames; "
        f"{LOOK_AHEAD_MS:.1f} ms of the figure are the look-ahead of its limiter",
    ),
    Live(
        "scsynth",
        lambda: tools.missing_program("scsynth", "supercollider-server"),
        _scsynth,
        lambda value: osc.message("/n_set", 1000, "gain", value),
        is_python=False,
        method="`/n_set` on a DC; ramps over a block",
        after=_start_synth,
    ),
    Live(
        "Csound",
        lambda: tools.missing_program("csound", "csound"),
        _csound,
        _level,
        is_python=False,
        method="OSClisten; -b64 -B128, the smallest buffers that run; jumps",
    ),
    Live(
        "pyo",
        lambda: tools.missing_module("pyo"),
        _script("pyo_live"),
        _level,
        is_python=True,
        method="OscReceive without its interpolation; jumps",
    ),
    Live(
        "sounddevice, NumPy, python-osc",
        lambda: tools.missing_module("sounddevice"),
        _script("sounddevice_live"),
        _level,
        is_python=True,
        method="a callback in Python; jumps",
    ),
)
