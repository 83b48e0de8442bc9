from __future__ import annotations

import numpy as np

from adaptive.analysis.samples import looped


def test_positions_outside_a_file_read_it_as_a_loop() -> None:
    mono = np.arange(1, 5, dtype=np.float32)

    assert looped(mono, -5, 6).tolist() == [4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2]
