from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from adaptive.kernel import layout as k
from adaptive.kernel.processors.reverb import REVERB_PROCESSOR
from adaptive.kernel.processors.reverb_delays import (
    delays,
    lay_out,
    line_feedback,
    low_cut_share,
    next_prime,
    reverb_frames,
    row_frames,
)
from adaptive.kernel.processors.reverb_record import REVERB, REVERB_LINES

DEFAULTS = REVERB_PROCESSOR.defaults()

rates = pytest.mark.parametrize("rate", [8000, 44100, 48000, 96000])


@pytest.mark.parametrize(("number", "prime"), [(1, 1), (2, 2), (4, 5), (65, 67), (1104, 1109)])
def test_the_next_prime_is_the_first_at_or_above(number: int, prime: int) -> None:
    assert prime == next_prime(number)


@rates
def test_no_two_delay_lines_have_a_common_factor(rate: int) -> None:
    lines = delays(rate, DEFAULTS)[:REVERB_LINES]

    assert all(math.gcd(a, b) == 1 for a, b in itertools.combinations(sorted(set(lines)), 2))
    assert all(delay >= k.QUANTUM for delay in delays(rate, DEFAULTS | {"predelay_ms": 0.0}))


@rates
def test_the_rows_of_a_reverb_hold_their_delays_and_do_not_overlap(rate: int) -> None:
    record = np.zeros(1, REVERB)
    lay_out(record[0], rate, DEFAULTS)
    lengths, first = delays(rate, DEFAULTS), record[0]["row_first"].tolist()
    ends = [start + row_frames(length) + k.QUANTUM for start, length in zip(first, lengths, strict=False)]

    assert all(row_frames(length) >= length + 1 + k.QUANTUM for length in lengths)
    assert all(end <= start for end, start in zip(ends, first[1 : len(lengths)], strict=False))
    assert ends[-1] <= reverb_frames(rate, DEFAULTS)


def test_a_delay_line_loses_sixty_decibels_in_the_decay_time() -> None:
    assert line_feedback(1000.0, 48000, 2.0) ** (2.0 * 48000 / 1000.0) == pytest.approx(1e-3)


def test_a_low_cut_rises_with_its_frequency() -> None:
    assert 0.0 == low_cut_share(0.0, 48000) < low_cut_share(100.0, 48000) < low_cut_share(200.0, 48000) < 1.0
