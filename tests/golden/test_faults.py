from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.errors import PresetError
from adaptive.preset.load import Vocabulary, load

FOLDER = Path(__file__).parent / "faults"
VOCABULARY = Vocabulary({"drums": frozenset({"shaker"})}, frozenset({"kit_light"}))


def told() -> str:
    with pytest.raises(PresetError) as caught:
        load(FOLDER, vocabulary=VOCABULARY)
    return "".join(f"{fault}\n" for fault in caught.value.faults)


def test_every_fault_of_a_file_is_told_in_one_line_and_in_one_go(update_golden: bool) -> None:
    expected = FOLDER / "expected.txt"
    if update_golden:
        expected.write_text(told(), encoding="utf-8", newline="\n")

    assert expected.read_text(encoding="utf-8") == told()


def test_there_are_twenty_and_each_stands_at_its_own_key() -> None:
    keys = {line.split(": ")[0] for line in told().splitlines()}

    assert len(keys) == 20
