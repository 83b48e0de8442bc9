from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from adaptive.analysis.evidence import hear
from adaptive.analysis.proposal import propose
from adaptive.analysis.straighten import straighten_folder
from adaptive.analysis.wander import follow_beats

RATE = 44100


def write_band(folder: Path) -> None:
    """Ten bars by a band without a click, cut where they end, and sixteen by a machine."""
    rng = np.random.default_rng(4)
    t = np.arange(4410) / RATE
    for name, wander, count in (("band", 0.03, 40), ("machine", 0.0, 64)):
        periods = 60.0 / 150.0 * (1.0 + wander * np.sin(np.arange(count - 1) / 6.0))
        beats = 0.1 + np.concatenate([[0.0], np.cumsum(periods)])
        audio = np.zeros(round((beats[-1] + (periods[-1] if wander else 0.6)) * RATE))
        for number, beat in enumerate(beats):
            hit = np.sin(2 * np.pi * 60.0 * t) if number % 2 == 0 else rng.normal(0.0, 0.5, len(t))
            audio[round(beat * RATE) :][: len(t)] += 0.5 * hit * np.exp(-t / 0.02)
        (folder / name).mkdir(parents=True)
        soundfile.write(folder / name / f"{name}.wav", audio, RATE)


def test_beats_that_wander_become_even_and_other_files_stay(tmp_path: Path) -> None:
    write_band(tmp_path / "songs")
    proposal = propose(tmp_path / "songs")
    told = straighten_folder(tmp_path / "songs", tmp_path / "even", proposal)
    wander = follow_beats(hear(tmp_path / "even" / "band" / "band.flac").onsets, 150.0)

    frames = soundfile.info(tmp_path / "even" / "band" / "band.flac").frames

    assert list(told) == ["band.wav"]
    assert (tmp_path / "even" / "machine" / "machine.wav").read_bytes() == (
        tmp_path / "songs" / "machine" / "machine.wav"
    ).read_bytes()
    assert wander is not None
    assert wander.stray_s < 0.002
    bars = [one["band"].bars for one in (proposal.sections, propose(tmp_path / "even").sections)]
    assert bars == [10, 10]
    assert (frames - 0.1 * 48000) / 40 * wander.bpm == pytest.approx(48000 * 60, rel=1e-4)
