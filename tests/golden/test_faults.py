from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.errors import PresetError
from adaptive.preset.load import Vocabulary, load

FOLDER = Path(__file__).parent / "faults"
VOCABULARY = Vocabulary({"drums": frozenset({"shaker"})}, frozenset({"kit_light"}))


def reported() -> str:
    with pytest.raises(PresetError) as caught:
        load(FOLDER, vocabulary=VOCABULARY)
    return "".join(f"{fault}\n" for fault in caught.value.faults)


def test_all_faults_of_a_file_are_reported_together_one_line_each(update_golden: bool) -> None:
    expected = FOLDER / "expected.txt"
    if update_golden:
        expected.write_text(reported(), encoding="utf-8", newline="\n")

    assert expected.read_text(encoding="utf-8") == reported()


def test_there_are_twenty_faults_each_at_a_key_of_its_own() -> None:
    keys = {line.split(": ")[0] for line in reported().splitlines()}

    assert len(keys) == 20
