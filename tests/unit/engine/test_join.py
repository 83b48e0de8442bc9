"""Joins: what counts as a click, and what mends it."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine import join
from tests.helpers import measure, signals

FADE = 240


def test_a_step_counts_if_it_is_larger_than_the_steps_beside_it_and_than_sixty_decibels() -> None:
    tone = signals.sine(100.0, 4800, 0.5)[None]
    quiet = signals.ramp(4800, 0.0, join.JOIN_LIMIT * 0.9)[None]
    ramp = signals.ramp(4800, 0.0, 0.9)[None]

    assert join.is_continuous(tone, tone)
    assert join.is_continuous(quiet, quiet)
    assert not join.is_continuous(ramp, ramp)
    assert list(join.clicking(np.concatenate([tone, ramp]), np.concatenate([tone, ramp]))) == [False, True]


def test_a_decay_begins_with_its_value_and_ends_near_zero() -> None:
    fall = join.decay(np.array([0.5, -1.0]), FADE)

    np.testing.assert_array_equal(fall[:, 0], np.array([0.5, -1.0], np.float32))
    assert np.abs(fall[:, -1]).max() < 1e-4
    assert np.abs(np.diff(fall)).max() < np.pi / 2 / FADE * 1.01


@pytest.mark.parametrize("alike", [0.0, 0.5, 1.0])
def test_a_crossfade_keeps_the_power_however_much_alike_the_two_are(
    rng: np.random.Generator, alike: float
) -> None:
    one = rng.normal(size=(1, 24000)).astype(np.float32)
    other = alike * one + np.sqrt(1.0 - alike**2) * rng.normal(size=(1, 24000)).astype(np.float32)
    mixed = join.crossfade(one, other.astype(np.float32))

    for part in np.split(mixed[0], 10):
        assert measure.rms_db(part) == pytest.approx(0.0, abs=0.4)


def test_a_tail_that_is_cut_off_fades_and_one_that_has_ended_is_left_alone() -> None:
    loud, ended = signals.constant(4800, 0.5)[None], signals.ramp(4800, 0.5, 0.0)[None]
    faded, was_faded = join.fade_cut_end(loud, FADE)
    same, is_same = join.fade_cut_end(ended, FADE)

    assert (was_faded, is_same) == (True, False)
    assert same is ended
    assert abs(float(faded[0, -1])) < 1e-4
    np.testing.assert_array_equal(faded[0, :-FADE], loud[0, :-FADE])


@pytest.mark.parametrize("shift", [0.0, 0.3, 0.5, -0.7])
def test_a_repeat_is_found_wherever_it_lies_between_the_frames(shift: float) -> None:
    frames = np.arange(12000)
    tones = [np.cos(2.0 * np.pi * k * frames / (9000 + shift)) for k in (3, 50, 777, 1900)]
    audio = np.sum(tones, axis=0).astype(np.float32)[None]

    assert join.is_same(audio, 0, 9000, 3000)


def test_a_repeat_that_dies_away_is_a_tail(rng: np.random.Generator) -> None:
    audio = signals.noise(12000, rng, 0.5)[None]
    audio[:, 9000:] = audio[:, :3000] * np.exp(-np.arange(3000) / 1000.0)

    assert not join.is_same(audio, 0, 9000, 3000)


def test_silence_repeats_nothing() -> None:
    assert not join.is_same(np.zeros((1, 1000), np.float32), 0, 500, 500)
