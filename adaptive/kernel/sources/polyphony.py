"""Notes beyond the voices of an instrument: the oldest fades out in its own voice while the new one begins.

For sources with more voices than notes may sound (`SoundSource.spare_voices`), and the fields ``polyphony``
of the instrument and ``is_dying`` of the voices.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.kernel.compile.jit import rtsafe
from adaptive.kernel.layout import LANES, QUANTUM
from adaptive.kernel.sources.notes import OFF, RELEASE

Q = np.int64(QUANTUM)
OLDER_BY_RELEASE = np.int64(2**32)


@rtsafe
def first_start(group: Any, earliest: int) -> int:
    """The earlier of a frame and that at which a note of the group starts."""
    for lane in range(LANES):
        start = np.int64(group["event_offset"][lane])
        if 0 <= start < earliest:
            earliest = start
    return earliest


@rtsafe
def make_room(voices: Any, instrument: Any, frame: int, telemetry: Any) -> None:
    """Let the oldest notes fade, from the first new note on, until as many sound as may; count them."""
    count, at = np.int64(instrument["group_count"]), Q
    for number in range(count):
        at = first_start(voices[number], at)
    if at == Q:
        return
    excess = -np.int64(instrument["polyphony"])
    for number in range(count):
        group = voices[number]
        for lane in range(LANES):
            is_held = group["stage"][lane] != OFF and group["is_dying"][lane] == 0
            if is_held or group["event_offset"][lane] >= 0:
                excess += np.int64(1)
    while excess > 0:
        excess -= np.int64(1)
        oldest, most = np.int64(-1), np.int64(-1)
        for number in range(count):
            group = voices[number]
            for lane in range(LANES):
                is_held = group["stage"][lane] != OFF and group["is_dying"][lane] == 0
                if not is_held or group["event_offset"][lane] >= 0:
                    continue
                age = np.int64(instrument["next_age"] - group["age"][lane])
                age += OLDER_BY_RELEASE if group["stage"][lane] == RELEASE else np.int64(0)
                if age > most:
                    oldest, most = number * np.int64(LANES) + np.int64(lane), age
        if oldest < 0:
            return
        group, lane = voices[oldest // np.int64(LANES)], oldest % np.int64(LANES)
        group["is_dying"][lane] = np.int32(1)
        group["release_frame"][lane] = min(group["release_frame"][lane], frame + at)
        telemetry["stolen_voices"] += np.int64(1)
