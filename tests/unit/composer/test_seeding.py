from __future__ import annotations

from adaptive.composer.seeding import named_seed, seeded


def test_seeds_of_names_depend_on_each_name_and_on_the_order() -> None:
    seeds = {named_seed(1, *names) for names in ((), ("a",), ("b",), ("a", "b"), ("b", "a"))}

    assert len(seeds) == 5
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_the_low_32_bits_and_the_salt_decide() -> None:
    assert seeded(2**32 + 5, 1).random() == seeded(5, 1).random() != seeded(5, 2).random()
