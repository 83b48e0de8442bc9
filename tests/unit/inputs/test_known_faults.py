from __future__ import annotations

import pytest

from adaptive.inputs.known_faults import MOST_REMEMBERED, MOST_SUMMED_UP, KnownFaults, kind_of


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("tempo must be from 20 to 400, got 412.5", "tempo must be from 20 to 400"),
        ("there is no parameter 'thraet'", "there is no parameter 'thraet'"),
        ("got nothing", "got nothing"),
        ("", ""),
    ],
)
def test_the_kind_of_a_fault_leaves_its_value_out(sentence: str, kind: str) -> None:
    assert kind_of(sentence) == kind


def test_a_fault_is_new_once_for_each_sender() -> None:
    known = KnownFaults()

    assert [known.add(f"x must be a number, got {n}", "one") for n in range(3)] == [True, False, False]
    assert [known.add("x must be a number, got 9", "two"), known.add("other", "one")] == [True, True]


def test_a_fault_is_new_again_after_quiet_and_not_while_it_goes_on() -> None:
    now_s = 0.0
    known = KnownFaults(60.0, lambda: now_s)
    told = []
    for pause_s in (0.0, 30.0, 59.9, 60.1, 1.0):
        now_s += pause_s
        told.append(known.add("nobody listens"))

    assert told == [True, False, False, True, False]


def test_repeated_faults_are_summed_up_the_most_frequent_first() -> None:
    known = KnownFaults()
    for number in range(MOST_SUMMED_UP + 3):
        for _ in range(number + 1):
            known.add(f"fault {number}, got {number}", "a belt")
    sums = list(known.sums())

    assert (
        sums[0] == f"a belt: {MOST_SUMMED_UP + 3} times: fault {MOST_SUMMED_UP + 2}, got {MOST_SUMMED_UP + 2}"
    )
    assert len(sums) == MOST_SUMMED_UP + 1
    assert sums[-1] == "2 other faults came more than once"


def test_a_million_different_faults_take_little_memory_and_mute_nobody() -> None:
    known = KnownFaults()
    for number in range(3 * MOST_REMEMBERED):
        assert known.add(f"nothing listens to /{number}", f"sender {number}")

    assert len(known._known) <= MOST_REMEMBERED
