"""A clip of the kernel and what it plays."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adaptive.conductor.layers.way import Way
from adaptive.engine.bank import Sound

FOREVER = 2**60
"""A frame that is never reached."""


@dataclass(slots=True, eq=False)
class ClipInUse:
    """A clip of the kernel and what it plays; all frames are frames of the timeline.

    While it plays at its own tempo, it has no `way`.
    """

    clip: int
    sound: Sound | None = None
    zero_frame: int = 0  # where position 0 of its first pass lies
    ends_frame: int = 0  # the clip is free from here on; FOREVER while it loops
    starts_frame: int = 0  # frame of its first sound; a stop is never scheduled before this frame
    is_stopping: bool = False  # it fades out; False for a released clip, which rings to its end
    way: Way | None = None
    shift: int = 0  # what the kernel counts more than `way_position_at`: it begins with the pass of the sound

    ways: int = 0  # ways it has had

    def take(self, way: Way) -> None:
        """Go another way, which gets a number of its own."""
        self.ways += 1
        self.way = replace(way, number=self.ways)

    def way_position_at(self, frame: int) -> float:
        """Position at a frame, from the beginning of the pass in which it was entered."""
        return frame - self.zero_frame if self.way is None else self.way.position_at(frame)

    def frame_of(self, position: float) -> int:
        """Frame at which it is at a position, counted like `way_position_at`."""
        return round(self.zero_frame + position if self.way is None else self.way.frame_at(position))

    def position_at(self, frame: int) -> int:
        """Position in its sound at a frame: frames since beat 1 of the present pass.

        Negative in an introduction, before the first pass.
        """
        loop = self.sound.loop_frames if self.sound else 0
        position = round(self.way_position_at(frame))
        return position % loop if loop and position >= 0 else position

    def is_at_end(self, frame: int, tolerance: int) -> bool:
        """Whether a pass of the clip's sound ends within `tolerance` frames of a frame.

        The sound's pass and the segment's need not end together: when a bridge ends, a sound that continued
        under it may be in the middle of a pass.
        Before the first pass none has ended.
        """
        loop = self.sound.loop_frames if self.sound else 0
        if loop and self.way_position_at(frame) < loop // 2:
            return False
        return not loop or abs((self.position_at(frame) + loop // 2) % loop - loop // 2) <= tolerance
