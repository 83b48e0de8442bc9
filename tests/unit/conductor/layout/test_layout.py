"""Controls, curves, and which rows belong to a place."""

from __future__ import annotations

import pytest

from adaptive.conductor.layout.layout import LayerPlace, control_start, curve_value, default_value
from adaptive.preset.schema import ParameterTable
from adaptive.preset.table import Curve

CURVE = Curve("heat", ((0.2, -20.0), (0.4, 0.0), (0.4, 6.0), (1.0, 0.0)))


@pytest.mark.parametrize(
    ("x", "expected"),
    [(0.0, -20.0), (0.2, -20.0), (0.3, -10.0), (0.4, 6.0), (0.7, 3.0), (1.0, 0.0), (2.0, 0.0)],
)
def test_a_curve_is_linear_between_its_points_and_constant_beyond_them(x: float, expected: float) -> None:
    assert curve_value(CURVE, x) == pytest.approx(expected)


def test_a_control_starts_at_its_number_or_at_its_curve_for_the_default() -> None:
    assert control_start(-6.0, {}, 0.5) == -6.0
    assert control_start(CURVE, {"heat": 0.3}, 0.5) == pytest.approx(-10.0)
    assert control_start(None, {}, 0.5) == 0.5


def test_a_parameter_without_a_default_starts_at_the_low_end_of_its_range() -> None:
    assert default_value(ParameterTable(range=(-1.0, 1.0))) == -1.0
    assert default_value(ParameterTable(range=(-1.0, 1.0), default=0.25)) == 0.25


def test_a_place_owns_its_strip_its_clips_and_its_instrument() -> None:
    stem = LayerPlace("calm", 2, 3, range(6, 8))
    synth = LayerPlace("bass", 4, 5, range(0), instrument=1)

    assert stem.rows() == {("bus", 2), ("clip", 6), ("clip", 7)}
    assert synth.rows() == {("bus", 4), ("instrument", 1)}
    assert stem.shares_row(LayerPlace("renamed", 2, 3, range(6, 8)))
    assert not stem.shares_row(synth)
    assert not stem.shares_row(None)
