from __future__ import annotations

from itertools import pairwise

import pytest

from adaptive.composer.meter import meter
from adaptive.composer.plan.progression import PhraseGoal, chords_of, write_phrase
from adaptive.composer.seeding import seeded
from adaptive.music.scale import MODES, Key


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("bars", [1, 2, 4, 7])
@pytest.mark.parametrize("rhythm", ["slow", "bar", "half"])
def test_a_phrase_has_its_bars_and_its_close(mode: str, bars: int, rhythm: str) -> None:
    key = Key.parse(f"D {mode}")
    for close in ("half", "open", "authentic"):
        goal = PhraseGoal(bars, close, rhythm)
        chords = chords_of(key, write_phrase(mode, meter(4, 4), goal, seeded(3)))

        assert len(chords) == bars
        assert (chords[-1][-1][1].root == key.tonic) == (close == "authentic")


def test_dominant_sevenths_resolve_and_roots_fall_by_fifths() -> None:
    sevenths = resolved = falls = moves = 0
    for seed in range(60):
        for mode in ("major", "minor"):
            goal = PhraseGoal(4, "authentic", "half", 0.8)
            phrase = chords_of(Key.parse(f"C {mode}"), write_phrase(mode, meter(4, 4), goal, seeded(seed)))
            chords = [chord for bar in phrase for _, chord in bar]
            for one, other in pairwise(chords):
                step = (other.root.pitch_class - one.root.pitch_class) % 12
                falls, moves = falls + (step == 5), moves + 1
                if one.quality == "7":
                    sevenths, resolved = sevenths + 1, resolved + (step in {5, 1, 2})

    assert resolved / sevenths > 0.9
    assert 0.28 < falls / moves < 0.5


def test_an_answer_begins_like_the_phrase_it_answers() -> None:
    first = write_phrase("minor", meter(4, 4), PhraseGoal(4, "half"), seeded(1))
    second = write_phrase("minor", meter(4, 4), PhraseGoal(4, "authentic", head=first.bars[:2]), seeded(2))

    assert second.bars[:2] == first.bars[:2]
    assert second.bars[3][-1][1] == "I"


@pytest.mark.parametrize("tonic", ["F", "A", "Db", "Eb", "F#", "B"])
def test_chords_are_spelled_by_the_key(tonic: str) -> None:
    key = Key.parse(f"{tonic} major")
    for seed in range(10):
        phrase = write_phrase("major", meter(4, 4), PhraseGoal(4, "authentic", tension=0.0), seeded(seed))
        for bar in chords_of(key, phrase):
            for _, chord in bar:
                if chord.root.pitch_class in key.pitch_classes:
                    assert chord.root in key.tones
