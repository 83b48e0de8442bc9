"""Generators and modulators beside FluidSynth: levels in windows of 50 ms.

Two differences are known.  FluidSynth 2.3 does not know the transform *absolute value*, and it does not let
an oscillator raise a level above that without it.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile as audio_file

from tests.helpers.soundfont_file import soundfont
from tests.unit.conductor.layers.test_song_source import PRESET, RATE, rendered
from tests.unit.preset.test_song import cc, on, written

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="FluidSynth is not installed"),
]

LATE = 64
"""Frames by which FluidSynth is late: it renders a buffer before it takes the first events."""

WINDOW = RATE // 20


def off(tick: int, key: int = 60) -> mido.Message:
    return on(tick, key, velocity=0)


def sweep(number: int, first: int = 10, last: int = 1920) -> list[mido.Message]:
    return [cc(first + (last - first) * step // 32, number, 127 * step // 32) for step in range(33)]


def wheel() -> list[mido.Message]:
    turned = (int(8191 * np.sin(step / 8)) for step in range(90))
    return [mido.Message("pitchwheel", pitch=value, time=20 + 20 * step) for step, value in enumerate(turned)]


HELD = [on(0), *sweep(1), off(2400)]
THREE = [on(0, velocity=20), off(400), on(480, velocity=70), off(900), on(960, velocity=127), off(1900)]
CASES: dict[str, tuple[dict[str, int], Sequence[tuple[int, int, int, int, int]], list[mido.Message]]] = {
    "plain": ({}, (), [on(0), off(1920)]),
    "cutoff by the wheel": ({"cutoff": 6000}, [(0x0081, 8, 6000, 0, 0)], HELD),
    "cutoff by velocity": ({"cutoff": 6000}, [(0x0002, 8, 5000, 0, 0)], THREE),
    "resonance": ({"cutoff": 7500}, [(0x0081, 9, 300, 0, 0)], HELD),
    "attack by velocity": ({"attack": -4000}, [(0x0102, 34, 4000, 0, 0)], THREE),
    "release": ({"release": -2000}, [(0x0081, 38, 3000, 0, 0)],
                [cc(0, 1, 100), on(1), off(300), cc(1400, 1, 0), on(1440), off(1700)]),
    "a switch": ({}, [(0x0C81, 48, 200, 0, 0)], HELD),
    "convex": ({}, [(0x0881, 48, 400, 0, 0)], HELD),
    "pan by the wheel": ({}, [(0x0281, 17, 500, 0, 0)], [on(0), cc(5, 1, 100), off(1900)]),
    "pan": ({}, (), [cc(0, 10, 100), on(1), off(1900)]),
    "envelope by the wheel": (
        {"cutoff": 5000, "modulation_attack": -1200, "modulation_decay": 0, "modulation_sustain": 500},
        [(0x0081, 11, 5000, 0, 0)], [cc(0, 1, 127), on(1), off(2000)],
    ),
    "bend": ({}, (), [on(0), *wheel(), off(2000)]),
    "volume and expression": ({}, (), [on(0), *sweep(7, 10, 900), *sweep(11, 960, 1900), off(2200)]),
    "oscillator": ({"lfo_pitch": 100, "lfo_rate": -1200, "lfo_delay": -2000}, (), [on(0), off(2200)]),
    "vibrato by the wheel": ({"vibrato_rate": -500}, (), [cc(0, 1, 127), on(1), off(2200)]),
    "delay": ({"delay": -1000, "attack": -2400}, (), [on(0), off(2200)]),
    "amount source": ({"cutoff": 6000}, [(0x0081, 8, 6000, 0x0002, 0)], [cc(0, 1, 127), *THREE]),
}  # fmt: skip


def levels_db(audio: np.ndarray) -> np.ndarray:
    frames = audio.shape[1] // WINDOW * WINDOW
    return 10 * np.log10((audio[:, :frames].reshape(2, -1, WINDOW) ** 2).mean(axis=2) + 1e-12)


@pytest.mark.parametrize("name", CASES)
def test_levels_are_those_of_fluidsynth(tmp_path: Path, name: str) -> None:
    zone, modulators, messages = CASES[name]
    phase = 2 * np.pi * np.arange(RATE) / 240
    wave = np.round(12000 * sum(np.sin(phase * n) / n for n in range(1, 60))).astype(np.int16)
    zones = [zone | {"sample": 0, "loops": 1}]
    soundfont(tmp_path / "two.sf2", [(wave, RATE, 60, 480, 47760)], [("One", 0, 0, zones)], modulators)
    written(tmp_path / "song.mid", *messages, end=2880)
    text = PRESET.replace('midi = "song.mid"', 'midi = "song.mid"\nlevel_db = -12.0')
    ours = rendered(tmp_path, text, 2.5)
    command = ["fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-r", str(RATE), "-g", "0.3", "-O", "float"]
    files = [
        "-T",
        "wav",
        "-F",
        str(tmp_path / "it.wav"),
        str(tmp_path / "two.sf2"),
        str(tmp_path / "song.mid"),
    ]
    subprocess.run([*command, *files], check=True, capture_output=True)
    theirs = audio_file.read(tmp_path / "it.wav")[0].T[:, LATE:]
    frames = min(ours.shape[1], theirs.shape[1])
    mine, other = levels_db(ours[:, :frames]), levels_db(theirs[:, :frames])
    is_heard = (mine > -60.0) & (other > -60.0)
    apart = (mine - other)[is_heard]
    apart -= np.median(apart)

    assert is_heard.sum() > 20
    assert np.percentile(np.abs(apart), 90) < 0.5
