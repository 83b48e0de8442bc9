"""Laws of recordings of one piece at different tempi."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.analysis.evidence import hear
from adaptive.analysis.names import group
from adaptive.analysis.proposal import propose
from adaptive.analysis.tempi import divide_by_tempo
from tests.unit.analysis.analysis_signals import Samples, clicks, pad, save


def rhythm(bpm: float, beats: int, *, lead_s: float = 0.0) -> Samples:
    """Return a loop with an irregular pattern of eighths, which only its own tempo matches."""
    pattern = np.random.default_rng(11).random(2 * beats) < 0.6
    samples = clicks(bpm, beats, first_beat_s=lead_s)
    click = clicks(120.0, 1)[:2000]
    for eighth in np.nonzero(pattern)[0]:
        start = round((lead_s + eighth * 30.0 / bpm) * 44_100)
        part = click[: len(samples) - start]
        samples[start : start + len(part)] += 0.6 * part
    return samples


def divided(folder: Path, **files: Samples) -> list[list[str]]:
    heard = [hear(save(folder / f"{name}.wav", samples)) for name, samples in files.items()]
    named = group([stem.path for stem in heard], folder)
    return [
        [name.path.stem for name, _ in pairs]
        for pairs in divide_by_tempo(list(zip(named, heard, strict=True)))
    ]


@pytest.mark.parametrize("ratio", [0.6, 0.8, 0.95, 1.07, 1.25, 1.5])
def test_two_recordings_at_two_tempi_are_told_apart(tmp_path: Path, ratio: float) -> None:
    found = divided(tmp_path, one=rhythm(120.0, 32), two=rhythm(120.0 * ratio, 32, lead_s=0.03))

    assert found == [["one"], ["two"]]


def test_loops_of_other_lengths_and_tails_at_one_tempo_stay_together(tmp_path: Path) -> None:
    found = divided(
        tmp_path,
        drums=rhythm(120.0, 32),
        short=rhythm(120.0, 20),
        tail=np.concatenate([rhythm(120.0, 32), np.zeros(60_000, np.float32)]),
        half=clicks(60.0, 16),
        pad=pad(17.3, fades=True),
    )

    assert found == [["drums", "short", "tail", "half", "pad"]]


def test_files_without_onsets_go_with_those_of_their_length(tmp_path: Path) -> None:
    found = divided(
        tmp_path,
        drums_slow=rhythm(120.0, 32),
        drums_fast=rhythm(150.0, 32),
        pad_slow=pad(16.0, fades=False),
        pad_fast=pad(12.8, fades=False),
    )

    assert found == [["drums_slow", "pad_slow"], ["drums_fast", "pad_fast"]]


def test_they_become_sections_that_share_their_layers(tmp_path: Path) -> None:
    for word, bpm in (("slow", 112.0), ("fast", 140.0)):
        save(tmp_path / f"theme_{word}_1.wav", rhythm(bpm, 32))
        save(tmp_path / f"theme_{word}_2.wav", clicks(bpm, 32, swing=0.5))

    proposal = propose(tmp_path)

    assert {name: section.tempo_bpm for name, section in proposal.sections.items()} == {
        "slow": 112.0,
        "fast": 140.0,
    }
    assert len({frozenset(section.files) for section in proposal.sections.values()}) == 1


def test_tempi_in_the_names_are_enough_where_there_is_no_rhythm(tmp_path: Path) -> None:
    save(tmp_path / "pad_120bpm.wav", pad(16.0, fades=False))
    save(tmp_path / "pad_150bpm.wav", pad(12.8, fades=False))

    proposal = propose(tmp_path)

    assert {name: section.tempo_bpm for name, section in proposal.sections.items()} == {
        "bpm_120": 120.0,
        "bpm_150": 150.0,
    }
