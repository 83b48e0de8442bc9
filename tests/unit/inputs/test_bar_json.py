from __future__ import annotations

import json
from pathlib import Path

import pytest

from adaptive.composer.note_rows import note_row
from adaptive.conductor.layers.recorded_bars import RecordedBar
from adaptive.errors import TraceError
from adaptive.inputs.bar_json import bar_json, is_bar, read_bar
from adaptive.inputs.trace import read_trace
from tests.helpers.generators import note
from tests.helpers.presets import two_sections

LINE = {
    "frame": 96000, "t": 2.0, "kind": "bar", "layer": "lead", "section": "calm", "bar": 1,
    "status": "written", "tried_frame": 1000, "settled_frame": 1256, "reason": "",
}  # fmt: skip
ROW = list(note_row(note(61)))


def test_a_line_of_the_log_becomes_a_bar_again() -> None:
    document = json.loads(json.dumps(bar_json({**LINE, "notes": [ROW]})))["bar"]

    assert read_bar(document) == RecordedBar("lead", "calm", 1, 1000, 1256, notes=(note(61),))
    assert read_bar(bar_json(LINE)["bar"]) == RecordedBar("lead", "calm", 1, 1000, 1256)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"bar": -1}, "Expected `int` >= 0"),
        ({"layer": 3}, "Expected `str`"),
        ({"notes": [["1/0", *ROW[1:]]]}, "is no recorded bar"),
        ({"notes": [["0", "0", *ROW[2:]]]}, "a note has no length"),
        ({"notes": [[*ROW[:3], 128, *ROW[4:]]]}, "Expected `int` <= 127"),
        ({"notes": [ROW] * 2000}, "length <= 1024"),
        ({"more": 1}, "unknown field"),
    ],
)
def test_what_is_no_bar_is_refused(changed: dict, told: str) -> None:
    with pytest.raises(TraceError, match=told):
        read_bar({**bar_json(LINE)["bar"], **changed})


def test_a_parameter_may_be_called_bar(tmp_path: Path) -> None:
    preset = two_sections(tmp_path / "small", more="[parameters.bar]\n")
    trace = tmp_path / "trace.jsonl"
    trace.write_text(f'{{"t": 1.0, "bar": 0.5}}\n{json.dumps({"t": 2.0, **bar_json(LINE)})}\n')
    read = read_trace(trace, preset, 48000)

    assert [line.values for line in read.lines] == [(("bar", 0.5),)]
    assert [bar.layer for bar in read.bars] == ["lead"]
    assert not is_bar("bar", 0.5)


def test_the_line_of_a_broken_bar_is_named(tmp_path: Path) -> None:
    trace = tmp_path / "trace.jsonl"
    trace.write_text('{"t": 1.0, "bar": {"layer": "lead"}}\n')

    with pytest.raises(TraceError, match=r"trace.jsonl: line 1: `bar` is no recorded bar"):
        read_trace(trace, two_sections(tmp_path / "small"), 48000)
