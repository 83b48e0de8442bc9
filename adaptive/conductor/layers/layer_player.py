"""What plays a layer: one Protocol for stems, generated layers, and whatever else may play one.

The conductor tells every layer of the same things: a beginning, a seam, a seam that is cancelled, a stop that
is hurried, a change of tempo.  What each kind does then is written in its own file; the conductor never asks
which kind it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from adaptive.conductor.layers.fades import Fades
from adaptive.conductor.layers.write_range import ComposeContext
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.timebase import TempoMap


@dataclass(frozen=True, slots=True)
class SeamContext:
    """A seam as its layers see it.

    Parameters
    ----------
    frame, beat : int, float
        Where it lies.
    group : int
        Withdrawal group of its commands.
    source : SegmentInstance
        The segment that ends.
    segment : str
        The segment that begins; empty: silence.
    position : int
        Frames from the start of its pass at which the segment is entered; negative: in the introduction.
    is_at_end : bool
        Whether a pass of the source ends at the seam.
    may_continue : bool
        Whether a sound that fits the new segment goes on; else each sound begins anew.
    is_bridge : bool
        Whether the segment is a bridge.
    is_return : bool
        Whether the segment is entered where it was left.
    pickup : str
        ``auto``, ``always`` or ``never``.
    fades : Fades
        The fades, in frames.
    earliest : int
        Earliest frame at which something may change.
    tempo : TempoMap
        Maps beats to frames, the seam included.
    context_of : callable
        Returns what generators are told about the segment.
    """

    frame: int
    beat: float
    group: int
    source: SegmentInstance
    segment: str
    position: int
    is_at_end: bool
    may_continue: bool
    is_bridge: bool
    is_return: bool
    pickup: str
    fades: Fades
    earliest: int
    tempo: TempoMap
    context_of: Callable[[], ComposeContext]


@dataclass(frozen=True, slots=True)
class Switched:
    """What a layer does at a seam.

    Parameters
    ----------
    before : object
        Its state before, for `LayerPlayer.undo`.
    preparing : list of Command
        What leads up to the seam and stays if it is cancelled.
    posted : list of Command
        What belongs to the seam: withdrawn with it, or reversed where it has acted.
    """

    before: Any
    preparing: list[Command]
    posted: list[Command]


class LayerPlayer(Protocol):
    """Plays a layer."""

    @property
    def place(self) -> LayerPlace:
        """Its engine rows."""

    def recordings(self) -> Iterable[Sound]:
        """The recordings that it may play."""

    def lead_in_frames(self, segment: str) -> int:
        """Frames that sound before the first beat of a segment, if its pickup does."""

    def begin(self, context: ComposeContext, position: int) -> list[Command]:
        """Start at frame 0, in a segment, `position` frames from the start of its pass."""

    def switch(self, seam: SeamContext, *, is_wanted: bool, fill_beat: float | None) -> Switched:
        """Go over a seam.

        `is_wanted`: the new segment lists the layer.  `fill_beat`: a fill replaces it from there to the seam.
        """

    def mute(self, before: Any, seam: SeamContext, at: int, frames: int) -> list[Command]:
        """Be silent from `at` to the seam, because a fill plays instead; `before` is of `Switched`."""

    def undo(self, before: Any, seam_frame: int, earliest: int, tempo: TempoMap) -> list[Command]:
        """Go back to the state before a seam that is cancelled."""

    def restart_clip(self, clip: int, at: int, frames: int) -> list[Command]:
        """Start a clip of this layer again that a cancelled seam has stopped."""

    def end_sooner(self, at: int, frames: int, tempo: TempoMap) -> list[Command]:
        """End what fades out by `frames` after `at`."""

    def withdraw_notes(self, at: int, beat: float) -> list[Command]:
        """Withdraw the notes after a beat, because the tempo changes there."""

    def set_tempo(self, tempo_bpm: float, at: int) -> list[Command]:
        """Play at another tempo; the tempo map has changed from the frame `at` on."""

    def forget_before(self, frame: int, beat: float) -> None:
        """Forget what has sounded before a frame and beat, and cannot be undone."""
