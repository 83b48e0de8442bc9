from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import FireEvent, SetState
from adaptive.preset.model import Preset
from tests.helpers.measure import click
from tests.helpers.presets import (
    BAR,
    BEAT,
    GAIN,
    LOOK_AHEAD,
    Played,
    control_step_of,
    play,
    two_sections,
)

LEAD = 4800


def with_hit(folder: Path, keys: str = 'play_at = "beat"', rule: str = "") -> Preset:
    hit = f'[stingers.hit]\nstem = "blow.wav"\nfirst_beat_s = 0.1\n{keys}\n'
    return two_sections(folder, rule, more=hit)


def fired(
    folder: Path, keys: str, *at_s: float, seconds: float = 4.0, rule: str = "", **more: float
) -> Played:
    script = {control_step_of(at): [FireEvent("hit", id=f"{n}", **more)] for n, at in enumerate(at_s)}
    return play(with_hit(folder, keys, rule), seconds, script)


def blows(played: Played) -> list[int]:
    """Frames of the sync points: where the soft rise steps up."""
    strip = played.buses[played.performance.layout.stingers["hit"].bus, 0]
    steps = np.flatnonzero(np.diff(strip) > 0.1)
    return [int(at) + 1 for at in steps]


@pytest.mark.parametrize(
    ("play_at", "asked", "expected"),
    [
        ('"beat"', 1.02, 1.25),
        ('"beat"', 1.11, 1.5),  # 1.25 is less than look-ahead and lead-in away
        ('"bar"', 1.3, 2.0),
        ('"bar"', 1.9, 3.0),
        ("{ every_bars = 2 }", 0.3, 2.0),
    ],
)
def test_the_sync_point_lands_on_the_grid_not_the_start_of_the_file(
    tmp_path: Path, play_at: str, asked: float, expected: float
) -> None:
    played = fired(tmp_path, f"play_at = {play_at}", asked)

    assert [at / BAR for at in blows(played)] == [expected]
    assert played.lines("stinger")[0]["frame"] == expected * BAR
    assert played.lines("stinger")[0]["starts_frame"] == expected * BAR - LEAD


def test_an_immediate_stinger_lands_after_the_look_ahead_and_its_lead_in(tmp_path: Path) -> None:
    played = fired(tmp_path, 'play_at = "immediate"', 1.3)

    assert blows(played) == [control_step_of(1.3) * 256 + LOOK_AHEAD + LEAD]


def test_an_accepted_event_is_finished_when_it_has_sounded(tmp_path: Path) -> None:
    played = fired(tmp_path, 'play_at = "bar"', 1.3)

    assert played.told("0") == ["accepted", "started", "finished"]
    assert [(r.frame, r.position) for r in played.receipts] == [(2 * BAR, "3.1.0")] * 3


def test_a_stinger_is_silent_while_it_cools_down(tmp_path: Path) -> None:
    played = fired(tmp_path, 'play_at = "beat"\ncooldown_s = 1.0', 1.0, 1.4, 2.3)

    assert [at / BAR for at in blows(played)] == [1.25, 2.5]
    assert [played.told(n) for n in "012"] == [
        ["accepted", "started", "finished"],
        ["dropped"],
        ["accepted", "started", "finished"],
    ]
    assert "cooldown" in played.receipts[2].reason


def test_the_receipt_of_a_second_event_at_one_place_says_that_both_are_heard(tmp_path: Path) -> None:
    played = fired(tmp_path, 'play_at = "bar"', 1.3, 1.4, 2.3)
    doubled = [r.reason.endswith("keeps it from that)") for r in played.receipts if r.status == "accepted"]

    assert doubled == [False, True, False]


def test_an_event_whose_place_is_too_late_is_dropped_and_the_reason_says_how_late(tmp_path: Path) -> None:
    played = fired(tmp_path, 'play_at = "bar"\nexpires_s = 0.5', 1.3, 1.7)

    assert [at / BAR for at in blows(played)] == [2.0]
    assert played.told("0") == ["dropped"]
    assert played.receipts[0].reason == "the next place for it was 0.70 s away, it expires after 0.5 s"


def test_a_message_may_expire_sooner_than_its_stinger(tmp_path: Path) -> None:
    played = fired(tmp_path, 'play_at = "bar"', 1.3, expires_s=0.3)

    assert blows(played) == []
    assert played.told("0") == ["dropped"]


def test_velocity_squared_is_its_gain_and_zero_does_nothing(tmp_path: Path) -> None:
    loud = fired(tmp_path, 'play_at = "beat"\nduck_db = -6.0', 1.0)
    half = fired(tmp_path, 'play_at = "beat"\nduck_db = -6.0', 1.0, velocity=0.5)
    none = fired(tmp_path, 'play_at = "beat"\nduck_db = -6.0', 1.0, velocity=0.0)
    strip = loud.performance.layout.stingers["hit"].bus

    assert np.abs(half.buses[strip]).max() == pytest.approx(np.abs(loud.buses[strip]).max() / 4, rel=1e-3)
    assert none.told("0") == ["dropped"]
    assert np.array_equal(none.master, play(with_hit(tmp_path, 'play_at = "beat"\nduck_db = -6.0'), 4).master)


def test_all_other_strips_are_ducked_while_it_sounds_and_recover(tmp_path: Path) -> None:
    played = fired(tmp_path, 'play_at = "bar"\nduck_db = -12.0', 1.3, seconds=4)
    calm = np.abs(played.bus("calm"))

    assert calm[:BAR].max() == pytest.approx(GAIN, rel=0.01)
    assert calm[2 * BAR : 2 * BAR + 1200].max() == pytest.approx(GAIN / 4, rel=0.1)
    assert calm[3 * BAR : 4 * BAR].max() == pytest.approx(GAIN, rel=0.01)
    assert click(played.bus("calm")) < 2.0


def test_stingers_that_overlap_duck_once_and_recover_once(tmp_path: Path) -> None:
    played = fired(tmp_path, 'play_at = "beat"\nduck_db = -12.0', 1.0, 1.24, 1.5, seconds=4)
    calm = np.abs(played.bus("calm"))
    between = calm[round(1.3 * BAR) : round(1.9 * BAR)]

    assert len(blows(played)) == 3
    assert between.max() < GAIN / 2
    assert calm[3 * BAR :].max() == pytest.approx(GAIN, rel=0.01)


def test_a_stinger_beyond_a_seam_lands_on_the_grid_of_the_next_section(tmp_path: Path) -> None:
    preset = with_hit(tmp_path, 'play_at = "bar"', 'exit_at = "beat"')
    script = {
        control_step_of(1.3): [SetState("section", "fight")],
        control_step_of(1.31): [FireEvent("hit", id="h")],
    }
    played = play(preset, 4, script)

    # the seam is at 1.5 s, so bars begin at 1.5, 2.5 …; 1.5 itself is late enough for the stinger
    assert played.seams()[0]["frame"] == 1.5 * BAR
    assert [at / BAR for at in blows(played)] == [1.5]
    assert played.receipts[0].position == "3.1.0"


def test_a_seam_does_not_cut_a_stinger(tmp_path: Path) -> None:
    preset = with_hit(tmp_path, 'play_at = "beat"', 'exit_at = "beat"')
    alone = play(preset, 4, {control_step_of(1.0): [FireEvent("hit")]})
    script = {control_step_of(1.0): [FireEvent("hit")], control_step_of(1.15): [SetState("section", "fight")]}
    crossed = play(preset, 4, script)
    strip = alone.performance.layout.stingers["hit"].bus

    assert np.array_equal(alone.buses[strip], crossed.buses[strip])


def test_an_event_without_a_stinger_is_dropped_with_one_log_line(tmp_path: Path) -> None:
    played = play(with_hit(tmp_path), 1.0, {control_step_of(0.3): [FireEvent("miss", id="m")]})

    assert played.told("m") == ["dropped"]
    assert [line["status"] for line in played.lines("stinger")] == ["dropped"]


def test_eight_stingers_at_once_all_sound(tmp_path: Path) -> None:
    script = {control_step_of(1.0): [FireEvent("hit", velocity=0.3) for _ in range(8)]}
    played = play(with_hit(tmp_path), 3, script)
    one = play(with_hit(tmp_path), 3, {control_step_of(1.0): [FireEvent("hit", velocity=0.3)]})
    strip = one.performance.layout.stingers["hit"].bus

    assert len(played.lines("stinger", status="scheduled")) == 8
    ratio = np.abs(played.buses[strip]).max() / np.abs(one.buses[strip]).max()
    assert (
        ratio == pytest.approx(len(played.performance.layout.stingers["hit"].clips), rel=0.01) or ratio > 3.9
    )
    assert BEAT == BAR // 4


def test_more_of_one_stinger_than_can_sound_are_dropped_with_a_reason(tmp_path: Path) -> None:
    preset = two_sections(tmp_path, more='[stingers.hit]\nstem = "blow.wav"\nplay_at = "bar"\n')
    played = play(preset, 3, {control_step_of(0.3): [FireEvent("hit", 1.0, None, f"{n}") for n in range(10)]})
    ends = [played.told(f"{n}")[-1] for n in range(10)]

    assert ends == ["finished"] * 8 + ["dropped"] * 2
    assert "8 of it are on their way already" in played.lines("stinger", status="dropped")[0]["reason"]
