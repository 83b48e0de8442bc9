from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adaptive
from adaptive.session.offline import Renderer, RenderJob
from tests.helpers.presets import two_sections


def test_the_same_arguments_give_the_same_samples_and_those_of_the_renderer(preset: adaptive.Preset) -> None:
    takes = [adaptive.render(preset, 1.5, seed=3, ending="cut") for _ in range(2)]
    blocks = list(Renderer(RenderJob(preset, 3, 1.5, ending="cut")).control_steps())

    assert takes[0].audio.shape == (72000, 2)
    assert takes[0].audio.dtype == np.float32
    assert np.array_equal(takes[0].audio, takes[1].audio)
    assert np.array_equal(takes[0].audio, np.concatenate(blocks))
    assert (takes[0].sample_rate, takes[0].seed, takes[0].preset) == (48000, 3, "Test")


def test_a_course_is_the_trace_that_says_the_same(preset: adaptive.Preset) -> None:
    short = adaptive.render(
        preset, 2.0, ending="cut", parameters={"threat": [(0, 0.5), (1.0, 0.75)]},
        states={"place": [(0.5, "road")]}, events=[(0.25, "hit")],
    )  # fmt: skip
    lines = [
        {"t": 0.0, "threat": 0.5}, {"t": 0.25, "event": "hit"}, {"t": 0.5, "state": {"place": "road"}},
        {"t": 1.0, "threat": np.float32(0.75)}, {"t": 2.0},
    ]  # fmt: skip
    full = adaptive.render(preset, trace=lines, ending="cut")

    assert np.array_equal(short.audio, full.audio)
    assert short.log == full.log
    assert short.sections == ((0.0, "calm"), (1.0, "fight"))


def test_the_fade_lies_within_the_length_and_behind_a_trace(preset: adaptive.Preset) -> None:
    within = adaptive.render(preset, 4.0, states={"place": "road"})
    behind = adaptive.render(preset, trace=[{"t": 1.0}])

    assert (within.seconds, behind.seconds) == (4.0, 4.0)
    for take in (within, behind):
        assert np.abs(take.audio[-480:]).max() < 0.001 < np.abs(take.audio[47000:47900]).max()


def test_a_trace_is_read_leniently_and_says_what_was_left_out(
    preset: adaptive.Preset, tmp_path: Path
) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text('{"t": 0, "threat": 7, "thrat": 1}\n{"t": 0.25}\n', encoding="utf-8")
    take = adaptive.render(preset, trace=file, ending="cut")

    assert "thrat (1×) (did you mean threat?)" in take.remarks[0]
    assert take.remarks[1] == "values out of their range were clamped: threat (1×)"


def test_a_mix_message_stands_in_a_trace(preset: adaptive.Preset) -> None:
    lines = [{"t": 0, "message": {"mix": {"layers.calm.level_db": -20}}}, {"t": 0.5}]
    quiet = adaptive.render(preset, trace=lines, ending="cut").audio
    plain = adaptive.render(preset, 0.5, ending="cut").audio

    assert np.abs(quiet[4800:]).max() == pytest.approx(0.1 * np.abs(plain[4800:]).max(), rel=0.01)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "say how long"),
        ({"seconds": 0}, "seconds must be a number above 0"),
        ({"seconds": 1, "ending": "bang"}, "ending must be one of cut, fade, cadence"),
        ({"seconds": 1, "seed": 1.5}, "seed must be a whole number"),
        ({"seconds": 1, "sample_rate": 4000}, "sample_rate must be a whole number from 8000"),
        ({"seconds": 1, "parameters": {"thrat": 1}}, "there is no parameter 'thrat' (did you mean"),
        ({"seconds": 1, "parameters": {"near": 1}}, "derived"),
        ({"seconds": 1, "parameters": {"threat": [1, 2]}}, "threat must be a value, or pairs"),
        ({"seconds": 1, "parameters": {"threat": [(-1, 2)]}}, "a time must be a number of seconds"),
        ({"seconds": 1, "states": {"plac": "inn"}}, "there is no state group 'plac'"),
        ({"seconds": 1, "states": {"place": "in"}}, "place is never 'in'"),
        ({"seconds": 1, "events": [(0, "hut")]}, "there is no event 'hut'"),
        ({"seconds": 1, "events": ["hit"]}, "events must be pairs such as [(2.5, 'kill')]"),
        ({"seconds": 1, "events": [(0, "hit")], "trace": []}, "not both"),
        ({"trace": 3}, "a trace is a file, or lines"),
        ({"trace": [{"threat": 1}]}, "line 1: needs"),
        ({"trace": "no/such/file.jsonl"}, "cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_rendered_is_said_in_a_sentence(
    preset: adaptive.Preset, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(adaptive.InputError) as caught:
        adaptive.render(preset, **arguments)

    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_recording_of_a_session_renders_to_its_log(preset: adaptive.Preset, tmp_path: Path) -> None:
    with adaptive.play(preset, sink="null", seed=5, record=tmp_path / "run") as music:
        music.parameters["threat"].ramp_to(1.0, seconds=0.2)
        music.layers["calm"].level_db = -6
        music.states["place"] = "road"
        music.fire("hit").wait(3.0)
    kept = (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    take = adaptive.render(preset, trace=tmp_path / "run" / "trace.jsonl")

    assert len(kept) > 4
    assert [json.loads(line) for line in kept] == list(take.log)
    assert [line["kind"] for line in take.log].count("mix") == 1
    with pytest.raises(adaptive.InputError, match="holds a recording already"):
        adaptive.play(preset, sink="null", record=tmp_path / "run")


def test_a_render_has_the_channels_of_a_site_or_of_a_layout(tmp_path: Path) -> None:
    preset = two_sections(tmp_path / "small").folder
    site = tmp_path / "hall.toml"
    site.write_text("max_level_db = -20\n[[speakers]]\nchannel = 3\nat_m = [0, 2, 0]\n")
    hall = adaptive.render(preset, seconds=0.3, site=site)

    assert hall.audio.shape[1] == 3
    assert 0.0 < np.abs(hall.audio).max() <= np.float32(0.1)
    assert adaptive.render(preset, seconds=0.1, layout="ambix").audio.shape[1] == 4
    with pytest.raises(
        adaptive.InputError, match="layout must be one of speakers, ambix, binaural, got 'cube'"
    ):
        adaptive.render(preset, seconds=1, layout="cube")
    with pytest.raises(adaptive.InputError, match="channels must be a whole number from 1 to 64, got 65"):
        adaptive.render(preset, seconds=1, channels=65)
