"""Stem layers: what continues over a seam, and when variations change."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from adaptive.conductor.messages import SetState
from tests.helpers.measure import click
from tests.helpers.presets import (
    BAR,
    Played,
    control_step_of,
    make_preset,
    play,
    sounding,
    two_sections,
    write_sine,
)


def go(value: str, message_id: str | None = None) -> SetState:
    return SetState("section", value, message_id)


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
    # the same clip throughout: from the seam on its level rises, and no second clip plays
    back = played.seams()[1]["frame"]
    level = [np.abs(calm[at : at + 2400]).max() for at in range(back, back + BAR, 2400)]
    assert all(b >= a - 1e-3 for a, b in pairwise(level))
    layer = played.performance.conductor.assets.stems["calm"]
    assert layer.current is layer.clips[0]


def test_a_file_that_both_sections_play_continues_untouched(tmp_path: Path) -> None:
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


def level(audio: np.ndarray, at: float) -> float:
    return float(np.abs(audio[round(at * BAR) : round(at * BAR) + 4800]).max())


def test_a_released_clip_is_not_mistaken_for_one_that_fades_out(tmp_path: Path) -> None:
    rules = '[[transitions]]\nfrom = "calm"\nto = "fight"\nexit_at = "end"\n'
    rules += '[[transitions]]\nfrom = "fight"\nto = "calm"\nexit_at = "bar"\nenter_at = "same_position"\n'
    preset = two_sections(tmp_path, more=rules)
    played = play(preset, 7, {control_step_of(1.0): [go("fight")], control_step_of(4.5): [go("calm")]})

    assert [line["frame"] / BAR for line in played.seams()] == [4.0, 5.0]
    assert level(played.bus("calm"), 5.5) > 0.19


def test_variations_change_in_a_segment_into_which_a_file_has_continued(tmp_path: Path) -> None:
    body = (
        '[layers.v]\nstem = { calm = "calm.wav", fight = ["calm.wav", "fight.wav"] }\norder = "sequence"\n'
        '[sections.calm]\nlayers = ["v"]\nlength_bars = 4\n'
        '[sections.fight]\nlayers = ["v"]\nlength_bars = 4\n'
        '[[transitions]]\nenter_at = "same_position"\n'
    )
    played = play(make_preset(tmp_path, body), 13, {control_step_of(0.5): [go("fight")]})

    def hz(at: int) -> int:
        return int(np.argmax(np.abs(np.fft.rfft(played.bus("v")[at * BAR : (at + 1) * BAR]))))

    assert {hz(at) for at in (5, 9)} == {220, 331}


VARIED = """
[layers.drums]
stem = ["calm.wav", "fight.wav", "both.wav"]
{order}
[sections.main]
layers = ["drums"]
length_bars = 4
[sections.rest]
layers = ["drums"]
length_bars = 4
[[transitions]]
from = "any"
to = "any"
exit_at = "bar"
"""


HZ = {220.0: "calm", 331.0: "fight", 443.0: "both"}


def heard(played: Played, at: int) -> str:
    """Which file sounds around a frame: the nearest of the three sines."""
    piece = played.bus("drums")[at : at + BAR]
    peak = np.argmax(np.abs(np.fft.rfft(piece)))
    return HZ[min(HZ, key=lambda hz: abs(hz - peak * 48000 / BAR))]


def test_variations_of_a_stem_change_at_the_ends_of_passes(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, VARIED.replace("{order}", 'order = "sequence"'))
    played = play(preset, 17)

    assert [heard(played, at * BAR + 4800) for at in range(0, 16, 4)] == ["calm", "fight", "both", "calm"]
    assert heard(played, 3 * BAR - 100) == "calm"
    assert click(played.master[:, 0]) < 2.0


def test_shuffled_variations_play_each_once_a_round(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, VARIED.replace("{order}", ""))
    played = play(preset, 25)
    order = [heard(played, at * BAR + 4800) for at in range(0, 24, 4)]

    assert sorted(order[:3]) == sorted(order[3:]) == ["both", "calm", "fight"]
    assert all(a != b for a, b in pairwise(order))


def test_a_cancelled_transition_leaves_the_variations_as_they_were(tmp_path: Path) -> None:
    preset = make_preset(tmp_path, VARIED.replace("{order}", ""))
    go = [[SetState("section", "rest")], [SetState("section", "main")]]
    disturbed = play(preset, 13, {control_step_of(3.2): go[0], control_step_of(3.6): go[1]})

    assert np.array_equal(disturbed.bus("drums"), play(preset, 13).bus("drums"))


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
