"""Stem layers: which clip plays which file, and how they hand over at a seam."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adaptive.conductor.layout import LayerPlace
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.kernel import layout as kernel

FOREVER = 2**60


@dataclass(slots=True)
class Playing:
    """A clip and what it is doing: all frames are of the timeline."""

    clip: int
    sound: Sound | None = None
    zero_frame: int = 0  # the frame at which position 0 of its first pass lay
    ends_frame: int = 0  # free from here on; FOREVER while it loops

    def position_at(self, frame: int) -> int:
        """Frames since beat 1 of the pass it is in."""
        loop = self.sound.loop_frames if self.sound else 0
        return (frame - self.zero_frame) % loop if loop else frame - self.zero_frame


@dataclass(frozen=True, slots=True)
class Fades:
    """Fades of one seam in frames: length and start of each, relative to the seam."""

    out_frames: int = 0
    out_start: int = 0
    in_frames: int = 0
    in_start: int = 0
    shape_out: int = kernel.EQUAL_POWER_OUT
    shape_in: int = kernel.EQUAL_POWER_IN


@dataclass(slots=True)
class StemLayer:
    """The clips of one stem layer.

    Parameters
    ----------
    place : LayerPlace
        Its strip and clips.
    sounds : Mapping
        Section name to (sound, number in the engine's table).
    declick_frames : int
        Length of the fade wherever material is cut or entered in its middle.
    """

    place: LayerPlace
    sounds: Mapping[str, tuple[Sound, int]]
    declick_frames: int
    clips: list[Playing] = field(default_factory=list)
    current: Playing | None = None

    def __post_init__(self) -> None:
        self.clips = [Playing(clip) for clip in self.place.clips]

    def snapshot(self) -> tuple[list[tuple[Sound | None, int, int]], int]:
        """State to come back to when a planned seam is withdrawn."""
        states = [(c.sound, c.zero_frame, c.ends_frame) for c in self.clips]
        return states, -1 if self.current is None else self.clips.index(self.current)

    def restore(self, state: tuple[list[tuple[Sound | None, int, int]], int]) -> None:
        """Forget what was planned since a snapshot."""
        for clip, before in zip(self.clips, state[0], strict=True):
            clip.sound, clip.zero_frame, clip.ends_frame = before
        self.current = None if state[1] < 0 else self.clips[state[1]]

    def goes_on(self, section: str, is_same_position: bool, at: int, position: int) -> bool:
        """Whether the clip that plays is just what the section wants, where it wants it."""
        if self.current is None or not is_same_position or section not in self.sounds:
            return False
        sound = self.sounds[section][0]
        if self.current.sound is not sound:
            return False
        return abs(self.current.position_at(at) - position % sound.loop_frames) <= 1

    def leave(self, at: int, is_at_end: bool, fades: Fades, earliest: int, group: int) -> list[Command]:
        """Stop what plays at a seam; a fade may begin before it, but not before `earliest`."""
        playing = self.current
        self.current = None
        if playing is None or playing.sound is None:
            return []
        if fades.out_frames == 0 and is_at_end:
            playing.ends_frame = at + playing.sound.frames
            return [commands.release_clip(at, playing.clip, group=group)]
        frames = max(fades.out_frames, self.declick_frames)
        begins = max(at + fades.out_start, earliest)
        playing.ends_frame = begins + frames
        return [commands.stop_clip(begins, playing.clip, frames, shape=fades.shape_out, group=group)]

    def returning(self, section: str, at: int, position: int) -> Playing | None:
        """A clip that still fades out and holds just what is wanted: to be faded in again."""
        sound = self.sounds[section][0]
        for clip in self.clips:
            is_fading = clip.sound is sound and at < clip.ends_frame < FOREVER
            if is_fading and abs(clip.position_at(at) - position % sound.loop_frames) <= 1:
                return clip
        return None

    def enter(
        self,
        section: str,
        at: int,
        position: int,
        earliest: int,
        pickup: str,
        fades: Fades,
        group: int,
    ) -> list[Command]:
        """Start the section's material at a seam, `position` frames into it."""
        sound, number = self.sounds[section]
        if position > 0:
            again = self.returning(section, at, position)
            if again is not None:
                again.ends_frame, self.current = FOREVER, again
                frames = max(fades.in_frames, self.declick_frames)
                return [commands.fade_clip(at, again.clip, 1.0, frames, shape=fades.shape_in, group=group)]
        playing = min(self.clips, key=lambda clip: clip.ends_frame)
        lead = 0
        if position == 0 and pickup != "never" and at - sound.origin >= earliest:
            lead = sound.origin
        playing.sound, playing.ends_frame = sound, FOREVER
        playing.zero_frame = at - position
        self.current = playing
        first = at - lead
        fade_frames = fades.in_frames or (self.declick_frames if position else 0)
        fade_start = at + fades.in_start if fades.in_frames else at
        start_position = position - lead
        if fade_frames and fade_start < first:
            # fades in before the seam: the material begins there, in its middle or its last pass
            first = max(fade_start, earliest)
            start_position = (position - (at - first)) % sound.loop_frames
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
