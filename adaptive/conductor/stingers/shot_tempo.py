"""Stingers that were recorded at a tempo, and follow the tempo map as stems do.

A stinger without a tempo of its own is a sound, not a phrase: it sounds as it was recorded.
"""

from __future__ import annotations

import math

from adaptive.conductor.layers.clip_in_use import ClipInUse
from adaptive.conductor.layers.stem_tempo import StemTempo
from adaptive.engine.bank import Sound
from adaptive.engine.commands import Command

SLOWEST, FASTEST = 0.5, 2.0
"""Shares of its own tempo between which a recording is stretched, as stems are."""


def lead_frames(elastic: StemTempo | None, name: str, origin: int, at: int) -> int:
    """Frames in which what precedes a stinger's first beat passes, at the slower of now and what comes."""
    if elastic is None:
        return origin
    slowest = min(elastic.tempo.tempo_at(at), elastic.tempo.last_tempo())
    rate = slowest / elastic.own_bpm[name]
    return math.ceil(origin / rate) if SLOWEST <= rate < 1.0 else origin


def enter(clip: ClipInUse, elastic: StemTempo | None, name: str, sound: Sound, sync_point: int) -> int:
    """Let a clip begin so that its first beat lands on a frame; return its first frame.

    It follows the tempo from its first frame on, if it has a tempo of its own that is within reach there.
    """
    clip.sound, clip.zero_frame, clip.way = sound, sync_point, None
    if elastic is not None:
        elastic.enter(clip, name, sync_point, 0)
    if clip.way is None:
        return sync_point - sound.origin
    rate = clip.way.parts[0].rate
    if not SLOWEST <= rate <= FASTEST:
        clip.way = None
        return sync_point - sound.origin
    first = sync_point - int(sound.origin / rate)
    if first < sync_point:
        clip.way = clip.way.led_from(first)
    return first


def ends_at(clip: ClipInUse, elastic: StemTempo | None, sound: Sound) -> int:
    """The frame after a clip's last; what is stretched rings for half a window."""
    rings = 0 if clip.way is None or elastic is None else elastic.ring_frames()
    return clip.frame_of(sound.frames - sound.origin) + rings


def keep_up(clip: ClipInUse, elastic: StemTempo, name: str, at: int) -> list[Command]:
    """Let a clip that sounds follow the tempo map, which may have changed from a frame on."""
    way = elastic.way(name, at, clip.way_position_at(at), clip.sound)
    if not all(SLOWEST <= part.rate <= FASTEST for part in way.parts):
        return []  # it goes on as it does
    return elastic.keep_up(clip, name, at, elastic.group)
