from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.session.performance import Performance
from tests.helpers.presets import two_sections

CONTROL_STEP, QUANTUM = 256, 64


@pytest.fixture
def performance(tmp_path: Path) -> Performance:
    made = Performance(two_sections(tmp_path / "small", more="[parameters.threat]\n"))
    made.begin()
    return made


def test_a_control_step_runs_once_all_its_frames_are_rendered(performance: Performance) -> None:
    performance.engine.pull(CONTROL_STEP - QUANTUM)
    before = performance.step()
    performance.engine.pull(QUANTUM)

    assert [before, performance.step(), performance.step()] == [False, True, False]
    assert (performance.next_control_step, performance.frame) == (1, CONTROL_STEP)


def test_a_scheduled_value_acts_from_the_next_quantum_on(performance: Performance) -> None:
    performance.schedule_values([(QUANTUM + 1, "threat", 0.75)])
    targets = []
    for _ in range(3):
        performance.engine.pull(QUANTUM)
        targets.append(performance.engine.targets(performance.layout.parameters)["threat"][0])

    assert targets == [0.0, 0.0, 0.75]


def test_there_is_nothing_to_undo_before_the_first_edit(performance: Performance) -> None:
    assert not performance.undo()
    assert not performance.edit_queue.is_waiting


def test_a_successor_has_the_same_rate_channels_and_decoded_audio(performance: Performance) -> None:
    successor = performance.successor(performance.preset, 7)

    assert successor.engine.bank is performance.engine.bank
    assert successor.engine.spec.sample_rate == performance.engine.spec.sample_rate
    assert successor.engine.spec.channels == performance.engine.spec.channels
    assert (successor.seed, successor.frame) == (7, 0)
