from __future__ import annotations

from fractions import Fraction

import pytest

from adaptive.errors import InputError
from adaptive.music.chord import Chord
from adaptive.music.harmony import default_progression, parse_bar
from adaptive.music.scale import MODES, Key


def test_several_chords_split_a_bar_evenly_and_exactly() -> None:
    bar = parse_bar("Am F G", 4)

    assert [Fraction(0), Fraction(4, 3), Fraction(8, 3)] == [onset for onset, _ in bar]
    assert [str(chord) for _, chord in bar] == ["Am", "F", "G"]


@pytest.mark.parametrize(("text", "told"), [("", "without a chord"), ("A " * 17, "at most 16")])
def test_a_bar_without_chords_or_with_too_many_is_refused(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        parse_bar(text, 4)


@pytest.mark.parametrize("mode", sorted(MODES))
@pytest.mark.parametrize("tonic", ["C", "F#", "Eb"])
def test_a_default_progression_is_four_bars_from_home_and_within_the_key(tonic: str, mode: str) -> None:
    key = Key.parse(f"{tonic} {mode}")
    bars = [parse_bar(text, 4) for text in default_progression(key)]
    foreign = [tone for bar in bars for _, chord in bar for tone in chord.tones if tone not in key.tones]

    assert len(bars) == 4
    assert key.tonic == bars[0][0][1].root
    # minor borrows its leading note, and nothing else is borrowed
    assert len(foreign) <= (1 if mode == "minor" else 0)


def test_minor_waits_for_home_on_its_dominant() -> None:
    last = parse_bar(default_progression(Key.parse("D minor"))[-1], 4)

    assert [Chord.parse("Asus4"), Chord.parse("A")] == [chord for _, chord in last]
