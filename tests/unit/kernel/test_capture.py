"""The callback of an input stream, called as a sound card calls it."""

from __future__ import annotations

import ctypes

import numpy as np

from adaptive.engine.arrays import address, aligned
from adaptive.kernel.capture_record import CAPTURE
from adaptive.kernel.compile import build
from adaptive.kernel.sources.frame_ring import FrameRing

CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    *(ctypes.c_int64, ctypes.c_int64, ctypes.c_uint64, ctypes.c_int64, ctypes.c_uint64, ctypes.c_int64),
)  # fmt: skip


def test_channels_of_the_device_reach_their_rings_around_the_end_and_none_is_overwritten() -> None:
    callback = CALLBACK(build.addresses(["capture"])["capture"])
    record, rings = aligned(CAPTURE, 1), [FrameRing(256), FrameRing(256)]
    record["channels"], record["count"] = 3, 2
    for number, (ring, (left, right)) in enumerate(zip(rings, [(0, 0), (2, 1)], strict=True)):
        record["at_words"][0, number] = ring.words_address
        record["at_frames"][0, number] = ring.frames.ctypes.data
        record["capacity"][0, number] = ring.capacity
        record["left"][0, number], record["right"][0, number] = left, right
    block = np.arange(100 * 3, dtype=np.float32).reshape(100, 3)

    def give() -> None:
        callback(address(block), 0, 100, 0, 0, address(record))

    give()
    give()
    np.testing.assert_array_equal(rings[0].frames[:100], block[:, [0, 0]])
    np.testing.assert_array_equal(rings[1].frames[100:200], block[:, [2, 1]])
    give()  # there is no room

    assert rings[0].written == 200
    assert record["lost"][0] == 200
    for ring in rings:
        ring._words["read"] = 150
    give()
    np.testing.assert_array_equal(rings[1].frames[[255, 0]], block[[55, 56]][:, [2, 1]])
    assert (record["blocks"][0], rings[1].written) == (4, 300)
