"""What the recordings of a section sound, bar by bar."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from adaptive.composer.meter import meter
from adaptive.conductor.stem_bars import SectionGrid, stem_bars_of
from adaptive.engine import stem_content_cache
from adaptive.engine.bank import Bank, Sound

BEAT = 12000


@pytest.fixture(autouse=True)
def _no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stem_content_cache, "cache_folder", lambda: tmp_path)


def loop(midi: int, beats: int) -> Sound:
    """A tone in the first of the beats of a loop."""
    audio = np.zeros(beats * BEAT, np.float32)
    time = np.arange(BEAT) / 48000
    audio[:BEAT] = 0.3 * np.sin(2 * np.pi * 440.0 * 2 ** ((midi - 69) / 12) * time) * np.exp(-time / 0.03)
    return Sound(audio, audio, 0, audio.size)


def test_a_loop_that_is_shorter_than_its_section_repeats() -> None:
    grid = SectionGrid(meter(4, 4), 16 * BEAT, Fraction(4))

    bars = stem_bars_of(Bank(), [loop(57, 8), loop(64, 16)], grid)

    assert len(bars) == 4
    assert [bool(bar.pitches[0] >> 57 & 1) for bar in bars] == [True, False, True, False]
    assert [bool(bar.pitches[0] >> 64 & 1) for bar in bars] == [True, False, False, False]
    assert bars[0].onsets[0] > 100
    assert not any(bars[0].onsets[4:])


def test_in_six_eight_a_beat_is_an_eighth() -> None:
    bars = stem_bars_of(Bank(), [loop(57, 6)], SectionGrid(meter(6, 8), 6 * BEAT, Fraction(1)))

    assert len(bars) == 1
    assert (len(bars[0].pitches), len(bars[0].onsets)) == (6, 12)


@pytest.mark.parametrize(
    "sounds", [[], [Sound(np.zeros(99, np.float32), np.zeros(99, np.float32))], [loop(57, 5)]]
)
def test_nothing_is_known_without_a_loop_that_fits(sounds: list[Sound]) -> None:
    assert stem_bars_of(Bank(), sounds, SectionGrid(meter(4, 4), 7 * BEAT, Fraction(4))) == ()
    assert stem_bars_of(Bank(), [loop(57, 4)], SectionGrid(meter(4, 4), 4 * BEAT, Fraction(1, 2))) == ()
