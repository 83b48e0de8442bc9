from __future__ import annotations

from fractions import Fraction

from adaptive.composer.steer import NOTHING_HELD
from adaptive.conductor.layers.write_range import ComposeContext, WriteRange, beats_ratio
from adaptive.conductor.segment_instance import SegmentInstance
from tests.unit.composer.composing import section_plan


def context(meter: tuple[int, int] | None) -> ComposeContext:
    instance = SegmentInstance("calm", 0.0, 0.0, 8, 2, 4, 1, 8 / 3)
    return ComposeContext(instance, section_plan(), 0.5, 120.0, meter=meter, first_bar=2)


def test_a_bar_of_six_eighths_has_two_dotted_quarters() -> None:
    assert beats_ratio(context((6, 8))) == Fraction(1, 3)
    assert beats_ratio(context(None)) == 1


def test_write_ranges_remember_each_for_itself() -> None:
    one, other = WriteRange(context(None), 0.0), WriteRange(context(None), 8.0)
    one.memories[1] = {"a": 1}

    assert other.memories == {}
    assert one.ends > 1e9


def test_a_bridge_goes_on_in_the_plan_of_its_section() -> None:
    bridge = context(None)

    assert bridge.plan_of(0, NOTHING_HELD) is bridge.plan.bar(2)
