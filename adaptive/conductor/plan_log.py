"""Logs the plan of generated music: a line where a part of the form begins."""

from __future__ import annotations

from adaptive.composer.steer import HeldHarmony
from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.preset.segments import is_bridge


class PlanLog:
    """Logs each part of the form of sections in which generated layers play.

    Parameters
    ----------
    playback : PlaybackState
        What plays; receives the log lines.

    Attributes
    ----------
    state : tuple of (str, int, int, float) or None
        Section, visit, part, start and held harmony of what was logged last; None: nothing yet.
    """

    def __init__(self, playback: PlaybackState) -> None:
        self._playback = playback
        self.state: tuple[str, int, int, float, HeldHarmony] | None = None
        self._seen: tuple[SegmentInstance, HeldHarmony, int] | None = None

    def report(self) -> None:
        """Log the part of the present bar, if it has not been logged."""
        playback, instance = self._playback, self._playback.instance
        section = instance.section
        if section not in playback.assets.plans or is_bridge(section):
            return
        if not any(name in playback.assets.generated for name in playback.layers_of(section)):
            return
        bar = instance.bar_at(instance.local(playback.tempo.beat_at(playback.now)))
        if bar < 0:
            return
        seen = self._seen
        if seen is not None and seen[0] is instance and seen[1] is playback.held and seen[2] == bar:
            return
        self._seen = (instance, playback.held, bar)
        planned = playback.assets.plans[section].visit(instance.visit).under(playback.held).bar(bar)
        now = (section, instance.visit, planned.part.number, instance.start_beat, playback.held)
        if now == self.state:
            return
        self.state = now
        part = planned.part
        chords = [" ".join(str(chord) for _, chord in bar_chords) for bar_chords in part.chords]
        playback.log_line(
            "plan", playback.now, planned.describe(), section=section, part=planned.label,
            theme=part.form.theme, key=str(part.key), bars=part.bars, closes=list(part.closes), chords=chords,
            leader=planned.leader or None, resting=sorted(part.character.resting),
        )  # fmt: skip
