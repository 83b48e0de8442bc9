"""The preset *stride*, and the run that was made up for it."""

from __future__ import annotations

import json

from adaptive.preset.check import check
from adaptive.preset.load import load
from adaptive.session.performance import vocabulary
from tools.runner_picture import silent_stride
from tools.stride import run, score


def test_stride_has_nothing_to_warn_of() -> None:
    preset = load("stride", vocabulary=vocabulary())

    assert [finding.sentence for finding in check(preset)] == []


def test_the_chords_of_the_preset_are_those_that_were_played() -> None:
    file = load("stride", vocabulary=vocabulary()).file

    assert {name: " ".join(table.chords) for name, table in file.sections.items()} == score.HARMONY
    assert file.tempo_bpm == score.BPM


def test_the_made_up_run_is_the_one_that_the_tool_writes() -> None:
    written = [json.loads(line) for line in run.OUT.read_text(encoding="utf-8").splitlines()]

    assert written[1:] == run.lines()


def test_the_pictures_are_of_the_same_rules_without_stems() -> None:
    silent, whole = silent_stride(), load("stride", vocabulary=vocabulary())

    assert silent.select == whole.select
    assert silent.file.parameters == whole.file.parameters
    assert silent.file.transitions == whole.file.transitions
