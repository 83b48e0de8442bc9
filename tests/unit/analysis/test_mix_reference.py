from __future__ import annotations

import numpy as np
import pytest

from adaptive.analysis.bands import CENTRES_HZ
from adaptive.analysis.mix_profile import SoundProfile, above_2k_db
from adaptive.analysis.mix_reference import average_reference, levelled, recording_reference


def slope_db(at_hz: float) -> float:
    """Slope of the average as power per hertz, dB an octave: bands of a third widen by 3.01 dB an octave."""
    bands = average_reference().bands_db
    octaves = np.log2(CENTRES_HZ)
    return float(np.interp(np.log2(at_hz), octaves, np.gradient(bands, octaves))) - 3.01


def test_the_average_has_the_slopes_that_are_published() -> None:
    inside = (CENTRES_HZ > 89.0) & (CENTRES_HZ < 4500.0)
    straight = np.polyfit(np.log2(CENTRES_HZ[inside]), average_reference().bands_db[inside], 1)[0] - 3.01

    assert slope_db(800.0) == pytest.approx(-5.0, abs=0.1)
    assert slope_db(3200.0) == pytest.approx(-7.6, abs=0.1)
    assert straight == pytest.approx(-4.53, abs=0.15)


def test_genres_differ_by_their_percussion() -> None:
    apart = average_reference("house").bands_db - average_reference("jazz").bands_db

    assert apart[0] > 2.0
    assert apart[-1] > 2.0
    assert abs(apart[10:18]).max() < 0.5
    assert "as jazz has it" in average_reference("jazz").source
    assert average_reference("polka").source == average_reference().source
    assert -14.0 < above_2k_db(10.0 ** (average_reference().bands_db / 10.0)) < -8.0


def test_a_recording_is_a_reference_of_its_own_and_nothing_of_it_is_outside() -> None:
    power = 10.0 ** (average_reference("rock").bands_db / 10.0)
    profile = SoundProfile(power, 0.1 * power, -13.0, -1.0, 5.0)
    found = recording_reference(profile, "song.wav")

    assert not found.excess_db(profile.bands_db).any()
    assert found.lufs == (-14.0, -12.0)
    assert found.source == "song.wav"
    assert levelled(profile.bands_db) == pytest.approx(found.bands_db)


def test_what_a_recording_does_not_have_is_not_asked_for() -> None:
    power = 10.0 ** (average_reference("rock").bands_db / 10.0)
    narrow = np.where(CENTRES_HZ < 3600.0, power, 1e-15)
    found = recording_reference(SoundProfile(narrow, 1e-12 * narrow, -13.0, -1.0, 5.0), "old.wav")

    assert not found.excess_db(10.0 * np.log10(power))[-4:].any()
    assert found.side_mid_db[0] <= -80.0 < -5.0 <= found.side_mid_db[1]
