"""The preset with every kind of transition, on a sound server: what is heard equals the render."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from adaptive.preset.load import load
from tests.helpers.heard import frames_apart, jack_recording, rendered
from tests.helpers.playing import playing
from tests.helpers.servers import Jack, running

pytestmark = [pytest.mark.prove, pytest.mark.device]

TRACE = Path(__file__).parents[1] / "golden" / "lanterns_trace.jsonl"


def frames_that_differ(jack: dict[str, str], preset: Path, folder: Path) -> np.ndarray:
    run = folder / "run"
    arguments = ("--sink", "portaudio", "--trace", str(TRACE), "--record", str(run), "--seconds", "180")
    with jack_recording(folder, jack) as capture:
        with playing(folder, preset, *arguments, environment=jack) as engine:
            assert engine.process.wait(400.0) == 0
        heard = capture.audio()
    expected = rendered(preset, run)[:-4800]
    wrong = frames_apart(heard, expected, 1e-6)
    print(f"{len(expected)} frames rendered, {wrong.size} of them heard differently")
    return wrong


@pytest.mark.timeout(1500)
def test_every_kind_of_transition_is_heard_on_the_frame_it_renders_at(tmp_path: Path) -> None:
    preset = load("lanterns").folder
    jack = Jack(f"seams{os.getpid()}", tmp_path / "jack.log")
    # a virtual machine may stall for 3 ms: JACK then loses a cycle, and all that follows is shifted
    jack.period = 1024
    wrong = np.zeros(1)
    with running(jack) as server:
        for attempt in range(3):
            wrong = frames_that_differ(server.environment, preset, tmp_path / str(attempt))
            if wrong.size == 0:
                break

    assert wrong.size == 0
