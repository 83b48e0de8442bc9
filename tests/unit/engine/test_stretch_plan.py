from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive.engine.stretch_plan import plan_sound
from adaptive.kernel.dsp.fft import FFT_SIZE
from adaptive.kernel.sources.stretch_record import BINS

RATE = 48000
Array = np.ndarray[Any, Any]


def hits(places: list[int], frames: int = RATE, level: float = 0.5) -> Array:
    random = np.random.default_rng(1)
    audio = np.zeros((2, frames), np.float32)
    for at in places:
        length = min(4800, frames - at)
        audio[:, at : at + length] += level * random.normal(size=length) * np.exp(-np.arange(length) / 900.0)
    return audio


def tone(hertz: float, frames: int = RATE) -> Array:
    sound = 0.3 * np.sin(2 * np.pi * hertz * np.arange(frames) / RATE)
    return np.array([sound, sound], np.float32)


def bits(masks: Array) -> Array:
    return np.unpackbits(masks, axis=1, bitorder="little")[:, :BINS].astype(bool)


def bin_of(hertz: float) -> int:
    return round(hertz * FFT_SIZE / RATE)


def test_every_hit_is_found_to_two_milliseconds_and_a_half() -> None:
    places = [4000, 12345, 20011, 31000]
    plan = plan_sound(hits(places), RATE)

    assert max(np.abs(plan.onsets["frame"] - at).min() for at in places) <= 120


def test_an_onset_on_the_first_frame_of_a_loop_is_found() -> None:
    plan = plan_sound(hits([0, 24000]), RATE, loop_frames=RATE)

    assert len(plan.onsets) == 2
    assert plan.onsets["frame"][0] <= 48


def test_frames_count_from_beat_one() -> None:
    once = plan_sound(hits([6000, 20000]), RATE, origin=5000)
    looped = plan_sound(hits([3000, 20000]), RATE, origin=5000, loop_frames=43000)

    assert np.abs(once.onsets["frame"] - [1000, 15000]).max() <= 120
    assert np.abs(looped.onsets["frame"] - 15000).min() <= 120


def test_a_steady_tone_has_no_onset_where_it_loops() -> None:
    hiss = np.random.default_rng(1).normal(0.0, 1e-5, (2, RATE)).astype(np.float32)

    assert len(plan_sound(tone(440.0) + hiss, RATE, loop_frames=RATE).onsets) == 0


def test_a_tone_that_goes_on_under_a_hit_keeps_its_phase() -> None:
    plan = plan_sound(tone(2000.0) + hits([24000], level=0.05), RATE)
    mask = bits(plan.masks)[np.argmin(np.abs(plan.onsets["frame"] - 24000))]

    assert not mask[bin_of(2000.0)]
    assert mask[bin_of(5000.0) : bin_of(15000.0)].mean() > 0.9


def test_a_low_tone_keeps_its_phase_unless_it_begins() -> None:
    low = tone(110.0)
    going_on = plan_sound(low + hits([24000], level=0.02), RATE)
    low[:, :24000] = 0.0
    beginning = plan_sound(low + hits([24000], level=0.02), RATE)
    at = [int(np.argmin(np.abs(plan.onsets["frame"] - 24000))) for plan in (going_on, beginning)]

    assert not bits(going_on.masks)[at[0]][bin_of(110.0)]
    assert bits(beginning.masks)[at[1]][bin_of(110.0)]


def test_the_surroundings_of_crowded_onsets_do_not_overlap() -> None:
    plan = plan_sound(hits(list(range(3000, 44000, 2500))), RATE, loop_frames=RATE)
    ends = plan.onsets["frame"] + plan.onsets["behind"]
    begins = plan.onsets["frame"] - plan.onsets["before"]

    assert len(plan.onsets) > 10
    assert (ends[:-1] < begins[1:]).all()
    assert ends[-1] < begins[0] + RATE


@pytest.mark.parametrize("frames", [1, 30, 500, 5000])
@pytest.mark.parametrize("is_looped", [False, True])
def test_short_and_silent_sounds_have_a_plan(frames: int, is_looped: bool) -> None:
    loop_frames = frames if is_looped else 0

    assert len(plan_sound(np.zeros((2, frames), np.float32), RATE, loop_frames=loop_frames).onsets) == 0
    assert len(plan_sound(hits([0], frames), RATE, loop_frames=loop_frames).onsets) <= 2


def test_samples_that_are_no_numbers_are_no_onsets() -> None:
    audio = tone(440.0)
    audio[0, 20000] = np.nan

    assert len(plan_sound(audio, RATE, loop_frames=RATE).onsets) <= 1


def test_the_record_points_to_the_arrays() -> None:
    plan = plan_sound(hits([12000]), RATE)

    assert int(plan.record["onset_count"][0]) == len(plan.onsets) > 0
    assert int(plan.record["at_onsets"][0]) == plan.onsets.ctypes.data
    assert int(plan.record["at_masks"][0]) == plan.masks.ctypes.data


def test_an_onset_out_of_silence_is_told_from_one_over_a_tone() -> None:
    over = hits([4000, 20000]) + np.concatenate(
        [np.zeros((2, 12000), np.float32), tone(220.0)[:, 12000:]], axis=1
    )
    plan = plan_sound(over.astype(np.float32), RATE)
    at = plan.onsets["frame"]
    first, second = int(np.argmin(np.abs(at - 4000))), int(np.argmin(np.abs(at - 20000)))

    assert plan.is_alone[first]
    assert not plan.is_alone[second]
    assert plan.calm_masks[first].any()
    assert not plan.calm_masks[second].any()
