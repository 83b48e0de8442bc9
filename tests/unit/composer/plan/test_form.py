from __future__ import annotations

from itertools import pairwise

import pytest

from adaptive.composer.genres.genre import Choruses
from adaptive.composer.plan.form import MOVEMENT_PARTS, chorus, movement, parse_form, theme_name
from adaptive.errors import InputError


def test_a_declared_form_returns_with_its_first_theme_and_new_others() -> None:
    declared = parse_form("A A' B A")
    second = movement(1, 5, declared)

    assert [str(part) for part in movement(0, 5, declared)] == ["A", "A'", "B", "A"]
    assert [str(part) for part in second] == ["A'", "A'", "B2", "A'"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "a form without a letter"),
        ("A a B", "`a` is no part of a form: write a capital letter"),
        ("A''''", "is no part of a form"),
        ("AB", "`AB` is no part of a form"),
        ("A " * 33, "a form of 33 parts: write at most 32"),
    ],
)
def test_what_is_no_form_is_refused_with_a_sentence(text: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        parse_form(text)


def test_typographic_primes_are_primes() -> None:
    assert parse_form("A A′ A’’") == parse_form("A A' A''")


def test_the_first_movement_brings_its_theme_back_twice() -> None:
    for seed in range(20):
        parts = movement(0, seed)
        assert [part.theme for part in parts].count("A") >= 3
        assert str(parts[0]) == "A"


def test_later_movements_have_new_themes_and_end_on_an_older_one() -> None:
    for seed in range(20):
        seen = {part.theme for part in movement(0, seed)}
        for number in range(1, 5):
            parts = movement(number, seed)
            known = {theme_name(index) for index in range(3 * number)}
            assert len(parts) == MOVEMENT_PARTS
            assert not {part.theme for part in parts[:-1]} & seen
            assert parts[-1].theme in known
            seen |= {part.theme for part in parts}


def test_a_section_that_is_entered_again_begins_with_its_theme_varied() -> None:
    for visit in range(1, 6):
        first = movement(0, 3, visit=visit)[0]
        assert (first.theme, first.primes > 0) == ("A", True)
    assert movement(0, 3, visit=2) != movement(0, 3, visit=0)
    assert {part.theme for part in movement(0, 3, visit=4)} & {"B", "C"} == set()


def test_a_theme_keeps_its_place_wherever_it_returns() -> None:
    places: dict[str, int] = {}
    for number in range(12):
        for part in movement(number, 8):
            assert places.setdefault(part.theme, part.place) == part.place


JAZZ = (("A A B A", "A A B A'"), Choruses(1, trades=True))


def test_a_tune_is_a_head_a_solo_on_its_themes_and_the_head_again() -> None:
    for seed in range(10):
        head, solo, again, following = (chorus(number, seed, *JAZZ) for number in range(4))

        assert [part.theme for part in head] == [part.theme for part in solo] == ["A", "A", "B", "A"]
        assert [str(part) for part in solo][:3] == ["A solo 1", "A solo 1", "B solo 1"]
        assert [part.trades for part in solo] == [False, False, True, True]
        assert again[:3] == head[:3]
        assert again[3].primes == 1
        assert not {part.theme for part in following} & {"A", "B"}
        assert not any(part.solo or part.trades for part in (*head, *again, *following))


def test_some_later_tunes_are_earlier_ones_with_new_solos() -> None:
    tunes = [chorus(3 * tune, 4, *JAZZ)[0].theme for tune in range(40)]

    assert len(set(tunes[:3])) == 3
    assert 20 <= len(set(tunes)) < 40
    assert all(one != other for one, other in pairwise(tunes))


def test_a_section_that_is_entered_again_begins_with_its_head_varied() -> None:
    assert str(chorus(0, 3, *JAZZ, visit=1)[0]) == "A'"
    assert chorus(0, 3, *JAZZ, visit=2)[2].theme != "B"
