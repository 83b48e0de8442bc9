"""Laws of the estimate of several files and sections together."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.analysis.proposal import propose
from tests.unit.analysis.analysis_loops import only_section
from tests.unit.analysis.analysis_signals import clicks, pad, save


def test_without_a_rhythm_the_tempo_of_the_name_is_used(tmp_path: Path) -> None:
    save(tmp_path / "pad_90bpm_6bars.wav", pad(17.0, fades=True))

    section = only_section(tmp_path)

    assert (section.tempo_bpm, section.bars) == (90.0, 6)
    assert "because the name of pad_90bpm_6bars.wav says so" in section.notes[1]


def test_a_pad_takes_the_tempo_of_the_other_sections(tmp_path: Path) -> None:
    save(tmp_path / "calm.wav", pad(15.5, fades=True))
    save(tmp_path / "fight.wav", clicks(128.0))

    proposal = propose(tmp_path)

    assert [section.tempo_bpm for section in proposal.sections.values()] == [128.0, 128.0]
    assert proposal.sections["calm"].bars == 8


def test_one_stem_of_exact_length_gives_the_tempo_of_those_with_tails(tmp_path: Path) -> None:
    save(tmp_path / "drums.wav", clicks(97.0, 32))
    save(tmp_path / "bells.wav", clicks(97.0, 32, tail_s=2.0))

    section = only_section(tmp_path)

    assert (section.tempo_bpm, section.bars) == (97.0, 8)
    assert pytest.approx(section.tail_s, abs=0.01) == 2.0
