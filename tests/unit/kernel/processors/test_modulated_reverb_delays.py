from __future__ import annotations

import math

import numpy as np
import pytest

from adaptive.kernel import layout as k
from adaptive.kernel.processors.modulated_reverb_delays import (
    CHARACTERS,
    ORDERS,
    delays,
    lay_out,
    memory_frames,
)
from adaptive.kernel.processors.modulated_reverb_record import HALL, SIDES


@pytest.mark.parametrize("rate", [8000, 48000, 192000])
@pytest.mark.parametrize("size", [0.4, 2.0])
@pytest.mark.parametrize("character", range(len(CHARACTERS)))
def test_delays_share_no_factor_and_each_is_longer_than_a_quantum(
    rate: int, size: float, character: int
) -> None:
    found = delays(rate, {"character": float(character), "size": size, "predelay_ms": 0.0})

    assert min(found) >= k.QUANTUM
    assert len(set(found[SIDES:])) == len(found) - SIDES
    assert all(math.gcd(a, b) == 1 for a, b in zip(found[SIDES:], found[SIDES + 1 :], strict=False))


def test_rows_lie_one_behind_the_other_within_the_memory() -> None:
    values = {"character": 0.0, "size": 1.0, "predelay_ms": 20.0}
    hall = np.zeros(1, HALL)[0]
    lay_out(hall, 48000, values)
    ends = hall["row_first"] + hall["row_frames"] + k.QUANTUM

    assert (ends[:-1] <= hall["row_first"][1:]).all()
    assert ends[-1] <= memory_frames(48000, values)
    assert (hall["length"] <= hall["row_frames"] - k.QUANTUM).all()


def test_each_step_has_every_part_once() -> None:
    assert all(sorted(order) == list(range(k.LANES)) for order in ORDERS)
