from __future__ import annotations

from itertools import pairwise

from adaptive.composer.plan.voicings import HIGH, LOW, KnownChord, parallels, voice_path
from adaptive.music.chord import Chord
from tests.unit.composer.composing import section_plan


def test_parallels_are_counted_for_every_pair_that_moves_alike() -> None:
    assert parallels((48, 55, 64), (50, 57, 65)) == 1
    assert parallels((48, 60), (53, 65)) == 1
    assert parallels((48, 55), (48, 55)) == 0
    assert parallels((48, 55), (55, 62)) == 1
    assert parallels((48, 55), (50, 56)) == 0


def test_three_voices_of_the_chord_in_range_and_under_the_ceiling() -> None:
    moments = [KnownChord(Chord.parse(text), 40, None, 64) for text in ("Am", "F", "Dm7", "E7", "Cmaj7")]
    for moment, notes in zip(moments, voice_path(moments), strict=True):
        assert len(notes) == 3
        assert all(LOW <= note <= min(64, HIGH) for note in notes)
        assert all(moment.chord.tone_of(note) for note in notes)


def test_parallels_with_bass_and_tune_are_rare() -> None:
    found = pairs = 0
    for seed in range(12):
        part = section_plan(seed=seed).part_at(0)
        voices = [
            (bass, *notes)
            for bar in range(8)
            for bass, notes in zip(part.basses[bar], part.voicings[bar], strict=True)
        ]
        for one, other in pairwise(voices):
            if one != other:
                found, pairs = found + parallels(one, other), pairs + 6

    assert found / pairs < 0.03
