from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.misnamed import OTHER_WORDS, _owners, group_of, meaning
from tests.unit.preset.preset_files import HEAD, TAIL, faults_of, write

PARAMETER = ("range", "default", "rise_s", "fall_s", "hysteresis", "value")
NOT_HERE = "is not a key of this table"


@pytest.mark.parametrize(
    ("key", "raw", "options", "right", "sentence"),
    [
        ("rise_ms", 200, PARAMETER, "rise_s", "; write `rise_s = 0.2`"),
        ("Rise-S", 1, PARAMETER, "rise_s", "; did you mean `rise_s`?"),
        ("histeresis", 0.1, PARAMETER, "hysteresis", "; did you mean `hysteresis`?"),
        ("formula", "a", PARAMETER, "value", "; write `value`"),
        ("volume", 0.5, ("stem", "level_db"), "level_db", "; write `level_db = -6.0`, in decibels"),
        ("gain", -3, ("stem", "level_db"), "level_db", "; write `level_db`, in decibels"),
        (
            "fade_out",
            2,
            ("layers",),
            "",
            "; it belongs in `[[transitions]]` or `[bridges.NAME]` or `[snapshots.NAME]`",
        ),
        ("seed", 2, ("layers",), "", "; it belongs at the top of the file, above the first table"),
        ("goto", "calm", ("section", "when"), "section", ", which needs `section`"),
        ("fade_out_s", 0.5, ("fade_out",), "", "; write `fade_out = { seconds = 0.5 }`"),
        ("fade_in_ms", 250, ("fade_in",), "", "; write `fade_in = { seconds = 0.25 }`"),
        ("fade_out_bars", 2, ("fade_out",), "", "; write `fade_out = { bars = 2 }`"),
        ("xyz", 1, ("section", "when"), "", "; there is `section`, `when`"),
    ],
)
def test_a_key_that_a_table_does_not_have_is_told_with_the_one_that_was_meant(
    key: str, raw: object, options: tuple[str, ...], right: str, sentence: str
) -> None:
    missing = ["section"] if key == "goto" else []

    assert meaning(key, raw, options, missing) == (right, NOT_HERE + sentence)


def test_every_word_of_another_program_stands_for_a_key_there_is() -> None:
    known = _owners().keys()

    assert {right for rights in OTHER_WORDS.values() for right in rights} <= known


def test_what_stands_under_a_misnamed_key_is_read_as_what_was_meant(tmp_path: Path) -> None:
    text = HEAD + TAIL.replace("[layers.pad]", "[layer.pad]")

    assert faults_of(write(tmp_path, text)) == [f"layer: {NOT_HERE}; did you mean `layers`?"]


def test_both_spellings_of_a_table_are_read(tmp_path: Path) -> None:
    text = HEAD + TAIL.replace('["pad"]', '["pad", "two"]') + '[layer.two]\nstem = "stems/pad.wav"\n'

    assert faults_of(write(tmp_path, text)) == [f"layer: {NOT_HERE}; did you mean `layers`?"]


def test_a_table_without_its_group_is_known_by_its_keys(tmp_path: Path) -> None:
    text = HEAD + TAIL.replace("[sections.storm]", "[storm]") + '[[select]]\nsection = "storm"\n'

    assert faults_of(write(tmp_path, text)) == [f"storm: {NOT_HERE}; write `[sections.storm]`"]
    assert group_of("x", {"stem": "a.wav", "level_db": 0.0}) == "layers"
    assert group_of("x", {"neither": 1}) == ""
