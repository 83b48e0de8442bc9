"""Every method that OSCQuery shows is one that the OSC reader takes, with the types and ranges it shows."""

from __future__ import annotations

from typing import Any

import pytest

from adaptive.errors import ProtocolError
from adaptive.inputs.message import Checker
from adaptive.inputs.osc import OscReader
from adaptive.inputs.osc_codec import IMPULSE, encode_message
from adaptive.preset.model import Preset
from adaptive.session.oscquery.address_space import READ, WRITE, AddressSpace, Bounds, Method
from adaptive.session.oscquery.methods import LABELS, methods_of
from tests.helpers.presets import make_preset
from tests.helpers.seeds import BODY

MORE = """
[snapshots.underwater]
set = { "layers.calm.level_db" = -12.0 }
[[inputs]]
osc = "/watch"
argument = 2
parameter = "cadence"
[[inputs]]
osc = "/watch/left"
parameter = "cadence"
factor = 2.0
[[inputs]]
osc = "/sensor/*/near"
parameter = "threat"
[[inputs]]
osc = "/with a blank"
parameter = "threat"
[[inputs]]
osc = "/place/by_name"
state = "place"
values = { inside = "shelter", outside = "road" }
"""


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Preset:
    return make_preset(tmp_path_factory.mktemp("methods"), BODY + MORE)


@pytest.fixture(scope="module")
def methods(preset: Preset) -> dict[str, Method]:
    checker = Checker(preset, may_jump=True)
    return AddressSpace(methods_of(preset, checker, ["nightfall"], 2, may_jump=True), LABELS).methods


def example(tag: str, bounds: Bounds | None) -> Any:
    """An argument of a type, within its range."""
    match tag:
        case "f":
            return 0.5 if bounds is None or bounds.low is None else bounds.low
        case "i":
            return 0 if bounds is None or bounds.low is None else int(bounds.low)
        case "s":
            return "" if bounds is None else bounds.values[-1]
        case "T":
            return True
    return IMPULSE


def test_every_method_that_can_be_written_takes_what_is_shown(
    preset: Preset, methods: dict[str, Method]
) -> None:
    reader = OscReader(preset, Checker(preset, may_jump=True))
    written = [one for one in methods.values() if one.access & WRITE]
    refused = []
    for one in written:
        bounds = one.bounds or (None,) * len(one.types)
        arguments = [example(tag, there) for tag, there in zip(one.types, bounds, strict=True)]
        _, transaction = reader.read(encode_message(one.path, arguments))
        if transaction.faults or (not transaction.requests and not one.path.startswith("/adaptive/event")):
            refused.append((one.path, arguments, transaction.faults))

    assert refused == []
    assert len(written) > 40


def test_a_message_to_what_can_only_be_read_is_refused(preset: Preset, methods: dict[str, Method]) -> None:
    reader = OscReader(preset, Checker(preset))
    for one in methods.values():
        if one.access == READ:
            _, transaction = reader.read(encode_message(one.path, [0.5]))
            assert transaction.faults, one.path


def test_what_the_preset_declares_is_shown(methods: dict[str, Method]) -> None:
    assert methods["/adaptive/parameter/cadence"].bounds == (Bounds(60.0, 240.0),)
    assert "/adaptive/parameter/both" not in methods  # it is derived
    assert methods["/adaptive/value/both"].access == READ
    assert methods["/adaptive/state/place"].bounds == (Bounds(values=("road", "shelter")),)
    assert methods["/adaptive/event/hit"].types == "I"
    assert methods["/pursuers/nearest_m"].bounds == (Bounds(5.0, 80.0),)
    assert methods["/player/caught"].types == "I"
    assert methods["/world/zone"].types == "i"
    assert methods["/place/by_name"].bounds == (Bounds(values=("inside", "outside")),)


def test_inputs_that_cannot_be_nodes_are_left_out(methods: dict[str, Method]) -> None:
    assert {path for path in methods if not path.startswith("/adaptive/")} == {
        "/pursuers/nearest_m", "/world/zone", "/player/caught", "/watch/left", "/place/by_name",
    }  # fmt: skip


def test_labels_are_names_for_people(methods: dict[str, Method]) -> None:
    assert methods["/adaptive/meters/peak_db"].label == "peak db"
    for one in methods.values():
        siblings = [
            other
            for other in methods.values()
            if other.path.rpartition("/")[0] == one.path.rpartition("/")[0]
        ]
        assert len({other.label for other in siblings}) == len(siblings)


def test_without_generated_layers_nothing_steers_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    body = '[layers.calm]\nstem = "calm.wav"\n[sections.calm]\nlayers = ["calm"]\n'
    plain = make_preset(tmp_path_factory.mktemp("plain"), body)
    shown = {one.path for one in methods_of(plain, Checker(plain), [], 2)}

    assert not any(path.startswith(("/adaptive/steer", "/adaptive/note", "/adaptive/mood")) for path in shown)
    assert "/adaptive/jump" not in shown
    with pytest.raises(ProtocolError):
        Checker(plain).mood("tensee")
