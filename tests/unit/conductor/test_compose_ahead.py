"""Composing ahead: first bars of other segments, one a step, while nothing else is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from adaptive.composer.bar_source import StepSource
from adaptive.composer.context import BarContext, WrittenBar
from adaptive.conductor.messages import SetState
from tests.helpers.presets import HEAD, RATE, Player, control_step_of, make_preset

HEAD_120 = HEAD.replace("240", "120")


BODY = """
[parameters.threat]
[layers.drums]
generator = "drums"
density = { over = "threat", points = [[0.0, 0.1], [1.0, 1.0]] }
[layers.bass]
generator = "bass"
[layers.pad]
generator = "pad"
[sections.calm]
layers = ["drums", "bass"]
length_bars = 4
energy = 0.7
[sections.fight]
layers = ["drums", "pad"]
length_bars = 4
energy = 0.9
"""


def go(value: str) -> SetState:
    return SetState("section", value)


def test_the_first_bars_of_other_sections_are_known_before_the_music_turns(tmp_path: Path) -> None:
    player = Player(make_preset(tmp_path, BODY, HEAD_120))
    pad = player.performance.conductor.assets.generated["pad"]
    player.play(round(0.5 * RATE))
    composed: list[int] = []
    spec = pad.bars.spec

    def watched(context: BarContext) -> WrittenBar:
        composed.append(context.bar)
        return spec.function(context)

    pad.bars.source = StepSource(replace(spec, function=watched))
    played = player.play(4 * RATE, {control_step_of(1): [go("fight")]})

    assert played.lines("note", layer="pad")
    assert composed[0] == 1
    assert 0 in composed[1:]  # of the next visit, which is known ahead as well
