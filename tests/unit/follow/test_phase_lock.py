import pytest

from adaptive.follow.phase_lock import GAIN_PER_S, STRAIGHT_S, correction, phase_error_s


def test_a_late_beat_makes_the_music_faster() -> None:
    assert correction(0.01, 0.02, 0.08) == pytest.approx(GAIN_PER_S * 0.01)
    assert correction(-0.01, 0.02, 0.08) == -correction(0.01, 0.02, 0.08)


def test_the_law_has_no_jump_and_a_limit() -> None:
    assert correction(STRAIGHT_S + 1e-9, 0.02, 1.0) == pytest.approx(correction(STRAIGHT_S, 0.02, 1.0))
    assert correction(0.4, 0.02, 0.03) == 0.03


def test_braking_along_the_law_keeps_within_the_limit_of_change() -> None:
    error, step_s = 0.15, 0.001
    before = correction(error, 0.02, 1.0)
    while error > 1e-3:
        error -= before * step_s
        after = correction(error, 0.02, 1.0)
        assert abs(after - before) / step_s <= 0.02 * 1.001
        before = after


@pytest.mark.parametrize(
    ("beat_s", "error"), [(10.0, 0.0), (10.1, 0.1), (10.3, -0.1), (10.4, 0.0), (9.9, -0.1)]
)
def test_the_phase_error_is_that_to_the_nearest_step(beat_s: float, error: float) -> None:
    assert phase_error_s(beat_s, 10.0, 0.4) == pytest.approx(error)
