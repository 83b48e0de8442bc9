"""The seam: source exit and destination entry meet at one frame.  Planned, withdrawn, arrived at."""

from __future__ import annotations

from dataclasses import dataclass, field

from adaptive.conductor.layers.generated import WritePlan
from adaptive.conductor.layers.stems import Fades, LayerState
from adaptive.conductor.playlists import PlaylistState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.engine.commands import Command
from adaptive.kernel import layout as kernel
from adaptive.preset.grids import describe
from adaptive.preset.schema import Entry, Fade, TransitionTable
from adaptive.timebase import TempoMap, TempoSegment

SHAPES = {
    "equal_power": (kernel.EQUAL_POWER_OUT, kernel.EQUAL_POWER_IN),
    "equal_gain": (kernel.LINEAR, kernel.LINEAR),
    "linear": (kernel.LINEAR, kernel.LINEAR),
}


@dataclass(frozen=True, slots=True)
class TransitionRequest:
    """What a way was planned for: enough to plan it again.

    Parameters
    ----------
    section : str
        Where to; empty: silence.
    reason : str
        Why.
    rule : TransitionTable or None
        How; None: by the preset's rule.
    is_turning : bool
        The mind was changed in a bridge: it may be left at its markers.
    not_before : float
        Beat before which the section may not be left.
    turn_before : PlaylistState or None
        What playlists had drawn before it.
    """

    section: str
    reason: str
    rule: TransitionTable | None = None
    is_turning: bool = False
    not_before: float = 0.0
    turn_before: PlaylistState | None = None


@dataclass(slots=True)
class PlannedTransition:
    """A planned change of section, or from a section to a bridge, or from a bridge to a section.

    Parameters
    ----------
    source, target : SegmentInstance
        What ends, and what begins, at the seam.
    frame, beat : int, float
        Where it lies on the timeline.
    group : int
        Withdrawal group of its commands.
    table : TransitionTable
        The rule in force.
    rule : str
        Its name, as the log prints it.
    request : TransitionRequest
        What it was planned for.
    decided_frame : int
        When it was decided.
    tempo_before : tuple of TempoSegment
        The tempo map without it.
    fades : Fades
        In frames.
    stems_before, plans_before : mapping
        What layers come back to when it is taken back.
    early : list of Command
        What begins before the seam, and has to be turned round if it is taken back too late.
    marker : str
        The marker the section was left at, carried on over a bridge; empty: none.
    """

    source: SegmentInstance
    target: SegmentInstance
    frame: int
    beat: float
    group: int
    table: TransitionTable
    rule: str
    request: TransitionRequest
    decided_frame: int
    tempo_before: tuple[TempoSegment, ...]
    fades: Fades = field(default_factory=Fades)
    stems_before: dict[str, LayerState] = field(default_factory=dict)
    plans_before: dict[str, WritePlan] = field(default_factory=dict)
    early: list[Command] = field(default_factory=list)
    marker: str = ""


def fade_length(fade: Fade | None, beats_per_bar: int, tempo: TempoMap, frame: float) -> int:
    """Length of a fade in frames, its beats being those of the tempo at a frame."""
    if fade is None:
        return 0
    if fade.seconds is not None:
        return round(fade.seconds * tempo.sample_rate)
    beats = fade.beats if fade.beats is not None else (fade.bars or 0.0) * beats_per_bar
    beat = tempo.beat_at(frame)
    return tempo.frame_at(beat + beats) - round(frame)


def fade_start(fade: Fade | None, seam_beat: float, beats_per_bar: int, tempo: TempoMap) -> int:
    """When a fade begins, in frames relative to its seam."""
    if fade is None:
        return 0
    if fade.start_seconds is not None:
        return round(fade.start_seconds * tempo.sample_rate)
    bars = fade.start_bars or 0.0
    beats = fade.start_beats if fade.start_beats is not None else bars * beats_per_bar
    return tempo.frame_at(seam_beat + beats) - tempo.frame_at(seam_beat)


def fades_of(rule: TransitionTable, transition: PlannedTransition, tempo: TempoMap) -> Fades:
    """Fades of a seam, in frames; `tempo` is the map with the seam in it.

    What leaves counts its beats and bars in its own tempo and meter, what enters in its own.
    """
    out, into = rule.fade_out, rule.fade_in
    before = TempoMap(tempo.sample_rate, 120.0)
    before.restore(transition.tempo_before)
    bar_out, bar_in = transition.source.beats_per_bar, transition.target.beats_per_bar
    shape_out = SHAPES[(out.curve if out else None) or "equal_power"][0]
    shape_in = SHAPES[(into.curve if into else None) or "equal_power"][1]
    return Fades(
        fade_length(out, bar_out, before, transition.frame),
        fade_start(out, transition.beat, bar_out, before),
        fade_length(into, bar_in, tempo, transition.frame),
        fade_start(into, transition.beat, bar_in, tempo),
        shape_out,
        shape_in,
        is_out_free=out is None or out.curve is None,
        is_in_free=into is None or into.curve is None,
    )


NO_RULE = "no rule of the preset: "
"""What the log puts before a way that is nobody's rule."""


def describe_rule(rule: TransitionTable) -> str:
    """Name of a rule as the log prints it."""
    enter = rule.enter_at
    entry = f"marker {enter.marker}" if isinstance(enter, Entry) else enter
    extras = "".join(
        f", {key} {name}" for key, name in (("bridge", rule.bridge), ("fill", rule.fill)) if name
    )
    return f"{rule.source} → {rule.target} (exit at {describe(rule.exit_at)}, enter at {entry}{extras})"
