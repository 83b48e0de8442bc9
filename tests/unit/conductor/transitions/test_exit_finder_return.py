from __future__ import annotations

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
    write_sine,
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


def test_interrupted_music_comes_back_where_it_was_left(tmp_path: Path) -> None:
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


def test_each_section_holds_its_own_place_while_others_interrupt_each_other(tmp_path: Path) -> None:
    script = {
        control_step_of(0.6): [go("cutscene")],  # calm is left at 1.4
        control_step_of(1.1): [go("fight")],  # fight was never left: it begins
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


def test_what_was_left_for_good_begins_again_where_no_rule_returns(tmp_path: Path) -> None:
    script = {control_step_of(1.6): [go("fight")], control_step_of(3.1): [go("calm")]}
    seams = play(make_preset(tmp_path, RETURNING), 5, script).seams()

    assert seams[-1]["section_position"] == "1.1.0"


def test_tempo_and_meter_may_differ_on_the_two_sides(tmp_path: Path) -> None:
    write_sine(tmp_path / "fight.wav", 331.0, beats=16)
    preset = two_sections(
        tmp_path,
        'exit_at = "bar"\nfade_out = { beats = 2 }\nfade_in = { beats = 2 }',
        fight='tempo_bpm = 180\nmeter = "6/8"\n',
    )
    played = play(preset, 9, {control_step_of(0.3): [go("fight")], control_step_of(2.3): [go("calm")]})
    to_fight, to_calm = played.seams()
    tempo = played.performance.conductor.tempo

    # four bars of six eighths at 180 quarters a minute last 4 s, as the file does
    assert played.performance.conductor.assets.segments["fight"].loop_frames == 4 * BAR
    assert (to_fight["frame"], to_fight["position"]) == (BAR, "2.1.0")
    # a bar of it lasts a second: the bar line after 2.3 s lies at 3 s
    assert (to_calm["frame"], to_calm["position"]) == (3 * BAR, "4.1.0")
    assert tempo.tempo_at(4 * BAR) == 240.0
    assert tempo.beat_unit_at(2 * BAR) == 8
    # what leaves fades by its own beats (eighths at 180), what enters by its own (quarters at 240)
    fight, calm = played.bus("fight"), played.bus("calm")
    assert np.flatnonzero(np.abs(fight) > 1e-3)[-1] - 3 * BAR < BAR // 3 + 100
    assert np.abs(calm[3 * BAR + 2 * BEAT : 4 * BAR]).max() > 0.19


def test_generated_layers_keep_the_bars_of_their_section(tmp_path: Path) -> None:
    body = """
[layers.drums]
generator = "drums"
[sections.calm]
layers = ["drums"]
length_bars = 4
[sections.waltz]
layers = ["drums"]
length_bars = 4
meter = "3/4"
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
"""
    played = play(make_preset(tmp_path, body), 8, {control_step_of(1.3): [go("waltz")]})
    seam = played.seams()[0]["frame"]
    kicks = [line["frame"] - seam for line in played.lines("note", pitch="kick") if line["frame"] >= seam]
    on_one = [frame for frame in kicks if min(frame % (3 * BEAT), -frame % (3 * BEAT)) < BEAT // 8]

    assert seam == 2 * BAR
    assert len(on_one) >= 7  # a kick on beat 1 of the bars of three that fit
    assert played.lines("parameter") == []


def test_a_file_that_crosses_into_itself_is_faded_by_equal_gain(tmp_path: Path) -> None:
    body = (
        '[layers.ground]\nstem = "both.wav"\n[sections.calm]\nlayers = ["ground"]\n'
        '[sections.fight]\nlayers = ["ground"]\n[[transitions]]\nfrom = "any"\nto = "any"\n'
        "fade_out = { bars = 1 }\nfade_in = { bars = 1 }\n"
    )
    # at a bar line the file is in phase with its own beginning, so the two add as amplitudes
    write_sine(tmp_path / "both.wav", 443.0)
    preset = make_preset(tmp_path, body)
    played = play(preset, 5, {control_step_of(1.3): [go("fight")]})
    level = [np.abs(played.bus("ground")[at : at + 600]).max() for at in range(2 * BAR, 3 * BAR, 600)]

    assert max(level) < 0.2 * 1.02
    assert min(level) > 0.2 * 0.97


TAKES = """
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


def test_interrupted_music_comes_back_with_the_take_it_was_left_with(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, TAKES.replace("{more}", "").replace("{day}", "village"))
    script = {
        control_step_of(6.3): [SetState("hour", "night")],
        control_step_of(8.3): [SetState("hour", "day")],
    }
    lute = play(preset, 14, script).bus("lute")

    def hz(at_s: float) -> int:
        return int(np.argmax(np.abs(np.fft.rfft(lute[round(at_s * BAR) : round((at_s + 1) * BAR)]))))

    assert (hz(5.0), hz(9.0)) == (331, 331)
    assert hz(11.5) == 220  # at the end of its pass the other has its turn


def test_an_interrupted_playlist_goes_on_with_the_section_whose_turn_it_was(tmp_path: Path) -> None:
    more = '[playlists.walk]\nplay = ["one", "two"]\nloops = 2\n'
    preset = make_preset(tmp_path, TAKES.replace("{more}", more).replace("{day}", "walk"))
    script = {
        control_step_of(13.6): [SetState("hour", "night")],
        control_step_of(15.1): [SetState("hour", "day")],
    }
    played = play(preset, 26, script)
    arrived = [(line["section"], line["frame"] / BEAT) for line in played.lines("layer") if "section" in line]

    # one has two passes; two is interrupted in its second, goes on there, and ends its turn
    assert arrived[:3] == [("two", 32.0), ("night", 55.0), ("two", 61.0)]
    back = next(line for line in played.seams() if line["source"] == "night")
    assert back["section_position"] == "2.4.0"
    assert arrived[3] == ("one", 61.0 + 9.0)
