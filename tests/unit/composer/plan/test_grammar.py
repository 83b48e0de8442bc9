from __future__ import annotations

import pytest

from adaptive.composer.plan.grammar import CLOSES, GRAMMARS, closes_of
from adaptive.composer.plan.progression import chord_of
from adaptive.music.scale import MODES, Key


@pytest.mark.parametrize("mode", MODES)
def test_every_chord_of_a_mode_can_be_reached_and_be_written(mode: str) -> None:
    chords, before = GRAMMARS[mode]

    assert set(before) <= set(chords)
    for name, weights in before.items():
        assert set(weights) <= set(before), name
        assert sum(weights.values()) > 0
    for name in chords:
        assert chord_of(Key.parse(f"C {mode}"), name).tones


@pytest.mark.parametrize("mode", MODES)
def test_every_close_is_a_chord_of_its_mode(mode: str) -> None:
    for closes in closes_of(mode).values():
        assert set(closes) <= set(GRAMMARS[mode][1])
    assert {*closes_of(mode)} == {"half", "open", "authentic"}
    assert set(CLOSES) <= set(MODES)


@pytest.mark.parametrize("mode", MODES)
def test_secondary_dominants_lead_a_fifth_down(mode: str) -> None:
    key = Key.parse(f"C {mode}")
    for name, weights in GRAMMARS[mode][1].items():
        for before in weights:
            if before.startswith("V/"):
                fall = chord_of(key, before).root.pitch_class - chord_of(key, name).root.pitch_class
                assert fall % 12 == 7, (before, name)
