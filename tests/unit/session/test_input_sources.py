from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.inputs.message import Checker, SetParameter, Transaction
from adaptive.inputs.osc import OscReader
from adaptive.inputs.osc_codec import encode_message
from adaptive.inputs.osc_receiver import receiver_rules
from adaptive.preset.model import Preset
from adaptive.session.input_sources import MOST_SOURCES, InputSources
from tests.unit.preset.preset_files import loaded

INPUTS = """
[parameters.presence]
stale_after_s = 5.0
[parameters.wind]
[[inputs]]
osc = "/sensor/*/presence"
parameter = "presence"
combine = "{combine}"
stale_after_s = 2.0
[[inputs]]
osc = "/desk/presence"
parameter = "presence"
priority = 10
[[inputs]]
osc = "/wind"
parameter = "wind"
"""


class Hall:
    """Sources of a preset, a reader of OSC, and a clock that is set by hand."""

    def __init__(self, preset: Preset) -> None:
        self.now_s, self.told = 100.0, list[str]()
        self.preset, self.checker = preset, Checker(preset)
        self.reader = OscReader(preset, self.checker)
        self.silences = list[str]()
        self.sources = InputSources(
            preset, lambda text, *_: self.told.append(text), lambda: self.now_s,
            lambda text, *_: self.silences.append(text),
        )  # fmt: skip

    def send(self, address: str, *values: float) -> list[float]:
        """The values that are passed on of a message."""
        _, transaction = self.reader.read(encode_message(address, values))
        assert transaction.faults == []
        self.sources.pass_on(transaction)
        return [one.value for one in transaction.requests if isinstance(one, SetParameter)]


def hall(folder: Path, combine: str = "max") -> Hall:
    return Hall(loaded(folder, INPUTS.format(combine=combine)))


@pytest.mark.parametrize(
    ("combine", "expected"),
    [
        ("max", [0.5, 0.75, 0.75, 0.5]),
        ("min", [0.5, 0.5, 0.25, 0.25]),
        ("mean", [0.5, 0.625, 0.5, 1.0 / 3.0]),
        ("latest", [0.5, 0.75, 0.25, 0.25]),
    ],
)
def test_many_sensors_become_one_value(tmp_path: Path, combine: str, expected: list[float]) -> None:
    one = hall(tmp_path, combine)
    found = [
        one.send("/sensor/1/presence", 0.5),
        one.send("/sensor/2/presence", 0.75),
        one.send("/sensor/3/presence", 0.25),
        one.send("/sensor/2/presence", 0.25),
    ]

    assert [value for (value,) in found] == pytest.approx(expected)


def test_a_sensor_that_has_died_at_its_highest_value_counts_no_more(tmp_path: Path) -> None:
    one = hall(tmp_path)
    one.send("/sensor/1/presence", 1.0)
    one.now_s += 1.5
    one.send("/sensor/2/presence", 0.25)
    before = one.sources.follow()
    one.now_s += 1.0

    assert before == []
    assert one.sources.follow() == [SetParameter("presence", 0.25)]
    assert one.sources.follow() == []
    assert one.sources.now()["presence"] == {
        "source": "/sensor/*/presence", "heard": 1, "silent": {"/sensor/1/presence": 2.5},
    }  # fmt: skip
    assert one.silences == ["presence: /sensor/1/presence is silent, 1 of /sensor/*/presence is heard"]
    one.send("/sensor/1/presence", 1.0)
    assert one.sources.now()["presence"]["silent"] == {}


def test_sensors_that_fall_silent_together_leave_their_value(tmp_path: Path) -> None:
    one = hall(tmp_path)
    one.send("/sensor/1/presence", 1.0)
    one.now_s += 0.01
    one.send("/sensor/2/presence", 0.25)
    found = []
    for _ in range(250):
        one.now_s += 0.01
        found += one.sources.follow()

    assert (found, one.silences) == ([], [])


def test_the_highest_priority_counts_while_it_is_heard(tmp_path: Path) -> None:
    one = hall(tmp_path)
    one.send("/sensor/1/presence", 0.25)
    assert one.send("/desk/presence", 1.0) == [1.0]
    one.now_s += 1.9
    assert one.send("/sensor/1/presence", 0.5) == []
    assert one.send("/adaptive/parameter/presence", 0.1) == []
    one.now_s += 1.9
    assert one.send("/sensor/1/presence", 0.6) == []
    one.now_s += 1.1
    assert one.send("/sensor/1/presence", 0.6) == []
    one.now_s += 0.9  # the desk is silent for more than the 5 s of its parameter

    assert [round(request.value, 6) for request in one.sources.follow()] == [0.6]
    assert one.told[-1] == "presence: /sensor/*/presence is heard, /desk/presence before"
    assert one.sources.dropped == 4


def test_only_so_many_addresses_of_a_pattern_are_remembered(tmp_path: Path) -> None:
    one = hall(tmp_path)
    for number in range(MOST_SOURCES + 50):
        one.send(f"/sensor/{number}/presence", 0.5)

    assert one.sources.now()["presence"]["heard"] == MOST_SOURCES
    assert one.send("/sensor/new/presence", 1.0) == []


def test_other_parameters_are_passed_on_as_they_are_and_stay_with_the_compiled_receiver(
    tmp_path: Path,
) -> None:
    one = hall(tmp_path)
    rules = receiver_rules(one.preset, one.checker, {"presence": 0, "wind": 1})
    transaction = Transaction([SetParameter("wind", 0.5)])
    one.sources.pass_on(transaction)

    assert transaction.requests == [SetParameter("wind", 0.5)]
    assert sorted(rules) == [b"/adaptive/parameter/wind", b"/wind"]


def test_what_was_heard_stays_known_over_an_edit(tmp_path: Path) -> None:
    one = hall(tmp_path)
    one.send("/desk/presence", 1.0)
    edited = loaded(tmp_path, INPUTS.format(combine="mean"))
    one.sources.use(edited)
    one.reader = OscReader(edited, Checker(edited))

    assert one.send("/sensor/1/presence", 0.5) == []


def test_a_list_of_arguments_is_combined(tmp_path: Path) -> None:
    table = "osc = '/crowd'\nparameter = 'crowd'\nargument = [0, 2, 3]\ncombine = 'mean'"
    one = Hall(loaded(tmp_path, f"[parameters.crowd]\n[[inputs]]\n{table}\n"))

    assert one.send("/crowd", 0.25, 1.0, 0.75)[-1] == 0.5  # the last is missing
    assert one.send("/crowd", 0.0, 1.0, 0.0, 0.75)[-1] == 0.25
