"""Changes the tempo map: in a step at a seam, and over a beat when a message asks for another tempo.

Only `TransitionPlanner` calls these, because a change of tempo moves every seam that is planned after it.
"""

from __future__ import annotations

from adaptive.conductor.layers.write_range import ComposeContext
from adaptive.conductor.outbox import CommandOutbox
from adaptive.conductor.planned_transition import PlannedTransition
from adaptive.conductor.playback import PlaybackState
from adaptive.engine import commands

GLIDE_BEATS = 1.0
"""Length of the glide to a tempo that a message asks for, in beats of the tempo before it."""


class TempoChanges:
    """Changes the tempo map of what plays.

    Parameters
    ----------
    playback : PlaybackState
        Has the tempo map, and the tempo that a message asked for.
    outbox : CommandOutbox
        Receives the withdrawal of notes that were written for the tempo before.
    """

    def __init__(self, playback: PlaybackState, outbox: CommandOutbox) -> None:
        self.playback, self.outbox = playback, outbox

    def begin(self, context: ComposeContext) -> None:
        """Begin in the tempo and beat unit of the first segment, at frame 0."""
        playback = self.playback
        if playback.tempo_wanted is not None or playback.tempo_live is not None:
            playback.follow_tempo()
        playback.tempo.step(0, context.tempo_bpm, context.instance.beat_unit)

    def step_at(self, transition: PlannedTransition) -> None:
        """Change tempo and beat unit at a seam to those of the destination, if they differ."""
        playback, tempo = self.playback, self.playback.tempo
        segment_assets = playback.assets.segments.get(transition.target.section)
        if segment_assets is None:
            return
        tempo_bpm = playback.tempo_after(transition.frame, transition.target.section)
        beat_unit = segment_assets.segment.beat_unit
        is_other = abs(tempo.tempo_at(transition.frame) - tempo_bpm) > 1e-9
        if is_other or tempo.beat_unit_at(transition.frame) != beat_unit:
            tempo.step(tempo.exact_frame_at(transition.beat), tempo_bpm, beat_unit)

    def undo(self, transition: PlannedTransition) -> None:
        """Restore the tempo map as it was before a transition was planned."""
        self.playback.tempo.restore(transition.tempo_before)

    def glide_to(self, tempo_bpm: float, frames: int | None = None, told_bpm: float | None = None) -> None:
        """Glide to another tempo from the earliest possible frame on.

        Notes after it are written again, and recordings are stretched.

        No transition may be planned meanwhile.

        Parameters
        ----------
        tempo_bpm : float
            The tempo, in quarter notes a minute.
        frames : int, optional
            Length of the glide; left out: a beat.
        told_bpm : float, optional
            What generators are told; left out: `tempo_bpm`.
        """
        playback, at = self.playback, self.playback.earliest
        beat = playback.tempo.beat_at(at)
        glide = playback.tempo.frame_at(beat + GLIDE_BEATS) - at if frames is None else frames
        told = tempo_bpm if told_bpm is None else told_bpm
        for _, player in playback.assets.players():
            self.outbox.add(player.withdraw_notes(at, beat))
        playback.tempo.ramp(at, tempo_bpm, glide)
        playback.revision += 1
        if playback.engine.spec.is_elastic:
            self.outbox.add([commands.withdraw(playback.layout.tempo_group, at)])
        for _, player in playback.assets.players():
            self.outbox.add(player.set_tempo(told, at))
