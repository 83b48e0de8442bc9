from __future__ import annotations

import pytest

from adaptive.errors import InputError
from adaptive.preset.midi_source import ALONE, FULL_RANGE, HIGHEST, MidiSource


@pytest.mark.parametrize("text", ["cc 0", "cc 127", "cc14 31", "nrpn 16383", "note 60", *ALONE])
def test_a_control_is_read_and_written_alike(text: str) -> None:
    assert str(MidiSource.parse(text)) == text


def test_every_kind_that_has_values_has_a_range() -> None:
    assert set(FULL_RANGE) == {*HIGHEST, *ALONE} - {"notes", "clock"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cc", "`cc` needs a number from 0 to 127, such as `cc 1`"),
        ("cc 128", "`cc` needs a number from 0 to 127"),
        ("cc14 40", "`cc14` needs a number from 0 to 31"),
        ("cc -1", "`cc` needs a number"),
        ("cc ٣", "`cc` needs a number"),
        ("nrpn 99999999999", "`nrpn` needs a number from 0 to 16383"),
        ("bend 3", "`bend` has no number"),
        ("clok", "did you mean `clock`"),
        ("", "names no control"),
    ],
)
def test_what_names_no_control_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence.replace("(", r"\(")):
        MidiSource.parse(text)
