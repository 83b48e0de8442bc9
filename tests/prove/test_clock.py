"""Thirty days of music on the offline clock, and eight hours through the real callback of a sound card."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from pathlib import Path

import pytest

from adaptive.conductor.log import KEPT
from adaptive.conductor.messages import SetState
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.load import load
from adaptive.session.performance import Performance, vocabulary
from adaptive.sinks.portaudio import PortAudioSink
from tests.helpers.presets import two_sections
from tests.helpers.servers import Jack, running

pytestmark = [pytest.mark.prove, pytest.mark.timeout(7200)]

LOW_RATE = 8000
"""Six times fewer frames than usual, with as many beats, bars, decisions and log lines."""

DAYS = 30


def memory_mb() -> float:
    """Resident memory now (not its maximum)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def test_thirty_days_of_music_keep_their_time_and_their_memory(tmp_path: Path) -> None:
    lines = 0

    def count(_line: str) -> None:
        nonlocal lines
        lines += 1

    preset = two_sections(tmp_path / "small")
    performance = Performance(preset, 1, LOW_RATE, write_log=count)
    performance.begin()
    engine, hour = performance.engine, 3600 * LOW_RATE
    end, next_change, is_fight, after_an_hour = DAYS * 24 * hour, hour, False, 0.0
    while engine.frame < end:
        engine.pull(CONTROL_STEP_FRAMES)
        engine.drain_replies()
        messages = []
        if engine.frame >= next_change:
            is_fight, next_change = not is_fight, next_change + hour
            messages = [SetState("section", "fight" if is_fight else "calm")]
            after_an_hour = after_an_hour or memory_mb()
        while performance.step(messages):
            messages = []
    telemetry = engine.telemetry()
    conductor = performance.conductor
    grown = memory_mb() - after_an_hour
    beats = conductor.tempo.beat_at(engine.frame)
    off = beats - engine.frame / LOW_RATE * conductor.tempo.tempo_at(engine.frame) / 60.0
    print(f"{engine.frame} frames, {beats:.3f} beats ({off:.1e} off), {lines} lines, grown {grown:.2f} MB")

    assert abs(off) < 1e-6
    assert (telemetry.late_commands, telemetry.refused, telemetry.not_finite) == (0, 0, 0)
    assert len(performance.log.recent) <= KEPT
    assert lines < 24 * DAYS * 20
    assert grown < 5.0


@pytest.mark.device
def test_eight_hours_through_the_callback_of_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hours = float(os.environ.get("ADAPTIVE_PROVE_HOURS", "8"))
    with running(Jack(f"prove{os.getpid()}", tmp_path / "jack.log")) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        performance = Performance(load("nightfall", vocabulary=vocabulary()), seed=1)
        performance.begin()
        engine = performance.engine
        sink = PortAudioSink(engine, "system")
        sink.start()
        subprocess.run(["jack_freewheel", "y"], check=True, capture_output=True)
        began_s, memory, behind = time.monotonic(), [], 0
        rate = engine.spec.sample_rate
        while engine.frame < hours * 3600 * rate:
            engine.drain_replies()
            behind = max(behind, engine.control_steps - performance.next_control_step)
            if not performance.step():
                time.sleep(0.0005)
            if engine.frame > (len(memory) + 1) * 900 * rate:  # every quarter of an hour
                memory.append(memory_mb())
        passed_s = time.monotonic() - began_s
        subprocess.run(["jack_freewheel", "n"], check=True, capture_output=True)
        time.sleep(0.5)
        assert sink.halt()
        given = sink.stream_gate.frames
        made = engine.frame - int(engine.memory.head["fifo_fill"])
        telemetry = engine.telemetry()
        sink.stop()
    print(
        f"{engine.frame / rate / 3600:.2f} h in {passed_s:.0f} s, {telemetry.callbacks} callbacks, "
        f"memory {memory[0]:.1f} to {memory[-1]:.1f} MB, at most {behind} control steps behind, "
        f"late {telemetry.late_commands}, given {given}, made {made}"
    )

    assert made == given  # the device is the engine's clock: they differ by no frame
    assert (telemetry.refused, telemetry.not_finite) == (0, 0)
    assert memory[-1] - memory[0] < 5.0
    assert len(performance.log.recent) <= KEPT
