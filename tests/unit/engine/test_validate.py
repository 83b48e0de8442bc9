from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import commands as c
from adaptive.engine.ports import POSTED
from adaptive.engine.rig_spec import PlaceSpec, RigSpec, SpeakerSpec
from adaptive.engine.spec import BusSpec, EngineSpec, InsertSpec, MappingSpec, ParameterSpec
from adaptive.engine.validate import CommitCheck, check_spec
from adaptive.kernel import layout as k
from adaptive.kernel.sources.synth_settings import SynthSpec

LINE = ((0.0, 0.0), (1.0, 1.0))
SPEC = EngineSpec(
    clips=2,
    sounds=3,
    buses=[BusSpec("a")],
    instruments=[SynthSpec(0)],
    parameters=[ParameterSpec("p")],
    mappings=[MappingSpec(0, k.MAP_PAN, 0, LINE)],
    groups=4,
)


def checked(*commands: c.Command) -> None:
    CommitCheck(SPEC)(np.array(list(commands), POSTED))


def test_a_specification_that_refers_to_what_exists_is_accepted() -> None:
    check_spec(SPEC)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (EngineSpec(channels=0), "channels must be from 1"),
        (EngineSpec(buses=[BusSpec("a", output=0)]), "may only feed a bus of a later group"),
        (EngineSpec(buses=[BusSpec("a", inserts=(InsertSpec("wah", "w"),))]), "there is no processor 'wah'"),
        (EngineSpec(buses=[BusSpec("a", channel=2)]), "begins at channel 2"),
        (EngineSpec(buses=[BusSpec("a", placed=PlaceSpec())]), "'a' has a place, and the engine no rig"),
        (EngineSpec(rig=RigSpec(mode="ambix")), "ambix has 4 channels or more"),
        (EngineSpec(rig=RigSpec((SpeakerSpec(2),))), "a speaker is on channel 2"),
        (
            EngineSpec(rig=RigSpec(), buses=[BusSpec("a", placed=PlaceSpec("direct", channel=2))]),
            "placed on a channel that does not exist",
        ),
        (EngineSpec(instruments=[SynthSpec(1)]), "instrument 0 plays on bus 1"),
        (EngineSpec(mappings=[MappingSpec(0, k.MAP_PAN, 0, LINE)]), "mapping 0 refers to a parameter"),
        (
            EngineSpec(parameters=[ParameterSpec("p")], mappings=[MappingSpec(0, k.MAP_PAN, 0, ())]),
            "must have 1 to 8 points",
        ),
        (
            EngineSpec(
                buses=[BusSpec("a", inserts=(InsertSpec("reverb", "hall", {"predelay_ms": 1000.0}),))]
            ),
            "predelay_ms of insert 'hall' must be from 0 to 300, not 1000",
        ),
        (
            EngineSpec(buses=[BusSpec("a", inserts=(InsertSpec("eq", "tone", {"lowdb": 1.0}),))]),
            "a processor 'eq' has no 'lowdb'",
        ),
    ],
)
def test_a_specification_that_refers_to_what_does_not_exist_is_refused(spec: EngineSpec, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        check_spec(spec)


def test_the_last_row_of_each_kind_may_be_named() -> None:
    checked(
        c.start_clip(0, 1, 2, 0, group=3), c.play_note(0, 0, 60.0, 0.5, 10), c.fade_bus(0, 0, 0.5, 0),
        c.set_parameter(0, 0, 3, 9), c.withdraw(3, 0), c.fade_master(0, 1.0, 0),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (c.Command(0, 0, 0), "operation"),
        (c.Command(0, k.WITHDRAW + 1, 0), "operation"),
        (c.fade_bus(0, 0, 0.5, 0, group=4), "group"),
        (c.fade_clip(0, 2, 0.5, 0), "clip, instrument, bus or parameter"),
        (c.play_note(0, 1, 60.0, 0.5, 10), "clip, instrument, bus or parameter"),
        (c.pan_bus(0, -1, 0.5, 0), "clip, instrument, bus or parameter"),
        (c.start_clip(0, 0, 3, 0), "sound"),
        (c.start_clip(0, 0, 0, 1), "sound"),
        (c.set_parameter(0, 0, 4, 9), "source"),
    ],
)
def test_a_command_that_names_what_does_not_exist_is_refused(command: c.Command, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        checked(command)
