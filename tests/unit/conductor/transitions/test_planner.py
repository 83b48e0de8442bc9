from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import SetState, Transport
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from tests.helpers.measure import click
from tests.helpers.presets import (
    BAR,
    BEAT,
    GAIN,
    LOOK_AHEAD,
    STEM_LAYERS,
    Played,
    control_step_of,
    make_preset,
    play,
    sounding,
    two_sections,
    write_sine,
)

GOLDEN = Path(__file__).parents[3] / "golden" / "conductor" / "seams.txt"
EXITS = ['"immediate"', '"beat"', '"bar"', "{ every_bars = 2 }", "{ every_bars = 3 }", '"phrase"', '"end"']
ENTERS = ["start", "same_position"]


def go(value: str, message_id: str | None = None) -> SetState:
    return SetState("section", value, message_id)


def change(folder: Path, rule: str, at_s: float, seconds: float = 10.0) -> Played:
    """Play calm, ask for fight at a time; what came."""
    return play(two_sections(folder, rule), seconds, {control_step_of(at_s): [go("fight")]})


def test_every_exit_and_entry_lies_where_the_table_says(tmp_path: Path, update_golden: bool) -> None:
    rows = [f"{'exit':18} {'enter':14} {'asked':>6} {'seam':>7} {'position':>9} {'in section':>10}"]
    for exit_at in EXITS:
        for enter_at in ENTERS:
            folder = tmp_path / f"{len(rows)}"
            rule = f'exit_at = {exit_at}\nenter_at = "{enter_at}"'
            # the second pass, a quarter of the way into its second bar
            seam = change(folder, rule, 5.3).seams()[0]
            asked = seam["decided_frame"] / BAR
            rows.append(
                f"{exit_at:18} {enter_at:14} {asked:6.3f} {seam['t']:7.3f} {seam['position']:>9} "
                f"{seam['section_position']:>10}"
            )
    told = "\n".join(rows) + "\n"
    if update_golden:
        GOLDEN.write_text(told, encoding="utf-8", newline="\n")

    assert GOLDEN.read_text(encoding="utf-8") == told


def test_a_request_in_the_very_frame_of_a_bar_line_waits_for_the_next_one(tmp_path: Path) -> None:
    control_step = BAR // CONTROL_STEP_FRAMES * 2 + 1  # the first tick at or after bar 3
    while control_step * CONTROL_STEP_FRAMES % BAR:
        control_step += 1
    seam = play(two_sections(tmp_path), 12, {control_step: [go("fight")]}).seams()[0]

    assert control_step * CONTROL_STEP_FRAMES + BAR == seam["frame"]
    assert seam["decided_frame"] % BAR == 0


def test_a_bar_line_exactly_a_look_ahead_away_counts(tmp_path: Path) -> None:
    # 256 k + 2400 = 48000 n first holds for n = 2: tick 365, bar 3 (2400 is not a multiple of 256,
    # so the nearest case is a tick less than one tick before)
    last = (2 * BAR - LOOK_AHEAD) // CONTROL_STEP_FRAMES
    early = play(two_sections(tmp_path), 3, {last: [go("fight")]}).seams()[0]
    late = play(two_sections(tmp_path), 4, {last + 1: [go("fight")]}).seams()[0]

    assert early["frame"] == 2 * BAR
    assert late["frame"] == 3 * BAR


def test_what_is_immediate_sounds_a_look_ahead_after_its_tick(tmp_path: Path) -> None:
    played = change(tmp_path, 'exit_at = "immediate"', 1.3, 3)
    seam = played.seams()[0]

    assert seam["decided_frame"] + LOOK_AHEAD == seam["frame"]
    assert abs(sounding(played.bus("fight"))[0][0] - seam["frame"]) <= 2


def test_the_destination_begins_at_its_frame_not_one_earlier_or_later(tmp_path: Path) -> None:
    played = change(tmp_path, 'exit_at = "bar"', 1.3, 4)
    fight = played.bus("fight")
    expected = GAIN * np.sin(2 * np.pi * 331.0 / 48000 * np.arange(BAR))

    assert np.abs(fight[: 2 * BAR]).max() == 0.0
    assert np.abs(fight[2 * BAR : 3 * BAR] - expected * np.sqrt(0.5) * np.sqrt(2)).max() < 2e-3


@pytest.mark.parametrize(
    ("fade", "expected"),
    [
        ("", 240),  # nothing said: a declick of 5 ms
        ("fade_out = { beats = 2 }", 2 * BEAT),
        ("fade_out = { bars = 1 }", BAR),
        ("fade_out = { seconds = 0.4 }", 19200),
    ],
)
def test_a_fade_out_lasts_as_long_as_its_rule_says(tmp_path: Path, fade: str, expected: int) -> None:
    calm = change(tmp_path, f'exit_at = "beat"\n{fade}', 1.3, 4).bus("calm")
    ends = sounding(calm)[-1][1]

    assert expected * 0.95 - 60 <= ends - 1.5 * BAR <= expected + 64


def test_a_fade_in_may_begin_before_the_seam(tmp_path: Path) -> None:
    rule = "exit_at = { every_bars = 2 }\nfade_out = { bars = 1 }\nfade_in = { bars = 1, start_bars = -1 }"
    played = change(tmp_path, rule, 0.5, 5)
    begins, _ = sounding(played.bus("fight"))[0]

    assert played.seams()[0]["frame"] == 2 * BAR
    assert abs(begins - BAR) < 200
    # by the seam it is all there, and beat 1 lies on the seam
    assert np.abs(played.bus("fight")[2 * BAR : 2 * BAR + BEAT]).max() == pytest.approx(GAIN, rel=0.01)
    assert played.performance.engine.telemetry().late_commands == 0


def test_a_fade_that_would_have_begun_in_the_past_begins_now(tmp_path: Path) -> None:
    rule = (
        'exit_at = "beat"\nfade_out = { bars = 1, start_bars = -1 }\nfade_in = { bars = 1, start_bars = -1 }'
    )
    played = change(tmp_path, rule, 1.3, 4)

    assert played.performance.engine.telemetry().late_commands == 0
    assert click(played.master[:, 0]) < 2.0


def test_an_equal_power_crossfade_keeps_the_power(tmp_path: Path) -> None:
    rule = 'exit_at = "bar"\nfade_out = { bars = 1 }\nfade_in = { bars = 1 }'
    played = change(tmp_path, rule, 1.3, 4)
    calm, fight = played.bus("calm"), played.bus("fight")
    power = []
    for at in range(2 * BAR + BEAT, 3 * BAR - BEAT, BEAT // 2):
        window = slice(at - 1200, at + 1200)
        power.append(np.mean(calm[window] ** 2) + np.mean(fight[window] ** 2))

    assert np.ptp(10 * np.log10(power)) < 0.3


SPECIFIC = (
    STEM_LAYERS
    + """
[layers.both]
stem = "both.wav"
[sections.calm]
layers = ["calm"]
[sections.fight]
layers = ["fight"]
[sections.both]
layers = ["both"]
[[transitions]]
from = "any"
to = "any"
exit_at = "end"
[[transitions]]
from = "any"
to = "fight"
exit_at = "phrase"
[[transitions]]
from = "calm"
to = "any"
exit_at = "bar"
[[transitions]]
from = "calm"
to = "fight"
exit_at = "beat"
"""
)


def test_the_most_specific_rule_wins(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, SPECIFIC)
    rules = {
        (a, b): preset.transition(a, b).exit_at
        for a, b in [
            ("calm", "fight"),
            ("calm", "both"),
            ("both", "fight"),
            ("fight", "calm"),
            ("both", "calm"),
        ]
    }

    assert rules == {
        ("calm", "fight"): "beat",
        ("calm", "both"): "bar",
        ("both", "fight"): "phrase",
        ("fight", "calm"): "end",
        ("both", "calm"): "end",
    }


def test_without_a_rule_it_is_the_next_bar_from_the_start_with_two_beats_of_fade(tmp_path: Path) -> None:
    played = change(tmp_path, "", 1.3, 4)

    assert played.seams()[0]["rule"] == "no rule of the preset: any → any (exit at bar, enter at start)"
    assert played.seams()[0]["frame"] == 2 * BAR
    assert abs(sounding(played.bus("calm"))[-1][1] - (2 * BAR + 2 * BEAT)) < 200


def test_the_stay_is_as_long_as_min_stay_says_and_not_a_bar_longer(tmp_path: Path) -> None:
    preset = two_sections(tmp_path, 'exit_at = "bar"', calm="min_stay_bars = 3")
    played = play(preset, 5, {control_step_of(0.3): [go("fight")]})

    assert [line["frame"] for line in played.seams()] == [3 * BAR]
    assert [line["status"] for line in played.lines("transition")[1:]] == ["held", "planned"]


SELECT = """
[parameters.threat]
hysteresis = 0.1
[states.place]
values = ["road", "shelter"]
"""


def chosen(folder: Path, urgent: str) -> Played:
    body = STEM_LAYERS + SELECT
    body += '[sections.calm]\nlayers = ["calm"]\nmin_stay_bars = 3\n[sections.fight]\nlayers = ["fight"]\n'
    body += f'[[select]]\nsection = "fight"\nwhen = "place == \'shelter\'"\n{urgent}\n'
    body += '[[select]]\nsection = "calm"\n'
    return play(make_preset(folder, body), 5, {control_step_of(0.3): [SetState("place", "shelter")]})


def test_what_is_urgent_does_not_wait_for_min_stay(tmp_path: Path) -> None:
    assert chosen(tmp_path / "a", "urgent = true").seams()[0]["frame"] == BAR
    assert chosen(tmp_path / "b", "").seams()[0]["frame"] == 3 * BAR


def test_hysteresis_holds_a_section_until_the_value_is_clearly_back(tmp_path: Path) -> None:
    body = STEM_LAYERS + SELECT
    body += '[sections.calm]\nlayers = ["calm"]\n[sections.fight]\nlayers = ["fight"]\n'
    body += '[[select]]\nsection = "fight"\nwhen = "threat > 0.6"\n[[select]]\nsection = "calm"\n'
    body += '[[transitions]]\nfrom = "any"\nto = "any"\nexit_at = "immediate"\n'
    performance = play(make_preset(tmp_path, body), 0.1).performance
    rows = [(BEAT * (n + 1), "threat", v) for n, v in enumerate([0.59, 0.61, 0.55, 0.51, 0.49, 0.55, 0.62])]
    performance.schedule_values(rows)
    while performance.frame < 2.5 * BAR:
        performance.engine.pull(CONTROL_STEP_FRAMES)
        performance.step()
    seams = [line for line in performance.log.recent if line.get("status") == "planned"]

    assert [line["target"] for line in seams] == ["fight", "calm", "fight"]
    assert [round(line["decided_frame"] / BEAT) for line in seams] == [2, 5, 7]


def test_asking_for_what_plays_is_merged_and_changes_nothing(tmp_path: Path) -> None:
    played = play(two_sections(tmp_path), 1.5, {control_step_of(0.3): [go("calm", "a")]})

    assert played.told("a") == ["merged"]
    assert played.seams() == []


def test_the_mind_changed_twice_before_the_seam_ends_where_it_was_asked_last(tmp_path: Path) -> None:
    preset = make_preset(
        tmp_path,
        STEM_LAYERS
        + '[layers.both]\nstem = "both.wav"\n[sections.calm]\nlayers = ["calm"]\n'
        + '[sections.fight]\nlayers = ["fight"]\n[sections.both]\nlayers = ["both"]\n',
    )
    played = play(preset, 4, {control_step_of(1.2): [go("fight")], control_step_of(1.5): [go("both")]})

    assert sounding(played.bus("fight")) == []
    assert abs(sounding(played.bus("both"))[0][0] - 2 * BAR) <= 2
    assert [line["status"] for line in played.lines("transition")[1:]] == ["planned", "cancelled", "planned"]


def test_a_request_too_late_to_stop_the_seam_is_decided_on_arrival(tmp_path: Path) -> None:
    script = {control_step_of(1.5): [go("fight")], control_step_of(1.97): [go("calm")]}
    played = play(two_sections(tmp_path), 4, script)

    assert [(line["target"], line["frame"]) for line in played.seams()] == [
        ("fight", 2 * BAR),
        ("calm", 3 * BAR),
    ]


SAME = 'exit_at = "immediate"\nenter_at = "same_position"\nfade_out = { bars = 1 }\nfade_in = { bars = 1 }'


def test_reversal_in_mid_fade_brings_the_file_back_and_does_not_restart_it(tmp_path: Path) -> None:
    script = {control_step_of(1.3): [go("fight")], control_step_of(1.8): [go("calm")]}
    played = play(two_sections(tmp_path, SAME), 5, script)
    calm = played.bus("calm")
    alone = play(two_sections(tmp_path, SAME), 5).bus("calm")

    assert len(sounding(calm)) == 1
    assert np.array_equal(calm[-BAR:], alone[-BAR:])
    assert click(played.master[:, 0]) < 2.0
    assert np.all(np.abs(calm) <= np.abs(alone) + 1e-6)
    # one clip throughout: from the seam on its level rises, and nothing lies over it
    back = played.seams()[1]["frame"]
    level = [np.abs(calm[at : at + 2400]).max() for at in range(back, back + BAR, 2400)]
    assert all(b >= a - 1e-3 for a, b in pairwise(level))
    layer = played.performance.conductor.assets.stems["calm"]
    assert layer.current is layer.clips[0]


def test_a_file_that_both_sections_play_goes_on_untouched(tmp_path: Path) -> None:
    body = (
        '[layers.calm]\nstem = "calm.wav"\n[layers.ground]\nstem = "both.wav"\n'
        '[sections.calm]\nlayers = ["calm", "ground"]\n[sections.fight]\nlayers = ["ground"]\n'
        f'[[transitions]]\nfrom = "any"\nto = "any"\n{SAME}\n'
    )
    preset = make_preset(tmp_path, body)
    changed = play(preset, 6, {control_step_of(1.3): [go("fight")], control_step_of(3.1): [go("calm")]})

    assert np.array_equal(changed.bus("ground"), play(preset, 6).bus("ground"))


def test_a_file_that_both_sections_play_restarts_where_the_rule_enters_at_the_start(tmp_path: Path) -> None:
    body = (
        '[layers.ground]\nstem = "both.wav"\n[sections.calm]\nlayers = ["ground"]\n'
        '[sections.fight]\nlayers = ["ground"]\n'
        '[[transitions]]\nfrom = "any"\nto = "any"\nexit_at = "beat"\n'
    )
    played = play(make_preset(tmp_path, body), 4, {control_step_of(1.3): [go("fight")]})
    seam = played.seams()[0]["frame"]
    start = play(make_preset(tmp_path, body), 2).bus("ground")[: BAR // 2]

    assert np.abs(played.bus("ground")[seam + 480 : seam + BAR // 2] - start[480:]).max() < 1e-6


def pickup_preset(folder: Path, pickup: str, exit_at: str = '"bar"', lead_s: float = 0.3) -> Played:
    folder.mkdir(parents=True, exist_ok=True)
    write_sine(folder / "fight.wav", 331.0, lead_s=lead_s)
    preset = two_sections(
        folder, f'exit_at = {exit_at}\npickup = "{pickup}"', fight=f"first_beat_s = {lead_s}"
    )
    return play(preset, 5, {control_step_of(1.85): [go("fight")]})


def test_a_pickup_plays_before_the_seam_if_it_fits(tmp_path: Path) -> None:
    script = {control_step_of(1.3): [go("fight")]}
    (tmp_path / "a").mkdir()
    write_sine(tmp_path / "a" / "fight.wav", 331.0, lead_s=0.3)
    played = play(two_sections(tmp_path / "a", fight="first_beat_s = 0.3"), 4, script)

    assert played.seams()[0]["frame"] == 2 * BAR
    assert abs(sounding(played.bus("fight"))[0][0] - 1.7 * BAR) <= 3


def test_a_pickup_that_does_not_fit_is_left_out_and_the_seam_does_not_wait(tmp_path: Path) -> None:
    played = pickup_preset(tmp_path, "auto")

    assert played.seams()[0]["frame"] == 2 * BAR
    assert abs(sounding(played.bus("fight"))[0][0] - 2 * BAR) <= 2


def test_a_pickup_that_must_be_heard_puts_the_seam_off(tmp_path: Path) -> None:
    played = pickup_preset(tmp_path, "always")

    assert played.seams()[0]["frame"] == 3 * BAR
    assert abs(sounding(played.bus("fight"))[0][0] - 2.7 * BAR) <= 3


def test_a_pickup_that_is_not_wanted_is_not_heard(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write_sine(tmp_path / "a" / "fight.wav", 331.0, lead_s=0.3)
    preset = two_sections(tmp_path / "a", 'pickup = "never"', fight="first_beat_s = 0.3")
    played = play(preset, 4, {control_step_of(1.3): [go("fight")]})

    assert abs(sounding(played.bus("fight"))[0][0] - 2 * BAR) <= 2


def test_a_pickup_that_has_begun_is_taken_back_without_a_click(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write_sine(tmp_path / "a" / "fight.wav", 331.0, lead_s=0.3)
    preset = two_sections(tmp_path / "a", fight="first_beat_s = 0.3")
    played = play(preset, 4, {control_step_of(1.3): [go("fight")], control_step_of(1.8): [go("calm")]})

    assert sounding(played.bus("fight"))[-1][1] < 1.95 * BAR
    assert click(played.bus("fight")[round(1.72 * BAR) :]) < 2.0
    assert np.array_equal(played.bus("calm"), play(preset, 4).bus("calm"))


def test_stop_ends_on_the_bar_and_play_begins_at_once(tmp_path: Path) -> None:
    script = {
        control_step_of(1.3): [Transport(is_playing=False)],
        control_step_of(4.2): [Transport(is_playing=True)],
    }
    played = play(two_sections(tmp_path), 6, script)
    stop, start = played.seams()

    assert (stop["frame"], stop["target"]) == (2 * BAR, None)
    assert start["frame"] == start["decided_frame"] + LOOK_AHEAD
    assert [round(a / BAR, 1) for pair in sounding(played.bus("calm")) for a in pair] == [0.0, 3.0, 4.3, 6.0]


def test_stop_taken_back_before_its_bar_changes_nothing(tmp_path: Path) -> None:
    script = {
        control_step_of(1.3): [Transport(is_playing=False)],
        control_step_of(1.6): [Transport(is_playing=True)],
    }
    preset = two_sections(tmp_path)

    assert np.array_equal(play(preset, 4, script).master, play(preset, 4).master)


def test_stopping_twice_is_merged(tmp_path: Path) -> None:
    stop = Transport(is_playing=False, id="b")
    played = play(
        two_sections(tmp_path),
        2,
        {control_step_of(0.5): [Transport(is_playing=False)], control_step_of(0.7): [stop]},
    )

    assert played.told("b") == ["merged"]


def test_the_position_is_never_reset(tmp_path: Path) -> None:
    script = {
        control_step_of(1.3): [go("fight")],
        control_step_of(3.6): [Transport(is_playing=False)],
        control_step_of(6.4): [Transport(is_playing=True)],
        control_step_of(8.2): [go("calm")],
    }
    preset = two_sections(tmp_path, 'exit_at = "beat"', more="[parameters.x]\n")
    played = play(preset, 12, script)
    lines = sorted(played.log, key=lambda line: line["frame"])
    positions = [tuple(int(segment) for segment in line["position"].split(".")) for line in lines]

    assert positions == sorted(positions)
    assert positions[0] == (1, 1, 0)
    assert positions[-1][0] >= 12
    assert all(1 <= beat <= 4 and 0 <= control_step < 960 for _, beat, control_step in positions)


def test_seams_in_fractional_frames_leave_positions_whole(tmp_path: Path) -> None:
    head = 'schema = 1\nname = "T"\ntempo_bpm = 130\n'
    body = '[layers.a]\ngenerator = "bass"\n[sections.calm]\nlayers=["a"]\n[sections.fight]\nlayers=["a"]\n'
    played = play(
        make_preset(tmp_path, body, head),
        8,
        {control_step_of(1.0): [go("fight")], control_step_of(4.0): [go("calm")]},
    )

    assert [line["position"] for line in played.seams()] == ["2.1.0", "4.1.0"]
    assert [line["section_position"] for line in played.seams()] == ["1.1.0", "1.1.0"]


@pytest.mark.parametrize("enter_at", ENTERS)
@pytest.mark.parametrize("exit_at", ['"immediate"', '"beat"', '"bar"', '"end"'])
def test_no_transition_clicks(tmp_path: Path, exit_at: str, enter_at: str) -> None:
    rule = f'exit_at = {exit_at}\nenter_at = "{enter_at}"'
    played = play(
        two_sections(tmp_path, rule),
        9,
        {control_step_of(1.37): [go("fight")], control_step_of(5.21): [go("calm")]},
    )
    # the steepest sine at full level; two of them while they overlap
    steepest = 2 * GAIN * 2 * np.pi * 331.0 / 48000

    assert np.abs(np.diff(played.master[:, 0])).max() < steepest * 1.5 + 1e-3
