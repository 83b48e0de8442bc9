from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from adaptive.session.shared_peaks import SharedPeaks


def engine(*peaks: float) -> Any:
    """An engine whose peaks are these."""
    return SimpleNamespace(peaks=lambda: np.array(peaks, np.float32))


def test_each_listener_gets_the_peaks_since_it_asked_last() -> None:
    peaks = SharedPeaks()
    peaks.take("slow", engine(0.0, 0.0))
    fast = [peaks.take("fast", engine(0.1, 0.5)).tolist(), peaks.take("fast", engine(0.25, 0.25)).tolist()]
    slow = peaks.take("slow", engine(0.0, 0.0)).tolist()

    assert fast == [np.float32([0.1, 0.5]).tolist(), [0.25, 0.25]]
    assert slow == [0.25, 0.5]
    assert peaks.take("slow", engine(0.0, 0.0)).tolist() == [0.0, 0.0]


def test_an_engine_with_other_channels_begins_anew() -> None:
    peaks = SharedPeaks()
    peaks.take("one", engine(0.5, 0.5))
    peaks.take("two", engine(0.75, 0.5))

    assert peaks.take("one", engine(0.25, 0.25, 0.25, 0.25)).tolist() == [0.25] * 4
