from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.check import check
from adaptive.preset.timing import LOOK_AHEAD_S, worst_reaction_s
from tests.unit.preset.check_presets import HEAD, OTHERWISE, THREAT, a_preset, line, reported


@pytest.mark.parametrize(
    ("rule", "source", "expected"),
    [
        ('exit_at = "immediate"', "", 0.0),
        ('exit_at = "beat"', "", 1.0),
        ('exit_at = "bar"', "", 4.0),
        ('exit_at = "phrase"', "", 16.0),
        ('exit_at = "phrase"', "phrase_bars = 2", 8.0),
        ('exit_at = "phrase"', "phrase_bars = 64", 32.0),
        ('exit_at = "end"', "", 32.0),
        ("exit_at = { every_bars = 3 }", "", 12.0),
        ('exit_at = "bar"', "tempo_bpm = 120", 2.0),
        ('exit_at = "bar"', "min_stay_bars = 1", 4.0),
        ('exit_at = "bar"', "min_stay_bars = 5", 20.0),
        ('exit_at = "phrase"', "min_stay_bars = 5", 32.0),
        ('exit_at = "immediate"', "min_stay_bars = 5", 20.0),
    ],
)
def test_a_reaction_waits_for_the_exit_grid_the_look_ahead_and_the_parameter(
    tmp_path: Path, rule: str, source: str, expected: float
) -> None:
    head = HEAD.replace("length_bars = 8", f"length_bars = 8\n{source}", 1)
    extra = f"{THREAT}{line('threat > 0.6')}{OTHERWISE}[[transitions]]\n{rule}\n"
    preset = a_preset(tmp_path, extra, head)

    assert expected + LOOK_AHEAD_S + 0.25 == worst_reaction_s(preset, 0, "calm", 32)


@pytest.mark.parametrize(("low", "seconds"), [(30, 8.0), (60, 4.0), (90, 4.0)])
def test_a_reaction_is_counted_at_the_slowest_tempo_that_is_followed(
    tmp_path: Path, low: int, seconds: float
) -> None:
    follow = f'[tempo_follow]\nparameter = "threat"\nrange_bpm = [{low}, 120]\n'
    preset = a_preset(tmp_path, THREAT + line("threat > 0.6") + OTHERWISE + follow, HEAD)

    assert worst_reaction_s(preset, 0, "calm", 32) == seconds + LOOK_AHEAD_S + 0.25


def test_an_urgent_line_does_not_wait_for_the_stay(tmp_path: Path) -> None:
    head = HEAD.replace("length_bars = 8", "length_bars = 8\nmin_stay_bars = 5")
    preset = a_preset(tmp_path, THREAT + line("threat > 0.6", "urgent = true"), head)

    assert worst_reaction_s(preset, 0, "calm", 32) == 4.0 + LOOK_AHEAD_S + 0.25


@pytest.mark.parametrize(
    ("when", "settling"),
    [
        ("threat > 0.6", 0.25),
        ("0.6 < threat", 0.25),
        ("threat < 0.6", 3.0),
        ("not threat < 0.6", 0.25),
        ("-threat < -0.6", 0.25),
        ("threat * -2 < 0", 0.25),
        ("1 - threat > 0.5", 3.0),
        ("max(threat, 0) / 2 > 0.5", 0.25),
        ("abs(threat) > 0.5", 3.0),
        ("threat == 0.5", 3.0),
        ("threat * threat > 0.5", 3.0),
        ("threat > 0.6 or threat < 0.1", 3.0),
        ("stale(threat) or age(threat) > 3", 0.0),
        ("bars_in_section > 3 and section == 'calm'", 0.0),
        ("eased > 0.5", 1.25),
        ("eased < 0.5", 3.0),
    ],
)
def test_a_parameter_settles_in_the_direction_that_makes_the_line_true(
    tmp_path: Path, when: str, settling: float
) -> None:
    eased = '[parameters.eased]\nvalue = "threat * 0.5"\nrise_s = 1.0\n'
    preset = a_preset(tmp_path, THREAT + eased + line(when))

    assert worst_reaction_s(preset, 0, "calm", 32) == 4.0 + LOOK_AHEAD_S + settling


def test_a_reaction_time_that_cannot_be_kept_is_a_fault_that_names_the_slowest_section(
    tmp_path: Path,
) -> None:
    extra = '[sections.far]\nlayers = []\nlength_bars = 8\n[[transitions]]\nfrom = "far"\n'
    extra += 'exit_at = "phrase"\n' + line("section == 'far'", "", "far")
    extra += THREAT + line("threat > 0.6", "react_within_s = 5") + OTHERWISE
    expected = (
        "fault select[2].react_within_s: cannot be kept: from `far` it can take 16.30 s, and 5 s are promised"
    )

    assert [expected] == reported(tmp_path, extra)


def test_without_the_files_a_section_of_unknown_length_is_not_reported(tmp_path: Path) -> None:
    head = HEAD.replace("length_bars = 8", "")
    extra = THREAT + line("threat > 0.6", "react_within_s = 5") + OTHERWISE
    extra += '[[transitions]]\nexit_at = "end"\n'
    preset = a_preset(tmp_path, extra, head)

    assert check(preset) == []
    assert [one.at for one in check(preset, {preset.stems["pad.wav"]: 8.0})] == ["select[1].react_within_s"]


@pytest.mark.parametrize(
    ("when", "names"),
    [
        ("loud > 0.5", "`loud`"),
        ("loud * loud < 0.5", "`loud`"),
        ("max(loud, bright) > 0.5", "`bright` and `loud`"),
    ],
)
def test_a_threshold_without_hysteresis_is_reported(tmp_path: Path, when: str, names: str) -> None:
    extra = "[parameters.loud]\n[parameters.bright]\n"
    extra += line(f"{when} or bright == 1") + OTHERWISE
    expected = (
        f"warning select[1].when: small changes of {names} may cross this threshold again and again, and the"
        " music with them; give `hysteresis` to the parameter or `min_stay_bars` to `storm`"
    )

    assert [expected] == reported(tmp_path, extra)


@pytest.mark.parametrize("when", ["threat > 0.5", "age(threat) > 5", "bars_in_section > 3 and threat < 0.2"])
def test_a_threshold_with_hysteresis_or_on_a_time_is_not_reported(tmp_path: Path, when: str) -> None:
    assert reported(tmp_path, THREAT + line(when) + OTHERWISE) == []


def test_a_threshold_of_a_section_with_a_minimum_stay_is_not_reported(tmp_path: Path) -> None:
    head = HEAD.replace("length_bars = 8", "length_bars = 8\nmin_stay_bars = 1")

    assert reported(tmp_path, "[parameters.loud]\n" + line("loud > 0.5") + OTHERWISE, head) == []


def test_a_stinger_that_expires_before_its_grid_is_reported(tmp_path: Path) -> None:
    extra = '[stingers.hit]\nstem = "pad.wav"\nplay_at = {}\nexpires_s = {}\n'
    late = (
        "warning stingers.hit.expires_s: is 3 s, and the wait for `play_at` can be 4.00 s:"
        " some of these events will not be heard"
    )

    assert reported(tmp_path, extra.format('"immediate"', 0.1)) == []
    assert reported(tmp_path, extra.format('"beat"', 1)) == []
    assert reported(tmp_path, extra.format('"bar"', 4)) == []
    assert reported(tmp_path, extra.format('"bar"', 3)) == [late]
    assert reported(tmp_path, extra.format("{ every_bars = 1 }", 3)) == [late]


def test_grids_that_do_not_fit_into_the_section_are_reported(tmp_path: Path) -> None:
    head = HEAD.replace("length_bars = 8", "length_beats = 14", 1)
    extra = """
    [[transitions]]
    from = "calm"
    exit_at = "phrase"
    [[transitions]]
    from = "storm"
    exit_at = { every_bars = 3 }
    """

    assert reported(tmp_path, extra, head) == [
        "warning sections.calm.length_beats: is no multiple of the bar's 4 beats: "
        "the bar line moves at each pass",
        "warning sections.calm.phrase_bars: is 4, which does not divide the section's 3.5 bars: "
        "its last phrase is short",
        "warning transitions[2].exit_at.every_bars: is 3, which does not divide the bars of "
        "`storm`: the count begins again with each pass",
    ]
