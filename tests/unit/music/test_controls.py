"""The controls are those that a preset may name, and what is asked of a layer begins at their defaults."""

from __future__ import annotations

import dataclasses

import msgspec

from adaptive.composer.steer import Steer
from adaptive.music.controls import CONTROLS
from adaptive.preset.schema import SteerTable


def test_a_preset_may_name_every_control() -> None:
    named = {field.name for field in msgspec.structs.fields(SteerTable)}

    assert named - {"mood", "learned"} == set(CONTROLS)


def test_defaults_lie_in_range_and_are_those_of_a_layer() -> None:
    for field in dataclasses.fields(Steer):
        if field.name != "learned":
            assert field.default == CONTROLS[field.name].default
    for control in CONTROLS.values():
        assert control.default is None or control.low <= control.default <= control.high
