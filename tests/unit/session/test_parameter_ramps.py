from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.engine.engine import SOURCE_NETWORK
from adaptive.session.parameter_ramps import ParameterRamps
from adaptive.session.performance import Performance
from tests.helpers.presets import RATE, two_sections


@pytest.fixture
def performance(tmp_path: Path) -> Performance:
    made = Performance(two_sections(tmp_path / "small", more="[parameters.threat]\n"))
    made.begin()
    return made


def target(performance: Performance) -> float:
    rows = performance.layout.parameters
    return performance.engine.targets(rows)["threat"][0]


def test_it_moves_in_a_straight_line_of_music_and_ends_at_its_goal(performance: Performance) -> None:
    ramps, seen = ParameterRamps(), []
    ramps.start(performance, "threat", 0.8, 0.1)
    for _ in range(24):
        performance.engine.pull(256)
        ramps.follow(performance)
        performance.engine.pull(64)
        seen.append((performance.engine.frame - 64, target(performance)))

    for frame, value in seen[:-10]:
        assert value == pytest.approx(0.8 * frame / (0.1 * RATE), abs=1e-6)
    assert seen[-1][1] == pytest.approx(0.8)
    assert len(ramps) == 0


def test_it_begins_at_what_was_set_just_before(performance: Performance) -> None:
    ramps, row = ParameterRamps(), performance.layout.parameters["threat"]
    performance.engine.set_parameter(row, 0.5, SOURCE_NETWORK)
    ramps.set_at_once("threat", 0.5, performance.engine.frame)
    ramps.start(performance, "threat", 1.0, 1.0)
    ramps.follow(performance)
    performance.engine.pull(64)

    assert target(performance) == 0.5


def test_it_ends_when_another_source_sets_the_parameter(performance: Performance) -> None:
    ramps, row = ParameterRamps(), performance.layout.parameters["threat"]
    ramps.start(performance, "threat", 1.0, 1.0)
    for _ in range(10):
        performance.engine.pull(256)
        ramps.follow(performance)
    assert len(ramps) == 1
    performance.engine.set_parameter(row, 0.9, SOURCE_NETWORK)
    performance.engine.pull(256)
    ramps.follow(performance)
    performance.engine.pull(256)

    assert len(ramps) == 0
    assert target(performance) == pytest.approx(0.9)


def test_a_parameter_that_an_edit_removed_is_left(performance: Performance) -> None:
    ramps = ParameterRamps()
    ramps.start(performance, "threat", 1.0, 1.0)
    ramps._running["gone"] = ramps._running.pop("threat")
    ramps.follow(performance)

    assert len(ramps) == 0
    ramps.start(performance, "threat", 1.0, 1.0)
    ramps.stop_all()
    assert len(ramps) == 0
