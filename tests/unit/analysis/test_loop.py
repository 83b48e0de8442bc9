"""Laws of tempo, beat 1, bars and tail, on synthetic loops whose values are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.analysis.loop import likely_meter
from tests.helpers.amounts import pairs, variants
from tests.unit.analysis.analysis_loops import loop_of, only_section
from tests.unit.analysis.analysis_signals import clicks, save

TEMPI = (73.5, 96.0, 120.0, 128.0, 174.0)
OFFSETS_S = (0.0, 0.045, 0.1, 0.3)


@pytest.mark.parametrize(("bpm", "first_beat_s"), pairs(TEMPI, OFFSETS_S))
def test_tempo_beat_and_bars_of_a_click_loop_are_found(bpm: float, first_beat_s: float) -> None:
    loop = loop_of(clicks(bpm, first_beat_s=first_beat_s))

    assert bpm == pytest.approx(loop.bpm, abs=0.01)
    assert first_beat_s == pytest.approx(loop.first_beat_s, abs=0.001)
    assert (loop.bars, pytest.approx(loop.tail_s, abs=0.01)) == (8, 0.0)


@pytest.mark.parametrize(("bpm", "tail_s"), pairs(TEMPI, (0.4, 1.1, 2.9)))
def test_what_follows_the_bars_is_tail(tmp_path: Path, bpm: float, tail_s: float) -> None:
    save(tmp_path / "a.wav", clicks(bpm, first_beat_s=0.045, tail_s=tail_s))

    section = only_section(tmp_path)

    assert (bpm, 8) == (pytest.approx(section.tempo_bpm, abs=0.01), section.bars)
    assert tail_s == pytest.approx(section.tail_s, abs=0.01)


@pytest.mark.parametrize("bpm", variants(TEMPI, TEMPI[::3]))
def test_noise_moves_the_beat_by_less_than_a_millisecond(bpm: float) -> None:
    loop = loop_of(clicks(bpm, first_beat_s=0.1, noise=0.01))

    assert (bpm, 8) == (pytest.approx(loop.bpm, abs=0.02), loop.bars)
    assert pytest.approx(loop.first_beat_s, abs=0.001) == 0.1


@pytest.mark.parametrize("swing", [0.58, 0.667])
@pytest.mark.parametrize("bpm", [96.0, 128.0])
def test_swing_moves_no_beat(bpm: float, swing: float) -> None:
    loop = loop_of(clicks(bpm, first_beat_s=0.1, swing=swing, tail_s=0.5))

    assert (bpm, 8) == (pytest.approx(loop.bpm, abs=0.01), loop.bars)
    assert pytest.approx(loop.first_beat_s, abs=0.001) == 0.1


def test_a_person_who_plays_8_ms_early_or_late_keeps_the_tempo_of_the_loop() -> None:
    loop = loop_of(clicks(104.0, 64, first_beat_s=0.05, jitter_s=0.008)[: round(64 * 60 / 104 * 44_100)])

    assert (loop.bpm, loop.bars) == (104.0, 16)
    assert pytest.approx(loop.first_beat_s, abs=0.004) == 0.05


@pytest.mark.parametrize(("rate", "channels"), pairs((22_050, 44_100, 48_000, 96_000), (1, 2)))
def test_neither_sample_rate_nor_channels_change_what_is_found(
    tmp_path: Path, rate: int, channels: int
) -> None:
    mono = clicks(128.0, 16, first_beat_s=0.1, tail_s=0.3, rate=rate)
    save(tmp_path / "a.wav", np.stack([mono] * channels, axis=1), rate)

    section = only_section(tmp_path)

    assert (pytest.approx(section.tempo_bpm, abs=0.01), section.bars) == (128.0, 4)
    assert pytest.approx(section.first_beat_s, abs=0.001) == 0.1


@pytest.mark.parametrize("bars", [1, 2, 3, 4, 12, 16])
def test_bars_of_a_loop_that_fills_its_file_are_counted(bars: int) -> None:
    loop = loop_of(clicks(120.0, 4 * bars))

    assert (120.0, bars) == (loop.bpm, loop.bars)


def test_a_loop_of_three_beats_a_bar_is_in_three() -> None:
    loop = loop_of(clicks(132.0, 18, meter=3))

    assert (loop.beats_per_bar, loop.bars) == (3, 6)


def test_a_length_that_is_no_whole_number_of_bars_is_counted_in_beats() -> None:
    loop = loop_of(clicks(120.0, 11))

    assert (loop.bars, loop.beats) == (0, 11)


@pytest.mark.parametrize(("beats", "meter"), [(10, 5), (14, 7), (2, 2), (3, 3)])
def test_a_length_that_only_another_meter_divides_is_in_that_meter(beats: int, meter: int) -> None:
    assert likely_meter(beats) == meter


@pytest.mark.parametrize(
    "first_beat_s", variants((0.001, 0.003, 0.005, 0.007, 0.009, 0.012, 0.02), {0.001, 0.007, 0.02})
)
def test_milliseconds_before_beat_1_are_lead_in_and_leave_the_tempo_alone(first_beat_s: float) -> None:
    loop = loop_of(clicks(120.0, 32, first_beat_s=first_beat_s))

    assert loop.bpm == pytest.approx(120.0, abs=0.011)
    assert (loop.bars, pytest.approx(loop.first_beat_s, abs=0.001)) == (8, first_beat_s)


@pytest.mark.parametrize("surplus_s", [0.003, 0.006, 0.009])
def test_milliseconds_after_the_last_bar_are_tail(surplus_s: float) -> None:
    loop = loop_of(clicks(120.0, 32, tail_s=surplus_s))

    assert (loop.bpm, loop.bars, pytest.approx(loop.tail_s, abs=0.0005)) == (120.0, 8, surplus_s)


@pytest.mark.parametrize("missing", [66, 100, 500, 2000])
def test_a_file_that_ends_a_little_early_keeps_its_last_bar(missing: int) -> None:
    loop = loop_of(clicks(120.0, 32, swing=0.5)[:-missing])

    assert (loop.bpm, loop.bars, loop.first_beat_s) == (120.0, 8, pytest.approx(0.0, abs=0.001))


@pytest.mark.parametrize(("lead_in_s", "expected"), [(0.0004, 0.0), (0.002, 0.002)])
def test_a_first_beat_nearer_than_a_millisecond_is_on_the_first_sample(
    lead_in_s: float, expected: float
) -> None:
    loop = loop_of(clicks(144.0, first_beat_s=lead_in_s, tail_s=0.8))

    assert loop.first_beat_s == pytest.approx(expected, abs=0.0005)
    assert (loop.first_beat_s == 0.0) == (expected == 0.0)


def test_silent_bars_before_the_music_are_lead_in() -> None:
    loop = loop_of(clicks(120.0, 32, first_beat_s=2.0))

    assert (loop.bars, pytest.approx(loop.first_beat_s, abs=0.001)) == (8, 2.0)


def test_soft_notes_before_the_first_strong_beat_are_a_pickup() -> None:
    loop = clicks(120.0, 16, first_beat_s=1.0, tail_s=0.7)
    rng = np.random.default_rng(2)
    loop[22_050 : 22_050 + 400] += (0.001 * rng.standard_normal(400)).astype(np.float32)

    assert pytest.approx(loop_of(loop).first_beat_s, abs=0.001) == 1.0
