"""Ducking: one envelope for all stingers that overlap."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from adaptive.conductor.messages import FireEvent
from adaptive.conductor.stingers.ducking import Ducking, DuckWindow
from adaptive.engine.commands import Command
from adaptive.kernel.layout import BUS_DUCK
from tests.helpers.presets import (
    BAR,
    control_step_of,
    play,
    two_sections,
)


def level(audio: np.ndarray, at: float) -> float:
    return float(np.abs(audio[round(at * BAR) : round(at * BAR) + 4800]).max())


def test_overlapping_stingers_each_duck_by_their_own_gain() -> None:
    ducking = Ducking([3], 9, 48000)
    windows = [DuckWindow(0, 4800, 48000, 0.5), DuckWindow(9600, 14400, 96000, 0.25)]
    posted = [c for c in ducking.write(windows, 0) if c.operation == BUS_DUCK]

    def envelope(command: Command) -> tuple[int, float, int]:
        return command.frame, command.f0, command.i0

    assert [envelope(c) for c in posted] == [(0, 0.5, 2880), (9600, 0.25, 2880), (67200, 1.0, 28800)]
    # without the second window, the first one's own envelope is left
    again = [c for c in ducking.write(windows[:1], 4800) if c.operation == BUS_DUCK]
    assert [envelope(c) for c in again] == [(19200, 1.0, 28800)]


def test_no_strip_stays_ducked(tmp_path: Path) -> None:
    more = '[stingers.riser]\nstem = "blow.wav"\nfirst_beat_s = 0.399\nduck_db = -12\n'
    more += '[stingers.other]\nstem = "blow.wav"\nplay_at = "immediate"\n'
    preset = two_sections(tmp_path, more=more)
    for late in range(24):
        script = {
            control_step_of(0.45): [FireEvent("riser")],
            control_step_of(1.0) + late: [FireEvent("other")],
        }
        assert level(play(preset, 3, script).bus("calm"), 2.5) > 0.19
