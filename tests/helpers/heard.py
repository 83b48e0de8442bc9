"""Records what a server plays, with a recorder of the system, and compares it with the render of the run."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from adaptive.inputs.trace import read_trace
from adaptive.preset.load import load
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary
from tests.helpers.jack_clients import opening_clients
from tests.helpers.playing import Client, playing, until
from tests.helpers.presets import RATE

MOST_CYCLES, MOST_LOST_SHARE = 4, 0.05
"""The most that a server on a busy machine may lose: cycles in a row (11 ms at 128 frames), share of all."""


@dataclass
class Capture:
    """A recorder of the system; one written in Python loses blocks on a busy machine."""

    process: subprocess.Popen[str]
    path: Path

    def audio(self) -> np.ndarray:
        """End the recording; returns what was played, shape (frames, 2)."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=30.0)
        assert "overrun" not in said, "the recording itself lost frames"
        return soundfile.read(self.path, dtype="float32")[0]


@contextlib.contextmanager
def _recording(command: list[str], path: Path, environment: dict[str, str]) -> Iterator[Capture]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with opening_clients(environment):
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | environment
        )
        records = until(lambda: path.exists() and path.stat().st_size > 4096)
    try:
        assert records, f"{command[0]} does not record"
        yield Capture(process, path)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(5.0)
        if process.stdout is not None:
            process.stdout.close()


def jack_recording(
    folder: Path, environment: dict[str, str], channels: int = 2
) -> contextlib.AbstractContextManager[Capture]:
    """Record JACK's monitor ports in 24 bits."""
    path = folder / "heard.wav"
    command = ["jack_rec", "-f", str(path), "-d", "600", "-b", "24", "-B", "96000"]
    ports = [f"system:monitor_{number + 1}" for number in range(channels)]
    return _recording([*command, *ports], path, environment)


def pulse_recording(
    folder: Path, environment: dict[str, str], sink: str = "null_output"
) -> contextlib.AbstractContextManager[Capture]:
    """Record the monitor of a PulseAudio sink in float32."""
    path = folder / "heard.wav"
    command = ["parecord", "--latency-msec=50", "-d", f"{sink}.monitor", "--file-format=wav"]
    command += ["--format=float32le", f"--rate={RATE}", "--channels=2", str(path)]
    return _recording(command, path, environment)


def first_sound(audio: np.ndarray) -> int:
    return int(np.flatnonzero(np.abs(audio[:, 0]) > 1e-3)[0])


def rendered(folder: Path, recording: Path) -> np.ndarray:
    preset = load(folder, vocabulary=vocabulary())
    trace = read_trace(recording / "trace.jsonl", preset, RATE)
    job = RenderJob(preset, int(trace.meta["seed"]), trace.seconds, trace, "cut")
    return np.concatenate(list(Renderer(job).control_steps()))


def frames_apart(heard: np.ndarray, expected: np.ndarray, limit: float, cycle: int = 0) -> np.ndarray:
    """Frames of the music that differ by more than ``limit`` in the recording.

    A server that is late drops, repeats or mutes whole cycles.  With a ``cycle`` such gaps are skipped if the
    music continues exactly after them.  A fault of the engine lasts longer: at most `MOST_CYCLES` in a row,
    and `MOST_LOST_SHARE` of all frames, are attributed to the server.
    """
    about = first_sound(heard) - first_sound(expected)
    at = max(range(max(0, about - 64), about + 64), key=lambda at: _alike(heard[at:], expected, limit))
    assert len(heard) - at > 0.85 * len(expected), "the recording is too short"
    place, lost = 0, 0
    while True:
        length = _alike(heard[at:], expected[place:], limit)
        at, place = at + length, place + length
        if min(len(heard) - at, len(expected) - place) < 2 * max(cycle, 1):
            break
        skip = _lost_cycles(heard[at:], expected[place:], limit, cycle)
        if skip is None:
            break
        at, place, lost = at + skip[0], place + skip[1], lost + max(skip)
    if lost > MOST_LOST_SHARE * len(expected):
        return np.arange(lost)
    length = min(len(expected) - place, len(heard) - at)
    return place + np.flatnonzero(
        np.abs(heard[at : at + length] - expected[place : place + length]).max(axis=1) > limit
    )


def _alike(heard: np.ndarray, expected: np.ndarray, limit: float) -> int:
    """Number of frames from the start that are equal within `limit`."""
    length = min(len(heard), len(expected))
    apart = np.flatnonzero(np.abs(heard[:length] - expected[:length]).max(axis=1) > limit)
    return int(apart[0]) if apart.size else length


def _lost_cycles(heard: np.ndarray, expected: np.ndarray, limit: float, cycle: int) -> tuple[int, int] | None:
    """Frames to skip in the recording and in the render, after which both are equal again; None: none."""
    for count in range(cycle, (MOST_CYCLES + 1) * cycle if cycle else 0, max(cycle, 1)):
        for skip in ((count, count), (0, count), (count, 0)):
            if _alike(heard[skip[0] :][: 2 * cycle], expected[skip[1] :][: 2 * cycle], limit) == 2 * cycle:
                return skip
    return None


def until_bar(client: Client, bar: int) -> float:
    """Wait for a bar; returns the longest time between two beats, of which there are four a second."""
    longest, last = 0.0, time.monotonic()
    while int(client.until("beat")["beat"]["position"].split(".")[0]) < bar:
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    return longest


Recording = Callable[[Path, dict[str, str]], contextlib.AbstractContextManager[Capture]]


def frames_that_differ(
    recording: Recording,
    sink: str,
    environment: dict[str, str],
    preset: Path,
    folder: Path,
    limit: float,
    cycle: int = 0,
) -> np.ndarray:
    """Play while the interpreter is blocked twice for a second; frames where recording and render differ."""
    folder.mkdir()
    hog = ("tests.helpers.hog", "1.6,3.5", "1.0")
    run = folder / "run"
    arguments = ("--sink", sink, "--record", str(run), "--seconds", "7", "--seed", "4")
    with recording(folder, environment) as capture:
        with playing(folder, preset, *arguments, environment=environment, module=hog) as engine:
            client = engine.client()
            client.send({"subscribe": ["beat"]})
            # the seam that follows from this, and the second block of the interpreter, lie ahead
            until_bar(client, 2)
            client.send({"parameter": "threat", "value": 0.9}, {"event": "hit"})
            gap_s = until_bar(client, 6)
            client.send({"parameter": "threat", "value": 0.1})
            client.close()
            assert engine.process.wait(30.0) == 0
            said = engine.said()
        heard = capture.audio()
    apart = frames_apart(heard, rendered(preset, run)[: round(6.9 * RATE)], limit, cycle)

    assert gap_s > 0.9, "the interpreter was not blocked"
    assert not any("Traceback" in line for line in said)
    return apart
