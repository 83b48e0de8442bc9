from __future__ import annotations

import numpy as np

from adaptive.engine.loops import JOIN_LIMIT, complete_loop, is_continuous
from tests.helpers import measure, signals

RATE = 48000


def test_a_loop_that_is_long_enough_and_joins_is_left_alone() -> None:
    audio = signals.sine(100.0, 4800, 0.5)[None]
    made, report = complete_loop(audio, 0, 4800, RATE)

    np.testing.assert_array_equal(made, audio)
    assert (report.completed_frames, report.is_crossfaded, report.tail_frames) == (0, False, 0)


def test_what_lies_beyond_the_loop_is_its_tail_and_is_left_alone() -> None:
    audio = signals.ramp(6000)[None]
    made, report = complete_loop(audio, 100, 4800, RATE)

    np.testing.assert_array_equal(made, audio)
    assert (report.completed_frames, report.is_crossfaded, report.tail_frames) == (0, False, 1100)


def test_a_short_file_is_completed_by_its_lead_in() -> None:
    audio = signals.sine(100.0, 4800 + 480 - 200, 0.5)[None]  # whole periods: the lead-in fits
    made, report = complete_loop(audio, 480, 4800, RATE)

    assert (report.completed_frames, made.shape[1]) == (200, 5280)
    np.testing.assert_array_equal(made[:, -200:], audio[:, 280:480])
    np.testing.assert_allclose(made[0, 480:], signals.sine(100.0, 5280, 0.5)[480:], atol=1e-5)


def test_a_join_that_would_click_is_crossfaded_with_what_lies_before_beat_one() -> None:
    lead_in = signals.constant(480, -0.5)
    body = np.concatenate([signals.constant(100, -0.5), signals.ramp(4700, -0.5, 0.9)])
    audio = np.concatenate([lead_in, body])[None]
    made, report = complete_loop(audio, 480, 4800, RATE)
    twice = np.concatenate([made[0, 480:5280], made[0, 480:5280]])

    assert report.is_crossfaded
    assert is_continuous(made, 480, 5280)
    assert measure.click(twice[4700:4900]) < 2.0
    np.testing.assert_array_equal(made[0, : 5280 - 240], audio[0, : 5280 - 240])


def test_a_join_without_a_lead_in_is_faded_out_within_five_milliseconds() -> None:
    audio = signals.ramp(4800, 0.0, 0.9)[None]
    made, report = complete_loop(audio, 0, 4800, RATE)

    assert report.is_crossfaded
    assert abs(float(made[0, -1])) < 0.9 * 0.01
    np.testing.assert_array_equal(made[0, :4560], audio[0, :4560])


def test_a_step_at_the_join_below_sixty_decibels_is_no_click() -> None:
    audio = signals.ramp(4800, 0.0, JOIN_LIMIT * 0.9)[None]
    _, report = complete_loop(audio, 0, 4800, RATE)

    assert not report.is_crossfaded


def test_the_crossfade_keeps_the_power(rng: np.random.Generator) -> None:
    audio = signals.noise(48000 + 480, rng, 0.5) + np.float32(0.0)
    audio[480:720], audio[-240:] = 0.5, -0.5  # a join that clicks
    audio[:480] = signals.noise(480, rng, 0.5)
    made, report = complete_loop(audio[None], 480, 48000, RATE)

    assert report.is_crossfaded
    assert made.shape == (1, 48480)
    assert np.abs(made[0, -240:]).max() <= 0.5 * np.sqrt(2.0) + 1e-6


def test_a_loop_that_is_completed_with_silence_does_not_click_where_the_file_ended() -> None:
    audio = (signals.sine(100.0, 4700, 0.5) + np.float32(0.3))[None]
    made, _ = complete_loop(audio, 0, 4800, RATE)

    assert measure.click(made[0]) < 2.0
