"""The runners that break naive followers, and the figures of the table."""

import dataclasses
import itertools
import statistics

import numpy as np
import pytest

from adaptive.follow.client_clock import ClientClock, ClockExchange
from benchmarks.runners import (
    RANGE_148_174,
    WIDE,
    Reading,
    Run,
    as_steps,
    flicker,
    jump,
    simulate,
    steady,
    step_times,
)

COARSE_S = 0.02
"""Control steps of the engine last 5 ms; these tests decide a quarter as often to be quick."""


def at_1_hz(values: list[float]) -> list[Reading]:
    return [Reading(float(t), value) for t, value in enumerate(values)]


def run_1_hz(values: list[float]) -> Run:
    return simulate(at_1_hz(values), RANGE_148_174, float(len(values)), control_step_s=COARSE_S)


def test_a_cadence_that_flickers_gives_a_steady_tempo() -> None:
    assert flicker() <= 0.25

    run = run_1_hz([160.0 if t % 2 == 0 else 162.0 for t in range(120)])
    tempi = run.tempi_from(10.0)

    assert all(abs(tempo - 161.0) <= 0.4 for tempo in tempi)
    assert run.notes == []


def test_a_reading_every_six_seconds_is_not_stale() -> None:
    settings = dataclasses.replace(RANGE_148_174, stale_after_s=6.0, fallback_spm=160.0)
    readings = [Reading(6.0 * k + 0.05 * (-1) ** k, 170.0) for k in range(1, 51)]

    run = simulate([Reading(0.0, 170.0), *readings], settings, 300.0, control_step_s=COARSE_S)

    assert all(abs(tempo / 170.0 - 1.0) <= 0.005 for tempo in run.tempi_from(10.0))
    assert run.notes == []


def test_one_foot_for_a_while_is_the_same_runner() -> None:
    run = run_1_hz([168.0] * 60 + [84.0] * 20 + [168.0] * 40)

    assert all(abs(tempo / 168.0 - 1.0) <= 0.005 for tempo in run.tempi_from(10.0))


def test_a_walk_never_raises_the_tempo() -> None:
    falling = [158.0, 148.0, 138.0, 128.0, 118.0, 108.0, 98.0, 90.0, 86.0, 82.0, 80.0]
    tempi = run_1_hz([168.0] * 60 + falling + [80.0] * 30).tempi_from(60.0)

    assert all(after <= before + 1e-9 for before, after in itertools.pairwise(tempi))
    assert tempi[-1] == 148.0


def batches(is_stamped: bool) -> tuple[list[float], Run]:
    steps = [1.0 + 0.375 * k for k in range(320)]
    readings, left, clock = [], list(steps), ClientClock()

    def client(at_s: float) -> float:
        return 1.00004 * at_s + 37.5

    for second in range(122):
        sent = float(second)
        clock.take(ClockExchange(client(sent), sent + 0.02, sent + 0.021, client(sent + 0.05)))
        arrives = second + 0.18
        due = [step for step in left if step <= second]
        left = left[len(due) :]
        readings += [
            Reading(arrives, None, clock.to_ours(client(step)) if is_stamped else None) for step in due
        ]
    return steps, simulate(readings, RANGE_148_174, 121.0, control_step_s=COARSE_S)


def test_steps_that_come_in_batches_are_followed_by_their_stamps() -> None:
    steps, run = batches(is_stamped=True)
    late = run.asynchronies_ms(steps[32:-4])

    assert abs(statistics.fmean(late)) <= 15.0
    assert statistics.pstdev(late) <= 25.0
    assert run.notes == []


def test_batches_without_stamps_give_the_tempo_and_no_phase() -> None:
    _, run = batches(is_stamped=False)

    assert all(abs(tempo / 160.0 - 1.0) <= 0.01 for tempo in run.tempi_from(13.0))
    assert [note for note in run.notes if "phase does not" in note] == run.notes
    assert len(run.notes) == 1


@pytest.mark.parametrize("wanders", [True, False])
def test_a_steady_runner_is_met(wanders: bool) -> None:
    mean_ms, spread_ms, _ = steady(WIDE, 1, wanders)

    assert abs(mean_ms) <= 8.0
    assert spread_ms <= 15.0


@pytest.mark.parametrize(("change", "tempo", "phase"), [(2.0, 12, 28), (4.0, 8, 16)])
def test_a_jump_is_caught_up(change: float, tempo: int, phase: int) -> None:
    to_tempo, to_phase = jump(change, 0.0, 1)

    assert to_tempo <= tempo
    assert to_phase <= phase


def test_the_same_runner_gives_the_same_run() -> None:
    times = step_times(lambda _t: 164.0, 20.0, 0.02)

    first, second = (simulate(as_steps(times), WIDE, 20.0, control_step_s=COARSE_S) for _ in range(2))

    assert first == second


def off_by(run: Run, tempo_bpm: float, begin_s: float) -> float:
    """The most that the tempo is off, in percent."""
    return max(abs(tempo / tempo_bpm - 1.0) * 100.0 for tempo in run.tempi_from(begin_s))


def run_steps(times: list[float], seconds: float) -> Run:
    return simulate(as_steps(sorted(times)), RANGE_148_174, seconds, control_step_s=COARSE_S)


def test_a_belt_that_lags_is_followed_without_overshoot() -> None:
    belt, values = 158.0, []
    for t in range(120):
        belt += ((172.0 if 30 <= t < 80 else 158.0) - belt) / 5.0
        values.append(float(round(belt)))

    run = run_1_hz(values)

    assert max(run.tempi) <= 172.5
    assert off_by(run, 158.0, 110.0) <= 0.5
    assert max(run.tempi_from(40.0, 60.0)) >= 171.0


def test_steps_that_a_phone_or_a_second_device_counts_twice_are_left_out() -> None:
    times = step_times(lambda _t: 165.0, 60.0, 0.01)

    third_twice = run_steps(times + [at + 0.19 for at in times[::3]], 60.0)
    two_devices = run_steps(times + [at + 0.185 for at in times], 60.0)

    assert off_by(third_twice, 165.0, 25.0) <= 2.5
    assert off_by(two_devices, 165.0, 15.0) <= 2.5


def test_a_batch_that_comes_twice_counts_once() -> None:
    times = step_times(lambda _t: 162.0, 80.0, 0.01)
    arrivals = sorted(2.0 * (at // 2.0 + 1.0) + late for at in times for late in (0.2, 0.6))

    run = simulate([Reading(at) for at in arrivals], RANGE_148_174, 80.0, control_step_s=COARSE_S)

    assert off_by(run, 162.0, 30.0) <= 2.0


def test_a_cyclist_who_stops_pedalling_hears_a_steady_tempo() -> None:
    run = run_1_hz([0.0 if t % 40 > 33 else 92.0 + t % 3 for t in range(120)])

    assert off_by(run, 148.0, 8.0) == 0.0


def test_a_runner_counted_by_one_foot_may_begin_beyond_the_range() -> None:
    run = run_1_hz([89.0] * 30 + [84.0] * 30)

    assert max(run.tempi_from(15.0, 28.0)) == 174.0
    assert off_by(run, 168.0, 45.0) <= 0.5


def test_a_rough_path_moves_the_tempo_little() -> None:
    chance = np.random.default_rng(4)

    run = run_1_hz([float(round(162.0 + 5.0 * chance.standard_normal())) for _ in range(120)])

    moves = sum(
        abs(a - b) > 1e-9 for a, b in itertools.pairwise(run.tempi_from(20.0)[:: round(1 / COARSE_S)])
    )
    assert off_by(run, 162.0, 20.0) <= 2.5
    assert moves <= 50


def test_numbers_in_another_unit_are_told() -> None:
    run = simulate(at_1_hz([2.7] * 10), RANGE_148_174, 10.0, control_step_s=COARSE_S)
    assert run.notes == ["cadence: 2.7 is no cadence; steps a minute are expected, not a second"]
    assert off_by(run, 160.0, 0.0) == 0.0

    run = simulate([Reading(1.0 + i, None, 1.0 + i - 200.0) for i in range(9)], RANGE_148_174, 10.0)
    assert run.notes == ["steps: one 200 s old is left out; ages are seconds, at most 10"]


def test_two_steady_sensors_agree_and_a_frozen_one_does_not_lead() -> None:
    def both(second: list[float]) -> Run:
        readings = [Reading(t + 0.4, value) for t, value in enumerate(second)]
        readings += at_1_hz([168.0] * len(second))
        readings.sort(key=lambda one: one.arrives_s)
        return simulate(readings, RANGE_148_174, float(len(second)), control_step_s=COARSE_S)

    assert off_by(both([168.0] * 90), 168.0, 10.0) == 0.0
    left = both([168.0] * 30 + [160.0 + t % 3 for t in range(90)])
    assert off_by(left, 161.0, 100.0) <= 0.5
    assert left.notes[-1] == "cadence: two sensors disagree; the one that always sends 168 is left out"
