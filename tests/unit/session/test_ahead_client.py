"""The Python client in ``clients/python`` beside a session that plays."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import pytest

import adaptive
from tests.helpers.presets import two_sections

sys.path.insert(0, str(Path(__file__).parents[3] / "clients" / "python"))
from adaptive_client import Client, Clock


def test_the_client_learns_the_engines_clock() -> None:
    clock = Clock()
    for sent, delay in ((10.0, 0.02), (11.0, 0.001), (12.0, 0.03)):
        clock.take(sent, sent + 500.0 + delay, sent + 500.0 + delay, sent + 2.0 * delay)

    assert clock.to_engine(20.0) == pytest.approx(520.0, abs=1e-3)


def test_a_client_knows_which_beat_is_heard(tmp_path: Path) -> None:
    preset, errors_ms = two_sections(tmp_path / "small"), []
    with (
        adaptive.play(preset, sink="null", tcp=0, seed=1) as music,
        Client(port=music.ports["tcp"]) as client,
    ):
        until = time.monotonic() + 5.0
        while len(errors_ms) < 20 and time.monotonic() < until:
            music.wait(0.03)
            found, now = client.beat_now(), time.monotonic()
            first = music.heard_s(0.0)
            if found is None or first is None:
                continue
            beat = music.performance.conductor.tempo.beat_at((now - first) * music.sample_rate)
            errors_ms.append(250.0 * (found - beat))  # a beat lasts 250 ms

    assert len(errors_ms) == 20
    assert abs(statistics.median(errors_ms)) <= 5.0
