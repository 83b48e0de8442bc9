import pytest

from adaptive.follow.programme import Programme, ProgrammeStep
from adaptive.follow.programme_player import ZONE_ACTS_S, ProgrammePlayer

STEPS = (
    ProgrammeStep("warm-up", 60.0),
    ProgrammeStep("fast", 30.0, cadence_spm=172.0),
    ProgrammeStep("easy", 40.0, tempo_bpm=400.0),
)


def player(*steps: ProgrammeStep, waits: bool = True) -> ProgrammePlayer:
    return ProgrammePlayer(Programme("p", steps or STEPS, 190.0, waits), 1.0, (148.0, 174.0))


def statuses(played: ProgrammePlayer) -> list[str]:
    return [told.status for told in played.pop_told()]


def test_it_tells_where_it_is_and_what_comes() -> None:
    told = player().pop_told()[0].content

    assert (told["status"], told["progress"], told["next"]) == ("step", "1 of 3", "fast: 172 steps a minute")


def test_steps_follow_one_another_with_a_cue_before_each() -> None:
    played = player()
    for _ in range(131):
        played.advance(1.0)

    assert statuses(played) == ["step", "cue", "step", "cue", "step", "cue", "ended"]
    assert played.step is None
    assert played.target_bpm(160.0, None) is None


def test_only_a_target_leads_and_it_stays_in_the_range() -> None:
    played = player()
    assert played.target_bpm(160.0, None) is None

    played.skip()
    assert played.target_bpm(160.0, None) == 172.0

    played.skip()
    assert played.target_bpm(160.0, None) == 174.0


def test_it_waits_while_the_runner_stands() -> None:
    played = player()
    for _ in range(100):
        played.advance(1.0, is_standing=True)
    assert played.state.elapsed_s == 0.0

    played.advance(1.0)

    assert statuses(played) == ["step", "waits", "goes on"]
    assert played.state.elapsed_s == 1.0


def test_it_does_not_wait_if_it_was_told_not_to() -> None:
    played = player(waits=False)
    played.advance(1.0, is_standing=True)

    assert played.state.elapsed_s == 1.0


def test_it_pauses_skips_and_goes_back() -> None:
    played = player()
    played.pause(True)
    played.advance(10.0)
    assert played.state.elapsed_s == 0.0

    played.pause(False)
    played.skip()
    played.advance(10.0)
    played.back()
    assert (played.state.index, played.state.elapsed_s) == (1, 0.0)

    played.back()
    assert played.state.index == 0


def test_a_zone_acts_every_thirty_seconds_with_a_dead_band() -> None:
    played = player(ProgrammeStep("zone", 600.0, zone=3))  # 133 to 152
    targets = []
    for second in range(200):
        heart = 125.0 if second < 100 else 132.0
        targets.append(played.target_bpm(150.0, heart))
        played.advance(1.0)
    changes = [i for i in range(1, 200) if targets[i] != targets[i - 1]]

    assert changes == [ZONE_ACTS_S, 2 * ZONE_ACTS_S, 3 * ZONE_ACTS_S]
    assert targets[-1] == pytest.approx(150.0 * 1.02**3)


def test_a_zone_never_leaves_the_range_and_holds_without_a_heart_rate() -> None:
    played = player(ProgrammeStep("zone", 36000.0, zone=1))
    for _ in range(3000):
        low = played.target_bpm(150.0, 190.0)
        played.advance(1.0)
    assert low == 148.0

    for _ in range(100):
        held = played.target_bpm(150.0, None)
        played.advance(1.0)
    assert held == 148.0
