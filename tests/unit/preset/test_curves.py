from __future__ import annotations

import pytest

from adaptive.preset.curves import check_points
from adaptive.preset.faults import FaultList
from adaptive.preset.table import Curve

Point = tuple[float, float]


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (((0.0, -1.0), (1.0, 1.0)), []),
        (((0.0, 0.0), (0.0, 0.5)), ["must lie to the right of the point before, got 0 after 0"]),
        (((0.0, 2.0),), ["`pan` must be between -1 and 1, got 2"]),
    ],
)
def test_points_rise_and_lie_in_their_range(points: tuple[Point, ...], expected: list[str]) -> None:
    faults = FaultList()
    check_points(Curve("heat", points), ("layers", "pad", "pan", "points"), "pan", (-1.0, 1.0), faults)

    assert [fault.text for fault in faults.found] == expected


def test_without_limits_any_value_will_do() -> None:
    faults = FaultList()
    check_points(Curve("heat", ((0.0, 99.0),)), ("x", "points"), "x", None, faults)

    assert faults.found == []
