from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.dsp.late_rows import (
    HEAD_BYTES,
    late_row,
    right_of,
    ring_floats,
    ring_frames,
    ring_of,
    write_rows,
)
from adaptive.kernel.layout import QUANTUM

WORD = np.int64


def test_a_ring_holds_what_waits_and_a_quantum() -> None:
    assert [ring_frames(delay) for delay in (0, 1, 64, 65)] == [64, 128, 128, 192]
    assert ring_floats(65) == 2 * (192 + 64)


@pytest.mark.parametrize("delay", [0, 1, 63, 64, 65, 200, 240])
def test_a_quantum_is_read_as_it_was_some_frames_ago(delay: int) -> None:
    frames = ring_frames(delay)
    ring, rows = aligned(np.float32, ring_floats(delay)), aligned(np.float32, 2, QUANTUM)
    sound = np.arange(1, 1 + 20 * QUANTUM, dtype=np.float32)
    late = np.zeros_like(sound)
    for frame in range(0, sound.size, QUANTUM):
        rows[0], rows[1] = sound[frame : frame + QUANTUM], -sound[frame : frame + QUANTUM]
        write_rows(WORD(address(ring)), WORD(frames), WORD(frame), WORD(address(rows)))
        left = late_row(WORD(address(ring)), WORD(frames), WORD(frame), WORD(delay))
        first = (left - address(ring)) // 4
        other = (right_of(WORD(left), WORD(frames)) - address(ring)) // 4
        late[frame : frame + QUANTUM] = ring[first : first + QUANTUM]
        assert np.array_equal(ring[other : other + QUANTUM], -late[frame : frame + QUANTUM])

    assert np.array_equal(late[delay:], sound[: sound.size - delay])
    assert not late[:delay].any()


def test_a_ring_of_a_bus_says_how_long_it_is() -> None:
    ring = aligned(np.float32, 64)
    ring[:4].view(np.int64)[:] = 192, 100

    assert ring_of(WORD(address(ring))) == (address(ring) + HEAD_BYTES, 192, 100)
