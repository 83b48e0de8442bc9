from __future__ import annotations

import numpy as np
import pytest

from adaptive.kernel.processors.descriptor import Parameter
from adaptive.kernel.processors.insert import RAMP_QUANTA
from adaptive.kernel.sources.controls import follow_controls, ratios_of
from adaptive.kernel.sources.source_record import instrument_record

PARAMETERS = (
    Parameter("bite", 0.0, 1.0, 0.0, "A number."),
    Parameter("cutoff_hz", 20.0, 20000.0, 1000.0, "A frequency.", "logarithmic"),
)


def test_parameters_move_by_difference_or_ratio_and_at_rest_at_once() -> None:
    ratios = ratios_of(PARAMETERS)
    row = np.zeros(1, instrument_record([], PARAMETERS))[0]
    row["wanted"][:, 0] = 0.0, 100.0
    follow_controls(row, ratios, np.int32(0))
    settled = row["now"][:, 0].copy()
    row["wanted"][:, 0] = 1.0, 10000.0
    for _ in range(RAMP_QUANTA // 2):
        follow_controls(row, ratios, np.int32(1))
    half = row["now"][:, 0].copy()
    for _ in range(RAMP_QUANTA // 2):
        follow_controls(row, ratios, np.int32(1))

    assert ratios == 2
    assert settled.tolist() == [0.0, 100.0]
    assert np.allclose(half, [0.5, 1000.0], rtol=1e-5)
    assert row["now"][:, 0].tolist() == [1.0, 10000.0]


def test_rows_beyond_the_mask_move_by_differences() -> None:
    many = (*PARAMETERS, *(Parameter(f"amount_{row}", -1.0, 1.0, 0.0, "A number.") for row in range(2, 70)))
    row = np.zeros(1, instrument_record([], many))[0]
    row["wanted"][1, 0] = 100.0
    follow_controls(row, ratios_of(many), np.int32(0))
    row["wanted"][65, 0] = 1.0
    for _ in range(RAMP_QUANTA // 2):
        follow_controls(row, ratios_of(many), np.int32(1))

    assert abs(row["now"][65, 0] - 0.5) < 1e-5
    with pytest.raises(ValueError, match="among the first 63"):
        ratios_of((*many, PARAMETERS[1]))
