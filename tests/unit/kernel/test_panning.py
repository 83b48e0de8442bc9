"""The rigs that break naive panners, and that power is kept wherever a source is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from adaptive.engine.rig_spec import PlaceSpec, RigSpec, SpeakerSpec
from tests.helpers.rigs import SQUARE, at_m, levels_db, rig_of, ring_of


def power_db(levels: list[float]) -> float:
    return 10.0 * math.log10(sum(10.0 ** (level / 10.0) for level in levels))


def test_a_source_at_a_speaker_plays_from_it_alone() -> None:
    levels = levels_db(SQUARE, at_m(-2.0, 2.0))

    assert levels[0] == pytest.approx(0.0, abs=0.01)
    assert max(levels[1:]) <= -80.0


def test_ahead_of_the_square_both_fronts_play() -> None:
    levels = levels_db(SQUARE, PlaceSpec(azimuth_deg=0.0))

    assert levels[:2] == pytest.approx([-3.01, -3.01], abs=0.01)
    assert max(levels[2:]) <= -80.0


def test_overhead_of_a_flat_rig_every_speaker_plays() -> None:
    assert levels_db(SQUARE, PlaceSpec(elevation_deg=90.0)) == pytest.approx([-6.02] * 4, abs=0.01)


def test_two_speakers_in_one_place_share_what_is_played_there() -> None:
    doubled = rig_of(*(one.at_m for one in SQUARE.speakers if one.at_m), (-2.0, 2.0, 0.0))
    levels = levels_db(doubled, at_m(-2.0, 2.0))

    assert (levels[0], levels[4]) == pytest.approx((-3.01, -3.01), abs=0.01)
    assert max(levels[1:4]) <= -80.0


def test_behind_three_fronts_the_outer_two_play() -> None:
    levels = levels_db(
        rig_of((-1.0, 2.0, 0.0), (0.0, 2.0, 0.0), (1.0, 2.0, 0.0)), PlaceSpec(azimuth_deg=180.0)
    )

    assert (levels[0], levels[2]) == pytest.approx((-3.01, -3.01), abs=0.01)
    assert levels[1] <= -80.0


@pytest.mark.parametrize(
    "rig",
    [
        SQUARE,
        rig_of((-1.0, 2.0, 0.0), (0.0, 2.0, 0.0), (1.0, 2.0, 0.0)),
        rig_of((0.0, 1.0, 0.0)),
        rig_of((-3.0, 2.0, 2.5), (3.0, 2.0, 2.5), (3.0, -2.0, 2.5), (-3.0, -2.0, 2.5)),
        rig_of(*(one.at_m for one in SQUARE.speakers if one.at_m), (-1.0, 1.0, 2.0), (1.0, 1.0, 2.0)),
    ],
    ids=["square", "fronts", "one", "ceiling", "dome"],
)
def test_the_power_of_a_source_is_the_same_in_every_direction(rig: RigSpec) -> None:
    rng = np.random.default_rng(1)
    for _ in range(12):
        azimuth, elevation = rng.uniform(-180, 180), rng.uniform(-90, 90)
        levels = levels_db(rig, PlaceSpec(azimuth_deg=azimuth, elevation_deg=elevation))
        assert power_db(list(levels)) == pytest.approx(0.0, abs=0.02)


def test_a_ring_under_the_ceiling_plays_what_is_level_and_what_is_placed_at_a_speaker() -> None:
    ceiling = rig_of((-3.0, 2.0, 2.5), (3.0, 2.0, 2.5), (3.0, -2.0, 2.5), (-3.0, -2.0, 2.5))
    for place in (at_m(3.0, 2.0, 2.5), PlaceSpec(azimuth_deg=math.degrees(math.atan2(3.0, 2.0)))):
        levels = levels_db(ceiling, place)
        assert levels[1] == pytest.approx(0.0, abs=0.01)
        assert max(levels[0], *levels[2:]) <= -80.0


def test_by_distance_the_nearest_speaker_is_the_loudest_and_power_is_kept() -> None:
    levels = levels_db(SQUARE, at_m(1.0, 1.5, law="distance"))
    law = 1.0 / math.hypot(1.0, 1.5)

    assert list(levels).index(max(levels)) == 1
    assert power_db(list(levels)) == pytest.approx(-20.0 * math.log10(law), abs=0.01)


def test_a_source_in_the_middle_is_spread_over_all_speakers() -> None:
    assert levels_db(SQUARE, at_m(0.0, 0.0)) == pytest.approx([-6.02] * 4, abs=0.01)


def test_stereo_keeps_its_sides_on_speakers_at_30_degrees() -> None:
    pair = rig_of((-1.0, math.sqrt(3.0), 0.0), (1.0, math.sqrt(3.0), 0.0))

    assert levels_db(pair, PlaceSpec(width_deg=60.0)) == pytest.approx([0.0, 0.0], abs=0.01)


def test_a_direct_speaker_takes_no_part_in_panning() -> None:
    speakers = (*SQUARE.speakers, SpeakerSpec(4, kind="direct", bus="voice"), SpeakerSpec(5, kind="sub"))
    rig = RigSpec(speakers)

    assert levels_db(rig, PlaceSpec("direct", channel=4))[4] == pytest.approx(0.0, abs=0.01)
    assert levels_db(RigSpec(speakers[:5]), PlaceSpec(elevation_deg=90.0))[4] <= -80.0


def test_first_order_ambisonics_are_w_y_z_x() -> None:
    rig = RigSpec(mode="ambix")
    left = levels_db(rig, PlaceSpec(azimuth_deg=-90.0), channels=4)
    above = levels_db(rig, PlaceSpec(azimuth_deg=0.0, elevation_deg=60.0), channels=4)

    assert left[:2] == pytest.approx([0.0, 0.0], abs=0.01)
    assert max(left[2:]) <= -80.0
    assert [10.0 ** (level / 20.0) for level in above] == pytest.approx([1.0, 0.0, 0.866, 0.5], abs=1e-3)


def test_a_ring_of_eight_is_walked_with_constant_power() -> None:
    ring = ring_of(8)
    powers = [power_db(list(levels_db(ring, PlaceSpec(azimuth_deg=angle)))) for angle in range(0, 91, 9)]

    assert powers == pytest.approx([0.0] * len(powers), abs=0.01)
