"""A sound server dies ten times in one process: time until the music goes on, and until it is back."""

from __future__ import annotations

import os
import statistics
import threading
import time
from pathlib import Path

import pytest

from adaptive.session.device.supervisor import PHASE_REPORT_DELAY_S, UNSTABLE_S
from tests.helpers.playing import playing, until
from tests.helpers.presets import two_sections
from tests.helpers.servers import Jack, Pulse, Server, running
from tests.realtime.test_lost import NOBODY, health

pytestmark = [pytest.mark.prove, pytest.mark.timeout(1200)]

TRIES = 10
AWAY_S = 1.0


def until_line(folder: Path, count: int) -> float:
    """Wait until the log has so many lines about the device; returns the time."""
    assert until(lambda: len(health(folder)) >= count, 10.0, 0.002), health(folder)
    return time.monotonic()


def told(name: str, times: list[float]) -> str:
    ordered = sorted(times)
    return f"{name} {ordered[0]:.3f} / {statistics.median(ordered):.3f} / {ordered[-1]:.3f} s"


@pytest.mark.parametrize(
    ("kind", "sink"),
    [
        pytest.param("jack", "portaudio", marks=pytest.mark.device),
        pytest.param("pulse", "portaudio", marks=pytest.mark.pulse),
        pytest.param("pulse", "miniaudio", marks=pytest.mark.pulse),
    ],
)
def test_ten_deaths_and_returns(tmp_path: Path, kind: str, sink: str) -> None:
    server: Server
    server = Jack(f"deaths{os.getpid()}", tmp_path / "log") if kind == "jack" else Pulse(tmp_path / "pulse")
    preset = two_sections(tmp_path / "small").folder
    device = "system" if kind == "jack" else "pulse" if sink == "portaudio" else "Null"
    arguments = ("--sink", sink, "--device", device, "--record", str(tmp_path / "run"))
    gone, back = [], []
    with running(server):
        environment = server.environment if kind == "jack" else NOBODY | server.environment
        with playing(tmp_path, preset, *arguments, environment=environment) as engine:
            for number in range(TRIES):
                time.sleep(UNSTABLE_S + 1.0)
                killed_s = server.kill()
                gone.append(until_line(tmp_path, 2 * number + 1) - killed_s)
                time.sleep(AWAY_S)
                starting = threading.Thread(target=server.start)
                starting.start()
                told_s = until_line(tmp_path, 2 * number + 2)
                back.append(told_s - PHASE_REPORT_DELAY_S - server.launched_s)
                starting.join()
            lines = health(tmp_path)
            assert engine.end() == 0
    silent = [line["silent_ms"] / 1000 for line in lines if "silent_ms" in line]
    off = [abs(line["phase_ms"]) / 1000 for line in lines if "phase_ms" in line]
    print(f"\n{kind} through {sink}, least / median / most of {TRIES}:")
    print(told("from the kill to the clock's first block", gone))
    print(told("silence when the clock took over", silent))
    print(told("from starting the server to the first block on it", back))
    print(told("off the line afterwards", off))

    assert max(gone) < 1.0
    assert max(back) < 3.0
    assert max(off) < 0.05
    assert len(off) == TRIES
