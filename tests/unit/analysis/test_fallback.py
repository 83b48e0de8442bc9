"""Laws of assumed loops: what is assumed where the onsets fit no tempo."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.analysis.fallback import assume_loop
from adaptive.analysis.loop import Extent
from tests.unit.analysis.analysis_loops import only_section
from tests.unit.analysis.analysis_signals import pad, save


def test_a_pad_that_decays_is_assumed_to_be_at_120_bpm(tmp_path: Path) -> None:
    save(tmp_path / "pad.wav", pad(17.0, fades=True))

    section = only_section(tmp_path)

    assert (section.tempo_bpm, section.bars, section.confidence) == (120.0, 8, 0.0)
    assert section.notes[0].startswith("No rhythm")


def test_a_pad_that_is_cut_is_a_whole_number_of_bars(tmp_path: Path) -> None:
    save(tmp_path / "pad.wav", pad(16 * 240.0 / 140.0, fades=False))

    section = only_section(tmp_path)

    assert (section.tempo_bpm, section.bars, section.tail_s) == (140.0, 16, 0.0)


def test_with_a_tempo_from_elsewhere_the_loop_is_whole_bars() -> None:
    loop = assume_loop(100.0, "It was said.", [Extent(10.0, 10.0, True)])

    assert (loop.bars, pytest.approx(loop.tail_s)) == (4, 0.4)
