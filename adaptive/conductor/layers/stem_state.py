"""Introductions of stem layers, and the state of a stem layer, to restore when something is cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from adaptive.conductor.layers.clip_in_use import ClipInUse
from adaptive.conductor.layers.way import Way
from adaptive.conductor.variation_picker import PickState
from adaptive.engine.bank import Sound


@dataclass(frozen=True, slots=True)
class Introduction:
    """The introduction of a stem layer in a segment.

    Parameters
    ----------
    frames : int
        Its length.
    sound : Sound or None
        A sound that plays once before the loop; its position 0 is where the loop begins.  None: the loop's
        own sound holds the introduction (`is_held`), or the layer is silent until then.
    number : int
        Number of `sound` in the engine's table.
    is_held : bool
        Whether the loop's own sound holds it before its beat 1.
    """

    frames: int
    sound: Sound | None = None
    number: int = -1
    is_held: bool = False


class ClipState(NamedTuple):
    """What a `ClipInUse` plays, to restore."""

    sound: Sound | None
    zero_frame: int
    ends_frame: int
    starts_frame: int
    is_stopping: bool
    way: Way | None
    shift: int

    @classmethod
    def of(cls, clip: ClipInUse) -> ClipState:
        """The present state of a clip."""
        return cls(
            clip.sound,
            clip.zero_frame,
            clip.ends_frame,
            clip.starts_frame,
            clip.is_stopping,
            clip.way,
            clip.shift,
        )

    def restore(self, clip: ClipInUse) -> None:
        """Set a clip back to it."""
        clip.sound, clip.zero_frame, clip.ends_frame = self.sound, self.zero_frame, self.ends_frame
        clip.starts_frame, clip.is_stopping = self.starts_frame, self.is_stopping
        clip.way, clip.shift = self.way, self.shift


class LayerState(NamedTuple):
    """The state of a stem layer, to restore when a planned transition is cancelled."""

    clips: tuple[ClipState, ...]
    current: int
    segment: str
    next_change: int
    next_position: float
    picks: Mapping[str, PickState]
    picks_before: Mapping[str, PickState]
    left_with: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class VariationChange:
    """A scheduled change of variation, and the layer's state before it."""

    frame: int
    before: LayerState


def fitting_picks(state: LayerState, counts: Mapping[str, int]) -> LayerState:
    """A state with only those picks that fit: `counts` is the number of variations of each segment."""

    def fitting(picks: Mapping[str, PickState]) -> dict[str, PickState]:
        return {name: pick for name, pick in picks.items() if name in counts and pick.fits(counts[name])}

    left_with = {name: last for name, last in state.left_with.items() if last < counts.get(name, 0)}
    return state._replace(
        picks=fitting(state.picks), picks_before=fitting(state.picks_before), left_with=left_with
    )


def scaled(frames: int, sound: Sound) -> int:
    """Frames of a sound for frames of the recording that it was made from; a transposed one has others."""
    return frames if sound.scale == 1.0 else round(frames * sound.scale)


def sound_of(intro: Introduction | None) -> Sound | None:
    """The sound of an introduction, if it has one of its own."""
    return None if intro is None else intro.sound
