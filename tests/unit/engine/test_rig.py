from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.rig import Rig, butterworth, fold_table
from adaptive.engine.rig_spec import PlaceSpec, RigSpec, SpeakerSpec
from adaptive.engine.standard_rigs import standard_rig
from tests.helpers.rigs import SQUARE, ring_of


def test_both_sides_of_a_crossover_add_up_to_a_flat_response() -> None:
    z = np.exp(-1j * np.pi * np.linspace(0.0001, 0.9, 200))

    def response(*, is_high: bool) -> np.ndarray:
        b0, b1, b2, a1, a2 = butterworth(90.0, 48000, is_high=is_high)
        return ((b0 + b1 * z + b2 * z**2) / (1.0 + a1 * z + a2 * z**2)) ** 2

    assert np.abs(response(is_high=False) + response(is_high=True)) == pytest.approx(1.0, abs=1e-6)


def test_a_channel_that_a_device_lacks_is_played_by_the_nearest_speaker() -> None:
    table = fold_table(ring_of(8).full, 8)

    assert table[2 - 1, :8].tolist() == [0, 1, 1, 1, 1, 0, 0, 0]
    assert table[8 - 1, :8].tolist() == list(range(8))


def test_a_place_can_be_moved_but_not_what_a_curve_sets() -> None:
    rig = Rig(SQUARE, 4, 8, 48000)
    rig.place(2, PlaceSpec(azimuth_deg=10.0))
    rig.move(2, PlaceSpec(azimuth_deg=20.0, elevation_deg=5.0), {"azimuth_deg"})

    assert (rig.places[2]["azimuth_deg"], rig.places[2]["elevation_deg"]) == (10.0, 5.0)
    with pytest.raises(KeyError):
        rig.cell(2, "law")


def test_usual_numbers_of_channels_have_their_usual_speakers() -> None:
    surround = standard_rig(6)

    assert [one.channel for one in surround.speakers] == [0, 1, 2, 4, 5]
    assert [round(value, 2) for value in surround.speakers[2].at_m or ()] == [0.0, 2.0, 0.0]
    assert len(standard_rig(12).speakers) == 12


def test_a_direct_speaker_is_found_by_what_it_names() -> None:
    rig = RigSpec((SpeakerSpec(3, kind="direct", bus="voice"),))

    assert (rig.direct_channel("voice"), rig.direct_channel("pad")) == (3, None)
