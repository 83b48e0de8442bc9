from __future__ import annotations

from adaptive.inputs.similar_names import MOST_NAMED, nearest, nearest_or_all


def test_the_nearest_name_is_suggested_or_all_where_they_are_few() -> None:
    assert nearest("intensty", ["intensity", "threat"]) == " (did you mean 'intensity'?)"
    assert nearest(3, ["intensity"]) == ""
    assert nearest_or_all("x", ["b", "a"]) == "; there is a, b"
    assert nearest_or_all("x", []) == ""
    assert nearest_or_all("x", [f"long_name_{n}" for n in range(MOST_NAMED + 1)]) == ""
