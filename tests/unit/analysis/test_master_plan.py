from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from adaptive.analysis.bands import CENTRES_HZ
from adaptive.analysis.master_plan import MOST_TONE_DB, compressor_step, tone_step, width_step
from adaptive.analysis.mix_profile import SoundProfile
from adaptive.analysis.mix_reference import average_reference

POWER = 10.0 ** (average_reference().bands_db / 10.0)
GOOD = SoundProfile(POWER, 0.15 * np.where(CENTRES_HZ < 150.0, 0.01, 1.0) * POWER, -18.0, -6.0, 5.0)


def test_a_piece_that_is_as_usual_gets_no_eq_and_no_width() -> None:
    assert tone_step(GOOD, average_reference(), 0.7).settings == {}
    assert width_step(GOOD, average_reference()).settings == {}
    assert compressor_step(GOOD, -14.0, -1.0).settings == {}


def test_a_dull_piece_gets_highs_and_no_more_than_is_usual() -> None:
    dull = replace(GOOD, mid=POWER * np.where(CENTRES_HZ > 3000.0, 0.05, 1.0), side=0.0 * POWER)
    step = tone_step(dull, average_reference(), 0.7)

    assert 0.0 < step.settings["high_db"] <= MOST_TONE_DB
    assert "below the reference" in step.reason


def test_a_wide_bass_comes_to_the_middle_and_mono_stays_mono() -> None:
    wide = replace(GOOD, side=0.5 * POWER)
    mono = replace(GOOD, side=0.0 * POWER)

    assert width_step(wide, average_reference()).settings["mono_below_hz"] == 120.0
    assert width_step(mono, average_reference()).reason == "no change of width: it is mono, and stays it"


@pytest.mark.parametrize(("peak", "ratio"), [(-2.0, 1.5), (-0.5, 1.5), (3.0, 2.0)])
def test_a_compressor_comes_only_where_the_limiter_would_be_heard(peak: float, ratio: float) -> None:
    step = compressor_step(replace(GOOD, true_peak_db=peak), -15.0, -1.0)

    assert step.settings.get("ratio") == (ratio if peak > -1.0 else None)
