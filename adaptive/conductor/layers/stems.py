"""Stem layers: which clip plays which file, how they hand over at a seam, how variations take turns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from adaptive.conductor.layout.layout import LayerPlace
from adaptive.conductor.variation_picker import PickState, VariationPicker
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.kernel import layout as kernel

FOREVER = 2**60
HAIR_FRAMES = 24  # half a millisecond: how far a loop may lie beside the bars it fills


@dataclass(slots=True, eq=False)
class ClipInUse:
    """A clip and what it is doing: all frames are of the timeline."""

    clip: int
    sound: Sound | None = None
    zero_frame: int = 0  # the frame at which position 0 of its first pass lay
    ends_frame: int = 0  # free from here on; FOREVER while it loops
    starts_frame: int = 0  # the frame of its first sound: it cannot be stopped before
    is_stopping: bool = False  # it fades out; what was released only rings

    def position_at(self, frame: int) -> int:
        """Frames since beat 1 of the pass it is in."""
        loop = self.sound.loop_frames if self.sound else 0
        return (frame - self.zero_frame) % loop if loop else frame - self.zero_frame

    def is_at_end(self, frame: int) -> bool:
        """Whether its own pass ends there; under a bridge that ends, it may be in its middle."""
        loop = self.sound.loop_frames if self.sound else 0
        return not loop or abs((self.position_at(frame) + loop // 2) % loop - loop // 2) <= HAIR_FRAMES


@dataclass(frozen=True, slots=True)
class Fades:
    """Fades of one seam in frames: length and start of each, relative to the seam.

    Where the rule names no curve (`is_free`), a file that crosses into itself is faded by equal gain:
    both sides are the same wave, so that their amplitudes add, not their powers.
    """

    out_frames: int = 0
    out_start: int = 0
    in_frames: int = 0
    in_start: int = 0
    shape_out: int = kernel.EQUAL_POWER_OUT
    shape_in: int = kernel.EQUAL_POWER_IN
    is_out_free: bool = False
    is_in_free: bool = False

    @lru_cache(maxsize=16)  # noqa: B019  # a value; 64 layers cross at one seam, and ask for the same
    def into_itself(self) -> Fades:
        """The same where both sides play one file."""
        return replace(
            self,
            shape_out=kernel.LINEAR if self.is_out_free else self.shape_out,
            shape_in=kernel.LINEAR if self.is_in_free else self.shape_in,
        )


class LayerState(NamedTuple):
    """All that changes in a stem layer: what a seam that is taken back comes back to."""

    clips: tuple[tuple[Sound | None, int, int, int, bool], ...]
    current: int
    segment: str
    next_change: int
    picks: Mapping[str, PickState]
    drawn_from: Mapping[str, PickState]
    left_with: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of variation that is in the schedule, and the layer's state before it."""

    frame: int
    before: LayerState


@dataclass(slots=True)
class StemLayer:
    """The clips of one stem layer.

    Parameters
    ----------
    place : LayerPlace
        Its strip and clips.
    sounds : Mapping
        Part to its variations, each a sound and its number in the engine's table.
    declick_frames : int
        Length of the fade wherever material is cut or entered in its middle.
    pickers : Mapping
        Part to the deck that chooses among its variations; only where there are several.
    pass_frames : Mapping
        Part to the frames of a pass.
    """

    place: LayerPlace
    sounds: Mapping[str, tuple[tuple[Sound, int], ...]]
    declick_frames: int
    pickers: Mapping[str, VariationPicker] = field(default_factory=dict)
    pass_frames: Mapping[str, int] = field(default_factory=dict)
    clips: list[ClipInUse] = field(default_factory=list)
    current: ClipInUse | None = None
    segment: str = ""
    next_change: int = FOREVER
    picks: dict[str, PickState] = field(default_factory=dict)
    drawn_from: dict[str, PickState] = field(default_factory=dict)  # the hand before the last draw
    left_with: dict[str, int] = field(default_factory=dict)  # the variation each part was left with
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clips = [ClipInUse(clip) for clip in self.place.clips]

    def snapshot(self) -> LayerState:
        """State to come back to when what is planned is withdrawn."""
        states = [(c.sound, c.zero_frame, c.ends_frame, c.starts_frame, c.is_stopping) for c in self.clips]
        current = -1 if self.current is None else self.clips.index(self.current)
        return LayerState(
            tuple(states), current, self.segment, self.next_change, dict(self.picks), dict(self.drawn_from),
            dict(self.left_with),
        )  # fmt: skip

    def restore(self, state: LayerState) -> None:
        """Forget what was planned since a snapshot."""
        for clip, before in zip(self.clips, state.clips, strict=True):
            clip.sound, clip.zero_frame, clip.ends_frame, clip.starts_frame, clip.is_stopping = before
        self.current = None if state.current < 0 else self.clips[state.current]
        self.segment, self.next_change = state.segment, state.next_change
        self.picks, self.drawn_from = dict(state.picks), dict(state.drawn_from)
        self.left_with = dict(state.left_with)

    def take_over(self, before: StemLayer) -> None:
        """Go on with the clips of a layer before this one, and with its turns where they still fit."""
        self.clips, self.current, self.segment = before.clips, before.current, before.segment
        self.next_change, self.changes = before.next_change, before.changes
        self.drawn_from = self._fitting(before.drawn_from)
        self.take_turns(before.picks, before.left_with)

    def take_turns(self, picks: Mapping[str, PickState], left_with: Mapping[str, int]) -> None:
        """Go on with these hands and takes, where they still fit."""
        self.picks = self._fitting(picks)
        self.left_with = {
            segment: take
            for segment, take in left_with.items()
            if segment in self.pickers and take < len(self.sounds[segment])
        }

    def _fitting(self, picks: Mapping[str, PickState]) -> dict[str, PickState]:
        return {
            segment: pick
            for segment, pick in picks.items()
            if segment in self.pickers and pick.fits(len(self.sounds[segment]))
        }

    def plays_as(self, before: StemLayer, segment: str) -> bool:
        """Whether a part's material is what it was in a layer before this one, to the sound and turn."""
        return (
            self.pickers.get(segment) == before.pickers.get(segment)
            and self.pass_frames.get(segment) == before.pass_frames.get(segment)
            and [id(sound) for sound, _ in self.sounds.get(segment, ())]
            == [id(sound) for sound, _ in before.sounds.get(segment, ())]
        )

    def has(self, segment: str) -> bool:
        """Whether it has something to play in a part."""
        return segment in self.sounds

    def _holds(self, clip: ClipInUse, segment: str, at: int, position: int) -> bool:
        """Whether a clip holds what a part wants, where it wants it, at a frame."""
        if clip.sound is None or all(clip.sound is not sound for sound, _ in self.sounds[segment]):
            return False
        return abs(clip.position_at(at) - position % clip.sound.loop_frames) <= 1

    def goes_on(self, segment: str, is_same_position: bool, at: int, position: int) -> bool:
        """Whether the clip that plays is just what the part wants, where it wants it."""
        if self.current is None or not is_same_position or segment not in self.sounds:
            return False
        return self._holds(self.current, segment, at, position)

    def crosses_itself(self, segment: str) -> bool:
        """Whether the file that plays is the one that the part enters with."""
        if self.current is None:
            return False
        playing = self.current.sound
        for sound, _ in self.sounds.get(segment, ()):  # noqa: SIM110  # a generator costs three times as much
            if sound is playing:
                return True
        return False

    def leave(self, at: int, is_at_end: bool, fades: Fades, earliest: int, group: int) -> list[Command]:
        """Stop what plays at a seam; a fade may begin before it, but not before `earliest`."""
        playing = self.current
        if playing is not None and self.segment in self.pickers:
            sounds = [sound for sound, _ in self.sounds[self.segment]]
            takes = (n for n, sound in enumerate(sounds) if sound is playing.sound)
            take = next(takes, None)  # None: the part was edited, and has it no more
            if take is not None:
                self.left_with[self.segment] = take
        self.current, self.next_change = None, FOREVER
        if playing is None or playing.sound is None:
            return []
        if fades.out_frames == 0 and is_at_end and playing.is_at_end(at):
            playing.ends_frame = at + playing.sound.frames
            return [commands.release_clip(at, playing.clip, group=group)]
        frames = max(fades.out_frames, self.declick_frames)
        begins = max(at + fades.out_start, earliest, playing.starts_frame)
        playing.ends_frame, playing.is_stopping = begins + frames, True
        return [commands.stop_clip(begins, playing.clip, frames, shape=fades.shape_out, group=group)]

    def returning(self, segment: str, at: int, position: int) -> ClipInUse | None:
        """A clip that still fades out and holds just what is wanted: to be faded in again."""
        for clip in self.clips:
            if clip.is_stopping and at < clip.ends_frame and self._holds(clip, segment, at, position):
                return clip
        return None

    def enter(
        self,
        segment: str,
        at: int,
        position: int,
        earliest: int,
        pickup: str,
        fades: Fades,
        group: int,
        *,
        is_return: bool = False,
    ) -> list[Command]:
        """Start the part's material at a seam, `position` frames into it.

        With `is_return` it is the variation the part was left with, if it was.
        """
        if position > 0:
            again = self.returning(segment, at, position)
            if again is not None:
                again.ends_frame, again.is_stopping = FOREVER, False
                self._plays(segment, again, at)
                frames = max(fades.in_frames, self.declick_frames)
                return [commands.fade_clip(at, again.clip, 1.0, frames, shape=fades.shape_in, group=group)]
        sound, number = self._taken_up(segment) if is_return else self._draw(segment)
        playing = self._free_clip()
        lead = 0
        if position == 0 and pickup != "never" and at - sound.origin >= earliest:
            lead = sound.origin
        playing.sound, playing.ends_frame, playing.is_stopping = sound, FOREVER, False
        playing.zero_frame = at - position
        self._plays(segment, playing, at)
        first = at - lead
        fade_frames = fades.in_frames or (self.declick_frames if position else 0)
        fade_start = at + fades.in_start if fades.in_frames else at
        start_position = position - lead
        if fade_frames and fade_start < first:
            # fades in before the seam: the material begins there, in its middle or its last pass
            first = max(fade_start, earliest)
            start_position = (position - (at - first)) % sound.loop_frames
        playing.starts_frame = first
        gain = 0.0 if fade_frames else 1.0
        posted = [
            commands.start_clip(
                first,
                playing.clip,
                number,
                self.place.bus,
                position=start_position,
                gain=gain,
                group=group,
            )
        ]
        if fade_frames:
            begin = max(fade_start, first)
            posted.append(
                commands.fade_clip(begin, playing.clip, 1.0, fade_frames, shape=fades.shape_in, group=group)
            )
        return posted

    def goes_over(self, segment: str, at: int) -> None:
        """Take note that what plays goes on untouched in another part."""
        if self.current is not None:
            self._plays(segment, self.current, at)

    def start_again(self, clip: int, at: int, frames: int) -> list[Command]:
        """Start what plays once more where it would be, faded in: its clip had been stopped for good."""
        playing = self.current
        if playing is None or playing.clip != clip or playing.sound is None:
            return []
        number = next(n for sounds in self.sounds.values() for s, n in sounds if s is playing.sound)
        position = playing.position_at(at)
        return [
            commands.start_clip(at, clip, number, self.place.bus, position=position, gain=0.0),
            commands.fade_clip(at, clip, 1.0, frames, shape=kernel.EQUAL_POWER_IN),
        ]

    def _free_clip(self) -> ClipInUse:
        return min(self.clips, key=lambda clip: clip.ends_frame)

    def _taken_up(self, segment: str) -> tuple[Sound, int]:
        left = self.left_with.get(segment)
        if left is None or left >= len(self.sounds[segment]):  # a layer before an edit may have had more
            return self._draw(segment)
        return self.sounds[segment][left]

    def _draw(self, segment: str) -> tuple[Sound, int]:
        variants = self.sounds[segment]
        picker = self.pickers.get(segment)
        if picker is None:
            return variants[0]
        self.drawn_from[segment] = self.picks.get(segment, PickState())
        drawn, self.picks[segment] = picker.draw(self.drawn_from[segment])
        return variants[drawn]

    def _plays(self, segment: str, playing: ClipInUse, at: int) -> None:
        """Take note of what plays from a frame on, and when the next variation is due."""
        self.current, self.segment, self.next_change = playing, segment, FOREVER
        if segment in self.pickers:
            length = self.pass_frames[segment]
            self.next_change = at + length - (at - playing.zero_frame) % length

    # ── variations ─────────────────────────────────────────────────────────────────────────────

    def write_passes(self, until: int) -> list[Command]:
        """Let variations take turns at the ends of passes, as far as a frame."""
        posted: list[Command] = []
        while self.current is not None and self.next_change < until:
            at, group = self.next_change, self.place.group
            self.changes.append(Change(at, self.snapshot()))
            self.next_change += self.pass_frames[self.segment]
            sound, number = self._draw(self.segment)
            if sound is self.current.sound:
                continue
            old, new = self.current, self._free_clip()
            old.ends_frame = at + (old.sound.frames if old.sound else 0)
            new.sound, new.zero_frame, new.starts_frame, new.ends_frame = sound, at, at, FOREVER
            new.is_stopping = False
            self.current = new
            posted.append(commands.release_clip(at, old.clip, group=group))
            posted.append(commands.start_clip(at, new.clip, number, self.place.bus, group=group))
        return posted

    def unwind(self, frame: int) -> list[Command]:
        """Take back the changes of variation from a frame on."""
        before = None
        while self.changes and self.changes[-1].frame >= frame:
            before = self.changes.pop().before
        if before is None:
            return []
        self.restore(before)
        return [commands.withdraw(self.place.group, frame)]

    def hands_at(self, frame: int, playing: Collection[str]) -> dict[str, PickState]:
        """Hands as they were at a frame, so that what plays, or is to play, is drawn again."""
        state = next((change.before for change in self.changes if change.frame > frame), self.snapshot())
        again = {segment: pick for segment, pick in state.drawn_from.items() if segment in playing}
        return {**state.picks, **again}

    def forget_before(self, frame: int) -> None:
        """Drop changes that have sounded."""
        if self.changes and self.changes[0].frame < frame:
            self.changes = [change for change in self.changes if change.frame >= frame]
