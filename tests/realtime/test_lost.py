"""A sound server dies, hangs, or returns with another format: the music goes on, and returns in phase."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.heard import jack_recording, pulse_recording
from tests.helpers.playing import Client, RunningEngine, playing, until
from tests.helpers.presets import RATE, two_sections
from tests.helpers.servers import Jack, Pulse, Server, running

GONE_S, BACK_S = 1.0, 3.0
"""Limits: until a clock drives the engine, and until the device plays in phase."""

OFF_S = 0.05
"""What a beat may be off the line it was on; this machine's threads are late by 20 ms now and then."""

NOBODY = {"JACK_DEFAULT_SERVER": "nobody", "JACK_NO_START_SERVER": "1"}


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_sections(tmp_path_factory.mktemp("lost") / "small").folder


@pytest.fixture
def killable_jack(tmp_path: Path) -> Iterator[Jack]:
    with running(Jack(f"lost{os.getpid()}", tmp_path / "jack.log")) as server:
        assert isinstance(server, Jack)
        yield server


@pytest.fixture
def killable_pulse(tmp_path: Path) -> Iterator[Pulse]:
    with running(Pulse(tmp_path / "pulse")) as server:
        assert isinstance(server, Pulse)
        yield server


@dataclass
class Follower:
    """Hears every beat: when, and which frame the engine says it is heard at."""

    client: Client
    beats: list[tuple[float, float]] = field(default_factory=list)

    def begin(self) -> None:
        """Follow, in a thread."""
        self.client.send({"subscribe": ["beat"]})
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                message = self.client.next(30.0)
            except (OSError, ValueError):
                return
            if message is None:
                return
            if "beat" in message:
                self.beats.append((time.monotonic(), message["beat"]["frame"] / RATE))

    def end(self) -> None:
        """Hang up."""
        self.client.hang_up()

    def off_s(self, since_s: float, until_s: float = float("inf")) -> float:
        """How far the music is behind the clock, as the median of the beats of a while."""
        found = [at - heard for at, heard in self.beats if since_s <= at <= until_s]
        return statistics.median(found)

    def longest_gap_s(self) -> float:
        """Longest time without a beat, of which there are two a second."""
        times = [at for at, _ in self.beats]
        return max(b - a for a, b in pairwise(times))


def health(folder: Path) -> list[dict[str, Any]]:
    """Lines of the log about the device."""
    lines = (folder / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [line for line in map(json.loads, lines) if line["kind"] == "health"]


def after(folder: Path, count: int, condition: Callable[[dict[str, Any]], bool], seconds: float) -> float:
    """Seconds until a line after the first `count` fulfils a condition."""
    began = time.monotonic()
    found = until(lambda: [line for line in health(folder)[count:] if condition(line)], seconds)
    assert found, f"not within {seconds} s; the log says {health(folder)}"
    return time.monotonic() - began


def lose_and_return(
    engine: RunningEngine,
    server: Server,
    folder: Path,
    break_it: Callable[[], object],
    mend_it: Callable[[], None],
) -> tuple[float, float, float]:
    """Seconds to the clock, seconds to the device, seconds off the beat between before and after."""
    follower = Follower(engine.client())
    follower.begin()
    began_s = time.monotonic()
    time.sleep(1.6)
    known = len(health(folder))
    lost_s = time.monotonic()
    break_it()
    gone_s = after(folder, known, lambda line: line["sink"] == "null", GONE_S)
    time.sleep(0.6)
    mend_it()
    back_s = after(folder, known, lambda line: line["sink"] != "null", BACK_S)
    back_at_s = time.monotonic()
    time.sleep(1.3)
    off_s = follower.off_s(back_at_s) - follower.off_s(began_s, lost_s)
    assert follower.longest_gap_s() < GONE_S + 0.5  # the beat is 0.5 s
    follower.end()
    return gone_s, back_s, off_s


CASES = [
    pytest.param("jack", "portaudio", "kill", marks=pytest.mark.device),
    pytest.param("jack", "portaudio", "freeze", marks=[pytest.mark.device, pytest.mark.slow]),
    pytest.param("pulse", "portaudio", "kill", marks=[pytest.mark.pulse, pytest.mark.slow]),
    pytest.param("pulse", "miniaudio", "kill", marks=[pytest.mark.pulse, pytest.mark.slow]),
]
"""The short run takes the first; CI takes all."""


@pytest.mark.parametrize(("kind", "sink", "how"), CASES)
def test_a_server_that_dies_or_hangs_is_outlived_and_returned_to_in_phase(
    request: pytest.FixtureRequest, preset: Path, tmp_path: Path, kind: str, sink: str, how: str
) -> None:
    server: Server = request.getfixturevalue(f"killable_{kind}")
    environment = server.environment if kind == "jack" else NOBODY | server.environment
    break_it, mend_it = (server.kill, server.start) if how == "kill" else (server.freeze, server.thaw)
    # a machine that stands still while the server begins loses cycles, and all that follows is late by them;
    # an engine that misjudged where it is would be so every time
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        arguments = ("--sink", sink, "--record", str(folder / "run"))
        with playing(folder, preset, *arguments, environment=environment) as engine:
            name = engine.ready["sink"]
            gone_s, back_s, off_s = lose_and_return(engine, server, folder, break_it, mend_it)
            print(f"{kind} {sink} {how}: gone {gone_s:.3f} s, back {back_s:.3f} s, off {1000 * off_s:.1f} ms")
            told = health(folder)[:2]
            code, said = engine.end(), engine.said()
        if abs(off_s) < OFF_S:
            break

    assert name == sink
    assert abs(off_s) < OFF_S
    assert [line["sink"] for line in told] == ["null", sink]
    assert abs(told[1]["phase_ms"]) < 1000 * OFF_S
    assert code == 0
    # each is said once, and no library says anything
    assert sum("goes on silently" in line for line in said) == 1
    assert len(said) == 3 + len(health(folder))
    assert re.fullmatch(
        r"ended after 0:00:\d\d: by SIGTERM; (underruns \d+; )?the card was lost 1×, \d\.\d s of silence",
        said[-1],
    )
    stamped = engine.complaints.read_text(encoding="utf-8").splitlines()
    assert any(re.match(r"\d\d:\d\d:\d\d the music plays on", line) for line in stamped)


@pytest.mark.slow
@pytest.mark.device
@pytest.mark.pulse
def test_another_device_plays_until_the_first_is_back_and_is_heard(
    killable_jack: Jack, killable_pulse: Pulse, preset: Path, tmp_path: Path
) -> None:
    environment = killable_pulse.environment | killable_jack.environment
    arguments = ("--record", str(tmp_path / "run"))
    with jack_recording(tmp_path / "jack", environment) as on_jack:
        # where both are, Pulse is the system's default
        with playing(tmp_path, preset, *arguments, environment=environment) as engine:
            killable_pulse.kill()
            after(tmp_path, 0, lambda line: line["device"] == "system", 2 * BACK_S)
            time.sleep(0.7)
            killable_pulse.start()
            after(tmp_path, 2, lambda line: line["device"] == "default", 2 * BACK_S)
            with pulse_recording(tmp_path / "pulse", environment) as on_pulse:
                time.sleep(0.7)
                again = on_pulse.audio()
            assert engine.end() == 0
        meanwhile = on_jack.audio()

    assert np.abs(meanwhile).max() > 0.1
    assert np.abs(again).max() > 0.1


@pytest.mark.slow
@pytest.mark.device
def test_a_device_that_comes_back_with_one_channel_and_another_rate_is_met(
    killable_jack: Jack, preset: Path, tmp_path: Path
) -> None:
    arguments = ("--record", str(tmp_path / "run"))
    with playing(tmp_path, preset, *arguments, environment=killable_jack.environment) as engine:
        killable_jack.kill()
        after(tmp_path, 0, lambda line: line["sink"] == "null", GONE_S)
        killable_jack.channels = 1
        killable_jack.start()
        after(tmp_path, 1, lambda line: line["sink"] == "portaudio", BACK_S)
        killable_jack.kill()
        killable_jack.channels, killable_jack.rate = 2, 44100
        after(tmp_path, 2, lambda line: line["sink"] == "null", GONE_S)
        killable_jack.start()
        after(tmp_path, 3, lambda line: line["sink"] == "miniaudio", 2 * BACK_S)
        with jack_recording(tmp_path / "heard", killable_jack.environment) as recording:
            time.sleep(0.7)
            heard = recording.audio()
        assert engine.end() == 0
        said = engine.said()

    assert sum("2 channels are folded into 1" in line for line in said) == 1
    assert np.abs(heard).max() > 0.1


@pytest.mark.slow
@pytest.mark.device
def test_a_server_that_hangs_from_the_start_is_one_sentence_and_exit_code_3(
    killable_jack: Jack, preset: Path
) -> None:
    killable_jack.freeze()
    done = subprocess.run(
        [sys.executable, "-m", "adaptive", "play", str(preset), "--sink", "portaudio"],
        capture_output=True, text=True, check=False, timeout=60, env=os.environ | killable_jack.environment,
    )  # fmt: skip

    assert done.returncode == 3
    assert done.stderr == "adaptive: PortAudio does not answer (waited 5 s)\n"
