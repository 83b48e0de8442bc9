import numpy as np
import pytest

from adaptive.errors import InputError
from adaptive.follow.taps import CLICK_SPACING_S, latency_of_taps

CLICKS = [CLICK_SPACING_S * k for k in range(24)]


@pytest.mark.parametrize("latency_s", [0.0, 0.22, 0.98])
def test_the_median_of_the_taps_is_the_latency(latency_s: float) -> None:
    rng = np.random.default_rng(1)
    taps = [click + latency_s + rng.normal(0.0, 0.02) for click in CLICKS]
    taps[6] += 0.3  # one tap that slipped

    assert latency_of_taps(CLICKS, taps) == pytest.approx(latency_s, abs=0.012)


def test_the_first_taps_do_not_count() -> None:
    taps = [click + (0.9 if i < 4 else 0.2) for i, click in enumerate(CLICKS)]

    assert latency_of_taps(CLICKS, taps) == pytest.approx(0.2)


def test_taps_that_scatter_are_refused() -> None:
    rng = np.random.default_rng(1)

    with pytest.raises(InputError, match="the taps scatter by"):
        latency_of_taps(CLICKS, [click + rng.random() for click in CLICKS])


def test_too_few_taps_are_refused() -> None:
    with pytest.raises(InputError, match="20 taps are needed, one for each click; 3 fell near one"):
        latency_of_taps(CLICKS, [0.2, 2.7, 5.2])
