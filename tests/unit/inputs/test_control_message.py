from __future__ import annotations

from typing import Any

import pytest

from adaptive.errors import ProtocolError
from adaptive.inputs.control_message import check_control
from adaptive.music.channel_note import PRESSURE, WHEEL, WHEEL_RANGE, normalised
from adaptive.music.generator_parameters import GENERATORS


@pytest.mark.parametrize(
    ("control", "value", "number", "taken"),
    [
        (1, 0.5, 1, 0.5), ("bend", 0, WHEEL, 0.5), ("bend", -1, WHEEL, 0.0), ("pressure", 1, PRESSURE, 1.0),
        ("bend_range", 12, WHEEL_RANGE, 12 / 127), ("reset", None, 121, 0.0), (10.0, 1, 10, 1.0),
        ("soundfont_generator_8", -1200, GENERATORS + 8, -1200.0),
    ],
)  # fmt: skip
def test_a_control_is_read_and_says_the_same_again(
    control: Any, value: Any, number: int, taken: float
) -> None:
    made = check_control("a", control, value, ["a"])
    again = made.as_json()["control"]

    assert (made.control, made.value) == (number, pytest.approx(taken, abs=1e-4))
    assert check_control(again["layer"], again["control"], again["value"], ["a"]).value == pytest.approx(
        made.value, abs=1e-4
    )


@pytest.mark.parametrize(
    ("layer", "control", "value", "why"),
    [
        ("b", 1, 0.5, "there is no layer"), (["a"], 1, 0.5, "there is no layer"),
        ("a", 120, 0.5, "control must be"), ("a", 1.5, 0.5, "control must be"),
        ("a", 10**400, 0.5, "control must be"), ("a", "wheel", 0.5, "control must be"),
        ("a", True, 0.5, "control must be"), ("a", None, 0.5, "control must be"),
        ("a", 1, 2, "from 0 to 1"), ("a", 1, float("nan"), "from 0 to 1"),
        ("a", "bend", -1.1, "from -1 to 1"), ("a", "soundfont_generator_60", 1, "control must be"),
        ("a", "soundfont_generator_", 1, "control must be"),
        ("a", "soundfont_generator_8", 1e9, "from -32768 to 32768"),
        ("a", GENERATORS, 1, "control must be"),
        ("a", 1, None, "from 0 to 1"), ("a", 1, 10**400, "from 0 to 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(layer: Any, control: Any, value: Any, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        check_control(layer, control, value, ["a"])


def test_pan_has_a_middle_and_the_wheel_too() -> None:
    assert normalised(10, 64) == 0.5
    assert normalised(10, 0) == normalised(10, 1) == 0.0
    assert normalised(WHEEL, 0) == 0.5
    assert normalised(7, 127) == 1.0
