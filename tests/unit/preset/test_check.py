from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.check import check
from adaptive.preset.load import Preset, load
from adaptive.preset.timing import LOOK_AHEAD_S, worst_reaction_s

# At 60 quarter notes a minute a beat of 4/4 lasts a second.
HEAD = """
schema = 1
name = "Check"
tempo_bpm = 60
[layers.pad]
stem = "pad.wav"
[sections.calm]
layers = ["pad"]
length_bars = 8
[sections.storm]
layers = ["pad"]
length_bars = 8
"""
THREAT = """
[parameters.threat]
rise_s = 0.25
fall_s = 3.0
hysteresis = 0.1
"""
OTHERWISE = """
[[select]]
section = "calm"
"""


def a_preset(folder: Path, extra: str = "", head: str = HEAD) -> Preset:
    (folder / "pad.wav").write_bytes(b"")
    (folder / "preset.toml").write_text(head + extra, encoding="utf-8")
    return load(folder)


def told(folder: Path, extra: str = "", head: str = HEAD) -> list[str]:
    """What is found, as `severity key.path: text`."""
    return [f"{one.severity} {one}" for one in check(a_preset(folder, extra, head))]


def line(when: str, extra: str = "", section: str = "storm") -> str:
    return f'[[select]]\nsection = "{section}"\nwhen = "{when}"\n{extra}\n'


def test_there_is_nothing_to_say_about_a_sound_preset(tmp_path: Path) -> None:
    assert told(tmp_path) == []
    assert told(tmp_path, THREAT + line("threat > 0.6", "react_within_s = 5") + OTHERWISE) == []


def test_a_section_without_a_line_that_is_reached_never_plays(tmp_path: Path) -> None:
    expected = ["warning sections.storm: never plays: no select line that can be reached names it"]

    assert expected == told(tmp_path, OTHERWISE)


def test_a_line_after_one_without_a_condition_is_never_reached(tmp_path: Path) -> None:
    expected = [
        "warning select[1]: is never reached: line 1, above, has no `when` and is always true",
        "warning sections.storm: never plays: no select line that can be reached names it",
        "warning parameters.threat: is read by no `when`, no `value` and no curve",
    ]
    extra = OTHERWISE + '[[select]]\nsection = "storm"\n' + THREAT

    assert expected == told(tmp_path, extra)


def test_the_last_line_should_have_no_condition(tmp_path: Path) -> None:
    expected = [
        "warning select[0].when: is the last line's condition; when no line is true `calm` plays, "
        "so end with a line without `when`"
    ]

    assert expected == told(tmp_path, THREAT + line("threat > 0.6"))


def test_what_is_declared_is_used(tmp_path: Path) -> None:
    extra = """
    [layers.unused]
    generator = "drums"
    [layers.partly]
    stem = { calm = "pad.wav", storm = "pad.wav" }
    [sections.third]
    layers = []
    [parameters.unread]
    fallback = "default"
    [states.unread_state]
    values = ["a"]
    [instruments.unplayed]
    """
    head = HEAD.replace('layers = ["pad"]', 'layers = ["pad", "partly"]', 1)
    found = told(tmp_path, extra + OTHERWISE, head)
    where = [text.split(":")[0] for text in found]

    assert where == [
        "warning sections.storm",
        "warning sections.third",
        "warning layers.unused",
        "warning layers.partly.stem.storm",
        "warning parameters.unread",
        "warning parameters.unread.fallback",
        "warning states.unread_state",
        "warning instruments.unplayed",
    ]


def test_a_parameter_is_read_by_a_condition_a_value_or_a_curve(tmp_path: Path) -> None:
    extra = """
    [parameters.one]
    hysteresis = 0.1
    [parameters.two]
    [parameters.three]
    value = "two * 2"
    [layers.more]
    stem = "pad.wav"
    level_db = { over = "three", points = [[0, -10], [1, 0]] }
    """
    head = HEAD.replace('layers = ["pad"]', 'layers = ["pad", "more"]')

    assert told(tmp_path, extra + line("one > 0.5") + OTHERWISE, head) == []


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


def test_a_promise_that_cannot_be_kept_is_a_fault_with_the_slowest_way(tmp_path: Path) -> None:
    extra = '[sections.far]\nlayers = []\nlength_bars = 8\n[[transitions]]\nfrom = "far"\n'
    extra += 'exit_at = "phrase"\n' + line("section == 'far'", "", "far")
    extra += THREAT + line("threat > 0.6", "react_within_s = 5") + OTHERWISE
    expected = (
        "fault select[1].react_within_s: cannot be kept: from `far` it can take 16.30 s, and 5 s are promised"
    )

    assert [expected] == told(tmp_path, extra)


def test_without_the_files_an_unknown_length_breaks_no_promise(tmp_path: Path) -> None:
    head = HEAD.replace("length_bars = 8", "")
    extra = THREAT + line("threat > 0.6", "react_within_s = 5") + OTHERWISE
    extra += '[[transitions]]\nexit_at = "end"\n'
    preset = a_preset(tmp_path, extra, head)

    assert check(preset) == []
    assert [one.at for one in check(preset, {preset.stems["pad.wav"]: 8.0})] == ["select[0].react_within_s"]


@pytest.mark.parametrize(
    ("when", "names"),
    [
        ("loud > 0.5", "`loud`"),
        ("loud * loud < 0.5", "`loud`"),
        ("max(loud, bright) > 0.5", "`bright` and `loud`"),
    ],
)
def test_a_threshold_that_nothing_holds_may_tremble(tmp_path: Path, when: str, names: str) -> None:
    extra = "[parameters.loud]\n[parameters.bright]\n"
    extra += line(f"{when} or bright == 1") + OTHERWISE
    expected = (
        f"warning select[0].when: small changes of {names} may cross this threshold again and again, and the"
        " music with them; give `hysteresis` to the parameter or `min_stay_bars` to `storm`"
    )

    assert [expected] == told(tmp_path, extra)


@pytest.mark.parametrize("when", ["threat > 0.5", "age(threat) > 5", "bars_in_section > 3 and threat < 2"])
def test_a_threshold_with_hysteresis_or_on_a_clock_does_not_tremble(tmp_path: Path, when: str) -> None:
    assert told(tmp_path, THREAT + line(when) + OTHERWISE) == []


def test_a_threshold_into_a_section_that_stays_does_not_tremble(tmp_path: Path) -> None:
    head = HEAD.replace("length_bars = 8", "length_bars = 8\nmin_stay_bars = 1")

    assert told(tmp_path, "[parameters.loud]\n" + line("loud > 0.5") + OTHERWISE, head) == []


def test_a_stinger_should_outlive_the_wait_for_its_grid(tmp_path: Path) -> None:
    extra = '[stingers.hit]\nstem = "pad.wav"\nplay_at = {}\nexpires_s = {}\n'
    late = (
        "warning stingers.hit.expires_s: is 3 s, and the wait for `play_at` can be 4.00 s:"
        " some of these events will not be heard"
    )

    assert told(tmp_path, extra.format('"immediate"', 0.1)) == []
    assert told(tmp_path, extra.format('"beat"', 1)) == []
    assert told(tmp_path, extra.format('"bar"', 4)) == []
    assert told(tmp_path, extra.format('"bar"', 3)) == [late]
    assert told(tmp_path, extra.format("{ every_bars = 1 }", 3)) == [late]


def test_grids_should_fit_into_the_section(tmp_path: Path) -> None:
    head = HEAD.replace("length_bars = 8", "length_beats = 14", 1)
    extra = """
    [[transitions]]
    from = "calm"
    exit_at = "phrase"
    [[transitions]]
    from = "storm"
    exit_at = { every_bars = 3 }
    """

    assert told(tmp_path, extra, head) == [
        "warning sections.calm.length_beats: is no multiple of the bar's 4 beats: "
        "the bar line moves at each pass",
        "warning sections.calm.phrase_bars: is 4, which does not divide the section's 3.5 bars: "
        "its last phrase is short",
        "warning transitions[1].exit_at.every_bars: is 3, which does not divide the bars of "
        "`storm`: the count begins again with each pass",
    ]


def test_a_stem_that_neither_fills_nor_divides_its_section_is_a_fault(tmp_path: Path) -> None:
    preset = a_preset(tmp_path)
    (found, other) = check(preset, {preset.stems["pad.wav"]: 24.5})

    assert (found.severity, found.at) == ("fault", "sections.calm.layers[0]")
    assert other.at == "sections.storm.layers[0]"
    assert found.text == (
        "`pad.wav` lasts 24.50 beats of the 32: more than one beat is missing at the end, "
        "and it does not divide the length, so it cannot loop"
    )
    assert check(preset, {preset.stems["pad.wav"]: 16.0}) == []


def test_a_stinger_has_its_first_beat_within_the_file(tmp_path: Path) -> None:
    preset = a_preset(tmp_path, '[stingers.hit]\nstem = "pad.wav"\nfirst_beat_s = 40\n')
    found = check(preset, {preset.stems["pad.wav"]: 32.0})

    assert [str(one) for one in found] == [
        "stingers.hit.first_beat_s: is 40 s, and the file ends after 32.00 s"
    ]


def test_faults_come_first(tmp_path: Path) -> None:
    extra = "[parameters.unread]\n" + THREAT + line("threat > 0.6", "react_within_s = 1")
    severities = [one.severity for one in check(a_preset(tmp_path, extra))]

    assert sorted(severities) == severities
    assert {"fault", "warning"} == set(severities)
