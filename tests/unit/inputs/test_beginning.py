from __future__ import annotations

import json
from pathlib import Path

import pytest

from adaptive.conductor.messages import FireEvent, SetState, SetTempo
from adaptive.errors import InputError
from adaptive.inputs.beginning import beginning_json, read_settings, split_trace
from adaptive.inputs.trace import Trace, read_trace
from adaptive.preset.model import Preset
from tests.helpers.presets import RATE, make_preset

BODY = """
[parameters.threat]
range = [0.0, 2.0]
[parameters.twice]
value = "threat * 2"
[states.place]
values = ["road", "boss"]
[layers.calm]
stem = "calm.wav"
[sections.calm]
layers = ["calm"]
[stingers.hit]
stem = "blow.wav"
"""


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Preset:
    return make_preset(tmp_path_factory.mktemp("beginning"), BODY)


def trace_of(preset: Preset, folder: Path, *lines: object) -> Trace:
    path = folder / "trace.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return read_trace(path, preset, RATE)


def test_a_setting_names_a_parameter_or_a_state(preset: Preset) -> None:
    begun = read_settings(["threat=0.5", " place = boss ", "threat=1.5"], preset)

    assert begun.values == {"threat": 1.5}
    assert begun.messages == (SetState("place", "boss"),)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("threat", "needs a name and a value, as in --set intensity=0.8"),
        ("threat=", "needs a name and a value"),
        ("=1", "needs a name and a value"),
        ("thret=1", "there is no parameter or state 'thret' (did you mean 'threat'?)"),
        ("threat=loud", "threat is a parameter and must be a number, got 'loud'"),
        ("threat=3", "threat lies between 0 and 2, got 3"),
        ("threat=nan", "threat must be finite"),
        ("twice=1", "twice is derived from other parameters and cannot be set"),
        ("place=bos", "place is never 'bos' (did you mean 'boss'?)"),
        ("hit=1", "there is no parameter or state 'hit'"),
    ],
)
def test_a_setting_that_cannot_be_is_one_sentence(preset: Preset, setting: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        read_settings([setting], preset)

    assert str(caught.value).startswith(f"--set {setting}: {expected}")
    assert "\n" not in str(caught.value)


def test_lines_at_zero_begin_the_music_and_events_wait_for_the_grid(preset: Preset, tmp_path: Path) -> None:
    trace = trace_of(
        preset,
        tmp_path,
        {"t": 0.0, "threat": 0.5, "event": "hit"},
        {"t": 0, "state": {"place": "boss"}, "tempo": 100},
        {"t": 1.0, "state": {"place": "road"}},
    )
    begun, lines = split_trace(trace)

    assert begun.values == {"threat": 0.5}
    assert begun.messages == (SetState("place", "boss"), SetTempo(100.0))
    assert [line.frame for line in lines] == [0, 0, RATE]
    assert lines[0].values == (("threat", 0.5),)
    assert lines[0].messages == (FireEvent("hit"),)
    assert lines[1].messages == ()


def test_a_recording_begins_as_its_first_line_says_and_not_with_its_lines_at_zero(
    preset: Preset, tmp_path: Path
) -> None:
    begin = [{"threat": 0.5}, {"state": {"place": "boss"}}, {"stop": True}]
    meta = {"meta": {"seed": 1, "quantum": 64, "begin": begin}}
    trace = trace_of(preset, tmp_path, meta, {"t": 0.0, "threat": 1.0, "state": {"place": "road"}})
    begun, lines = split_trace(trace)

    assert beginning_json(begun) == begin
    assert lines == trace.lines
    assert lines[0].messages == (SetState("place", "road"),)


def test_a_trace_with_a_seed_written_by_hand_is_no_recording(preset: Preset, tmp_path: Path) -> None:
    trace = trace_of(preset, tmp_path, {"meta": {"seed": 7}}, {"t": 0.0, "threat": 1.0})

    assert split_trace(trace)[0].values == {"threat": 1.0}
