from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.preset.preset_files import HEAD, TAIL, faults_of, loaded, write


def test_derived_parameters_come_after_what_they_read(tmp_path: Path) -> None:
    extra = """
    [parameters.both]
    value = "max(left, right)"
    [parameters.left]
    value = "right / 2"
    [parameters.right]
    """

    assert list(loaded(tmp_path, extra).derived) == ["left", "both"]


WRONG_CONDITIONS = [
    ("treat > 0.5", "there is no parameter or state named `treat`; did you mean `threat`?"),
    (
        "threat",
        "`threat` is a number where a condition is needed; write a comparison such as `x > 0.5`",
    ),
    (
        "threat and place == 'road'",
        "`threat` is a number where a condition is needed; write a comparison such as `x > 0.5`",
    ),
    ("place", "`place` is a state; compare it with a value, such as `place == 'road'`"),
    ("place == 1", "`place` is a state; compare it with a value, such as `place == 'road'`"),
    ("place == 'raod'", "state `place` has no value `raod`; did you mean `road`?"),
    ("place > 'road'", "`>` compares numbers; states are `==` or `!=`"),
    ("threat == 'road'", "a string is compared with something that is not a state"),
    ("place + 1 > 2", "`+` takes numbers; `place` is a state"),
    ("max(threat, 'road') > 2", "`max` takes numbers; 'road' is a text"),
    ("stale(place)", "`stale` takes a parameter; `place` is a state"),
]


@pytest.mark.parametrize(("when", "expected"), WRONG_CONDITIONS)
def test_an_invalid_condition_is_a_fault(tmp_path: Path, when: str, expected: str) -> None:
    extra = '[parameters.threat]\n[states.place]\nvalues = ["road"]\n[[select]]\nsection = "calm"\n'

    assert [f"select[1].when: {expected}"] == faults_of(
        write(tmp_path, HEAD + TAIL + extra + f'when = "{when}"')
    )


@pytest.mark.parametrize(
    "when",
    [
        "place == other",
        "(threat > 0.5) * 2 + age(threat) > 1 and not stale(threat)",
        "bars_in_section > 8 or place != 'road'",
    ],
)
def test_a_valid_condition_is_no_fault(tmp_path: Path, when: str) -> None:
    extra = '[parameters.threat]\n[states.place]\nvalues = ["road"]\n[states.other]\n'
    extra += f'values = ["road"]\n[[select]]\nsection = "calm"\nwhen = "{when}"\n'

    assert loaded(tmp_path, extra).when[0].text == when


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"a": "a + 1"}, ["parameters.a.value: goes in a circle: `a` needs `a`"]),
        (
            {"a": "b", "b": "c", "c": "a", "d": "a"},
            ["parameters.a.value: goes in a circle: `a` needs `b` needs `c` needs `a`"],
        ),
        (
            {"a": "b", "b": "a", "c": "c"},
            [
                "parameters.a.value: goes in a circle: `a` needs `b` needs `a`",
                "parameters.c.value: goes in a circle: `c` needs `c`",
            ],
        ),
        (
            {"a": "bars_in_section"},
            ["parameters.a.value: `bars_in_section` belongs in a `when`, not in a `value`"],
        ),
        (
            {"a": "section == 'calm'"},
            ["parameters.a.value: `section` is not a parameter; a `value` reads parameters only"],
        ),
        (
            {"a": "bb", "b": "0"},
            [
                "parameters.a.value: there is no parameter or state named `bb`; did you mean `b`?",
            ],
        ),
    ],
)
def test_derived_parameters_read_parameters_and_never_themselves(
    tmp_path: Path, values: dict[str, str], expected: list[str]
) -> None:
    tables = "".join(f'[parameters.{name}]\nvalue = "{text}"\n' for name, text in values.items())

    assert expected == faults_of(write(tmp_path, HEAD + TAIL + tables))


def test_a_condition_that_does_not_parse_is_a_fault(tmp_path: Path) -> None:
    line = '[[select]]\nsection = "calm"\nwhen = "x >"'

    assert faults_of(write(tmp_path, HEAD + TAIL + line)) == [
        "select[1].when: at column 4, expected a number, a name, a string or `(`, found the end"
    ]
