from __future__ import annotations

from adaptive.inputs.midi.names import LONGEST_NAME, find_name, plain_names


def test_a_name_is_the_same_after_the_device_was_plugged_in_again() -> None:
    assert plain_names(["nano MIDI 1 20:0"]) == plain_names(["nano MIDI 1 24:0"]) == ["nano MIDI 1"]


def test_an_exact_name_comes_before_a_part_of_one() -> None:
    there = ["Keys 88 Pro", "keys 88", "Keys 88"]
    assert find_name("Keys 88", there) == "Keys 88"
    assert find_name("KEYS 88", there) == "keys 88"
    assert find_name("pro", there) == "Keys 88 Pro"
    assert find_name("drum", there) is None
    assert find_name("", there) is None


def test_twins_are_told_apart() -> None:
    there = plain_names(["pad 20:0", "pad 24:0"])
    assert find_name("pad#2", there) == "pad#2"


def test_a_name_is_short_and_printable() -> None:
    assert plain_names(["a\x1b[31m\nb" + "c" * 1000])[0].startswith("a[31mb")
    assert len(plain_names(["c" * 1000])[0]) == LONGEST_NAME
