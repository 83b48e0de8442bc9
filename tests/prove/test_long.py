"""Long proofs: an hour of music, a million packets, real stems for ten minutes.  `make prove` runs them."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import numpy as np
import pytest

from adaptive.analysis.proposal import propose, write_preset
from adaptive.errors import OscError
from adaptive.inputs.osc_codec import decode, encode_message
from adaptive.inputs.trace import Trace, TraceLine
from adaptive.preset.load import load
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary

pytestmark = [pytest.mark.prove, pytest.mark.timeout(3600)]

RATE = 48000
JOIN_LIMIT = 10.0 ** (-60.0 / 20.0)


def wandering(seconds: float) -> Trace:
    """A parameter that wanders between 0 and 1."""
    rng = np.random.default_rng(7)
    lines, level = [], 0.0
    for t in np.arange(0.0, seconds, 0.5):
        level = float(np.clip(level + rng.normal(0.0, 0.12), 0.0, 1.0))
        lines.append(TraceLine(round(t * RATE), (("intensity", level),), ()))
    return Trace(tuple(lines), {}, seconds, {})


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def test_an_hour_of_nightfall_stays_in_memory_in_time_and_finite() -> None:
    preset = load("nightfall", vocabulary=vocabulary())
    renderer = Renderer(RenderJob(preset, 1, 3600.0, wandering(3600.0), "cut"))
    sections, peak, after_a_minute = set(), 0.0, 0.0
    for number, piece in enumerate(renderer.control_steps()):
        peak = max(peak, float(np.abs(piece).max(initial=0.0)))
        sections.add(renderer.performance.conductor.instance.section)
        if number == 60 * RATE // 256:
            after_a_minute = memory_mb()
    telemetry = renderer.performance.engine.telemetry()
    grown = memory_mb() - after_a_minute
    print(f"peak {peak:.4f}, grown {grown:.1f} MB, least slack {telemetry.least_slack_frames} frames")

    assert sections == {"explore", "tension", "combat"}
    assert peak <= 10.0 ** (-1.0 / 20.0) + 1e-6
    assert (telemetry.late_commands, telemetry.refused, telemetry.not_finite) == (0, 0, 0)
    assert grown < 20.0


def test_a_million_mutated_packets_are_decoded_or_refused() -> None:
    rng = np.random.default_rng(3)
    seeds = [
        encode_message("/adaptive/parameter/intensity", [0.5]),
        encode_message("/adaptive/event/kill", [1.0, "id"]),
        encode_message("/a", [1, "text", b"blob", True, None, 2**40]),
    ]
    refused = 0
    for _ in range(1_000_000):
        packet = bytearray(seeds[int(rng.integers(len(seeds)))])
        for _ in range(int(rng.integers(1, 5))):
            packet[int(rng.integers(len(packet)))] = int(rng.integers(256))
        try:
            decode(bytes(packet[: int(rng.integers(1, len(packet) + 1))]))
        except OscError:
            refused += 1
    print(f"{refused} of 1,000,000 refused")

    assert 0 < refused < 1_000_000


@pytest.mark.foreign_data
def test_real_stems_loop_for_ten_minutes_without_a_step(tmp_path: Path) -> None:
    folder = Path(os.environ["ADAPTIVE_TEST_DATA"]) / "stems"
    write_preset(propose(folder), tmp_path / "song")
    preset = load(tmp_path / "song", vocabulary=vocabulary())
    renderer = Renderer(RenderJob(preset, 0, 600.0, ending="cut"))
    audio = np.concatenate([piece.copy() for piece in renderer.control_steps()])[:, 0]
    loop = renderer.performance.conductor.assets.segments["main"].loop_frames
    steps = np.abs(np.diff(audio))
    worst = 0.0
    for seam in range(loop, len(audio) - 4800, loop):
        beside = steps[seam - 4800 : seam + 4800].max()
        worst = max(worst, float(steps[seam - 2 : seam + 2].max() - beside))
    first, last = audio[loop : 2 * loop], audio[20 * loop : 21 * loop]
    print(f"largest step at a seam beyond those beside it: {worst:.6f}")

    assert worst <= JOIN_LIMIT
    assert np.array_equal(first, last)
