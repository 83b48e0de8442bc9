"""Sends connections what they subscribe to: beats, bars, sections, meters, parameters."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, Protocol

from adaptive.conductor.log import Line
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.inputs.lines import Listener, ToldMessage
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.session.ahead import Ahead
from adaptive.session.client_times import ClientTimes
from adaptive.session.harmony_topic import HarmonyTopic
from adaptive.session.live_loudness import LiveLoudness
from adaptive.session.performance import Performance
from adaptive.session.shared_peaks import SharedPeaks
from adaptive.timebase import BEAT_TOLERANCE
from adaptive.units import gain_to_db

_OF_THE_LOG = ("frame", "t", "position", "section_position", "kind", "reason")
PROGRAMME_S = 1.0
"""Time between two messages about the progress of a programme, in seconds of music."""

METERS_S = 0.05
"""Time between two messages of meters and parameters, in seconds of music."""


class SubscriptionHost(Protocol):
    """The part of a session that `Subscriptions` uses."""

    performance: Performance
    client_times: ClientTimes
    loudness: LiveLoudness
    peaks: SharedPeaks

    def heard(self, frame: int) -> int:
        """Number of the frame at which a rendered frame reaches the output."""


class Subscriptions:
    """Sends connections the topics they subscribe to.

    Parameters
    ----------
    host : SubscriptionHost
        The session.
    """

    def __init__(self, host: SubscriptionHost) -> None:
        self._host = host
        self.connections: set[Listener] = set()
        self._last_beat: tuple[SegmentInstance, int] | None = None
        self._told_instance: SegmentInstance | None = None
        self._meters_at = 0.0
        self._ahead = Ahead(host, lambda content: self.tell("ahead", content))
        self._harmony = HarmonyTopic(host, lambda content: self.tell("harmony", content))
        self._listeners = 0
        self._programme_at = 0.0

    def now(self, groups: Collection[str]) -> dict[str, Any]:
        """What plays now: sent to a connection when it begins, because it has missed the earlier messages.

        `groups` are the state groups that the same message declares.
        """
        performance = self._host.performance
        conductor, engine = performance.conductor, performance.engine
        beat = conductor.tempo.beat_at(engine.frame)
        return {
            "section": conductor.instance.section,
            "position": conductor.instance.position(beat),
            "tempo_bpm": round(conductor.tempo.tempo_at(engine.frame), 3),
            "states": {
                name: value for name, value in conductor.playback.values.states.items() if name in groups
            },
            "parameters": self._parameters(),
        }

    def hear_line(self, line: Line) -> None:
        """Publish a line of the decision log: to programs in this process all, to others transitions."""
        self.tell("log", line)
        if line["kind"] == "transition":
            self.tell("section", {**line, "heard_frame": self._host.heard(line["frame"])})
        if line["kind"] == "programme":
            self.tell("programme", {key: line[key] for key in line if key not in _OF_THE_LOG})

    def tell(self, topic: str, content: dict[str, Any]) -> None:
        """Send a message to all connections that subscribe to a topic."""
        told = ToldMessage({topic: content})
        for connection in self.connections:
            if topic in connection.topics:
                connection.hear(told)

    def follow(self, control_step: int) -> None:
        """Publish what happened in a control step."""
        if not self.connections:
            return
        conductor = self._host.performance.conductor
        frame = control_step * CONTROL_STEP_FRAMES
        instance = conductor.instance
        if instance is not self._told_instance:
            self._tell_arrival(instance)
        # each segment instance counts its own beats: after a seam between two beats the count begins anew
        local = math.floor(instance.local(conductor.tempo.beat_at(frame)) + BEAT_TOLERANCE)
        beat = instance.beat_of(local)
        if (instance, local) != self._last_beat and beat > instance.start_beat - BEAT_TOLERANCE:
            self._last_beat = (instance, local)
            at = conductor.tempo.frame_at(beat)
            found: dict[str, Any] = {
                "frame": at, "heard_frame": self._host.heard(at), "position": instance.position(beat),
            }  # fmt: skip
            bpm = round(conductor.tempo.tempo_at(frame), 3)
            found |= {"section": instance.section, "tempo_bpm": bpm}
            if found["position"].split(".")[1] == "1":
                self.tell("bar", found)
            self.tell("beat", found)
        seconds = frame / self._host.performance.engine.spec.sample_rate
        if seconds - self._meters_at >= METERS_S or seconds < self._meters_at:
            self._meters_at = seconds
            self._tell_meters()
        self._follow_harmony(control_step)
        programme = conductor.following.programme
        if programme is not None and abs(seconds - self._programme_at) >= PROGRAMME_S:
            self._programme_at = seconds
            self.tell("programme", {"status": "goes on", **programme.as_json()})

    def _follow_harmony(self, control_step: int) -> None:
        """Tell the harmony where it is wanted; to all again when another listener comes."""
        listeners = sum("harmony" in connection.topics for connection in self.connections)
        if listeners > self._listeners:
            self._harmony.forget()
        self._listeners = listeners
        if listeners:
            self._harmony.follow(control_step)

    def follow_ahead(self, now_s: float, *, is_paused: bool) -> None:
        """Tell the beats to come, by our clock; call it after the control steps that are due."""
        if any("ahead" in connection.topics for connection in self.connections):
            self._ahead.follow(now_s, is_paused=is_paused)

    def _tell_arrival(self, instance: SegmentInstance) -> None:
        """Publish that a section has begun; a planned transition may have been withdrawn."""
        before, self._told_instance = self._told_instance, instance
        at = self._host.performance.conductor.tempo.frame_at(instance.start_beat)
        arrived = {
            "kind": "transition", "status": "plays", "frame": at, "heard_frame": self._host.heard(at),
            "position": instance.position(instance.start_beat),
            "source": None if before is None else before.section, "target": instance.section,
            "reason": "its first frame is due",
        }  # fmt: skip
        self.tell("section", arrived)

    def _tell_meters(self) -> None:
        wanted = {topic for connection in self.connections for topic in connection.topics}
        engine = self._host.performance.engine
        if "meters" in wanted:
            peaks = [round(gain_to_db(float(p)), 1) for p in self._host.peaks.take(self, engine)]
            rms = [round(gain_to_db(float(r)), 1) for r in engine.rms()]
            self._host.loudness.follow(engine)
            measured, telemetry = self._host.loudness.now, engine.telemetry()
            self.tell(
                "meters",
                {
                    "peak_db": peaks, "rms_db": rms,
                    "loudness": None if measured is None else measured.as_json(),
                    "spectra": telemetry.stretch_hops, "most_spectra": telemetry.most_hops,
                },
            )  # fmt: skip
        if "parameters" in wanted:
            self.tell("parameters", self._parameters())

    def _parameters(self) -> dict[str, float]:
        performance = self._host.performance
        names = performance.layout.parameters
        return {name: round(performance.engine.value(index), 5) for name, index in names.items()}
