from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.faults import MAX_FAULTS, FaultList, hint
from tests.unit.preset.preset_files import HEAD, TAIL, faults_of, write


def test_one_mistake_is_one_line(tmp_path: Path) -> None:
    text = HEAD + TAIL + '[layers.two]\nstme = "stems/pad.wav"\n'

    assert faults_of(write(tmp_path, text)) == [
        "layers.two.stme: is not a key of this table; did you mean `stem`?"
    ]


def test_faults_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = HEAD + TAIL + '[[select]]\nsection = "clam"\n[stingers.hit]\nstem = 3\n[layers.two]\n'
    keys = [fault.split(":")[0] for fault in faults_of(write(tmp_path, text))]

    assert keys == ["layers.two", "select[1].section", "stingers.hit.stem"]


def test_a_long_key_is_cut_short(tmp_path: Path) -> None:
    (fault,) = faults_of(write(tmp_path, "long" * 1000 + " = 1\n" + HEAD + TAIL))

    assert fault == f'"{"long" * 10}…": is not a key of this table' + fault.partition("table")[2]
    assert len(fault) < 300


def test_a_fault_is_one_line_whatever_the_file_holds(tmp_path: Path) -> None:
    text = HEAD + TAIL + '[layers."a\\nb"]\nstem = "c\\nd"\n'
    text += '[[select]]\nsection = "a\\u0000"\nwhen = "section == \'a\\u0007\'"\n'

    assert all(fault.isprintable() for fault in faults_of(write(tmp_path, text)))


def test_a_file_full_of_faults_ends_after_the_first_hundreds(tmp_path: Path) -> None:
    keys = "".join(f"wrong_{i} = 1\n" for i in range(2000))
    lines = faults_of(write(tmp_path, HEAD + keys + TAIL))

    assert len(lines) == MAX_FAULTS + 1
    assert lines[-1] == f"there are more than {MAX_FAULTS} faults"


def test_a_fault_near_one_that_is_already_known_is_left_out() -> None:
    first, others = FaultList(), FaultList()
    first.add(("fade", "beats"), "is a text")
    for at in (("fade",), ("fade", "beats", 0), ("fade", "bars"), ("other",)):
        others.add(at, "is wrong")
    first.extend_unless_near(others)

    assert [fault.at for fault in first.found] == [("fade", "beats"), ("fade", "bars"), ("other",)]


def test_a_fault_with_its_reasons_follows_only_from_these() -> None:
    first, others = FaultList(), FaultList()
    first.add(("layers", "pad", "level_db"), "is a text")
    first.add(("parameters",), "is a text")
    others.add(("layers", "pad"), "has no stem", [("layers", "pad", "stem")])
    others.add(("layers", "two", "pan", "over"), "is unknown", [("parameters",)])
    others.add(("sections", "calm", "layers", 0), "is unknown", [("layers",)])
    first.extend_unless_near(others)

    assert [fault.at[-1] for fault in first.found[2:]] == ["pad", 0]


def test_the_same_unknown_name_is_one_fault_with_the_lines_of_the_others(tmp_path: Path) -> None:
    uses = "".join(f'[[select]]\nsection = "calm"\nwhen = "thraet > 0.{i}"\n' for i in range(1, 10))
    (fault,) = faults_of(write(tmp_path, HEAD + TAIL + "[parameters.threat]\n" + uses))

    assert fault == (
        "select[1].when: there is no parameter or state named `thraet`; did you mean `threat`?"
        " (also in lines 17, 20, 23, 26, 29, 32 and 2 more)"
    )


def test_a_name_that_is_none_is_told_once_and_its_uses_are_not(tmp_path: Path) -> None:
    text = HEAD + TAIL.replace("storm", "Storm") + '[[select]]\nsection = "Storm"\n'
    text += '[[select]]\nsection = "storm"\n'

    assert faults_of(write(tmp_path, text)) == [
        'sections.Storm: must be a name (a-z, 0-9 and `_`, a letter first), got "Storm"; try `storm`'
        " (also in line 12)"
    ]


def test_a_table_that_cannot_be_read_is_the_only_fault(tmp_path: Path) -> None:
    text = 'layers = "pad.wav"\n' + HEAD + "[sections.calm]\nlayers = ['pad', 'bass']\n"

    assert faults_of(write(tmp_path, text)) == ['layers: must be a table, got "pad.wav"']


@pytest.mark.parametrize(
    ("word", "options", "expected"),
    [
        ("drms", ["bass", "drums"], "; did you mean `drums`?"),
        ("xyz", ["bass", "drums"], "; there is `bass`, `drums`"),
        ("xyz", [f"n{i}" for i in range(9)], "; there is " + ", ".join(f"`n{i}`" for i in range(8)) + ", …"),
        (
            "n",
            [*(f"aaaa{i}" for i in range(8)), "zzzzn"],
            "; there is `zzzzn`, " + ", ".join(f"`aaaa{i}`" for i in range(7)) + ", …",
        ),
        ("xyz", [], "; there is none"),
    ],
)
def test_a_hint_suggests_a_similar_name_or_lists_the_known_ones(
    word: str, options: list[str], expected: str
) -> None:
    assert hint(word, options) == expected
