"""The model of a head beside a measured one, at every direction of the horizon that was measured."""

from __future__ import annotations

import pytest

from tests.helpers import kemar
from tests.unit.kernel.test_ears import delay_us, difference_db, ears_of

pytestmark = pytest.mark.prove


def test_the_whole_horizon_is_heard_as_a_measured_head_hears_it() -> None:
    kemar.require_kemar()
    apart_us, apart_db = [], []
    for azimuth in range(-180, 181, 5):
        measured, model = kemar.response(azimuth), ears_of(azimuth)
        apart_us.append(abs(delay_us(model) - delay_us(measured)))
        apart_db.append(abs(difference_db(model) - difference_db(measured)))
    print(f"at most {max(apart_us):.1f} µs and {max(apart_db):.2f} dB apart")  # the proof

    assert max(apart_us) <= 30.0
    assert max(apart_db) <= 2.0
