from __future__ import annotations

from adaptive.analysis.order import layer_order, section_order


def test_sections_go_from_menus_to_endings_whatever_order_they_come_in() -> None:
    names = ["credits", "fight", "alley", "explore", "menu", "court"]

    assert section_order(names) == ["menu", "explore", "alley", "court", "fight", "credits"]
    assert section_order(reversed(names)) == section_order(names)


def test_layers_go_from_harmony_to_drums() -> None:
    assert layer_order(["kick", "lead", "sub", "warm_pad"]) == ("warm_pad", "sub", "lead", "kick")


def test_a_word_counts_only_as_a_whole() -> None:
    assert layer_order(["drummer", "padded"]) == ("drummer", "padded")


def test_slow_recordings_come_before_fast_ones() -> None:
    assert section_order(["theme_fast", "theme_slow", "theme"]) == ["theme_slow", "theme", "theme_fast"]
