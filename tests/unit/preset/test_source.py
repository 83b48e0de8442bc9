from __future__ import annotations

import tomllib

from adaptive.preset.finding import fault, warning
from adaptive.preset.source import Source

TEXT = "name = 'x'\n[layers.pad]\nstem = 'a.wav'\n[[select]]\nsection = 'calm'\n"
SOURCE = Source(TEXT, tomllib.loads(TEXT))


def test_a_missing_key_has_the_line_of_the_table_it_should_be_in() -> None:
    assert SOURCE.line_of(("select", 0, "section")) == 5
    assert SOURCE.line_of(("select", 0, "when")) == 4
    assert SOURCE.line_of(("layers", "pad", "level_db", "points", 1)) == 2
    assert SOURCE.line_of(("tempo_bpm",)) == 1


def test_without_a_text_there_are_no_lines() -> None:
    assert Source().line_of(("select", 0)) is None
    assert str(Source().placed(fault(("select", 0), "is wrong"))) == "select[1]: is wrong"


def test_a_finding_gets_its_line_and_comes_once() -> None:
    twice = [fault(("layers", "pad"), "is wrong"), fault(("layers", "pad"), "is wrong")]

    assert [str(one) for one in SOURCE.all_placed(twice)] == ["preset.toml:2 layers.pad: is wrong"]


def test_positions_sort_as_the_file_does() -> None:
    found = [
        warning(path, "x") for path in [("select", 0, "when"), ("nothing",), ("layers", "pad"), ("name",)]
    ]
    ordered = sorted(found, key=lambda one: SOURCE.position(one.path))

    assert [one.at for one in ordered] == ["name", "layers.pad", "select[1].when", "nothing"]
