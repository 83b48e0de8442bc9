from __future__ import annotations

from adaptive.engine import commands as c
from adaptive.kernel import layout as k
from adaptive.kernel.operations import (
    BUS,
    CLIP,
    INSTRUMENT,
    NOBODY,
    OF_BUSES,
    OF_CLIPS,
    OF_INSTRUMENTS,
    OPERATIONS,
    PARAMETER,
    TARGETS,
)


def test_every_operation_has_a_target() -> None:
    assert sorted(OPERATIONS) == list(range(1, k.WITHDRAW + 1))
    assert (NOBODY, *(OPERATIONS[number] for number in sorted(OPERATIONS))) == TARGETS


def test_a_command_is_for_what_its_constructor_names() -> None:
    made = {
        CLIP: c.fade_clip(0, 1, 0.5, 10),
        INSTRUMENT: c.release_all(0, 1),
        BUS: c.pan_bus(0, 1, 0.5, 10),
        PARAMETER: c.set_parameter(0, 1, 0, 0),
        NOBODY: c.fade_master(0, 0.5, 10),
    }

    assert {target: TARGETS[command.operation] for target, command in made.items()} == {
        target: target for target in made
    }


def test_the_bits_for_compiled_code_say_the_same() -> None:
    for kind, bits in ((CLIP, OF_CLIPS), (INSTRUMENT, OF_INSTRUMENTS), (BUS, OF_BUSES)):
        assert [number for number in OPERATIONS if bits >> number & 1] == [
            number for number, target in OPERATIONS.items() if target == kind
        ]
