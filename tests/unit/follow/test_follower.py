import dataclasses

import pytest

from adaptive.follow.follower import Aim, Follower
from adaptive.follow.settings import FollowSettings

SETTINGS = FollowSettings(range_bpm=(148.0, 174.0), tempo_bpm=160.0)


def reading(spm: float, settings: FollowSettings = SETTINGS) -> Follower:
    follower = Follower(settings)
    for at_s in range(5):
        follower.take_reading(float(at_s), spm)
    return follower


def stepping(period_s: float, settings: FollowSettings = SETTINGS, count: int = 20) -> Follower:
    follower = Follower(settings)
    for k in range(count):
        follower.take_step(period_s * k, period_s * k)
    return follower


def test_nobody_is_followed_before_anybody_is_heard() -> None:
    assert Follower(SETTINGS).aim(1.0) == Aim(None)


def test_a_cadence_is_the_tempo() -> None:
    assert reading(165.0).aim(4.0) == Aim(165.0, 165.0, None, "readings")
    assert reading(165.0, dataclasses.replace(SETTINGS, beats_per_step=0.5, range_bpm=(74, 87))).aim(
        4.0
    ).tempo_bpm == pytest.approx(82.5)


@pytest.mark.parametrize(
    ("outside", "spm", "tempo_bpm"),
    [("clamp", 120.0, 148.0), ("clamp", 190.0, 174.0), ("release", 120.0, 160.0)],
)
def test_beyond_the_range_the_arrangement_has_to_change(outside: str, spm: float, tempo_bpm: float) -> None:
    follower = reading(spm, dataclasses.replace(SETTINGS, outside=outside))  # type: ignore[arg-type]

    assert follower.aim(4.0).tempo_bpm == tempo_bpm
    follower.aim(9.0)
    assert [note.text for note in follower.pop_notes()] == [
        f"cadence: asks for {spm:g} BPM, beyond range_bpm of 148 to 174; {tempo_bpm:g} is played"
    ]


def test_a_beat_that_is_late_is_caught_up() -> None:
    follower = stepping(0.375)
    last = 19 * 0.375

    late = follower.aim(last, last + 0.375 + 0.02)
    early = follower.aim(last, last + 0.375 - 0.02)

    assert late.phase_error_s == pytest.approx(0.02)
    assert late.tempo_bpm == pytest.approx(160.0 * 1.013)
    assert early.tempo_bpm == pytest.approx(160.0 * 0.987)


def test_lead_ms_puts_the_beat_before_the_step() -> None:
    follower = stepping(0.375, dataclasses.replace(SETTINGS, lead_ms=30.0))
    last = 19 * 0.375

    assert follower.aim(last, last + 0.375 - 0.03).phase_error_s == pytest.approx(0.0)


def test_leading_stays_within_three_percent_of_the_runner() -> None:
    settings = dataclasses.replace(SETTINGS, mode="lead", lead_to_spm=172.0)

    assert stepping(0.375, settings).aim(19 * 0.375).tempo_bpm == pytest.approx(160.0 * 1.03)
    assert stepping(0.375, settings).aim(19 * 0.375, 19.5 * 0.375).tempo_bpm <= 160.0 * 1.03 + 1e-9
    assert stepping(60.0 / 171.0, settings).aim(19 * 60.0 / 171.0).tempo_bpm == pytest.approx(172.0)


def test_manual_measures_and_asks_for_nothing() -> None:
    aim = reading(165.0, dataclasses.replace(SETTINGS, mode="manual")).aim(4.0)

    assert (aim.tempo_bpm, aim.cadence_spm) == (None, 165.0)


def test_steps_that_stop_in_mid_bar_leave_the_tempo() -> None:
    follower = stepping(0.375)

    aim = follower.aim(60.0, 60.1)

    assert aim.tempo_bpm == pytest.approx(160.0, rel=0.003)
    assert aim.phase_error_s is None
    assert follower.is_standing(60.0)
    assert [note.kind for note in follower.pop_notes()] == ["steps"]


def test_steps_win_over_readings_that_disagree() -> None:
    follower = Follower(SETTINGS)
    for second in range(8):
        follower.take_reading(float(second), 150.0)
    for k in range(20):
        follower.take_step(0.375 * k, 0.375 * k)

    follower.aim(7.2)
    for k in range(20, 36):
        follower.take_step(0.375 * k, 0.375 * k)
        follower.take_reading(0.375 * k, 150.0)
    assert follower.aim(13.2).tempo_bpm == pytest.approx(160.0, rel=0.003)
    assert [note.kind for note in follower.pop_notes()] == ["disagree"]


def test_one_foot_in_steps_is_the_same_runner() -> None:
    follower = stepping(0.75)

    aim = follower.aim(19 * 0.75, 19.5 * 0.75 + 0.01)

    assert aim.cadence_spm == pytest.approx(160.0)
    assert aim.phase_error_s == pytest.approx(0.01)


def test_a_lost_sensor_falls_back_where_the_preset_says_so() -> None:
    settings = dataclasses.replace(SETTINGS, stale_after_s=6.0, fallback_spm=155.0)
    follower = reading(165.0, settings)

    assert follower.aim(9.0).follows == "readings"
    assert follower.aim(11.0) == Aim(155.0, 155.0, None, "fallback")


def test_the_next_step_is_known_while_steps_are_followed() -> None:
    follower = stepping(0.375)

    assert follower.next_step_after(7.2, 7.2) == pytest.approx(20 * 0.375)
    assert follower.next_step_after(60.0, 60.0) is None


def test_batches_of_ten_seconds_are_followed_without_a_word() -> None:
    follower = Follower(SETTINGS)
    steps = [0.5 + 0.375 * k for k in range(200)]
    spms, errors = [], []
    for tick in range(1, 1400):
        now = 0.05 * tick
        if tick % 200 == 4:
            for step in (step for step in steps if now - 10.0 <= step < now - 0.2):
                follower.take_step(step, now)
        aim = follower.aim(now, 0.5 + 0.375 * round((now + 0.3) / 0.375))
        if now > 15.0:
            spms.append(aim.cadence_spm)
            errors.append(aim.phase_error_s)

    assert all(spm == pytest.approx(160.0, rel=0.002) for spm in spms)
    assert all(error is not None and abs(error) < 0.005 for error in errors)
    assert follower.pop_notes() == []


def test_batches_of_four_seconds_are_followed_in_between() -> None:
    follower = Follower(SETTINGS)
    for batch in range(1, 8):
        arrives_s = 4.0 * batch + 0.1
        steps = [0.375 * k for k in range(80) if 4.0 * (batch - 1) <= 0.375 * k < 4.0 * batch]
        for at_s in steps:
            follower.take_step(at_s, arrives_s)
        assert follower.next_step_after(arrives_s + 3.9, arrives_s + 3.9) is not None

    assert follower.pop_notes() == []


def test_a_batch_with_the_ages_of_the_one_before_it_is_a_repeat() -> None:
    follower, ages = Follower(SETTINGS), (1.52, 1.14, 0.78, 0.40)

    assert not follower.repeats(ages, 1.0)
    assert follower.repeats([age + 0.1 for age in ages], 2.0)
    assert not follower.repeats((1.50, 1.14, 0.78, 0.40), 3.0)
    even = (1.5, 1.125, 0.75, 0.375)
    assert not any(follower.repeats(even, at_s) for at_s in (4.0, 5.0))
    assert [note.kind for note in follower.pop_notes()] == ["repeat"]
