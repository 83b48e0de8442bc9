"""Clips whose sound is streamed from disk: whether their next frames are in memory, and the fade if not.

A streamed sound lies at one address like any other, but only some of its chunks are in memory: what is near
the clips that play it, and the heads at which it may begin.  Another thread reads chunks ahead.  A clip fades
out over four quanta before the first frame that is missing, goes on silently, and fades in again, in phase.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.dsp.maths import F32, ONE
from adaptive.kernel.layout import PAIRS
from adaptive.kernel.sources.chunk_marks import AHEAD, ENOUGH, FADE_QUANTA, SHARE, is_in_memory
from adaptive.kernel.sources.stretch_record import MOST_WINDOW

AROUND = np.int64(2 * MOST_WINDOW)
"""Frames on either side that a stretched clip may read."""


@rtsafe
def has_frames(group: Any, column: int, sound: Any, behind: int, ahead: int) -> bool:
    """Whether all that a clip reads from `behind` frames before to `ahead` after its place is in memory."""
    position, loop_frames = group["position"][column], sound["loop_frames"]
    marks, frames = sound["at_chunks"], sound["frames"]
    head = np.int64(group["is_tail"][column])
    while head <= group["passes"][column]:
        at = sound["origin"] + position + head * loop_frames
        if at - behind >= frames:
            break
        if not is_in_memory(marks, frames, at - behind, at + ahead):
            return False
        if loop_frames == 0:
            break
        head += np.int64(1)
    if loop_frames > 0 and group["is_tail"][column] == 0:
        over = sound["origin"] + position + ahead - loop_frames
        return is_in_memory(marks, frames, sound["origin"], over)
    return True


@rtsafe
def begin_stream(group: Any, column: int, sound: Any) -> None:
    """Decide whether a clip that starts is heard at once."""
    group["missing"][column] = np.int32(0)
    if sound["at_chunks"] != 0 and not has_frames(group, column, sound, np.int64(0), AHEAD):
        group["missing"][column] = FADE_QUANTA
        group["starved"][column] += np.int64(1)


@rtsafe
def stream_gain(group: Any, column: int) -> float:
    """Gain (float32) of a clip that runs out of frames, or has them again; 1 for all others."""
    return ONE - SHARE * F32(group["missing"][column])


@rtsafe
def watch_streams(group: Any, sounds: Any) -> None:
    """Look for the frames that the streamed clips of a group need next."""
    for column in range(np.int64(PAIRS)):
        if group["state"][column] == 0:
            continue
        sound = sounds[group["sound"][column]]
        if sound["at_chunks"] == 0:
            continue
        around = AROUND if group["at_stretched"][column] != 0 else np.int64(0)
        missing = group["missing"][column]
        ahead = max(around, ENOUGH if missing > 0 else AHEAD)
        if has_frames(group, column, sound, around, ahead):
            group["missing"][column] = max(missing - np.int32(1), np.int32(0))
        elif missing < FADE_QUANTA:
            if missing == 0:
                group["starved"][column] += np.int64(1)
            group["missing"][column] = missing + np.int32(1)
