from __future__ import annotations

import numpy as np
import pytest

from adaptive.kernel.processors import convolution_memory as m


@pytest.mark.parametrize(
    ("frames", "parts"),
    [(1, (1, 0)), (64, (1, 0)), (65, (2, 0)), (2048, (32, 0)), (2049, (32, 1)), (3073, (32, 2))],
)
def test_a_response_is_cut_into_short_and_long_parts(frames: int, parts: tuple[int, int]) -> None:
    assert m.parts_of(frames) == parts


def test_the_memory_has_the_spectra_behind_what_is_forgotten() -> None:
    response = np.random.default_rng(1).standard_normal((2, 3000)).astype(np.float32)
    memory = m.memory_of(response)
    first = m.SHORT_RESPONSE + m.MOST_SHORT * m.SHORT_SPECTRUM
    left = memory[first : first + m.LONG + 1] + 1j * memory[first + m.LONG_BINS :][: m.LONG + 1]

    assert not memory[: m.STATE_FLOATS].any()
    assert memory.size == m.SHORT_RESPONSE + m.MOST_SHORT * m.SHORT_SPECTRUM + 2 * m.LONG_SPECTRUM
    np.testing.assert_allclose(left, np.fft.rfft(response[0, m.HEAD :], 2 * m.LONG), atol=1e-4)
