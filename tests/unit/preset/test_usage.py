from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.preset.check_presets import HEAD, OTHERWISE, THREAT, line, reported


def test_a_section_that_no_line_names_is_reported(tmp_path: Path) -> None:
    expected = ["warning sections.storm: never plays: no `[[select]]` line names it"]

    assert expected == reported(tmp_path, OTHERWISE)


def test_a_line_after_one_without_a_condition_is_reported(tmp_path: Path) -> None:
    expected = [
        "warning select[2]: is never reached: `select[1]`, above, has no `when` and is always true",
        "warning parameters.threat: is read by no `when`, no `value` and no curve",
    ]
    extra = OTHERWISE + '[[select]]\nsection = "storm"\n' + THREAT

    assert expected == reported(tmp_path, extra)


def test_a_condition_on_the_last_line_is_reported(tmp_path: Path) -> None:
    expected = [
        "warning select[1].when: is the last line's condition; when no line is true `calm` plays, "
        "so end with a line without `when`"
    ]

    assert expected == reported(tmp_path, THREAT + line("threat > 0.6"))


def test_a_name_that_is_declared_and_not_used_is_reported(tmp_path: Path) -> None:
    extra = """
    [layers.unused]
    generator = "drums"
    [layers.partly]
    stem = { calm = "pad.wav", storm = "pad.wav" }
    [sections.third]
    layers = []
    [parameters.unread]
    fallback = "default"
    [states.unread_state]
    values = ["a"]
    [instruments.unplayed]
    """
    head = HEAD.replace('layers = ["pad"]', 'layers = ["pad", "partly"]', 1)
    found = reported(tmp_path, extra + OTHERWISE, head)
    where = [text.split(":")[0] for text in found]

    assert set(where) == {
        "warning sections.storm",
        "warning sections.third",
        "warning layers.unused",
        "warning layers.partly.stem.storm",
        "warning parameters.unread",
        "warning parameters.unread.fallback",
        "warning states.unread_state",
        "warning instruments.unplayed",
    }


def test_a_parameter_counts_as_used_in_a_condition_a_value_or_a_curve(tmp_path: Path) -> None:
    extra = """
    [parameters.one]
    hysteresis = 0.1
    [parameters.two]
    [parameters.three]
    value = "two * 2"
    [layers.more]
    stem = "pad.wav"
    level_db = { over = "three", points = [[0, -10], [1, 0]] }
    """
    head = HEAD.replace('layers = ["pad"]', 'layers = ["pad", "more"]')

    assert reported(tmp_path, extra + line("one > 0.5") + OTHERWISE, head) == []


def test_an_ignore_that_never_acts_is_reported(tmp_path: Path) -> None:
    extra = (
        line("threat + twice > 0.6")
        + OTHERWISE
        + """
[parameters.threat]
ignore = [0]
hysteresis = 0.1
[parameters.twice]
value = "threat + threat"
ignore = [0]
[[inputs]]
osc = "/scaled"
parameter = "threat"
input_range = [30, 120]
[[inputs]]
osc = "/own"
parameter = "threat"
input_range = [30, 120]
ignore = [0]
[[inputs]]
osc = "/plain"
parameter = "threat"
"""
    )
    found = [text for text in reported(tmp_path, extra) if "ignore" in text]

    assert found == [
        "warning parameters.twice.ignore: has no effect: this parameter is computed from its `value`; "
        "put it on those that are sent",
        "warning inputs[1].parameter: `ignore` of `threat` sees the numbers of `/scaled` after its "
        "`input_range`; if the device sends one that is no reading, put `ignore` on that input",
    ]


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (
            "place == 'cave' or place == 'inn'",
            ["`boss` is read by no `when`: the line without `when` decides what plays then"],
        ),
        ("place != 'cave'", []),
        ("place == 'cave' or place == 'inn' or place == 'boss'", []),
        ("place == 'cave'", []),
        ("not (place == 'cave')", []),
    ],
)
def test_a_value_of_a_state_that_no_line_reads_is_reported_unless_it_is_the_default(
    tmp_path: Path, when: str, told: list[str]
) -> None:
    extra = '[states.place]\nvalues = ["menu", "cave", "boss", "inn"]\n' + line(when, "", "storm") + OTHERWISE
    found = [text for text in reported(tmp_path, extra) if "states.place" in text]

    assert found == [f"warning states.place.values[3]: {text}" for text in told]


def test_keys_about_the_health_of_inputs_that_have_no_effect_are_reported(tmp_path: Path) -> None:
    body = """
    [parameters.presence]
    stale_after_s = 2.0
    fallback = { parameter = "usual" }
    [parameters.usual]
    [parameters.crowd]
    value = "presence"
    expected_rate_hz = 10
    [parameters.wind]
    [[inputs]]
    osc = "/wind"
    parameter = "wind"
    priority = 5
    [[inputs]]
    osc = "/fan"
    parameter = "wind"
    """
    found = dict(text.removeprefix("warning ").split(": ", 1) for text in reported(tmp_path, body))

    assert "parameters.usual" not in found
    assert found["parameters.crowd.expected_rate_hz"].startswith("has no effect: this parameter is computed")
    assert found["inputs[1].priority"].startswith("once heard, it counts for ever")
