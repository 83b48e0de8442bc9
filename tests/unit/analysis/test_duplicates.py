"""Laws of files that would double others."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from adaptive.analysis.duplicates import find_duplicates
from adaptive.analysis.evidence import hear
from tests.unit.analysis.analysis_signals import Samples, clicks, pad, save


def left_out(folder: Path, **files: Samples) -> dict[str, str]:
    heard = [hear(save(folder / f"{name}.wav", samples)) for name, samples in files.items()]
    return {item.path.stem: item.reason for item in find_duplicates(heard)}


def test_the_mix_of_the_other_files_is_left_out(tmp_path: Path) -> None:
    drums, chords = clicks(120.0, 16), pad(8.0, fades=False)

    found = left_out(tmp_path, drums=drums, pad=chords, song=0.8 * (drums + chords))

    assert found == {"song": "is the mix of the other 2 files, and would double them"}


def test_of_one_recording_twice_the_one_named_as_a_mix_is_left_out(tmp_path: Path) -> None:
    found = left_out(tmp_path, mix=clicks(120.0, 16), drums=clicks(120.0, 16))

    assert found == {"mix": "is the same recording as drums.wav"}


def test_stems_that_differ_only_in_their_high_sounds_are_kept(tmp_path: Path) -> None:
    hats = np.zeros(8 * 44_100, dtype=np.float32)
    noise = np.random.default_rng(3).standard_normal(400)
    for start in range(11_025, len(hats), 22_050):
        hats[start : start + 400] = 0.2 * np.diff(noise, prepend=0.0)
    chords = clicks(120.0, 16)

    assert left_out(tmp_path, plain=chords, hats=chords + hats) == {}


def test_silent_files_and_different_parts_are_kept(tmp_path: Path) -> None:
    silence = np.zeros(8 * 44_100, dtype=np.float32)

    assert left_out(tmp_path, a=silence, b=silence, c=clicks(120.0, 16), d=pad(8.0, fades=False)) == {}
