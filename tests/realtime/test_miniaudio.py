"""The sound card through miniaudio, on a Pulse server: the same laws as through PortAudio."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adaptive.sinks import miniaudio_library
from tests.helpers.heard import frames_that_differ, pulse_recording
from tests.helpers.playing import playing
from tests.helpers.presets import make_preset
from tests.helpers.servers import Pulse
from tests.realtime.test_device import BODY

pytestmark = pytest.mark.pulse

WITHOUT_PORTAUDIO = (
    "import sys\n"
    "class Broken:\n"
    "    def find_spec(self, name, path=None, target=None):\n"
    "        if name == 'sounddevice': raise OSError('PortAudio library not found')\n"
    "sys.meta_path.insert(0, Broken())\n"
    "from adaptive.cli import main\n"
    "main()\n"
)


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_preset(tmp_path_factory.mktemp("miniaudio") / "small", BODY).folder


def run(pulse: Pulse, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `adaptive` where PortAudio is missing."""
    command = [sys.executable, "-c", WITHOUT_PORTAUDIO, *arguments]
    environment = os.environ | pulse.environment
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)


@pytest.mark.ci
def test_what_pulse_hears_is_what_the_recording_renders_to_although_python_stands_still(
    pulse: Pulse, preset: Path, tmp_path: Path
) -> None:
    # a server that the machine lets starve for 40 ms shifts all that follows; Python would do so every time
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        wrong = frames_that_differ(
            pulse_recording, "miniaudio", pulse.environment, preset, folder, limit=1e-6
        )
        if wrong.size == 0:
            break

    assert wrong.size == 0, f"{wrong.size} frames differ, the first at {wrong[0] / 48000:.3f} s"


def test_where_portaudio_is_missing_auto_plays_through_miniaudio(pulse: Pulse, preset: Path) -> None:
    ports = ["--osc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--tcp", "127.0.0.1:0"]
    done = run(pulse, "play", str(preset), "--seconds", "1", "--seed", "1", *ports, "--ready")

    assert done.returncode == 0
    assert '"sink": "miniaudio"' in done.stdout
    assert "miniaudio (Null Output: it is the system's default output, and through PortAudio:" in done.stderr


@pytest.mark.ci
def test_devices_and_doctor_tell_of_both_ways_to_the_card(pulse: Pulse) -> None:
    listed, checked = run(pulse, "devices"), run(pulse, "doctor")

    assert "PortAudio is not installed" in listed.stdout
    assert "Null Output (PULSEAUDIO, 2 channels, 48000 Hz)" in listed.stdout
    assert "auto picks miniaudio: Null Output" in listed.stdout
    assert "ok  sound card: miniaudio, Null Output" in checked.stdout
    assert "its default device is by PULSEAUDIO" in checked.stdout


@pytest.mark.slow
def test_a_device_is_found_by_part_of_its_name_and_a_wrong_one_is_named(pulse: Pulse, preset: Path) -> None:
    with playing(
        preset.parent, preset, "--sink", "miniaudio", "--device", "null out", "--channels", "1",
        environment=pulse.environment,
    ) as engine:  # fmt: skip
        assert engine.ready["sink"] == "miniaudio"
        assert engine.end() == 0
    done = run(pulse, "play", str(preset), "--sink", "miniaudio", "--device", "Scarlett")

    assert done.returncode == 3
    assert done.stderr.startswith("adaptive: no output device is called 'Scarlett'; there are: Null Output")
    assert len(done.stderr.splitlines()) == 1


def test_a_miniaudio_without_its_device_functions_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import miniaudio

    monkeypatch.delattr(miniaudio, "lib")

    with pytest.raises(miniaudio_library.DeviceError, match="does not show its device functions"):
        miniaudio_library.load()
