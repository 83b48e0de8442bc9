"""A planned transition: the source's exit and the destination's entry meet at one frame, the seam."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adaptive.conductor.layers.fades import Fades
from adaptive.conductor.playlists import PlaylistState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.variation_picker import PickState
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
class SectionEnd:
    """The end of a section that has played its passes.

    Parameters
    ----------
    section : str
        The section.
    detour : object
        What plays after it instead of the answer of select, if its `then` names a section.
    """

    section: str
    detour: Any = None


@dataclass(frozen=True, slots=True)
class TransitionRequest:
    """A request for a transition; the transition can be planned again from it.

    Parameters
    ----------
    section : str
        Section to go to; empty: silence.
    reason : str
        Why, for the log.
    rule : TransitionTable or None
        Rule to apply; None: the preset's rule for these two sections.
    is_from_bridge : bool
        A bridge plays, or can no longer be cancelled; it may be left at its markers.
    not_before : float
        Beat before which the source may not be left.
    playlists_before : PlaylistState or None
        State of the playlists before the destination was picked; restored when the transition is cancelled.
    section_end : SectionEnd or None
        The end of the source, if that is the reason.
    enter_beat : float or None
        Local beat at which the section is entered; None: as the rule says.
    kind : str
        ``restart`` or ``jump``, where a message asked for it; empty: select or a playlist did.
    """

    section: str
    reason: str
    rule: TransitionTable | None = None
    is_from_bridge: bool = False
    not_before: float = 0.0
    playlists_before: PlaylistState | None = None
    section_end: SectionEnd | None = None
    enter_beat: float | None = None
    kind: str = ""

    @property
    def is_advance(self) -> bool:
        """Whether a playlist goes on to its next section."""
        return self.not_before > 0.0


@dataclass(slots=True)
class PlannedTransition:
    """A planned transition between two segments: sections, or a section and a bridge.

    Parameters
    ----------
    source, target : SegmentInstance
        The segment that ends at the seam, and the one that starts there.
    frame, beat : int, float
        Position of the seam on the timeline.
    group : int
        Withdrawal group of its commands.
    table : TransitionTable
        The rule that is applied.
    rule : str
        Name of the rule as the log prints it.
    request : TransitionRequest
        The request it was planned for.
    decided_frame : int
        First frame of the control step in which it was planned.
    tempo_before : tuple of TempoSegment
        The tempo map before it was planned.
    fades : Fades
        Fades at the seam, in frames.
    layers_before : dict
        State of each layer before it was planned, to restore when it is cancelled.
    early : list of Command
        Commands that act before the seam; a cancellation that comes after them has to reverse them.
    marker : str
        Marker at which the section was left; carried over a bridge; empty: none.
    fill_take, fill_before : str, PickState or None
        Where the fill has several files: the one that was picked, and the pick state before.
    levels_before, levels : Mapping
        What was added to the levels of layers before the seam, and what changes there.
    is_moved : bool
        Whether it was planned before, and a live tempo has moved it.
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
    layers_before: dict[str, Any] = field(default_factory=dict)
    early: list[Command] = field(default_factory=list)
    marker: str = ""
    fill_take: str = ""
    fill_before: PickState | None = None
    levels_before: Mapping[str, float] = field(default_factory=dict)
    levels: dict[str, float] = field(default_factory=dict)
    is_moved: bool = False


def fade_length(fade: Fade | None, beats_per_bar: int, tempo: TempoMap, frame: float) -> int:
    """Length of a fade in frames; beats and bars are counted at the tempo of a frame."""
    if fade is None:
        return 0
    if fade.seconds is not None:
        return round(fade.seconds * tempo.sample_rate)
    beats = fade.beats if fade.beats is not None else (fade.bars or 0.0) * beats_per_bar
    beat = tempo.beat_at(frame)
    return tempo.frame_at(beat + beats) - round(frame)


def fade_start(fade: Fade | None, seam_beat: float, beats_per_bar: int, tempo: TempoMap) -> int:
    """Start of a fade in frames relative to its seam; negative: before the seam."""
    if fade is None:
        return 0
    if fade.start_seconds is not None:
        return round(fade.start_seconds * tempo.sample_rate)
    bars = fade.start_bars or 0.0
    beats = fade.start_beats if fade.start_beats is not None else bars * beats_per_bar
    return tempo.frame_at(seam_beat + beats) - tempo.frame_at(seam_beat)


def fades_of(rule: TransitionTable, transition: PlannedTransition, tempo: TempoMap) -> Fades:
    """Fades of a transition in frames; `tempo` is the tempo map that includes the transition.

    The fade-out counts beats and bars in the source's tempo and meter, the fade-in in the destination's.
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
"""Prefix in the log where the preset has no rule and a default applies."""


def describe_rule(rule: TransitionTable) -> str:
    """Name of a rule as the log prints it."""
    enter = rule.enter_at
    entry = f"marker {enter.marker}" if isinstance(enter, Entry) else enter
    extras = "".join(
        f", {key} {name}" for key, name in (("bridge", rule.bridge), ("fill", rule.fill)) if name
    )
    return f"{rule.source} → {rule.target} (exit at {describe(rule.exit_at)}, enter at {entry}{extras})"
