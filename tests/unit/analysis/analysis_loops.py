"""Functions that find the loop in samples and the only section of a folder."""

from __future__ import annotations

from pathlib import Path

from adaptive.analysis.loop import Extent, Loop, find_loop
from adaptive.analysis.onsets import find_onsets
from adaptive.analysis.proposal import SectionProposal, propose
from adaptive.analysis.tempo import find_rhythm
from tests.unit.analysis.analysis_signals import Samples


def loop_of(samples: Samples, *hints_bpm: float) -> Loop:
    """Return the loop found in samples at 44.1 kHz."""
    onsets, length_s = find_onsets(samples), len(samples) / 44_100
    rhythm = find_rhythm(onsets, [length_s], hints_bpm)
    assert rhythm is not None
    return find_loop(rhythm, onsets, [Extent(length_s, length_s, False)])


def only_section(folder: Path) -> SectionProposal:
    (section,) = propose(folder).sections.values()
    return section
