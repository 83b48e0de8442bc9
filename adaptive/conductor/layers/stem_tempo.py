"""How a stem layer follows the tempo map: the way of its clips, and the commands that tell the kernel."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from adaptive.conductor.layers.clip_in_use import ClipInUse
from adaptive.conductor.layers.way import SAME_RATE, Way, WayPart, way_of
from adaptive.engine import commands
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command
from adaptive.kernel.layout import STRETCH_TONES
from adaptive.kernel.sources.stretch_record import hop_quanta, window_frames
from adaptive.timebase import TempoMap


@dataclass(slots=True)
class StemTempo:
    """The tempo of a stem layer.

    Parameters
    ----------
    tempo : TempoMap
        Maps beats to frames.
    own_bpm : Mapping
        Segment to the tempo of its recordings, in quarter notes a minute.
    kind : int
        One of ``layout.STRETCH_...``.
    group : int
        Withdrawal group of changes of tempo.
    number, first_clip : int
        Number of the layer, and its first clip: they choose the quanta in which its clips make spectra.
    """

    tempo: TempoMap
    own_bpm: Mapping[str, float]
    kind: int
    group: int
    number: int
    first_clip: int

    def way(
        self, segment: str, at: int, position: float, sound: Sound | None, beat: float | None = None
    ) -> Way:
        """The way of a sound of a segment from a frame on; see `way_of`."""
        scale = 1.0 if sound is None else sound.scale
        frames_per_quarter = self.tempo.sample_rate * 60.0 / self.own_bpm[segment] * scale
        return way_of(self.tempo, at, position, frames_per_quarter, beat=beat, own_rate=scale)

    def frames_for(self, frames: int, segment: str, sound: Sound) -> int:
        """Frames of output in which some frames of a sound pass, at the tempo to come."""
        rate = self.tempo.last_tempo() / self.own_bpm[segment] * sound.scale
        return frames if abs(rate - 1.0) < SAME_RATE else math.ceil(frames / rate)

    def ring_frames(self) -> int:
        """Frames for which the last spectrum of a sound rings after its end."""
        return window_frames(self.tempo.sample_rate, is_tones=self.kind == STRETCH_TONES) // 2

    def commands(self, clip: ClipInUse, at: int, group: int) -> list[Command]:
        """Commands for the parts of a clip's way that begin at a frame or later."""
        parts = () if clip.way is None else clip.way.parts
        return [self._command(clip, part, group) for part in parts if part.frame >= at]

    def _command(self, clip: ClipInUse, part: WayPart, group: int) -> Command:
        assert clip.way is not None  # the part is one of it
        hop = hop_quanta(self.tempo.sample_rate)
        quantum = (self.number + hop // 2 * (clip.clip - self.first_clip)) % hop
        return commands.stretch_clip(
            part.frame, clip.clip, part.position + clip.shift, part.rate, part.rate_change, kind=self.kind,
            hop_quantum=quantum, way=clip.way.number, is_first=part.frame == clip.way.first_frame,
            group=group,
        )  # fmt: skip

    def enter(self, clip: ClipInUse, segment: str, at: int, position: float) -> None:
        """Give a clip that begins its way, if it is not that of its own tempo."""
        way = self.way(segment, at, position, clip.sound)
        clip.way = None
        if not way.is_plain:
            clip.take(way)

    def keep_up(self, clip: ClipInUse, segment: str, at: int, group: int) -> list[Command]:
        """Let a clip that goes on over a seam follow the tempo behind it."""
        way = self.way(segment, at, clip.way_position_at(at), clip.sound)
        if clip.way is None and way.goes_on(None, at):
            return []
        before = clip.way
        if before is not None and way.goes_on(before, at):  # from here on it is computed from another beat
            clip.way = replace(before, beat=way.beat, position=way.position)
            return []
        clip.take(way.after(_so_far(clip), at))
        return self.commands(clip, at, group)

    def follow(self, clip: ClipInUse, segment: str, at: int) -> list[Command]:
        """Let a clip follow the tempo map, which has changed from a frame on."""
        before = clip.way
        if before is None:
            way = self.way(segment, at, clip.way_position_at(at), clip.sound)
        else:
            way = self.way(segment, at, before.position, clip.sound, before.beat)
        clip.take(way.after(_so_far(clip), at))
        return self.commands(clip, at, self.group)


def _so_far(clip: ClipInUse) -> Way:
    """The way of a clip until now; at its own tempo, it has gone frame by frame."""
    return clip.way or Way(0.0, 0.0, (WayPart(clip.zero_frame, 0.0),))
