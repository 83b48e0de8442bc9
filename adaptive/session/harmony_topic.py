"""The subscription ``harmony``: key, scale and chord of now, and the chord that comes with its frame.

So the sounds and lights of a game can be in tune with the music.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.music.chord import Chord
from adaptive.music.scale import Key
from adaptive.session.performance import Performance
from adaptive.timebase import BEAT_TOLERANCE

EVERY = 4
"""Control steps between two looks: 21 ms at 48 kHz."""

MOST_BARS = 16
"""Bars that are searched for the next chord."""

MOVED_S = 0.01
"""A next harmony whose frame moves by more than this, because the tempo changes, is told again."""


class HarmonyHost(Protocol):
    """The part of a session that `HarmonyTopic` uses."""

    performance: Performance

    def heard(self, frame: int) -> int:
        """Number of the frame at which a rendered frame reaches the output."""


@dataclass(frozen=True, slots=True)
class HarmonyOfNow:
    """What holds from a beat of the timeline on.

    Parameters
    ----------
    beat : float
        From when.
    key : Key
        Key.
    chord : Chord or None
        Chord; None: the section declares none and nothing is composed.
    section : str
        Section or bridge.
    """

    beat: float
    key: Key
    chord: Chord | None
    section: str

    def is_like(self, other: HarmonyOfNow) -> bool:
        """Whether key and chord are the same."""
        return (self.key, self.chord) == (other.key, other.chord)


class HarmonyTopic:
    """Tells the harmony whenever it changes, or what comes next does.

    Parameters
    ----------
    host : HarmonyHost
        The session.
    tell : callable
        Is given the content of each message.
    """

    def __init__(self, host: HarmonyHost, tell: Callable[[dict[str, Any]], None]) -> None:
        self._host, self._tell = host, tell
        self._told: dict[str, Any] | None = None
        self._began: tuple[PlaybackState, HarmonyOfNow, dict[str, Any]] | None = None

    def follow(self, control_step: int) -> None:
        """Tell what has changed."""
        if control_step % EVERY:
            return
        content = self.content()
        if self._told is None or not self._is_told(content, self._told):
            self._told = content
            self._tell(content)

    def forget(self) -> None:
        """Tell it again: there is another listener."""
        self._told = None

    def content(self) -> dict[str, Any]:
        """Harmony of now since it began, and what comes; all null while nothing plays."""
        playback = self._host.performance.conductor.playback
        found = harmonies(playback, playback.tempo.beat_at(playback.now))
        now = next(found, None)
        if now is None:
            self._began = None
            return {"key": None, "scale": [], "chord": None, "tones": [], "section": None, "next": None}
        if self._began is None or self._began[0] is not playback or not self._began[1].is_like(now):
            self._began = playback, now, self._as_json(now)
        coming = next((one for one in found if not one.is_like(now)), None)
        return {**self._began[2], "next": None if coming is None else self._as_json(coming)}

    def _is_told(self, content: dict[str, Any], told: dict[str, Any]) -> bool:
        """Whether a listener that was told one knows the other: key, chord and what comes, and when."""
        new, old = content["next"], told["next"]
        if _names(content) != _names(told):
            return False
        if new is None or old is None:
            return new is old
        rate = self._host.performance.engine.spec.sample_rate
        return _names(new) == _names(old) and abs(new["frame"] - old["frame"]) <= MOVED_S * rate

    def _as_json(self, harmony: HarmonyOfNow) -> dict[str, Any]:
        playback = self._host.performance.conductor.playback
        frame = playback.tempo.frame_at(harmony.beat)
        chord = harmony.chord
        return {
            "key": str(harmony.key), "scale": [tone.pitch_class for tone in harmony.key.tones],
            "chord": None if chord is None else str(chord),
            "tones": [] if chord is None else [tone.pitch_class for tone in chord.tones],
            "section": harmony.section, "frame": frame, "heard_frame": self._host.heard(frame),
            "position": playback.instance_at(frame).position(harmony.beat),
        }  # fmt: skip


def _names(harmony: dict[str, Any]) -> tuple[Any, ...]:
    return harmony["key"], harmony["scale"], harmony["chord"]


def harmonies(playback: PlaybackState, beat: float) -> Iterator[HarmonyOfNow]:
    """Yield the harmony at a beat, and those that follow, over seams that are planned.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    beat : float
        Beat of the timeline.
    """
    before: HarmonyOfNow | None = None
    for instance, end in playback.instances():
        if end <= beat or instance.section == SILENCE:
            continue
        bar = instance.bar_at(instance.local(max(beat, instance.start_beat)))
        for number in range(bar, bar + MOST_BARS):
            start = instance.beat_of(instance.bar_start(number))
            if start >= end - BEAT_TOLERANCE:
                break
            for one in _in_bar(playback, instance, number, start):
                if one.beat >= end - BEAT_TOLERANCE:
                    break
                if one.beat > beat + BEAT_TOLERANCE:
                    if before is not None:
                        yield before
                        before = None
                    yield one
                else:
                    before = one
    if before is not None:
        yield before


def _in_bar(
    playback: PlaybackState, instance: SegmentInstance, number: int, start: float
) -> Iterator[HarmonyOfNow]:
    segment = playback.preset.segments[instance.section]
    plans = playback.assets.plans.get(instance.section)
    begins = max(start, instance.start_beat)
    written = playback.assets.generated
    is_unknown = not segment.chords and not any(name in written for name in segment.layers)
    if plans is None or is_unknown:  # of recordings alone, only the key is known
        yield HarmonyOfNow(begins, Key.parse(segment.key), None, instance.section)
        return
    # an introduction leads up to bar 1 as the last bars of a pass do
    bars = max(1, instance.length_beats // instance.beats_per_bar)
    ratio = instance.beats_per_bar / segment.meter[0]
    plan, planned_bar = plans.visit(instance.visit), number if number >= 0 else number % bars
    since = playback.held_beat if start < playback.held_beat < start + instance.beats_per_bar else begins
    if since > begins:  # what is held now is heard from the middle of the bar on
        before = plan.under(playback.held_before).bar(planned_bar)
        for onset, chord in before.harmony.chords:
            at = max(begins, start + float(onset) * ratio)
            if at < since - BEAT_TOLERANCE:
                yield HarmonyOfNow(at, before.part.key, chord, instance.section)
    is_before = start + instance.beats_per_bar <= playback.held_beat + BEAT_TOLERANCE
    held = playback.held_before if is_before else playback.held
    planned = plan.under(held).bar(planned_bar)
    ends = [float(onset) for onset, _ in planned.harmony.chords[1:]] + [float("inf")]
    for (onset, chord), end in zip(planned.harmony.chords, ends, strict=True):
        if start + end * ratio > since + BEAT_TOLERANCE:
            at = max(since, start + float(onset) * ratio)
            yield HarmonyOfNow(at, planned.part.key, chord, instance.section)
