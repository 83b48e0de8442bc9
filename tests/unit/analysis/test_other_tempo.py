from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.lint import check_files
from adaptive.analysis.measured import measure_file
from adaptive.analysis.other_tempo import filled_tempo, stated_tempo
from adaptive.preset.load import load

RATE = 48000


def write_beats(path: Path, bpm: float, bars: int) -> None:
    """Write a loop of noise that begins anew on each eighth, louder on the beat; it is loud to its end."""
    random = np.random.default_rng(3)
    frames = round(bars * 4 * 60.0 / bpm * RATE)
    times = np.arange(frames) / RATE
    eighths = times * bpm / 30.0
    swell = np.where(np.floor(eighths) % 2 == 0, 1.0, 0.5) * np.exp(-12.0 * (eighths % 1.0) * 30.0 / bpm)
    audio = 0.1 * (swell + 0.3) * random.standard_normal(frames)
    soundfile.write(path, audio.astype(np.float32), RATE, subtype="FLOAT")


def reported(folder: Path, file: str, tempo: str = "") -> list[str]:
    text = 'schema = 1\nname = "T"\ntempo_bpm = 96\n'
    text += f'[layers.low]\nstem = "{file}"\n[sections.battle]\nlayers = ["low"]\n{tempo}'
    (folder / "preset.toml").write_text(text, encoding="utf-8")
    preset = load(folder)
    return [one.text for one in check_files(preset, {p: measure_file(p) for p in preset.stems.values()})]


@pytest.mark.parametrize(
    ("file", "source"), [("battle_140bpm_low.wav", "its name"), ("battle_low.wav", "its rhythm")]
)
def test_a_section_whose_tempo_was_forgotten_is_asked_for_it(tmp_path: Path, file: str, source: str) -> None:
    write_beats(tmp_path / file, 140.0, 8)
    (found,) = reported(tmp_path, file)

    assert found == (
        f"`{file}` lasts 21.94 beats at the 96 BPM of `battle`, and 8 bars at 140 BPM, as {source} says:"
        " is `tempo_bpm` missing here?"
    )


def test_a_tempo_that_is_a_little_wrong_is_asked_about_and_the_right_one_is_not(tmp_path: Path) -> None:
    write_beats(tmp_path / "low.wav", 140.0, 8)

    (found,) = reported(tmp_path, "low.wav", "tempo_bpm = 138\n")
    assert found.endswith("8 bars at 140 BPM, as its rhythm says: is this tempo right?")
    assert reported(tmp_path, "low.wav", "tempo_bpm = 140\n") == []


def test_a_name_is_believed_only_if_the_file_fills_whole_bars(tmp_path: Path) -> None:
    path = tmp_path / "pad_100bpm.wav"

    assert stated_tempo(path) == 100.0
    assert filled_tempo(path, 19.2, 96.0, 4.0, by_ear=False) is not None
    assert filled_tempo(path, 20.0, 96.0, 4.0, by_ear=False) is None
    assert filled_tempo(path, 19.2, 100.0, 4.0, by_ear=False) is None
