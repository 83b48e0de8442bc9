from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
import pytest

from adaptive.engine.arrays import address, aligned
from adaptive.engine.ports import UNIT
from adaptive.kernel.atomic import bits_of_float, double_of_bits, float_of_bits
from adaptive.kernel.compile import build

SET, KEEP, ADD = range(3)


def changed(word: np.ndarray, bits: int, mode: int) -> int:
    """Change a word by the gate unit; return what that returns."""
    return int(UNIT(build.load_unit("word"))(address(word), bits, mode, 0))


@pytest.mark.parametrize(
    ("mode", "bits", "after"), [(SET, 0b0110, 0b1110), (KEEP, 0b0110, 0b0010), (ADD, 3, 0b1101)]
)
def test_a_change_returns_the_word_before_it(mode: int, bits: int, after: int) -> None:
    word = aligned(np.int64, 1)
    word[0] = 0b1010

    assert (changed(word, bits, mode), int(word[0])) == (0b1010, after)


def test_additions_by_several_threads_are_never_lost() -> None:
    word = aligned(np.int64, 1)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as pool:
            seen = list(pool.map(lambda _: changed(word, 1, ADD), range(4000)))
    finally:
        sys.setswitchinterval(before)

    assert int(word[0]) == 4000
    assert sorted(seen) == list(range(4000))


@numba.njit
def there_and_back(value: float) -> float:
    return float_of_bits(bits_of_float(value))


@numba.njit
def as_double(bits: int) -> float:
    return double_of_bits(bits)


@pytest.mark.parametrize("value", [0.0, -0.0, 1.5, -np.inf, 1e-40, np.nan])
def test_a_number_keeps_its_bits(value: float) -> None:
    single = np.float32(value)

    assert np.float32(there_and_back(single)).tobytes() == single.tobytes()
    bits = np.float64(value).view(np.int64)
    assert np.float64(as_double(bits)).tobytes() == np.float64(value).tobytes()
