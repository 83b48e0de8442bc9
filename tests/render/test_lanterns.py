"""The preset that uses every kind of transition: its decisions in a trace of three minutes, as text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adaptive.inputs.trace import read_trace
from adaptive.preset.load import load
from adaptive.session.offline import Renderer, RenderJob
from adaptive.session.performance import vocabulary

GOLDEN = Path(__file__).parents[1] / "golden" / "lanterns.txt"
TRACE = Path(__file__).parents[1] / "golden" / "lanterns_trace.jsonl"


@pytest.mark.ci
def test_a_walk_through_lanterns_makes_the_expected_transitions(update_golden: bool) -> None:
    preset = load("lanterns", vocabulary=vocabulary())
    trace = read_trace(TRACE, preset, 48000)
    lines: list[str] = []
    renderer = Renderer(RenderJob(preset, 0, trace.seconds, trace, "cut"), write_log=lines.append)
    for _ in renderer.control_steps():
        pass
    told = []
    for line in map(json.loads, lines):
        if line["kind"] == "transition":
            how = line.get("rule", line["reason"])
            extra = "".join(f"; {line[key]}" for key in ("fill", "marker", "note") if key in line)
            way = f"{line['source']} → {line['target']} at {line['section_position']}"
            told.append(f"{line['position']:>8} {line.get('status', 'first'):9} {way}: {how}{extra}")
        elif line["kind"] == "stinger":
            notes = " ".join(line.get("pitches", []))
            told.append(f"{line['position']:>8} {line['status']:9} {line['event']} {notes}".rstrip())
    text = "\n".join(told) + "\n"
    if update_golden:
        GOLDEN.write_text(text, encoding="utf-8", newline="\n")
    telemetry = renderer.performance.engine.telemetry()

    assert GOLDEN.read_text(encoding="utf-8") == text
    assert (telemetry.late_commands, telemetry.refused, telemetry.not_finite) == (0, 0, 0)


def test_lanterns_uses_every_kind_of_transition() -> None:
    file = load("lanterns", vocabulary=vocabulary()).file
    rules = file.transitions

    assert file.playlists
    assert file.bridges
    assert file.fills
    assert {str(rule.enter_at) for rule in rules} >= {"start", "last_position"}
    assert any(getattr(rule.exit_at, "marker", None) for rule in rules)
    assert any(getattr(rule.enter_at, "marker", None) == "matching" for rule in rules)
    assert any(isinstance(stem, dict) and any(isinstance(v, tuple) for v in stem.values())
               for stem in (layer.stem for layer in file.layers.values()))  # fmt: skip
    assert any(stinger.notes for stinger in file.stingers.values())
    assert any(isinstance(stinger.stem, dict) for stinger in file.stingers.values())
    assert len({section.meter for section in file.sections.values()}) > 1
