"""What follows an introduction in its file is a tail, or the beginning of the loop."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.introductions import remove_loop, repeats
from adaptive.engine.resample import values_at

RATE = 48000


def noise(seed: int, frames: int = RATE, channels: int = 1, gain: float = 0.2) -> np.ndarray:
    return (gain * np.random.default_rng(seed).standard_normal((channels, frames))).astype(np.float32)


@pytest.mark.parametrize("gain", [0.6, 1.0, 1.8])
def test_a_copy_of_the_loop_repeats_it_at_about_its_level(gain: float) -> None:
    loop = noise(1)
    held = np.float32(gain) * loop[:, : RATE // 4] + noise(2, RATE // 4, gain=0.02)
    assert repeats(np.concatenate([noise(4), held], axis=1), RATE, loop, RATE)


@pytest.mark.parametrize(
    "tail",
    [noise(3), np.zeros((1, RATE), np.float32), noise(1, gain=0.02), -noise(1), noise(1)[:, :40]],
    ids=["other music", "silence", "an echo", "upside down", "too short to tell"],
)
def test_a_tail_does_not(tail: np.ndarray) -> None:
    assert not repeats(np.concatenate([noise(4), tail], axis=1), RATE, noise(1), RATE)


@pytest.mark.parametrize("apart", [0.5, -0.4, 0.25])
def test_a_copy_that_lies_between_the_frames_is_one(apart: float) -> None:
    loop = noise(1)
    held = np.concatenate([noise(4), values_at(loop, np.arange(RATE // 4) + apart)], axis=1)
    assert repeats(held, RATE, loop, RATE)


def test_channels_that_cancel_each_other_are_compared_all_the_same() -> None:
    loop = np.concatenate([noise(1), -noise(1)])
    held = np.concatenate([noise(4, channels=2), loop[:, : RATE // 4]], axis=1)
    assert repeats(held, RATE, loop, RATE)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("loop_channels", [1, 2])
def test_file_and_loop_together_give_what_the_file_holds(channels: int, loop_channels: int) -> None:
    loop = np.repeat(noise(1), loop_channels, axis=0)
    held = np.concatenate(
        [noise(4, channels=channels), np.repeat(noise(1), channels, axis=0)[:, : RATE // 2]], axis=1
    )
    tail = remove_loop(held, RATE, [loop], RATE)[:, RATE:]
    heard = tail + np.repeat(noise(1), channels, axis=0)[:, : tail.shape[1]]
    assert np.abs(heard - held[:, RATE : RATE + tail.shape[1]])[:, :-240].max() < 1e-6


def test_with_several_loops_the_file_ends_within_5_ms() -> None:
    held = np.concatenate([noise(4), noise(1)[:, : RATE // 2]], axis=1)
    assert remove_loop(held, RATE, [noise(5), noise(1)], RATE).shape[1] == RATE + 240


def test_a_real_tail_is_kept_to_the_bit() -> None:
    held = np.concatenate([noise(4), noise(6)], axis=1)
    assert remove_loop(held, RATE, [noise(1)], RATE) is held
