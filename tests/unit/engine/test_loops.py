"""Loops: a file is fitted to its pass, and its join does not click."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.engine.decode import Decoded
from adaptive.engine.join import JOIN_LIMIT, is_continuous
from adaptive.engine.loops import LoopReport, complete_loop
from tests.helpers import measure, signals
from tests.reference.loop import play

RATE = 48000
LOOP = 4800
FADE = 240


def made_of(
    audio: np.ndarray, origin: int = 0, rate: int = RATE, loop: int = LOOP
) -> tuple[np.ndarray, LoopReport]:
    return complete_loop(Decoded(np.atleast_2d(audio).astype(np.float32), rate), origin, loop, RATE)


def tone(frames: int, hz: float = 100.0, first: int = 0, rate: int = RATE) -> np.ndarray:
    """A cosine with 10 periods in a pass: its first frame is not zero."""
    return 0.5 * np.cos(2.0 * np.pi * hz / rate * (np.arange(frames) + first) + 1.0)


def test_a_loop_that_is_long_enough_and_joins_is_left_alone() -> None:
    audio = signals.sine(100.0, LOOP, 0.5)
    made, report = made_of(audio)

    np.testing.assert_array_equal(made[0], audio)
    assert report == LoopReport()


def test_what_lies_beyond_the_loop_is_its_tail_and_is_left_alone() -> None:
    audio = signals.sine(100.0, 6000, 0.5) * signals.ramp(6000, 1.0, 0.0)
    made, report = made_of(audio, 480)

    np.testing.assert_array_equal(made[0], audio)
    assert report == LoopReport(tail_frames=720)


@pytest.mark.parametrize("surplus", [1, 2, 40, 72])
def test_a_few_frames_too_many_are_trimmed(surplus: int) -> None:
    made, report = made_of(tone(LOOP + surplus))

    np.testing.assert_array_equal(made[0], tone(LOOP).astype(np.float32))
    assert report == LoopReport(trimmed_frames=surplus)


@pytest.mark.parametrize("missing", [1, 2, 40, 72])
def test_a_few_missing_frames_of_a_tone_are_predicted(missing: int) -> None:
    made, report = made_of(tone(LOOP - missing))

    np.testing.assert_allclose(made[0], tone(LOOP), atol=1e-3)
    assert report == LoopReport(extended_frames=missing)


@pytest.mark.parametrize("missing", [1, 72])
def test_a_file_that_joins_itself_a_few_frames_early_is_stretched_at_its_end(missing: int) -> None:
    hz = 10.0 * RATE / (LOOP - missing)
    made, report = made_of(tone(LOOP - missing, hz))
    heard = play(made, 0, LOOP, 3)

    assert report == LoopReport(extended_frames=missing)
    np.testing.assert_allclose(made[0, : LOOP - FADE], tone(LOOP - FADE, hz), atol=1e-6)
    assert measure.largest_step(heard[0]) <= measure.largest_step(tone(LOOP)) * 1.02


def test_a_surplus_that_repeats_the_beginning_is_no_tail() -> None:
    made, report = made_of(tone(2 * LOOP - 1000))

    assert report == LoopReport(trimmed_frames=LOOP - 1000)
    assert made.shape == (1, LOOP)


def test_a_tail_that_is_cut_off_fades_within_five_milliseconds() -> None:
    noise = signals.noise(6000, np.random.default_rng(1), 0.1)
    noise[-50:] = 0.5
    made, report = made_of(noise)

    assert report.is_tail_faded
    assert abs(float(made[0, -1])) < 1e-3
    np.testing.assert_array_equal(made[0, :-FADE], noise[:-FADE])


def test_a_pass_that_begins_loudly_under_a_tail_begins_softly_in_the_next_pass() -> None:
    audio = tone(LOOP + 2400) * np.minimum(1.0, np.exp((LOOP - np.arange(LOOP + 2400)) / 300.0))
    made, report = made_of(audio)
    heard = play(made, 0, LOOP, 2)

    assert report.is_decaying
    assert report.tail_frames == 2400
    np.testing.assert_array_equal(made[0, :LOOP], audio[:LOOP].astype(np.float32))
    assert measure.largest_step(heard[0]) < measure.largest_step(audio) * 2.2


def test_a_short_file_is_completed_by_its_lead_in() -> None:
    audio = signals.sine(100.0, LOOP + 480 - 200, 0.5)[None]  # whole periods: the lead-in fits
    made, report = made_of(audio, 480)

    assert (report, made.shape[1]) == (LoopReport(completed_frames=200), 5280)
    np.testing.assert_array_equal(made[:, -200:], audio[:, 280:480])
    np.testing.assert_allclose(made[0, 480:], signals.sine(100.0, 5280, 0.5)[480:], atol=1e-5)


@pytest.mark.parametrize("missing", [20, 1000])
def test_a_lead_in_that_does_not_continue_the_file_is_crossfaded_with_its_end(missing: int) -> None:
    lead_in = signals.constant(2400, -0.5)
    audio = np.concatenate([lead_in, signals.ramp(LOOP - missing, -0.5, 0.9)])
    made, _ = made_of(audio, 2400)

    assert measure.largest_step(made[0, 2400:]) < 0.02
    np.testing.assert_array_equal(made[0, -20:], lead_in[-20:])
    np.testing.assert_array_equal(made[0, : 2400 + LOOP - missing - FADE], audio[:-FADE])


def test_a_join_that_would_click_is_crossfaded_with_what_lies_before_beat_one() -> None:
    lead_in = signals.constant(480, -0.5)
    body = np.concatenate([signals.constant(100, -0.5), signals.ramp(4700, -0.5, 0.9)])
    audio = np.concatenate([lead_in, body])
    made, report = made_of(audio, 480)
    twice = np.concatenate([made[0, 480:5280], made[0, 480:5280]])

    assert report == LoopReport(is_crossfaded=True)
    assert is_continuous(made[:, 480:5280], made[:, 480:5280])
    assert measure.click(twice[4700:4900]) < 2.0
    np.testing.assert_array_equal(made[0, : 5280 - 240], audio[: 5280 - 240])


def test_without_a_lead_in_the_step_decays_on_top_of_the_next_pass() -> None:
    audio = signals.ramp(LOOP, 0.0, 0.9)
    made, report = made_of(audio)
    heard = play(made, 0, LOOP, 2)

    assert report == LoopReport(is_decaying=True)
    np.testing.assert_array_equal(made[0, :LOOP], audio)  # the first entry, and all of the pass
    assert made.shape[1] == LOOP + FADE
    assert made[0, LOOP] == pytest.approx(0.9, abs=1e-3)
    assert measure.largest_step(heard[0]) < 0.9 * np.pi / 2 / FADE * 1.1


def test_only_the_channels_that_step_are_mended() -> None:
    audio = np.stack([signals.ramp(LOOP, 0.0, 0.9), signals.sine(100.0, LOOP, 0.5)])
    made, _ = made_of(audio)

    assert made[0, LOOP] > 0.8
    assert not made[1, LOOP:].any()


def test_a_step_at_the_join_below_sixty_decibels_is_no_click() -> None:
    _, report = made_of(signals.ramp(LOOP, 0.0, JOIN_LIMIT * 0.9))

    assert report == LoopReport()


def test_a_loop_that_is_completed_with_silence_does_not_click_where_the_file_ended() -> None:
    made, _ = made_of(signals.sine(100.0, 4700, 0.5) + np.float32(0.3))

    assert measure.click(made[0, :LOOP]) < 2.0


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 96000, 192000])
def test_a_loop_of_any_rate_is_resampled_with_its_own_end_before_it(rate: int) -> None:
    """It was resampled as if silence lay around it: -33 dBFS of ringing from 44.1 kHz, -12 from 22.05."""
    made, report = made_of(tone(rate, rate=rate), 0, rate, RATE)

    np.testing.assert_allclose(made[0], tone(RATE), atol=10.0 ** (-90 / 20))
    assert report == LoopReport()


def test_a_pass_that_is_no_whole_number_of_the_files_frames_meets_its_beginning() -> None:
    """137 BPM at 44.1 kHz: a bar is 77,255.47 frames, and 84,087.59 of the engine's."""
    seconds = 4 * 60.0 / 137.0
    loop = round(seconds * RATE)
    for frames in (77255, 77256):
        phase = 2.0 * np.pi * round(440.0 * seconds) / seconds / 44100
        made, _ = made_of(0.5 * np.cos(phase * np.arange(frames) + 1.0), 0, 44100, loop)
        heard = play(made, 0, loop, 3)
        assert made.shape == (1, loop)
        assert measure.largest_step(heard[0]) <= measure.largest_step(heard[0, 1000:2000]) * 1.02


@pytest.mark.parametrize("frames", [1, 2, 5, 100])
@pytest.mark.parametrize("loop", [1, 3, 90, 110])
def test_tiny_files_and_tiny_loops_give_something_finite(frames: int, loop: int) -> None:
    made, _ = made_of(signals.noise(frames, np.random.default_rng(1)), 0, 44100, loop)

    assert np.isfinite(made).all()
    assert made.shape[1] >= loop
