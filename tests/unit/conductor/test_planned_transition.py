"""Lengths and starts of fades, and names of rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.planned_transition import describe_rule, fade_length, fade_start
from adaptive.errors import PresetError
from adaptive.preset.schema import Entry, Fade, Grid, TransitionTable
from adaptive.timebase import TempoMap
from tests.helpers.presets import (
    make_preset,
    two_sections,
)


@pytest.mark.parametrize(
    "key", ["fade_out = { seconds = 1e15 }", "fade_in = { seconds = 1, start_bars = 1e20 }"]
)
def test_lengths_of_more_than_4096_bars_are_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(PresetError, match="4096"):
        two_sections(tmp_path, key)
    with pytest.raises(PresetError, match="4096"):
        make_preset(
            tmp_path, '[layers.a]\ngenerator = "pad"\n[sections.a]\nlayers = ["a"]\nlength_bars = 3000000\n'
        )


def test_a_fade_counts_beats_and_bars_at_the_tempo_of_its_frame() -> None:
    tempo = TempoMap(48000, 120.0)
    tempo.step(96000, 60.0, 4)

    assert fade_length(Fade(beats=2.0), 4, tempo, 0) == 48000
    assert fade_length(Fade(bars=1.0), 3, tempo, 0) == 72000
    assert fade_length(Fade(beats=2.0), 4, tempo, 96000) == 96000
    assert fade_length(Fade(seconds=0.5), 4, tempo, 96000) == 24000
    assert fade_length(None, 4, tempo, 0) == 0


def test_a_fade_may_begin_before_its_seam() -> None:
    tempo = TempoMap(48000, 120.0)

    assert fade_start(Fade(beats=1.0, start_bars=-1.0), 8.0, 4, tempo) == -96000
    assert fade_start(Fade(beats=1.0, start_beats=0.5), 8.0, 4, tempo) == 12000
    assert fade_start(Fade(beats=1.0, start_seconds=-0.25), 8.0, 4, tempo) == -12000
    assert fade_start(Fade(beats=1.0), 8.0, 4, tempo) == 0


def test_the_name_of_a_rule_says_both_sides_exit_entry_bridge_and_fill() -> None:
    rule = TransitionTable(
        source="calm",
        target="any",
        exit_at=Grid(marker="lift"),
        enter_at=Entry("early"),
        bridge="alarm",
        fill="roll",
    )

    assert describe_rule(rule) == (
        "calm → any (exit at marker lift, enter at marker early, bridge alarm, fill roll)"
    )
