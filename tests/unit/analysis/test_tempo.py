"""Laws of the tempo: hints decide only what the onsets leave open, and noise has no tempo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.analysis.onsets import find_onsets
from adaptive.analysis.tempo import find_rhythm
from tests.unit.analysis.analysis_loops import loop_of
from tests.unit.analysis.analysis_signals import clicks, pad


def test_a_hint_decides_between_a_tempo_and_its_half() -> None:
    loop = clicks(87.0, 32, swing=0.5)

    assert (loop_of(loop, 174.0).bpm, loop_of(loop, 87.0).bpm) == (174.0, 87.0)


def test_a_wrong_hint_is_not_used() -> None:
    assert loop_of(clicks(128.0), 140.0).bpm == 128.0


def test_a_pad_has_no_tempo(tmp_path: Path) -> None:
    assert find_rhythm(find_onsets(pad(16.0, fades=True)), [16.0]) is None
    assert find_rhythm(find_onsets(pad(16.0, fades=False)), [16.0]) is None


@pytest.mark.parametrize("seed", range(4))
def test_noise_has_no_tempo(seed: int) -> None:
    noise = np.random.default_rng(seed).standard_normal(8 * 44_100).astype(np.float32)

    assert find_rhythm(find_onsets(noise), [8.0]) is None


def test_the_next_best_tempo_is_named() -> None:
    rhythm = find_rhythm(find_onsets(clicks(120.0, 32)), [16.0])

    assert rhythm is not None
    assert rhythm.bpm == pytest.approx(120.0, abs=0.05)
    assert rhythm.rival_bpm != 0.0
    assert abs(rhythm.rival_bpm / rhythm.bpm - 1.0) > 0.03
    assert 0.0 < rhythm.confidence <= 1.0
