from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive.units import SILENCE_DB, db_to_gain, gain_to_db, hz_to_pitch


@given(st.floats(-79.9, 40.0))
def test_a_level_comes_back_from_its_gain(level_db: float) -> None:
    assert gain_to_db(db_to_gain(level_db)) == pytest.approx(level_db, abs=1e-9)


@given(st.floats(-200.0, SILENCE_DB))
def test_silence_is_a_gain_of_zero_and_no_level_lies_below_it(level_db: float) -> None:
    assert db_to_gain(level_db) == 0.0
    assert gain_to_db(db_to_gain(level_db)) == SILENCE_DB


@given(st.floats(1.0, 20000.0))
def test_twice_the_frequency_is_an_octave(hz: float) -> None:
    assert hz_to_pitch(2.0 * hz) - hz_to_pitch(hz) == pytest.approx(12.0)
