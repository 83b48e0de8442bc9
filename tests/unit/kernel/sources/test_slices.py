from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba import carray

from adaptive.engine.stretch_plan import plan_sound
from adaptive.kernel.compile.jit import pointer
from adaptive.kernel.layout import QUANTUM, SOUND
from adaptive.kernel.sources.slices import render_slices, start_slices
from adaptive.kernel.sources.stretch_record import STRETCH, STRETCH_PLAN, STRETCH_WORK
from tests.helpers.compiled import as_c

RATE = 48000
Array = np.ndarray[Any, Any]


def play(
    stretch: int,
    plan: int,
    sound: int,
    work: int,
    left: int,
    right: int,
    quanta: int,
    positions: int,
    rates: int,
) -> None:
    one = np.int64(1)
    stem = carray(pointer(stretch), one, STRETCH)[0]
    the_plan, the_sound = carray(pointer(plan), one, STRETCH_PLAN)[0], carray(pointer(sound), one, SOUND)[0]
    the_positions = carray(pointer(positions), quanta, np.float64)
    the_rates = carray(pointer(rates), quanta, np.float64)
    start_slices(stem, the_plan, the_sound["loop_frames"], np.int64(0), np.int64(the_positions[0]))
    for number in range(quanta):
        frame = np.int64(number * QUANTUM)
        stem["map_frame"], stem["map_position"] = frame, the_positions[number]
        stem["map_rate"] = the_rates[number]
        at = np.int64(4) * frame
        render_slices(stem, the_plan, the_sound, work, left + at, right + at, frame)


def played(audio: Array, rates: Array, loop_frames: int = 0) -> Array:
    audio, rates = np.ascontiguousarray(audio, np.float32), np.asarray(rates, np.float64)
    positions = np.concatenate([[0.0], np.cumsum(rates * QUANTUM)[:-1]])
    plan = plan_sound(audio, RATE, loop_frames=loop_frames)
    stem, work = np.zeros(1, STRETCH), np.zeros(1, STRETCH_WORK)
    left, right = (channel.ctypes.data for channel in audio)
    sound = np.array([(left, right, audio.shape[1], 0, loop_frames, 0, 0)], SOUND)
    out = np.zeros((2, len(rates) * QUANTUM), np.float32)
    held = (stem, plan.record, sound, work, out[0], out[1])
    as_c(play)(*[one.ctypes.data for one in held], len(rates), positions.ctypes.data, rates.ctypes.data)
    return out


def drums(gap: int = 12000, count: int = 16, decay: float = 1500.0) -> Array:
    random = np.random.default_rng(3)
    audio = np.zeros((2, gap * count), np.float32)
    t = np.arange(gap)
    for number in range(count):
        audio[:, number * gap : (number + 1) * gap] = random.normal(0, 0.2, (2, gap)) * np.exp(-t / decay)
    return audio


def attacks(audio: Array) -> Array:
    """Frames at which the level jumps after 50 ms without a jump."""
    loud = np.flatnonzero(np.abs(audio[0]) > 0.15)
    return loud[np.diff(loud, prepend=-RATE) > 2400]


@pytest.mark.parametrize("ratio", [0.8, 0.93, 1.07, 1.25])
def test_every_attack_is_a_copy_on_its_own_frame(ratio: float) -> None:
    audio = drums()
    begins = attacks(audio)[1:-1]
    out = played(audio, np.full(int(audio.shape[1] * ratio) // QUANTUM, 1 / ratio))
    found = attacks(out)

    for at in begins:
        to = int(found[np.argmin(np.abs(found - at * ratio))])
        assert abs(to - at * ratio) <= 2  # this attack begins some frames before its onset
        assert np.array_equal(out[:, to : to + 2000], audio[:, at : at + 2000])
    assert len(found) == len(attacks(audio))


def test_at_its_own_tempo_a_stem_is_copied_bit_by_bit() -> None:
    audio = drums()

    assert np.array_equal(played(audio, np.ones(audio.shape[1] // QUANTUM)), audio)


@pytest.mark.parametrize("has_onsets", [False, True])
def test_a_stem_is_a_copy_again_a_beat_after_its_ratio_has_become_one(has_onsets: bool) -> None:
    t = np.arange(4 * RATE)
    tone = 0.2 * np.sin(2 * np.pi * 220 * t / RATE)
    audio = drums() if has_onsets else np.array([tone, tone], np.float32)
    rates = np.ones(audio.shape[1] // QUANTUM - 200)
    rates[300:700] = 1.05
    out = played(audio, rates)
    beat = 700 * QUANTUM + int(0.32 * RATE)
    shift = round(rates.sum() * QUANTUM) - out.shape[1]

    assert np.array_equal(out[:, beat:], audio[:, beat + shift : out.shape[1] + shift])


@pytest.mark.parametrize("ratio", [0.8, 1.3])
def test_pieces_pass_into_each_other_without_a_click(ratio: float) -> None:
    t = np.arange(4 * RATE)
    tone = 0.2 * np.sin(2 * np.pi * 220 * t / RATE)
    audio = drums(decay=300.0) + np.array([tone, tone], np.float32)
    out = played(audio, np.full(int(audio.shape[1] * ratio) // QUANTUM, 1 / ratio))
    steps = np.abs(np.diff(out[0].astype(np.float64)))
    quiet = np.ones(len(steps), bool)
    for at in attacks(np.abs(np.diff(out, prepend=0.0)) * 5):
        quiet[max(0, at - 200) : at + 4000] = False

    assert steps[quiet].max() < 0.02


def test_a_loop_goes_round() -> None:
    audio = drums(count=4)
    out = played(audio, np.full(4000, 1.1), loop_frames=48000)
    found = attacks(out)
    wanted = np.arange(len(found)) * 12000 / 1.1

    assert len(found) > 20
    assert np.abs(found - wanted)[:-1].max() <= 12


@pytest.mark.parametrize("rate", [0.0, 1e-9, 50.0, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("frames", [24, 9600])
def test_hostile_rates_and_tiny_stems_are_no_harm(rate: float, frames: int) -> None:
    audio = drums()[:, :frames]

    assert np.isfinite(played(audio, np.full(300, rate), loop_frames=frames)).all()
