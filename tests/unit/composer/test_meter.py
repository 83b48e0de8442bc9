from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive.composer.meter import DOWNBEAT, WEAK, Meter

meters = st.builds(Meter, st.integers(1, 24), st.sampled_from([1, 2, 4, 8, 16]))


@pytest.mark.parametrize(
    ("beats", "unit", "pulses", "groups", "backbeats"),
    [(4, 4, "0 1 2 3", "0 2", "1 3"), (3, 4, "0 1 2", "0", "2"), (5, 4, "0 1 2 3 4", "0 3", "2 4"),
     (6, 8, "0 3", "0", "3"), (7, 8, "0 2 4", "0", "4"), (9, 8, "0 3 6", "0", "6"),
     (12, 8, "0 3 6 9", "0 6", "3 9"), (2, 2, "0 1/2 1 3/2", "0 1", "1/2 3/2")],
)  # fmt: skip
def test_a_meter_is_felt_in_pulses_and_groups(
    beats: int, unit: int, pulses: str, groups: str, backbeats: str
) -> None:
    meter = Meter(beats, unit)

    assert pulses.split() == [str(onset) for onset in meter.pulses]
    assert groups.split() == [str(onset) for onset in meter.group_starts]
    assert backbeats.split() == [str(onset) for onset in meter.backbeats]


@given(meters)
def test_pulses_fill_the_bar_and_groups_hold_all_pulses(meter: Meter) -> None:
    assert meter.length == sum(meter.pulse_lengths)
    assert meter.pulses == tuple(onset for group in meter.groups for onset in group)
    assert meter.middle in meter.pulses


@given(meters)
def test_every_place_has_a_weight_and_none_is_heavier_than_the_first(meter: Meter) -> None:
    weights = [meter.weight(onset) for onset in meter.steps]

    assert weights[0] == DOWNBEAT
    assert all(WEAK <= weight < DOWNBEAT for weight in weights[1:])


def test_a_place_belongs_to_the_pulse_before_it() -> None:
    assert [Meter(7, 8).pulse_at(Fraction(n, 2)) for n in (0, 3, 4, 13)] == [0, 0, 1, 2]
