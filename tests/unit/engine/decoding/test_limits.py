from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from adaptive.engine.decoding.limits import MOST_CHANNELS, MemoryBudget, check_shape, memory_named
from adaptive.errors import AudioFileError


@pytest.mark.parametrize("rate", [0, 1, 7_999, 384_001, 10_000_000])
def test_a_rate_that_no_stem_has_is_refused(rate: int) -> None:
    with pytest.raises(
        AudioFileError, match=rf"^a\.wav: has a sample rate of {rate:,} Hz; 8,000 to 384,000 Hz"
    ):
        check_shape("a.wav", rate, 2, 100)


def test_more_channels_than_any_stem_has_are_refused() -> None:
    check_shape("a.wav", 48_000, MOST_CHANNELS, 100)
    with pytest.raises(AudioFileError, match="has 65 channels; at most 64"):
        check_shape("a.wav", 48_000, MOST_CHANNELS + 1, 100)


def test_an_hour_is_the_longest() -> None:
    check_shape("a.wav", 48_000, 2, 3_600 * 48_000)
    with pytest.raises(AudioFileError, match="is 61 minutes long; at most 60"):
        check_shape("a.wav", 48_000, 2, 3_660 * 48_000)


def test_room_is_taken_at_the_rate_that_needs_more() -> None:
    budget = MemoryBudget(10_000, 48_000)
    budget.take("a.wav", 100, 2, 24_000)
    assert budget.taken_bytes == 1_600
    budget.take("a.wav", 100, 2, 96_000)
    assert budget.taken_bytes == 2_400


def test_what_does_not_fit_takes_nothing_and_says_whether_it_is_one_file_or_all() -> None:
    budget = MemoryBudget(1_000_000)
    with pytest.raises(AudioFileError, match=r"^a\.wav: takes 2 MB decoded, more than the 1 MB"):
        budget.take("a.wav", 500_000, 1, 48_000)
    budget.take("a.wav", 200_000, 1, 48_000)
    with pytest.raises(AudioFileError, match=r"^b\.wav: all stems together need 2 MB"):
        budget.take("b.wav", 200_000, 1, 48_000)
    assert budget.taken_bytes == 800_000


def test_threads_together_take_no_more_than_there_is() -> None:
    budget = MemoryBudget(100_000)

    def take(_number: int) -> bool:
        try:
            budget.take("a.wav", 1_000, 1, 48_000)
        except AudioFileError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(100))) == 25


def test_running_out_of_memory_is_a_sentence() -> None:
    with pytest.raises(AudioFileError, match=r"^a\.wav: is too large for the memory"), memory_named("a.wav"):
        raise MemoryError
