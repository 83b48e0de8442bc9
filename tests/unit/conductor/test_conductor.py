"""The conductor's own decisions: late requests, stop and play, positions."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from adaptive.conductor.messages import SetState, Transport
from tests.helpers.presets import (
    BAR,
    LOOK_AHEAD,
    STEM_LAYERS,
    control_step_of,
    make_preset,
    play,
    sounding,
    two_sections,
)

PLAYLIST = """
[layers.bass]
generator = "bass"
[layers.pad]
generator = "pad"
[states.mode]
values = ["list", "other"]
[sections.a]
layers = ["bass"]
length_bars = 4
{a}
[sections.b]
layers = ["bass", "pad"]
length_bars = 4
markers = {{ k = 3 }}
[sections.x]
layers = ["pad"]
length_bars = 4
[playlists.p]
play = ["a", "b"]
[[select]]
section = "x"
when = "mode == 'other'"
[[select]]
section = "p"
"""


def test_a_minimum_stay_is_measured_by_the_rule_to_the_section_that_was_picked(tmp_path: Path) -> None:
    body = PLAYLIST.format(a="").replace('play = ["a", "b"]', 'play = ["b"]')
    body = body.replace(
        'layers = ["pad"]\nlength_bars = 4', 'layers = ["pad"]\nlength_bars = 4\nmin_stay_bars = 2'
    )
    body = body.replace('values = ["list", "other"]', 'values = ["other", "list"]')
    body += '[[transitions]]\nfrom = "x"\nto = "b"\nexit_at = "immediate"\n'
    played = play(make_preset(tmp_path, body), 4, {control_step_of(0.6): [SetState("mode", "list")]})

    assert played.seams()[0]["frame"] >= 2 * BAR


def go(value: str, message_id: str | None = None) -> SetState:
    return SetState("section", value, message_id)


def test_of_two_requests_before_the_seam_the_last_one_counts(tmp_path: Path) -> None:
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


def test_play_before_the_bar_of_a_stop_leaves_no_trace(tmp_path: Path) -> None:
    script = {
        control_step_of(1.3): [Transport(is_playing=False)],
        control_step_of(1.6): [Transport(is_playing=True)],
    }
    preset = two_sections(tmp_path)

    assert np.array_equal(play(preset, 4, script).master, play(preset, 4).master)


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


def test_seams_between_frames_keep_positions_on_bar_lines(tmp_path: Path) -> None:
    head = 'schema = 1\nname = "T"\ntempo_bpm = 130\n'
    body = '[layers.a]\ngenerator = "bass"\n[sections.calm]\nlayers=["a"]\n[sections.fight]\nlayers=["a"]\n'
    played = play(
        make_preset(tmp_path, body, head),
        8,
        {control_step_of(1.0): [go("fight")], control_step_of(4.0): [go("calm")]},
    )

    assert [line["position"] for line in played.seams()] == ["2.1.0", "4.1.0"]
    assert [line["section_position"] for line in played.seams()] == ["1.1.0", "1.1.0"]
