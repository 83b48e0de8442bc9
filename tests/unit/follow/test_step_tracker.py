import pytest

from adaptive.follow.step_tracker import fit_steps

EVEN = [10.0 + 0.375 * k for k in range(30)]


def test_too_few_steps_say_nothing() -> None:
    assert fit_steps(EVEN[:3]) is None
    assert fit_steps([]) is None


def test_even_steps_give_their_tempo_and_the_next_step() -> None:
    fit = fit_steps(EVEN)

    assert fit is not None
    assert fit.spm == pytest.approx(160.0)
    assert fit.next_after(EVEN[-1] + 0.1) == pytest.approx(EVEN[-1] + 0.375)
    assert fit.deviation_s == pytest.approx(0.0, abs=1e-9)


def test_a_change_of_tempo_is_followed_within_three_steps() -> None:
    period = 60.0 / 172.0
    steps = [*EVEN, *(EVEN[-1] + period * (k + 1) for k in range(3))]
    fit = fit_steps(steps)

    assert fit is not None
    assert fit.spm == pytest.approx(172.0, rel=0.01)


def test_missing_steps_are_bridged() -> None:
    fit = fit_steps([step for i, step in enumerate(EVEN) if i % 5 != 3])

    assert fit is not None
    assert fit.spm == pytest.approx(160.0)
    assert fit.missed > 0


def test_steps_between_two_steps_are_not_the_runners() -> None:
    fit = fit_steps(sorted([*EVEN[:8], *(step + 0.187 for step in EVEN[4:8]), *EVEN[8:]]))

    assert fit is not None
    assert fit.spm == pytest.approx(160.0, rel=0.005)


def test_times_that_are_wrong_in_one_step_of_five_do_not_mislead_it() -> None:
    steps = sorted(step - (0.82 if i % 5 == 0 else 0.0) for i, step in enumerate(EVEN))
    found = [fit_steps(steps[:n]) for n in range(16, len(steps))]

    assert all(fit is not None and fit.spm == pytest.approx(160.0, rel=0.02) for fit in found)


def test_after_a_stop_it_begins_anew() -> None:
    fit = fit_steps([*EVEN, *(100.0 + 0.4 * k for k in range(5))])

    assert fit is not None
    assert fit.steps == 5
    assert fit.spm == pytest.approx(150.0)
