from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive.conductor.messages import SetState
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
    """Play calm and ask for fight at a time."""
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
    text = "\n".join(rows) + "\n"
    if update_golden:
        GOLDEN.write_text(text, encoding="utf-8", newline="\n")

    assert GOLDEN.read_text(encoding="utf-8") == text


def test_a_request_in_the_frame_of_a_bar_line_waits_for_the_next_one(tmp_path: Path) -> None:
    control_step = BAR // CONTROL_STEP_FRAMES * 2 + 1  # the first control step at or after bar 3
    while control_step * CONTROL_STEP_FRAMES % BAR:
        control_step += 1
    seam = play(two_sections(tmp_path), 12, {control_step: [go("fight")]}).seams()[0]

    assert control_step * CONTROL_STEP_FRAMES + BAR == seam["frame"]
    assert seam["decided_frame"] % BAR == 0


def test_a_bar_line_exactly_a_look_ahead_away_counts(tmp_path: Path) -> None:
    # 2400 is not a multiple of 256: take the last control step that is at least a look-ahead before bar 3
    last = (2 * BAR - LOOK_AHEAD) // CONTROL_STEP_FRAMES
    early = play(two_sections(tmp_path), 3, {last: [go("fight")]}).seams()[0]
    late = play(two_sections(tmp_path), 4, {last + 1: [go("fight")]}).seams()[0]

    assert early["frame"] == 2 * BAR
    assert late["frame"] == 3 * BAR


def test_an_immediate_transition_sounds_one_look_ahead_after_its_control_step(tmp_path: Path) -> None:
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
        ("", 240),  # no fade in the rule: a declick of 5 ms
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
    # at the seam it has its full level, and beat 1 lies on the seam
    assert np.abs(played.bus("fight")[2 * BAR : 2 * BAR + BEAT]).max() == pytest.approx(GAIN, rel=0.01)
    assert played.performance.engine.telemetry().late_commands == 0


def test_a_fade_that_should_have_begun_already_begins_now(tmp_path: Path) -> None:
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


def test_the_default_transition_is_at_the_next_bar_from_the_start_with_two_beats_of_fade(
    tmp_path: Path,
) -> None:
    played = change(tmp_path, "", 1.3, 4)

    assert played.seams()[0]["rule"] == "no rule of the preset: any → any (exit at bar, enter at start)"
    assert played.seams()[0]["frame"] == 2 * BAR
    assert abs(sounding(played.bus("calm"))[-1][1] - (2 * BAR + 2 * BEAT)) < 200


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


def test_pickup_always_delays_the_seam(tmp_path: Path) -> None:
    played = pickup_preset(tmp_path, "always")

    assert played.seams()[0]["frame"] == 3 * BAR
    assert abs(sounding(played.bus("fight"))[0][0] - 2.7 * BAR) <= 3


def test_pickup_never_leaves_the_pickup_out(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write_sine(tmp_path / "a" / "fight.wav", 331.0, lead_s=0.3)
    preset = two_sections(tmp_path / "a", 'pickup = "never"', fight="first_beat_s = 0.3")
    played = play(preset, 4, {control_step_of(1.3): [go("fight")]})

    assert abs(sounding(played.bus("fight"))[0][0] - 2 * BAR) <= 2


def test_a_pickup_that_has_begun_is_cancelled_without_a_click(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    write_sine(tmp_path / "a" / "fight.wav", 331.0, lead_s=0.3)
    preset = two_sections(tmp_path / "a", fight="first_beat_s = 0.3")
    played = play(preset, 4, {control_step_of(1.3): [go("fight")], control_step_of(1.8): [go("calm")]})

    assert sounding(played.bus("fight"))[-1][1] < 1.95 * BAR
    assert click(played.bus("fight")[round(1.72 * BAR) :]) < 2.0
    assert np.array_equal(played.bus("calm"), play(preset, 4).bus("calm"))


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
