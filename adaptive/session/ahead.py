"""The subscription ``ahead``: the beats to come, each with the time at which it is heard.

A client that knows our clock (see `adaptive.session.client_times`) can show a beat when it is heard, and not
when a message about it arrives.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.session.client_times import ClientTimes
from adaptive.session.performance import Performance
from adaptive.timebase import BEAT_TOLERANCE

AHEAD_S = 3.0
"""How far the beats reach: a stream may buffer two seconds."""

MOVED_S = 0.001
"""Beats that have moved by more than this are told again."""

LEAST_SPACING_S = 0.1
"""Time between two messages that say only that beats have moved."""

MOST_BEATS = 64


class AheadHost(Protocol):
    """The part of a session that `Ahead` uses."""

    performance: Performance
    client_times: ClientTimes


class Ahead:
    """Tells the beats to come, whenever there is another one or one has moved.

    Parameters
    ----------
    host : AheadHost
        The session.
    tell : callable
        Is given the content of each message.
    """

    def __init__(self, host: AheadHost, tell: Callable[[dict[str, Any]], None]) -> None:
        self._host, self._tell = host, tell
        self._told: dict[float, float] = {}
        self._told_at_s = -math.inf

    def follow(self, now_s: float, *, is_paused: bool) -> None:
        """Tell what has changed; `now_s` is our clock."""
        if is_paused:
            if self._told:
                self._told = {}
                self._tell({"beats": [], "seams": [], "is_paused": True})
            return
        content = self._content()
        times = {beat["beat"]: beat["heard_s"] for beat in content["beats"]}
        is_other = set(times) - set(self._told) or any(
            beat not in times and heard_s > now_s for beat, heard_s in self._told.items()
        )
        has_moved = any(
            abs(at - self._told[beat]) > MOVED_S for beat, at in times.items() if beat in self._told
        )
        if is_other or (has_moved and now_s - self._told_at_s >= LEAST_SPACING_S):
            self._told, self._told_at_s = times, now_s
            self._tell(content)

    def _content(self) -> dict[str, Any]:
        """Beats and seams of the next `AHEAD_S`, from those that are being heard on."""
        performance, times = self._host.performance, self._host.client_times
        playback = performance.conductor.playback
        rate = playback.tempo.sample_rate
        behind = times.latency_ms / 1000.0 * rate
        first = playback.tempo.beat_at(max(playback.entered_frame, performance.engine.frame - behind))
        last = playback.tempo.beat_at(performance.engine.frame + AHEAD_S * rate)
        beats: list[dict[str, Any]] = []
        seams: list[dict[str, Any]] = []
        for instance, end in playback.instances():
            begin = max(first - 1.0, instance.start_beat)
            if begin > last:
                break
            beats += self._beats(playback, instance, begin, min(end, last))
            if first < end <= last:
                target = playback.instance_at(playback.tempo.frame_at(end) + 1)
                seams.append(
                    {
                        "heard_s": self._heard_s(playback, end), "beat": round(end, 6),
                        "from": instance.section or None, "to": target.section or None,
                        "position": target.position(end),
                    }
                )  # fmt: skip
        return {"beats": beats[:MOST_BEATS], "seams": seams, "is_paused": False}

    def _beats(
        self, playback: PlaybackState, instance: SegmentInstance, begin: float, end: float
    ) -> list[dict[str, Any]]:
        """The whole beats of an instance from one beat of the timeline up to another."""
        found: list[dict[str, Any]] = []
        local = math.ceil(instance.local(begin) - BEAT_TOLERANCE)
        markers = dict(instance.markers)
        while len(found) < MOST_BEATS:
            beat = instance.beat_of(local)
            if beat >= end - BEAT_TOLERANCE:
                break
            entry: dict[str, Any] = {
                "beat": round(beat, 6), "heard_s": self._heard_s(playback, beat),
                "position": instance.position(beat), "section": instance.section or None,
                "is_bar": local % instance.beats_per_bar == 0,
            }  # fmt: skip
            marker = markers.get(local % instance.length_beats) if local >= 0 else None
            found.append(entry if marker is None else {**entry, "marker": marker})
            local += 1
        return found

    def _heard_s(self, playback: PlaybackState, beat: float) -> float:
        heard = self._host.client_times.heard_s(playback.tempo.exact_frame_at(beat))
        return round(heard or 0.0, 6)
