from __future__ import annotations

import inspect

import pytest

from adaptive.engine import commands as c
from adaptive.engine.ports import POSTED
from adaptive.kernel import layout as k

GROUPED = [
    c.start_clip(5, 1, 2, 3, group=7), c.fade_clip(5, 1, 0.5, 10, group=7), c.stop_clip(5, 1, group=7),
    c.release_clip(5, 1, group=7), c.pan_clip(5, 1, 0.5, 10, group=7),
    c.stretch_clip(5, 1, 9.0, 1.1, group=7),
    c.filter_clip(5, 1, 900.0, 10, group=7),
    c.play_note(5, 1, 60.0, 0.5, 10, group=7), c.release_note(5, 1, 9, group=7), c.release_all(5, 1, group=7),
    c.fade_instrument(5, 1, 0.5, 10, group=7), c.fade_bus(5, 1, 0.5, 10, group=7),
    c.duck_bus(5, 1, 0.5, 10, group=7), c.pan_bus(5, 1, 0.5, 10, group=7),
    c.filter_bus(5, 1, 900.0, 10, group=7),
    c.fade_master(5, 0.5, 10, group=7), c.set_tempo(5, 120.0, group=7), c.set_cadence(5, 1, 168.0, group=7),
    c.hold_cell(5, 4096, 0.5, 10, group=7), c.set_control(5, 1, 64, 0.5, group=7),
]  # fmt: skip


def test_the_fields_of_a_command_are_those_that_are_posted() -> None:
    assert c.Command._fields == POSTED.names


@pytest.mark.parametrize("command", GROUPED, ids=lambda command: str(command.operation))
def test_a_command_has_its_frame_and_its_group(command: c.Command) -> None:
    assert (command.frame, command.group) == (5, 7)


def test_every_operation_has_one_constructor() -> None:
    operations = [command.operation for command in GROUPED]
    operations += [c.withdraw(1, 5).operation, c.set_parameter(5, 1, 0, 9).operation]
    makers = [
        name
        for name, member in inspect.getmembers(c, inspect.isfunction)
        if inspect.signature(member).return_annotation == "Command"
    ]

    assert sorted(operations) == list(range(1, k.WITHDRAW + 1))
    assert len(makers) == len(operations)


def test_a_withdrawal_begins_at_its_first_frame() -> None:
    command = c.withdraw(7, 500, tag=3)

    assert (command.frame, command.group, command.tag) == (500, 7, 3)
