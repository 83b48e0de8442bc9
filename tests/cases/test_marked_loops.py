"""Files of games and samplers that mark a loop after an introduction, from `adaptive new` to what sounds."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.proposal import propose, write_preset
from adaptive.preset.load import load
from adaptive.session.performance import vocabulary
from tests.helpers.presets import play

RATE = 44100
BAR = 2 * RATE
"""At 120 quarter notes a minute."""


def theme() -> np.ndarray:
    """Two bars of introduction and four that loop: a stroke on each beat, another note in each bar."""
    audio = np.zeros(6 * BAR, np.float32)
    for beat in range(24):
        hz = [880, 770, 220, 275, 330, 440][beat // 4]
        time = np.arange(BAR // 4) / RATE
        stroke = np.sin(2.0 * np.pi * hz * time) * np.exp(-time / 0.09)
        audio[beat * BAR // 4 : (beat + 1) * BAR // 4] += 0.5 * stroke.astype(np.float32)
    return audio


def write_sampler_loop(path: Path) -> None:
    """A WAV file whose smpl chunk has the loop."""
    soundfile.write(path, theme(), RATE, subtype="PCM_16")
    loop = struct.pack("<6I", 0, 0, 2 * BAR, 6 * BAR - 1, 0, 0)
    body = struct.pack("<9I", 0, 0, 1_000_000_000 // RATE, 60, 0, 0, 0, 1, 0) + loop
    content = path.read_bytes() + b"smpl" + struct.pack("<I", len(body)) + body
    path.write_bytes(content[:4] + struct.pack("<I", len(content) - 8) + content[8:])


def write_comment(path: Path) -> None:
    with soundfile.SoundFile(path, "w", RATE, 1) as file:
        file.comment = f"LOOPSTART={2 * BAR}"
        file.write(theme())


def bars(folder: Path) -> tuple[int | None, int | None]:
    (section,) = load(folder).file.sections.values()
    return section.intro_bars, section.length_bars


@pytest.mark.parametrize("suffix", ["wav", "ogg", "flac"])
def test_new_proposes_the_introduction_and_it_sounds_once(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / f"theme.{suffix}"
    (write_sampler_loop if suffix == "wav" else write_comment)(path)
    write_preset(propose(tmp_path / "in"), tmp_path / "out")
    assert bars(tmp_path / "out") == (2, 4)
    played = play(load(tmp_path / "out", vocabulary=vocabulary()), 22)
    heard = played.bus("theme")
    second = 96000  # frames of a bar at the engine's rate
    hz = [
        round(int(np.argmax(np.abs(np.fft.rfft(heard[at * second : (at + 1) * second])))) / 2)
        for at in range(11)
    ]
    wanted = [880, 770, 220, 275, 330, 440, 220, 275, 330, 440, 220]
    assert hz == pytest.approx(wanted, abs=3)


@pytest.mark.foreign_data
@pytest.mark.parametrize("case", ["sampler_loop_intro_2_bars", "ogg_loopstart"])
def test_the_files_that_failed(tmp_path: Path, case: str) -> None:
    folder = Path(os.environ["ADAPTIVE_TEST_DATA"]).parent / "cases" / case / "in"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    write_preset(propose(folder), tmp_path / "out")
    assert bars(tmp_path / "out") == (2, 4)
