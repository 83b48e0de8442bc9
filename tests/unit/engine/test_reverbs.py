from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from adaptive.engine.reverbs import delays, fill_reverb, next_prime, reverb_frames, row_frames
from adaptive.engine.spec import ReverbSpec
from adaptive.kernel import layout as k
from adaptive.kernel.processors.reverb_record import REVERB, REVERB_LINES

rates = pytest.mark.parametrize("rate", [8000, 44100, 48000, 96000])


@pytest.mark.parametrize(("number", "prime"), [(1, 1), (2, 2), (4, 5), (65, 67), (1104, 1109)])
def test_the_next_prime_is_the_first_at_or_above(number: int, prime: int) -> None:
    assert prime == next_prime(number)


@rates
def test_no_two_delay_lines_have_a_common_factor(rate: int) -> None:
    lines = delays(ReverbSpec(), rate)[:REVERB_LINES]

    assert all(math.gcd(a, b) == 1 for a, b in itertools.combinations(sorted(set(lines)), 2))
    assert all(delay >= k.QUANTUM for delay in delays(ReverbSpec(predelay_s=0.0), rate))


@rates
def test_the_rows_of_a_reverb_hold_their_delays_and_do_not_overlap(rate: int) -> None:
    record, reverb = np.zeros(1, REVERB), ReverbSpec()
    fill_reverb(record[0], reverb, rate)
    lengths, first = delays(reverb, rate), record[0]["row_first"].tolist()
    ends = [start + row_frames(length) + k.QUANTUM for start, length in zip(first, lengths, strict=False)]

    assert all(row_frames(length) >= length + 1 + k.QUANTUM for length in lengths)
    assert all(end <= start for end, start in zip(ends, first[1 : len(lengths)], strict=False))
    assert ends[-1] <= reverb_frames(reverb, rate)


def test_a_longer_predelay_takes_longer_to_come_to_rest() -> None:
    records = np.zeros(2, REVERB)
    for record, predelay_s in zip(records, (0.0, 0.3), strict=True):
        fill_reverb(record, ReverbSpec(predelay_s=predelay_s), 48000)

    assert records["quiet_limit"][1] - records["quiet_limit"][0] == pytest.approx(
        0.3 * 48000 / k.QUANTUM, abs=1
    )
    assert records["is_quiet"].tolist() == [1, 1]
