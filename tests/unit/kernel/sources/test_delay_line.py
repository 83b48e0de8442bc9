from __future__ import annotations

import numpy as np

from adaptive.kernel.sources.delay_line import LOOP, read_line


def test_a_line_is_read_between_its_samples_and_around_its_end() -> None:
    places = np.arange(LOOP)
    line = np.sin(2 * np.pi * places / 64.0).astype(np.float32)
    for at, delay in ((100, 40.25), (5, 30.5), (LOOP + 3, 17.0)):
        found = read_line(line, np.int64(at), np.float32(delay))
        assert abs(found - np.sin(2 * np.pi * (at - delay) / 64.0)) < 1e-4
