from __future__ import annotations

import inspect

import pytest

from adaptive import errors
from adaptive.errors import AdaptiveError, InputError, MachineError, PresetError, in_words, one_line, quoted

ALL = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, Exception)]


def test_every_exception_is_caught_by_the_base_class() -> None:
    assert all(issubclass(one, AdaptiveError) for one in ALL)


def test_wrong_input_exits_with_one_and_a_fault_of_the_machine_with_three() -> None:
    assert {one.exit_code for one in ALL if issubclass(one, InputError)} == {1}
    assert {one.exit_code for one in ALL if issubclass(one, MachineError)} == {3}


def test_a_preset_error_says_one_fault_on_each_line() -> None:
    error = PresetError(["a.b: wrong", "c: missing"], "preset.toml")

    assert str(error).splitlines() == error.faults == ["a.b: wrong", "c: missing"]
    assert error.where == "preset.toml"


@pytest.mark.parametrize("text", ["a\nb", "a\x1bb", "a\0b", "a\u2028b"])
def test_what_cannot_be_printed_becomes_a_mark(text: str) -> None:
    assert one_line(text) == "a\N{REPLACEMENT CHARACTER}b"


def test_a_quoted_text_is_cut_off_and_says_so() -> None:
    assert quoted("x" * 41) == f"`{'x' * 40}…`"
    assert quoted("x" * 40) == f"`{'x' * 40}`"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (InputError("a.wav is empty\nand more"), "a.wav is empty"),
        (MemoryError(), "there is not enough memory"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (OSError(2, "No such file", "a\n.wav"), "a\N{REPLACEMENT CHARACTER}.wav: No such file"),
        (OSError("strange"), "a fault of this program, please report it (OSError: strange)"),
        (RecursionError("too deep"), "a fault of this program, please report it (RecursionError: too deep)"),
    ],
)
def test_what_went_wrong_is_part_of_a_sentence(error: Exception, expected: str) -> None:
    assert in_words(error) == expected
