from __future__ import annotations

import numpy as np
import pytest

from adaptive.kernel.dsp import true_peak as t
from adaptive.kernel.layout import QUANTUM


@pytest.mark.parametrize("hz", [997.0, 12000.0, 17000.0])
@pytest.mark.parametrize("phase", [0.0, 0.25, 0.7])
def test_the_peak_of_a_sine_is_found_between_its_samples(hz: float, phase: float) -> None:
    frames = 16 * QUANTUM
    sound = (0.5 * np.sin(2.0 * np.pi * hz / 48000.0 * np.arange(frames) + phase)).astype(np.float32)
    history, peaks = np.zeros(t.HISTORY_FLOATS, np.float32), np.zeros(QUANTUM, np.float32)
    found = 0.0
    for at in range(0, frames, QUANTUM):
        peaks[:] = 0.0
        row = sound[at : at + QUANTUM]
        largest = t.move_history(history.ctypes.data, row.ctypes.data)
        t.raise_to_peaks(history.ctypes.data, peaks.ctypes.data)
        assert peaks.max() <= largest * t.MOST_GAIN
        if at >= 2 * QUANTUM:
            found = max(found, float(peaks.max()))

    # an eighth of a sample from the crest, and the filter's own error: EBU Tech 3341 allows + 0.2 / - 0.4 dB
    assert -0.4 < 20.0 * np.log10(found / 0.5) < 0.2
