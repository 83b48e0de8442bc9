"""The tempo that a mood implies: the last of the sources of a live tempo."""

from __future__ import annotations

from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.steering import Steering, declared_mood
from adaptive.conductor.tempo.source import TempoTarget
from adaptive.music.mood import mood_tempo

MAX_CHANGE_PER_S = 0.03
"""Share of the tempo by which it changes in a second: a listener notices 4 %."""


class MoodTempo:
    """Asks for a tempo while a message or the preset has a mood, in sections without recordings.

    The mood of a preset has no effect on sections with a `tempo_bpm` of their own.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    steering : Steering
        Knows the mood.
    """

    def __init__(self, playback: PlaybackState, steering: Steering) -> None:
        self._playback, self._steering = playback, steering

    def target(self, now: int) -> TempoTarget | None:
        """The section's tempo, faster in an excited mood, slower in a calm one; None: there is no mood."""
        section = self._playback.instance.section
        segment = self._playback.assets.segments.get(section)
        if segment is None or segment.has_stems:
            return None
        mood = self._steering.state.mood
        if mood is None:
            file = self._playback.preset.file
            table = file.sections.get(section)
            mood = None if table is None or table.tempo_bpm is not None else declared_mood(file.steer)
        if mood is None:
            return None
        return TempoTarget(segment.tempo_bpm * mood_tempo(mood[1]), "mood", MAX_CHANGE_PER_S)
