from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from adaptive.conductor.messages import SetState
from tests.helpers.measure import click
from tests.helpers.presets import (
    BAR,
    BEAT,
    STEM_LAYERS,
    control_step_of,
    make_preset,
    play,
    two_sections,
)

RETURNING = (
    STEM_LAYERS
    + """
[layers.both]
stem = "both.wav"
[sections.calm]
layers = ["calm"]
length_bars = 4
markers = { lift = 3, early = "1.3" }
[sections.fight]
layers = ["fight"]
length_bars = 4
markers = { early = "2.2" }
[sections.cutscene]
layers = ["both"]
length_bars = 4
[[transitions]]
from = "cutscene"
to = "any"
exit_at = "beat"
enter_at = "last_position"
[[transitions]]
from = "any"
to = "any"
exit_at = "beat"
"""
)


def go(value: str) -> SetState:
    return SetState("section", value)


def test_an_interrupted_section_resumes_where_it_was_left(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, RETURNING)
    script = {control_step_of(1.6): [go("cutscene")], control_step_of(3.1): [go("calm")]}
    played = play(preset, 6, script)
    alone = play(preset, 6)
    left, back = (line["frame"] for line in played.seams())

    assert (left, back) == (7 * BEAT, 13 * BEAT)
    assert played.seams()[-1]["section_position"] == "2.4.0"
    heard, expected = played.bus("calm")[back + 480 :], alone.bus("calm")[left + 480 :]
    assert np.abs(heard[:BAR] - expected[:BAR]).max() < 1e-6
    assert click(played.master[:, 0]) < 2.0


def test_each_section_remembers_its_own_place_over_nested_interruptions(tmp_path: Path) -> None:
    script = {
        control_step_of(0.6): [go("cutscene")],  # calm is left at 1.4
        control_step_of(1.1): [go("fight")],  # fight was never left: it starts from its beginning
        control_step_of(1.9): [go("cutscene")],
        control_step_of(2.6): [go("fight")],
        control_step_of(3.1): [go("cutscene")],
        control_step_of(3.6): [go("calm")],
    }
    seams = play(make_preset(tmp_path, RETURNING), 6, script).seams()

    entries = [(line["target"], line["section_position"]) for line in seams]
    assert entries == [
        ("cutscene", "1.1.0"),
        ("fight", "1.1.0"),
        ("cutscene", "1.1.0"),
        ("fight", "1.4.0"),
        ("cutscene", "1.1.0"),
        ("calm", "1.4.0"),
    ]


def test_a_section_restarts_where_no_rule_enters_at_the_last_position(tmp_path: Path) -> None:
    script = {control_step_of(1.6): [go("fight")], control_step_of(3.1): [go("calm")]}
    seams = play(make_preset(tmp_path, RETURNING), 5, script).seams()

    assert seams[-1]["section_position"] == "1.1.0"


VARIED = """
[layers.lute]
stem = { village = ["calm.wav", "fight.wav"], one = "calm.wav", two = "fight.wav" }
order = "sequence"
[layers.owl]
stem = "both.wav"
[states.hour]
values = ["day", "night"]
[sections.village]
layers = ["lute"]
length_bars = 4
[sections.one]
layers = ["lute"]
length_bars = 4
[sections.two]
layers = ["lute"]
length_bars = 4
[sections.night]
layers = ["owl"]
length_bars = 4
{more}
[[select]]
section = "night"
when = "hour == 'night'"
[[select]]
section = "{day}"
[[transitions]]
from = "night"
to = "any"
exit_at = "beat"
enter_at = "last_position"
[[transitions]]
from = "any"
to = "night"
exit_at = "beat"
"""


def test_an_interrupted_section_resumes_with_the_variation_it_was_left_with(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, VARIED.replace("{more}", "").replace("{day}", "village"))
    script = {
        control_step_of(6.3): [SetState("hour", "night")],
        control_step_of(8.3): [SetState("hour", "day")],
    }
    lute = play(preset, 14, script).bus("lute")

    def hz(at_s: float) -> int:
        return int(np.argmax(np.abs(np.fft.rfft(lute[round(at_s * BAR) : round((at_s + 1) * BAR)]))))

    assert (hz(5.0), hz(9.0)) == (331, 331)
    assert hz(11.5) == 220  # at the end of its pass the other variation follows


def test_an_interrupted_playlist_resumes_in_the_section_that_was_interrupted(tmp_path: Path) -> None:
    more = '[playlists.walk]\nplay = ["one", "two"]\nloops = 2\n'
    preset = make_preset(tmp_path, VARIED.replace("{more}", more).replace("{day}", "walk"))
    script = {
        control_step_of(13.6): [SetState("hour", "night")],
        control_step_of(15.1): [SetState("hour", "day")],
    }
    played = play(preset, 26, script)
    arrived = [(line["section"], line["frame"] / BEAT) for line in played.lines("layer") if "section" in line]

    # "one" plays two passes; "two" is interrupted in its second pass, resumes there and plays it to the end
    assert arrived[:3] == [("two", 32.0), ("night", 55.0), ("two", 61.0)]
    back = next(line for line in played.seams() if line["source"] == "night")
    assert back["section_position"] == "2.4.0"
    assert arrived[3] == ("one", 61.0 + 9.0)


def test_bar_numbers_stay_consecutive_over_many_returns(tmp_path: Path) -> None:
    rules = '[[transitions]]\nfrom = "calm"\nto = "fight"\nexit_at = "end"\n'
    rules += (
        '[[transitions]]\nfrom = "fight"\nto = "calm"\nexit_at = "immediate"\nenter_at = "last_position"\n'
    )
    preset = two_sections(tmp_path, more=rules)
    script = {}
    for visit in range(8):
        script[control_step_of(0.5 + 6.0 * visit)] = [go("fight")]
        script[control_step_of(5.3 + 6.0 * visit)] = [go("calm")]
    played = play(preset, 50, script)
    playback = played.performance.conductor.playback
    bars = [int(line["position"].split(".")[0]) for line in played.lines("parameter")]

    assert playback.left_at["calm"] % 4 == 0
    assert all(after - before == 1 for before, after in pairwise(bars))


def test_last_position_knows_a_planned_exit(tmp_path: Path) -> None:
    rules = '[[transitions]]\nfrom = "calm"\nto = "fight"\nexit_at = "bar"\nbridge = "b"\n'
    rules += '[[transitions]]\nfrom = "any"\nto = "calm"\nenter_at = "last_position"\n'
    rules += '[bridges.b]\nlayers = ["fight"]\nlength_bars = 1\n'
    preset = two_sections(tmp_path, more=rules)
    for changed_at in (0.97, 1.3):
        script = {control_step_of(0.5): [go("fight")], control_step_of(changed_at): [go("calm")]}
        assert play(preset, 3, script).seams()[-1]["section_position"] == "2.1.0"
