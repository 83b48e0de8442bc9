"""The sound card's callback: what is played is what was decided, also while Python stands still."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.heard import first_sound, frames_that_differ, jack_recording
from tests.helpers.jack_clients import opening_clients
from tests.helpers.measure import band_db
from tests.helpers.playing import RunningEngine, playing
from tests.helpers.presets import RATE, make_preset

pytestmark = pytest.mark.device

CYCLE = 128
"""Frames of a cycle of the server's (`tests.helpers.servers`)."""

BODY = """
[parameters.threat]
rise_s = 0.05
fall_s = 0.05
[layers.calm]
stem = "calm.wav"
[layers.fight]
stem = "fight.wav"
[layers.drums]
generator = "drums"
[layers.bass]
generator = "bass"
[sections.calm]
layers = ["calm", "bass"]
length_bars = 4
[sections.fight]
layers = ["fight", "drums"]
length_bars = 4
[[select]]
section = "fight"
when = "threat > 0.6"
[[select]]
section = "calm"
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
fade_out = { beats = 1 }
[stingers.hit]
stem = "blow.wav"
first_beat_s = 0.1
play_at = "bar"
duck_db = -6.0
"""


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_preset(tmp_path_factory.mktemp("device") / "small", BODY).folder


def wait_for(engine: RunningEngine, seconds: float) -> None:
    """Let so much music pass, as the engine tells it."""
    client = engine.client()
    client.send({"subscribe": ["beat"]})
    first = client.until("beat")["beat"]["frame"]
    deadline = time.monotonic() + seconds + 10.0
    while client.until("beat")["beat"]["frame"] < first + seconds * RATE and time.monotonic() < deadline:
        pass
    client.close()


@pytest.mark.ci
@pytest.mark.foreign
def test_a_client_we_did_not_write_changes_what_is_heard(
    jack: dict[str, str], preset: Path, tmp_path: Path
) -> None:
    with jack_recording(tmp_path, jack) as capture:
        with playing(tmp_path, preset, "--sink", "portaudio", environment=jack) as engine:
            wait_for(engine, 2.0)
            port = str(engine.ready["osc"])
            subprocess.run(
                ["oscsend", "127.0.0.1", port, "/adaptive/parameter/threat", "f", "0.9"],
                check=True,
                timeout=10,
            )
            subprocess.run(["oscsend", "127.0.0.1", port, "/adaptive/event/hit"], check=True, timeout=10)
            wait_for(engine, 3.0)
            assert engine.end() == 0
        heard = capture.audio()
    start = first_sound(heard)
    before, after = heard[start : start + RATE, 0], heard[start + 4 * RATE : start + 5 * RATE, 0]

    def calm_over_fight_db(audio: np.ndarray) -> float:
        # the median of tenths: a cycle that the server loses is heard at all frequencies
        segments = np.split(audio, 10)
        return float(
            np.median([band_db(segment, 210, 230) - band_db(segment, 320, 340) for segment in segments])
        )

    assert calm_over_fight_db(before) > 30.0
    assert calm_over_fight_db(after) < -20.0
    assert np.abs(heard).max() < 1.0


@pytest.mark.ci
def test_what_is_heard_is_what_the_recording_renders_to_although_python_stands_still(
    jack: dict[str, str], preset: Path, tmp_path: Path
) -> None:
    # a virtual machine that stands still for a JACK cycle shifts all that follows, once in a while;
    # a note that is missing or late because of Python would be so every time
    for attempt in range(3):
        wrong = frames_that_differ(
            jack_recording, "portaudio", jack, preset, tmp_path / str(attempt), limit=1e-6, cycle=CYCLE
        )
        if wrong.size == 0:
            break

    assert wrong.size == 0, f"{wrong.size} frames differ, the first at {wrong[0] / RATE:.3f} s"


# the short run takes the other signal without a sound card: `test_network.py`
@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_a_signal_ends_it_in_order(jack: dict[str, str], preset: Path, tmp_path: Path, number: int) -> None:
    with playing(tmp_path, preset, "--sink", "portaudio", environment=jack) as engine:
        wait_for(engine, 0.5)

        assert engine.end(number) == 0
        assert not any("Traceback" in line for line in engine.said())


@pytest.mark.ci
def test_it_ends_after_so_many_seconds_of_music(jack: dict[str, str], preset: Path, tmp_path: Path) -> None:
    with playing(tmp_path, preset, "--sink", "auto", "--seconds", "1", environment=jack) as engine:
        assert engine.ready["sink"] == "portaudio"
        assert engine.process.wait(30.0) == 0


def test_a_card_that_is_not_there_is_named_with_those_that_are(jack: dict[str, str], preset: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "adaptive",
        "play",
        str(preset),
        "--device",
        "Scarlett",
        "--seconds",
        "1",
    ]
    with opening_clients(jack):
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=60, env=os.environ | jack
        )

    assert done.returncode == 3
    assert done.stderr.strip() == "adaptive: no output device is called 'Scarlett'; there are: system"
