from __future__ import annotations

import pytest

from benchmarks.peers import tools


def test_the_cost_of_starting_cancels_in_the_slope() -> None:
    assert tools.slope(lambda seconds: 3.0 + 0.02 * seconds, 1.0, 11.0) == pytest.approx(0.02)


def test_the_last_share_that_a_program_printed_is_read() -> None:
    assert tools.share_printed("share 9 rms 0.1\nready\nshare 0.25 rms 0.1\nbye\n") == 0.25


@pytest.mark.parametrize("rms", ["0.0", "1e-5", "20.0", "nan"])
def test_the_cost_of_silence_is_refused(rms: str) -> None:
    with pytest.raises(tools.PeerError, match="did not do the work"):
        tools.share_printed(f"share 0.25 rms {rms}")


def test_a_program_without_a_figure_is_refused_with_what_it_printed() -> None:
    with pytest.raises(tools.PeerError, match="no figure in: segmentation fault"):
        tools.share_printed("segmentation fault\n")
