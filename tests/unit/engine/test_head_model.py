from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.head_model import ROWS, head_table
from adaptive.kernel.ears_record import HEAD_ROWS


def test_the_table_goes_from_ahead_to_behind_in_steps_of_five_degrees() -> None:
    table = head_table(48000)

    assert [row[0] for row in ROWS] == list(range(0, 181, 5))
    assert len(table) == HEAD_ROWS
    assert table[0].tolist() == [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert table[18, 0] == pytest.approx(661e-6 * 48000)
    assert np.isfinite(table).all()
