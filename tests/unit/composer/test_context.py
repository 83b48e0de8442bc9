from __future__ import annotations

from adaptive.composer.seeding import seeded
from tests.unit.composer.composing import contexts


def test_a_bar_knows_its_place_in_the_phrase() -> None:
    asked = contexts(bars=6, phrase_bars=3)

    assert [context.bar_in_phrase for context in asked] == [0, 1, 2, 0, 1, 2]
    assert [context.bar for context in asked if context.is_phrase_end] == [2, 5]


def test_random_numbers_depend_on_seed_and_salt_and_not_on_the_bar() -> None:
    first, second = contexts(seed=3)[:2]

    assert first.rng(1, 2).random() == second.rng(1, 2).random()
    assert first.rng(1, 2).random() != first.rng(1, 3).random()
    assert first.rng(1, 2).random() != contexts(seed=4)[0].rng(1, 2).random()


def test_a_negative_seed_is_a_seed() -> None:
    assert seeded(-1, 5).random() == seeded(0xFFFFFFFF, 5).random()
