from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba import carray

from adaptive.kernel.compile.jit import pointer
from adaptive.kernel.dsp.interpolate import sinc_table
from adaptive.kernel.layout import QUANTUM, SOUND
from adaptive.kernel.sources.stretch_record import STRETCH, STRETCH_WORK
from adaptive.kernel.sources.varispeed import render_varispeed
from tests.helpers.compiled import as_c

RATE = 48000
Array = np.ndarray[Any, Any]


def play(
    stretch: int, sound: int, table: int, work: int, left: int, right: int, quanta: int, rates: int
) -> None:
    one = np.int64(1)
    stem = carray(pointer(stretch), one, STRETCH)[0]
    the_sound = carray(pointer(sound), one, SOUND)[0]
    the_rates = carray(pointer(rates), quanta, np.float64)
    position = 0.0
    for number in range(quanta):
        frame = np.int64(number * QUANTUM)
        stem["map_frame"], stem["map_position"], stem["map_rate"] = frame, position, the_rates[number]
        at = np.int64(4) * frame
        render_varispeed(stem, the_sound, table, work, left + at, right + at, frame)
        position += QUANTUM * the_rates[number]


def played(audio: Array, rates: Array) -> tuple[Array, Array]:
    """The output, and the stem."""
    audio, rates = np.ascontiguousarray(audio, np.float32), np.asarray(rates, np.float64)
    stem, work, table = np.zeros(1, STRETCH), np.zeros(1, STRETCH_WORK), sinc_table()
    sound = np.array([(audio[0].ctypes.data, audio[1].ctypes.data, audio.shape[1], 0, 0, 0, 0)], SOUND)
    out = np.zeros((2, len(rates) * QUANTUM), np.float32)
    held = (stem, sound, table, work, out[0], out[1])
    as_c(play)(*[array.ctypes.data for array in held], len(rates), rates.ctypes.data)
    return out, stem


def tone(hertz: float, frames: int = 3 * RATE) -> Array:
    sound = 0.5 * np.sin(2 * np.pi * hertz * np.arange(frames) / RATE)
    return np.array([sound, -sound], np.float32)


@pytest.mark.parametrize("rate", [0.8, 0.97, 1.0, 1.06, 1.25, 2.0])
def test_a_stem_is_played_faster_or_slower_its_pitch_with_it(rate: float) -> None:
    out, _ = played(tone(440.0), np.full(600, rate))
    wanted = 0.5 * np.sin(2 * np.pi * 440.0 * rate * np.arange(out.shape[1]) / RATE)

    assert np.abs(out[0] - wanted)[64:].max() < 2e-4
    assert np.array_equal(out[1], -out[0])


def test_at_its_own_tempo_a_stem_is_copied_bit_by_bit() -> None:
    audio = np.random.default_rng(1).normal(0.0, 0.1, (2, 9600)).astype(np.float32)

    assert np.array_equal(played(audio, np.ones(150))[0], audio)


def test_a_stem_is_a_copy_again_a_beat_after_its_ratio_has_become_one() -> None:
    audio = np.random.default_rng(1).normal(0.0, 0.1, (2, 2 * RATE)).astype(np.float32)
    rates = np.ones(1000)
    rates[100:200] = 1.0731
    out, _ = played(audio, rates)
    beat = 200 * QUANTUM + int(0.32 * RATE)
    position = round(rates.sum() * QUANTUM)

    assert np.array_equal(out[:, beat:], audio[:, position - (out.shape[1] - beat) : position])


def test_a_stem_is_at_most_half_a_frame_from_the_tempo_map() -> None:
    random = np.random.default_rng(2)
    rates = np.where(random.random(1500) < 0.5, 1.0, random.uniform(0.8, 1.25, 1500))
    _, stem = played(tone(100.0), rates)

    assert abs(float(stem["slid"][0])) <= 0.5


@pytest.mark.parametrize("rate", [0.0, 1e-9, 50.0, -1.0, np.nan, np.inf])
def test_a_rate_out_of_range_is_no_harm(rate: float) -> None:
    assert np.isfinite(played(tone(440.0, 4800), np.full(50, rate))[0]).all()
