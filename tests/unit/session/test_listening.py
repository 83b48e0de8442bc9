from __future__ import annotations

from pathlib import Path

from adaptive.session.listening import findings_of_listening, listen, ways_into
from tests.helpers.presets import make_preset, two_sections

DERIVED = """
[parameters.heart]
range = [60.0, 200.0]
[parameters.effort]
value = "heart / 200"
[layers.loud]
stem = "loud.wav"
[layers.soft]
stem = "soft.wav"
level_db = -20.0
[sections.rest]
layers = ["soft"]
[sections.race]
layers = ["loud"]
[[select]]
section = "race"
when = "effort > 0.8"
[[select]]
section = "rest"
"""


def test_parameters_behind_derived_ones_are_found(tmp_path: Path) -> None:
    ways = ways_into(make_preset(tmp_path, DERIVED, stems={"loud": 220.0, "soft": 330.0}))

    assert ways["race"].values["heart"] > 160.0
    assert ways["rest"].values["heart"] <= 160.0


def test_states_are_found(tmp_path: Path) -> None:
    preset = two_sections(tmp_path)

    assert set(ways_into(preset)) == set(preset.file.sections)


def test_a_section_that_is_much_louder_is_told(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, DERIVED, stems={"loud": 220.0, "soft": 330.0})
    heard = listen(preset)
    told = {finding.path: finding.text for finding in findings_of_listening(heard)}

    assert {one.name for one in heard} == {"rest", "race"}
    assert "LU louder" in told["sections", "race"]
    assert "LU softer" in told["sections", "rest"]
