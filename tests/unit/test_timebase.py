from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.timebase import TempoMap, format_position

RATES = st.sampled_from([8000.0, 44100.0, 48000.0, 96000.0])
TEMPOS = st.floats(20.0, 400.0)
STEPS = st.lists(st.tuples(st.integers(1, 400_000), TEMPOS), max_size=5)
RAMPS = st.lists(st.tuples(st.integers(1, 400_000), TEMPOS, st.integers(1, 200_000)), max_size=5)


def stepped(rate: float, first: float, steps: list[tuple[int, float]]) -> TempoMap:
    tempo, frame = TempoMap(rate, first), 0
    for apart, bpm in steps:
        frame += apart
        tempo.step(frame, bpm)
    return tempo


def ramped(rate: float, first: float, ramps: list[tuple[int, float, int]]) -> TempoMap:
    tempo, frame = TempoMap(rate, first), 0
    for apart, bpm, frames in ramps:
        frame += apart
        tempo.ramp(frame, bpm, frames)
    return tempo


@settings(deadline=None)
@given(RATES, TEMPOS, st.integers(0, 10_000_000))
def test_a_frame_comes_back_from_its_beat_at_constant_tempo(rate: float, bpm: float, frame: int) -> None:
    tempo = TempoMap(rate, bpm)

    assert tempo.frame_at(tempo.beat_at(frame)) == frame


@settings(deadline=None)
@given(RATES, TEMPOS, STEPS, st.integers(0, 3_000_000))
def test_a_frame_comes_back_from_its_beat_across_steps(
    rate: float, bpm: float, steps: list[tuple[int, float]], frame: int
) -> None:
    tempo = stepped(rate, bpm, steps)

    assert tempo.frame_at(tempo.beat_at(frame)) == frame


@settings(deadline=None)
@given(RATES, TEMPOS, RAMPS, st.integers(0, 3_000_000))
def test_a_frame_comes_back_from_its_beat_across_ramps_cut_short_by_others(
    rate: float, bpm: float, ramps: list[tuple[int, float, int]], frame: int
) -> None:
    tempo = ramped(rate, bpm, ramps)

    assert tempo.frame_at(tempo.beat_at(frame)) == frame


@settings(deadline=None)
@given(RATES, TEMPOS, RAMPS, st.floats(0.0, 300.0))
def test_a_beat_lies_within_half_a_frame_of_its_frame(
    rate: float, bpm: float, ramps: list[tuple[int, float, int]], beat: float
) -> None:
    tempo = ramped(rate, bpm, ramps)

    assert abs(tempo.exact_frame_at(beat) - tempo.frame_at(beat)) <= 0.5
    assert math.isclose(tempo.beat_at(tempo.exact_frame_at(beat)), beat, rel_tol=1e-9, abs_tol=1e-6)


@settings(deadline=None)
@given(RATES, TEMPOS, RAMPS, st.lists(st.integers(0, 3_000_000), min_size=2, max_size=20))
def test_time_never_runs_backwards(
    rate: float, bpm: float, ramps: list[tuple[int, float, int]], frames: list[int]
) -> None:
    tempo = ramped(rate, bpm, ramps)
    beats = [tempo.beat_at(frame) for frame in sorted(set(frames))]

    assert sorted(set(beats)) == beats


@settings(deadline=None)
@given(RATES, TEMPOS, RAMPS, st.integers(0, 2_000_000), st.integers(0, 400_000))
def test_forgetting_the_past_changes_nothing_that_comes(
    rate: float, bpm: float, ramps: list[tuple[int, float, int]], now: int, ahead: int
) -> None:
    tempo = ramped(rate, bpm, ramps)
    expected = tempo.beat_at(now + ahead), tempo.tempo_at(now + ahead)
    tempo.forget_before(now)

    assert expected == (tempo.beat_at(now + ahead), tempo.tempo_at(now + ahead))
    assert tempo.frame_at(expected[0]) == now + ahead


def test_a_ramp_ends_in_the_tempo_it_was_given_and_stays_there() -> None:
    tempo = TempoMap(48000, 100.0)
    tempo.ramp(48000, 160.0, 96000)

    assert tempo.tempo_at(48000) == pytest.approx(100.0)
    assert tempo.tempo_at(96000) == pytest.approx(130.0)
    assert tempo.tempo_at(144000) == pytest.approx(160.0)
    assert tempo.tempo_at(10**7) == pytest.approx(160.0)


def test_a_change_forgets_what_was_planned_after_it() -> None:
    tempo = TempoMap(48000, 120.0)
    tempo.step(96000, 240.0)
    tempo.step(48000, 60.0)

    assert tempo.tempo_at(200_000) == pytest.approx(60.0)


def test_a_beat_is_one_of_the_denominator_while_the_tempo_counts_quarters() -> None:
    assert TempoMap(48000, 120.0, 8).frame_at(1) == 12000
    assert TempoMap(48000, 120.0, 2).frame_at(1) == 48000


def test_a_snapshot_brings_back_what_was_planned() -> None:
    tempo = TempoMap(48000, 120.0)
    tempo.step(96000, 240.0)
    before = tempo.snapshot()
    tempo.step(48000, 60.0)
    tempo.restore(before)

    assert tempo.tempo_at(200_000) == pytest.approx(240.0)


@pytest.mark.parametrize(
    ("bar", "beat", "expected"),
    [(1, 0.0, "1.1.0"), (17, 1.5, "17.2.480"), (2, 3.0, "2.4.0"), (3, 0.25, "3.1.240"), (9, 2.9999, "9.4.0")],
)
def test_a_position_reads_bar_beat_tick(bar: int, beat: float, expected: str) -> None:
    assert format_position(bar, beat) == expected


@given(st.lists(st.floats(-8.0, 64.0), max_size=6), st.sampled_from([None, "step", "ramp"]))
def test_frames_of_many_beats_are_those_of_each(beats: list[float], change: str | None) -> None:
    tempo = TempoMap(48000, 117.3)
    if change == "step":
        tempo.step(100_000.5, 93.0)
    elif change == "ramp":
        tempo.ramp(100_000, 93.0, 48_000)

    assert tempo.frames_at(beats) == [tempo.frame_at(beat) for beat in beats]
