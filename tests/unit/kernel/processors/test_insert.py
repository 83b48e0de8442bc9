from __future__ import annotations

import numpy as np
import pytest

from adaptive.kernel.processors.descriptor import Parameter
from adaptive.kernel.processors.insert import RAMP_QUANTA, move_parameters, ratio_of_step
from adaptive.kernel.processors.insert_record import insert_group

TWO = (Parameter("level_db", -60.0, 0.0, 0.0, "-"), Parameter("hz", 20.0, 20000.0, 100.0, "-", "logarithmic"))


def group_of(*values: float) -> np.ndarray:
    group = np.zeros(1, insert_group(TWO))
    for field in ("wanted", "aimed", "now"):
        group[0][field][:, 3] = values
    return group


@pytest.mark.parametrize("ratio", [1e-3, 0.5, 1.0, 40.0])
def test_the_steps_of_a_ratio_make_the_ratio(ratio: float) -> None:
    assert ratio_of_step(np.float32(ratio)) ** RAMP_QUANTA == pytest.approx(ratio, rel=1e-5)


def test_a_parameter_moves_in_equal_steps_or_equal_ratios_and_arrives_exactly() -> None:
    group = group_of(0.0, 100.0)
    group[0]["wanted"][:, 3] = (-32.0, 100.0 * 2.0**32)
    seen = []
    for _ in range(RAMP_QUANTA + 2):
        move_parameters(group[0], 3, 0b10)
        seen.append(group[0]["now"][:, 3].tolist())

    assert [level for level, _ in seen[:4]] == [-1.0, -2.0, -3.0, -4.0]
    assert [hz for _, hz in seen[:3]] == pytest.approx([200.0, 400.0, 800.0])
    assert seen[-1] == [-32.0, 100.0 * 2.0**32]
    assert group[0]["is_changed"][3] == 1


def test_a_new_insert_begins_at_its_values() -> None:
    group = group_of(0.0, 100.0)
    group[0]["wanted"][0, 3], group[0]["is_new"][3] = -30.0, 1
    move_parameters(group[0], 3, 0b10)

    assert group[0]["now"][0, 3] == -30.0
    assert group[0]["is_changed"][3] == 1
