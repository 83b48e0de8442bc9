"""Whatever a runner's sensors send, and in whatever order, the tempo stays in its range."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.errors import InputError
from adaptive.follow.cadence import CadenceEstimator
from adaptive.follow.follower import Follower
from adaptive.follow.programme import Programme, programme_json, read_programme
from adaptive.follow.settings import FollowSettings
from adaptive.follow.step_tracker import fit_steps
from tests.helpers.amounts import amount

ANY = st.floats(allow_nan=True, allow_infinity=True)
VALUES = st.one_of(ANY, st.floats(0.0, 240.0), st.sampled_from([0.0, 84.0, 168.0, 255.0]))
TIMES = st.floats(-5.0, 120.0)
SENT = st.lists(
    st.tuples(st.sampled_from(["reading", "timed", "plain"]), st.floats(0.0, 2.0), TIMES, VALUES), max_size=60
)
SETTINGS = st.builds(
    FollowSettings,
    range_bpm=st.just((148.0, 174.0)),
    tempo_bpm=st.just(160.0),
    beats_per_step=st.sampled_from([0.5, 1.0, 2.0]),
    half_double=st.booleans(),
    outside=st.sampled_from(["clamp", "release"]),
    mode=st.sampled_from(["match", "lead"]),
    lead_to_spm=st.sampled_from([None, 60.0, 200.0]),
    stale_after_s=st.sampled_from([None, 0.5, 6.0]),
    fallback_spm=st.sampled_from([None, 0.0, 160.0]),
)


@settings(max_examples=amount(40, 150), deadline=None)
@given(SETTINGS, SENT)
def test_the_tempo_stays_in_its_range(
    how: FollowSettings, sent: list[tuple[str, float, float, float]]
) -> None:
    follower, now = Follower(how), 0.0
    for kind, later, at_s, value in sent:
        now += later
        if kind == "reading":
            follower.take_reading(now, value)
        else:
            follower.take_step(at_s if kind == "timed" else now, now, kind == "timed")
        aim = follower.aim(now, now + 0.2)
        follower.is_standing(now)

        assert aim.tempo_bpm is None or 148.0 <= aim.tempo_bpm <= 174.0
        assert aim.phase_error_s is None or abs(aim.phase_error_s) <= 2.0
    assert all("\n" not in note.text and len(note.text) < 200 for note in follower.pop_notes())


@settings(max_examples=amount(50, 200), deadline=None)
@given(st.lists(st.floats(0.0, 60.0), max_size=48))
def test_whatever_the_times_of_steps_they_fit_a_clock_or_none(times: list[float]) -> None:
    fit = fit_steps(sorted(times))

    assert fit is None or (0.24 <= fit.period_s <= 1.6 and math.isfinite(fit.phase_s))


@settings(max_examples=amount(30, 100), deadline=None)
@given(st.lists(st.tuples(TIMES, VALUES), max_size=80))
def test_a_cadence_is_always_one_that_was_plausible(sent: list[tuple[float, float]]) -> None:
    estimator = CadenceEstimator((148.0, 174.0))
    for at_s, value in sent:
        estimator.take(at_s, value)
    spm = estimator.now(200.0).spm

    assert spm is None or 15.0 <= spm <= 480.0


WORDS = (
    "name",
    "steps",
    "minutes",
    "seconds",
    "repeat",
    "zone",
    "tempo_bpm",
    "cadence_spm",
    "max_heart_rate",
)
DOCUMENTS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 10**20), ANY, st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=20,
)


def read_or_refuse(document: object) -> Programme | str:
    try:
        return read_programme(document)
    except InputError as error:
        return str(error)


@settings(max_examples=amount(75, 300), deadline=None)
@given(DOCUMENTS)
def test_whatever_a_message_holds_it_is_a_programme_or_one_sentence(document: object) -> None:
    found = read_or_refuse(document)

    if isinstance(found, str):
        assert len(found) < 300
        assert "\n" not in found
    else:
        assert read_programme(programme_json(found)) == found
