from __future__ import annotations

from adaptive.kernel.processors.delay import DELAY
from adaptive.kernel.processors.eq import EQ


def test_parameters_have_the_rows_of_their_order() -> None:
    assert [EQ.index_of(one.name) for one in EQ.parameters] == list(range(len(EQ.parameters)))


def test_options_come_after_the_parameters() -> None:
    assert [one.name for one in DELAY.settings][-1] == "longest_s"
    assert DELAY.defaults()["longest_s"] == 4.0


def test_what_says_nothing_of_memory_latency_or_tail_has_none() -> None:
    values = EQ.defaults()

    assert (EQ.memory_frames(48000, values), EQ.latency_frames(48000, values)) == (0, 0)
    assert (EQ.tail_s(values), EQ.gap_s(values)) == (0.0, 0.0)
