"""Bars of recordings: clashes, covered onsets, occupied registers."""

from __future__ import annotations

from fractions import Fraction

from adaptive.composer.plan.stem_bar import StemBar, free_register, occupied

STEP = Fraction(1, 4)


def bar(pitches: list[set[int]], steps: str = "0" * 16) -> StemBar:
    masks = tuple(sum(1 << pitch for pitch in one) for one in pitches)
    return StemBar(bytes(255 if step == "1" else 0 for step in steps), masks)


def test_a_semitone_and_a_minor_ninth_clash_and_nothing_else() -> None:
    recorded = bar([{60}] * 4)

    clashing = {
        midi for midi in range(30, 100) if recorded.clash_share(midi, Fraction(0), Fraction(1)) == 1.0
    }

    assert clashing == {47, 59, 61, 73}


def test_a_pitch_that_is_recorded_itself_does_not_clash() -> None:
    assert bar([{60, 61}] * 4).clash_share(61, Fraction(0), Fraction(4)) == 0.0


def test_the_share_of_a_clash_is_that_of_the_length_of_the_note() -> None:
    recorded = bar([set(), {60}, set(), {60}])

    assert recorded.clash_share(61, Fraction(0), Fraction(4)) == 0.5
    assert recorded.clash_share(61, Fraction(1, 2), Fraction(1)) == 0.5
    assert recorded.clear_until(61, Fraction(1, 2), Fraction(2)) == Fraction(1, 2)
    assert recorded.clear_until(64, Fraction(1, 2), Fraction(2)) == 2


def test_what_is_beyond_the_bar_is_not_known() -> None:
    assert bar([{60}] * 4).clash_share(61, Fraction(3), Fraction(2)) == 0.5


def test_onsets_are_covered_by_the_sixteenth() -> None:
    recorded = bar([set()] * 4, "1000" * 4)

    assert recorded.covers(Fraction(1), STEP)
    assert not recorded.covers(Fraction(5, 4), STEP)
    assert recorded.busy == 0.25
    assert not recorded.is_pitched


def test_a_tune_moves_to_where_recordings_sound_less() -> None:
    low, high = (bar([{pitch}] * 4) for pitch in (66, 74))

    assert free_register(()) == 0
    assert free_register((low,)) == 2
    assert free_register((high,)) == -2
    assert free_register((bar([set(range(40, 100))] * 4),)) == 0
    assert occupied((low, bar([set()] * 4)), 60, 70) == 0.5
