"""Laws of files that neither fill nor divide their section: what is written can be played."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.analysis.proposal import Proposal, propose
from tests.helpers.amounts import variants
from tests.unit.analysis.analysis_signals import clicks, pad, save
from tests.unit.analysis.made_presets import findings, made_from


def proposed(folder: Path, beats: int, *, name: str = "odd", fades: bool = False) -> Proposal:
    """Propose a preset of 8 bars of drums and another file, which must load without a fault."""
    save(folder / "in" / "drums.wav", clicks(120.0, 32, swing=0.5))
    odd = pad(beats * 0.5, fades=True) if fades else clicks(120.0, beats, swing=0.5, noise=0.05)
    save(folder / "in" / f"{name}.wav", odd)
    assert findings(made_from(folder / "in", folder / "out")) == []
    return propose(folder / "in")


@pytest.mark.parametrize(
    ("beats", "bars"), variants([(12, 24), (20, 40), (16, 8), (32, 8)], {(12, 24), (16, 8)})
)
def test_loops_of_other_bars_make_the_section_longer(tmp_path: Path, beats: int, bars: int) -> None:
    (section,) = proposed(tmp_path, beats).sections.values()

    assert (section.bars, sorted(section.files)) == (bars, ["drums", "odd"])


def test_a_stem_whose_silence_was_trimmed_gets_it_back(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, 21, fades=True)

    assert {path.name: end_s for path, end_s in proposal.padded_s.items()} == {"odd.wav": pytest.approx(16.0)}
    assert "silence is added" in " ".join(proposal.sections["main"].notes)


def test_a_hit_beside_loops_is_a_stinger(tmp_path: Path) -> None:
    save(tmp_path / "in" / "hit.wav", clicks(120.0, 1, tail_s=0.13))
    proposal = proposed(tmp_path, 32)

    assert sorted(proposal.stingers) == ["hit"]


def test_a_loop_that_fits_nowhere_is_passed_over_by_name(tmp_path: Path) -> None:
    proposal = proposed(tmp_path, 22)

    assert [item.path.name for item in proposal.passed_over] == ["odd.wav"]
    assert "neither fill nor divide" in proposal.passed_over[0].reason
    assert sorted(proposal.layers) == ["drums"]
