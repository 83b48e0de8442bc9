"""The seam: source exit and destination entry meet at one frame.  Planned, withdrawn, arrived at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adaptive.conductor.passage import Passage
from adaptive.conductor.stems import Fades
from adaptive.conductor.writer import Plan
from adaptive.kernel import layout as kernel
from adaptive.preset.schema import Fade, TransitionTable
from adaptive.timebase import TempoMap

SHAPES = {
    "equal_power": (kernel.EQUAL_POWER_OUT, kernel.EQUAL_POWER_IN),
    "equal_gain": (kernel.LINEAR, kernel.LINEAR),
    "linear": (kernel.LINEAR, kernel.LINEAR),
}


@dataclass(slots=True)
class Seam:
    """A planned change of section.

    Parameters
    ----------
    target : Passage
        What begins at the seam.
    frame, beat : int, float
        Where it lies on the timeline.
    group : int
        Withdrawal group of its commands.
    rule : str
        Which rule of the preset made it.
    reason : str
        Why it was wanted.
    fades : Fades
        In frames.
    decided_frame : int
        When it was decided.
    """

    target: Passage
    frame: int
    beat: float
    group: int
    rule: str
    reason: str
    fades: Fades
    decided_frame: int
    stems_before: dict[str, Any] = field(default_factory=dict)
    plans_before: dict[str, Plan] = field(default_factory=dict)
    early: list[Any] = field(default_factory=list)


def fade_frames(fade: Fade | None, seam_beat: float, beats_per_bar: int, tempo: TempoMap) -> int:
    """Length of a fade in frames at a seam."""
    if fade is None:
        return 0
    if fade.seconds is not None:
        return round(fade.seconds * tempo.sample_rate)
    beats = fade.beats if fade.beats is not None else (fade.bars or 0.0) * beats_per_bar
    return tempo.frames_between(seam_beat, seam_beat + beats)


def fade_start(fade: Fade | None, seam_beat: float, beats_per_bar: int, tempo: TempoMap) -> int:
    """When a fade begins, in frames relative to its seam."""
    if fade is None:
        return 0
    if fade.start_seconds is not None:
        return round(fade.start_seconds * tempo.sample_rate)
    bars = fade.start_bars or 0.0
    beats = fade.start_beats if fade.start_beats is not None else bars * beats_per_bar
    return tempo.frame_at(seam_beat + beats) - tempo.frame_at(seam_beat)


def fades_of(rule: TransitionTable, beat: float, beats_per_bar: int, tempo: TempoMap) -> Fades:
    """Fades of a rule, in frames, at a seam on `beat`."""
    out, into = rule.fade_out, rule.fade_in
    shape_out = SHAPES[(out.curve if out else None) or "equal_power"][0]
    shape_in = SHAPES[(into.curve if into else None) or "equal_power"][1]
    return Fades(
        fade_frames(out, beat, beats_per_bar, tempo),
        fade_start(out, beat, beats_per_bar, tempo),
        fade_frames(into, beat, beats_per_bar, tempo),
        fade_start(into, beat, beats_per_bar, tempo),
        shape_out,
        shape_in,
    )


def describe_rule(rule: TransitionTable, source: str, target: str) -> str:
    """Name of a rule as the log prints it."""
    exit_at = rule.exit_at
    where = exit_at if isinstance(exit_at, str) else f"every {exit_at.every_bars} bars"
    return f"{rule.source} → {rule.target} (exit at {where}, enter at {rule.enter_at})"
