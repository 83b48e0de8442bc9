from __future__ import annotations

import tomllib

import pytest

from adaptive.preset.toml_edit import PlaceError, with_item, with_value, written
from tests.unit.preset.preset_files import NIGHT_RUN

TEXT = """# a piece
name = "x"   # its name

[layers.pad] # far
stem      = "a.wav"  # [not] a list
cutoff_hz = { over = "x", points = [[0.0, 1.0], [1.0, 2.0]] } # curve

# next
[layers.bass]
"""


def test_a_new_key_follows_the_last_of_its_table_below_its_equals_sign() -> None:
    made = with_value(TEXT, ("layers", "pad", "level_db"), -3.0)

    assert made == TEXT.replace("# curve\n", "# curve\nlevel_db  = -3.0\n")


def test_a_value_is_replaced_and_what_stands_behind_it_stays() -> None:
    made = with_value(TEXT, ("layers", "pad", "cutoff_hz", "points", 1, 1), 9.5)

    assert made == TEXT.replace("[1.0, 2.0]", "[1.0, 9.5]")
    assert with_value(TEXT, ("name",), "y") == TEXT.replace('"x"   #', '"y"   #')


def test_a_table_without_keys_gets_its_first_and_a_missing_table_comes_last() -> None:
    made = with_value(TEXT, ("layers", "bass", "level_db"), 1.0)

    assert made == TEXT + "level_db = 1.0\n"
    assert with_value(TEXT, ("master", "level_db"), 1.0) == TEXT + "\n[master]\nlevel_db = 1.0\n"
    assert with_value("[a]", ("a", "b"), 1) == "[a]\nb = 1\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = []\n", "x = [3]\n"),
        ("x = [1, 2]\n", "x = [1, 2, 3]\n"),
        ("x = [1, 2,]\n", "x = [1, 2, 3]\n"),
        ("x = [\n  1, # a\n  2 # b ]\n]\n", "x = [\n  1, # a\n  2, # b ]\n  3,\n]\n"),
        ("x = [\r\n  1,\r\n]\r\n", "x = [\r\n  1,\r\n  3,\r\n]\r\n"),
        ('x = "tape" # c\n', 'x = ["tape", 3] # c\n'),
        ("y = 1\n", "y = 1\nx = [3]\n"),
    ],
)
def test_an_item_comes_to_the_end_of_a_list(before: str, after: str) -> None:
    made = with_item(before, ("x",), 3)

    assert made == after
    assert tomllib.loads(made)["x"][-1] == 3


def test_an_inline_table_is_added_to_and_what_cannot_be_is_said() -> None:
    assert with_value("a = { b = 1 }\n", ("a", "c"), 2) == "a = { b = 1, c = 2 }\n"
    assert with_value("a = {}\n", ("a", "c"), 2) == "a = { c = 2 }\n"
    with pytest.raises(PlaceError, match=r"write it as \[layers.pad\]"):
        with_value('layers.pad.stem = "x"\n', ("layers", "pad", "level_db"), 1)


def test_any_value_of_a_whole_preset_can_be_replaced_by_itself() -> None:
    document = tomllib.loads(NIGHT_RUN)
    text = with_value(NIGHT_RUN, ("layers", "strings", "level_db"), document["layers"]["strings"]["level_db"])
    text = with_value(text, ("select", 1, "when"), document["select"][1]["when"])

    assert tomllib.loads(text) == document
    assert text.count("\n") == NIGHT_RUN.count("\n")


def test_values_are_written_as_toml() -> None:
    value = {"kind": "eq", "on": True, "points": [[0.0, -1.5]], "n": 3}

    assert tomllib.loads(f"x = {written(value)}")["x"] == value
