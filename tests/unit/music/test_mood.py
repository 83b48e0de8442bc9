from __future__ import annotations

import numpy as np
import pytest

from adaptive.errors import InputError
from adaptive.music.mood import KIN, MOODS, mood_controls, mood_mode, mood_point
from adaptive.music.scale import MODES

STEPS = (-1.0, -0.5, 0.0, 0.5, 1.0)


def rank_correlation(one: list[float], other: list[float]) -> float:
    ranks = [np.argsort(np.argsort(values, kind="stable"), kind="stable") for values in (one, other)]
    return float(np.corrcoef(*ranks)[0, 1])


def test_there_are_24_moods_in_all_four_quadrants() -> None:
    quadrants = {(valence > 0, arousal > 0) for valence, arousal in MOODS.values()}

    assert len(MOODS) == 24
    assert len(quadrants) == 4
    assert all(-1 <= number <= 1 for point in MOODS.values() for number in point)


@pytest.mark.parametrize(
    ("word", "is_pleasant", "is_excited"),
    [("calm", True, False), ("joyful", True, True), ("angry", False, True), ("sad", False, False)],
)
def test_a_word_lies_in_its_own_quadrant(word: str, is_pleasant: bool, is_excited: bool) -> None:
    valence, arousal = mood_point(word)

    assert (valence > 0) == is_pleasant
    assert (arousal > 0) == is_excited


def test_an_unknown_mood_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="no mood `calmer`; the nearest is calm"):
        mood_point("calmer")


@pytest.mark.parametrize("control", ["density", "energy", "brightness", "syncopation"])
def test_arousal_raises_its_controls_and_shortens_notes(control: str) -> None:
    values = [mood_controls(0.0, arousal) for arousal in STEPS]

    assert rank_correlation([value[control] for value in values], list(STEPS)) > 0.9
    assert rank_correlation([value["articulation"] for value in values], list(STEPS)) < -0.9


def test_valence_raises_the_register_and_brightens_sound_and_mode() -> None:
    values = [mood_controls(valence, 0.0) for valence in STEPS]

    for control in ("register", "brightness"):
        assert rank_correlation([value[control] for value in values], list(STEPS)) > 0.9
    fifths = ["phrygian", "minor", "dorian", "mixolydian", "major", "lydian"]  # darkest first
    places = [fifths.index(mood_mode(valence)) for valence in STEPS]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] == 5


def test_every_mode_is_one_of_keys() -> None:
    assert {mood_mode(n / 20 - 1) for n in range(41)} <= set(MODES)


def test_a_word_that_is_no_mood_is_answered_with_moods_of_its_meaning() -> None:
    with pytest.raises(InputError, match="the nearest are dark, melancholic, sad"):
        mood_point("gloomy")
    assert not KIN.keys() & MOODS.keys()
    assert {word for near in KIN.values() for word in near} <= MOODS.keys()
