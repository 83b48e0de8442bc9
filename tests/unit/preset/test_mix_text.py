from __future__ import annotations

import tomllib

from adaptive.preset.mix_text import insert_settings, with_insert, with_level

TEXT = """level_db = 1.0
[layers.a]
level_db = { over = "x", points = [[0.0, -80.0], [1.0, -6.0]] } # comes in
[layers.b]
inserts  = "warm_tape"
[layers.c]
level_db = -4
"""


def test_a_level_is_a_number_a_curve_or_new() -> None:
    text = with_level(with_level(with_level(TEXT, "a", 2.5), "b", -3.0), "c", -1.0)
    layers = tomllib.loads(text)["layers"]

    assert layers["a"]["level_db"]["points"] == [[0.0, -80.0], [1.0, -3.5]]  # silence stays silence
    assert (layers["b"]["level_db"], layers["c"]["level_db"]) == (-3.0, -5.0)
    assert "# comes in" in text


def test_the_level_of_all_is_where_the_preset_has_it() -> None:
    assert tomllib.loads(with_level(TEXT, "", 2.0))["level_db"] == 3.0
    text = "[master]\nlevel_db = -1.0\n"
    assert tomllib.loads(with_level(text, "", 2.0)) == {"master": {"level_db": 1.0}}


def test_an_insert_is_added_once_and_then_changed() -> None:
    owner = ("layers", "b")
    text = with_insert(TEXT, owner, "eq", "mix_tone", {"high_hz": 8000.0, "high_db": 2.0})
    again = with_insert(text, owner, "eq", "mix_tone", {"high_db": 3.0, "low_db": -1.0})
    inserts = tomllib.loads(again)["layers"]["b"]["inserts"]

    assert inserts == ["warm_tape", {"kind": "eq", "id": "mix_tone", "high_db": 3.0, "low_db": -1.0}]
    assert insert_settings(tomllib.loads(again), owner, "mix_tone") == {"high_db": 3.0, "low_db": -1.0}
    assert insert_settings(tomllib.loads(TEXT), owner, "mix_tone") == {}
