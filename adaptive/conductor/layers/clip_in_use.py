"""A clip of the kernel and what it plays."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.engine.bank import Sound

FOREVER = 2**60
"""A frame that is never reached."""


@dataclass(slots=True, eq=False)
class ClipInUse:
    """A clip of the kernel and what it plays; all frames are frames of the timeline."""

    clip: int
    sound: Sound | None = None
    zero_frame: int = 0  # where position 0 of its first pass lies
    ends_frame: int = 0  # the clip is free from here on; FOREVER while it loops
    starts_frame: int = 0  # frame of its first sound; a stop is never scheduled before this frame
    is_stopping: bool = False  # it fades out; False for a released clip, which rings to its end

    def position_at(self, frame: int) -> int:
        """Position in its sound at a frame: frames since beat 1 of the present pass.

        Negative in an introduction, before the first pass.
        """
        loop = self.sound.loop_frames if self.sound else 0
        if frame < self.zero_frame:
            return frame - self.zero_frame
        return (frame - self.zero_frame) % loop if loop else frame - self.zero_frame

    def is_at_end(self, frame: int, tolerance: int) -> bool:
        """Whether a pass of the clip's sound ends within `tolerance` frames of a frame.

        The sound's pass and the segment's need not end together: when a bridge ends, a sound that continued
        under it may be in the middle of a pass.
        Before the first pass none has ended.
        """
        loop = self.sound.loop_frames if self.sound else 0
        if loop and frame < self.zero_frame + loop // 2:
            return False
        return not loop or abs((self.position_at(frame) + loop // 2) % loop - loop // 2) <= tolerance
