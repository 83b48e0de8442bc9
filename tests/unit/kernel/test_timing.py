from __future__ import annotations

import numpy as np

from adaptive.kernel import layout, timing

RATE = np.float64(48000.0)


def bin_of(span_ns: int) -> int:
    return timing.time_bin(np.int64(span_ns))


def record() -> np.ndarray:
    return np.zeros(1, layout.TELEMETRY)


def note(telemetry: np.ndarray, began: int, ended: int, frames: int = 64) -> None:
    timing.note_time(telemetry[0], np.int64(began), np.int64(ended), np.int64(frames), RATE)


def test_a_bin_is_an_eighth_of_an_octave_from_128_nanoseconds_on() -> None:
    edges = [128 * 2 ** (index // 8) * (8 + index % 8) // 8 for index in range(layout.TIME_BINS)]

    assert list(range(layout.TIME_BINS)) == [bin_of(edge) for edge in edges]


def test_a_frame_before_an_edge_falls_into_the_bin_below() -> None:
    edges = [1024 * 2 ** (index // 8) * (8 + index % 8) // 8 for index in range(1, 40)]

    assert [bin_of(edge) - 1 for edge in edges] == [bin_of(edge - 1) for edge in edges]


def test_times_beyond_the_bins_count_in_the_first_and_the_last() -> None:
    last = layout.TIME_BINS - 1

    assert [0, 0, last, last] == [bin_of(0), bin_of(1), bin_of(10**9), bin_of(10**12)]


def test_a_callback_is_counted_with_its_time() -> None:
    telemetry = record()
    note(telemetry, 1_000, 51_000)
    note(telemetry, 2_000_000, 2_020_000)

    assert telemetry["callbacks"][0] == 2
    assert telemetry["busy_ns"][0] == 70_000
    assert telemetry["longest_ns"][0] == 50_000
    assert telemetry["time_bins"][0].sum() == 2
    assert telemetry["time_bins"][0][bin_of(50_000)] == 1


def test_a_callback_that_took_longer_than_its_frames_last_is_over_budget() -> None:
    telemetry = record()
    note(telemetry, 1, 1_333_001)
    note(telemetry, 1, 1_334_001)

    assert telemetry["over_budget"][0] == 1


def test_the_longest_gap_is_between_two_beginnings() -> None:
    telemetry = record()
    for began in (1_000, 5_000, 105_000, 106_000):
        note(telemetry, began, began + 10)

    assert telemetry["longest_gap_ns"][0] == 100_000
