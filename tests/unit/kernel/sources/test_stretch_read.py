from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba import carray

from adaptive.kernel.compile.jit import pointer
from adaptive.kernel.layout import SOUND
from adaptive.kernel.sources.stretch_read import read_sound
from tests.helpers.compiled import as_c

Array = np.ndarray[Any, Any]
LINE = np.arange(1, 1001, dtype=np.float32)


def read(left: int, right: int, sound: int, position: int, count: int) -> None:
    read_sound(left, right, carray(pointer(sound), np.int64(1), SOUND)[0], position, count)


def frames(position: int, count: int, origin: int = 0, loop_frames: int = 0, line: Array = LINE) -> Array:
    """What is read from a sound whose right channel is twice its left one; the left channel of it."""
    right = 2 * line
    sound = np.array([(line.ctypes.data, right.ctypes.data, len(line), origin, loop_frames, 0, 0)], SOUND)
    out = np.full((2, count), 7.0, np.float32)
    as_c(read)(out[0].ctypes.data, out[1].ctypes.data, sound.ctypes.data, position, count)

    assert np.array_equal(out[1], 2 * out[0])
    return out[0]


def played(origin: int, loop_frames: int, passes: int) -> Array:
    """What a clip plays from its pickup on; the n-th pass begins at `origin + n * loop_frames`."""
    out = np.zeros(origin + passes * loop_frames + len(LINE), np.float32)
    for number in range(passes):
        first = origin if number else 0
        begin = number * loop_frames + first
        out[begin : begin + len(LINE) - first] += LINE[first:]
    return out


def test_a_sound_that_plays_once_has_silence_around_it() -> None:
    assert np.array_equal(frames(-5, 10), [0, 0, 0, 0, 0, 1, 2, 3, 4, 5])
    assert np.array_equal(frames(996, 6), [997, 998, 999, 1000, 0, 0])
    assert not frames(5000, 8).any()
    assert not frames(-5000, 8).any()


@pytest.mark.parametrize("loop_frames", [1000, 700, 333, 90])
@pytest.mark.parametrize("origin", [0, 50])
@pytest.mark.parametrize("position", [-50, -7, 0, 89, 650, 3000])
def test_a_loop_is_read_with_its_tails_and_its_pickup(loop_frames: int, origin: int, position: int) -> None:
    wanted = played(origin, loop_frames, 60)
    at = position + origin
    expected = wanted[max(at, 0) : at + 900]
    expected = np.concatenate([np.zeros(max(-at, 0), np.float32), expected])

    assert np.allclose(frames(position, 900, origin, loop_frames), expected)


def test_what_is_no_number_is_read_as_silence() -> None:
    line = LINE.copy()
    line[2], line[3], line[4] = np.nan, np.inf, 1e9

    assert np.array_equal(frames(0, 6, line=line), [1, 2, 0, 0, 0, 6])
