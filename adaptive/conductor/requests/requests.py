"""Handles messages from outside: states, events, tempo, play and stop, with their receipts."""

from __future__ import annotations

from adaptive.conductor.messages import FireEvent, Message, SetState, SetTempo, Transport
from adaptive.conductor.playback import PlaybackState
from adaptive.conductor.requests.tracker import TRANSPORT, RequestTracker
from adaptive.conductor.stingers.stingers import Stingers
from adaptive.conductor.transitions.planner import TransitionPlanner


class Requests:
    """Handles messages.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    planner : TransitionPlanner
        Plans transitions again when the tempo changes.
    stingers : Stingers
        Plays the stingers of events.
    tracker : RequestTracker
        Creates the receipts of states, play and stop, which take time.
    """

    def __init__(
        self, playback: PlaybackState, planner: TransitionPlanner, stingers: Stingers, tracker: RequestTracker
    ) -> None:
        self.playback, self.planner, self.stingers = playback, planner, stingers
        self.tracker = tracker
        self._deferred: list[SetTempo] = []

    def take_over(self, before: Requests) -> None:
        """Keep tempo messages that wait for a transition."""
        self._deferred = before._deferred

    def resume(self) -> None:
        """Try the deferred tempo messages again."""
        deferred, self._deferred = self._deferred, []
        for message in deferred:
            self._set_tempo(message, is_deferred=True)

    def handle(self, message: Message) -> None:
        """Handle one message."""
        if isinstance(message, SetState):
            self._set_state(message)
        elif isinstance(message, FireEvent):
            self.stingers.fire(message)
        elif isinstance(message, SetTempo):
            self._set_tempo(message)
        else:
            self._transport(message)

    def _set_state(self, message: SetState) -> None:
        before = self.playback.values.states.get(message.group)
        if before == message.value:
            self.playback.receipt(message.id, "merged", f"{message.group} is {message.value} already")
            return
        self.playback.values.states[message.group] = message.value
        self.playback.log_line(
            "state", self.playback.now, f"{message.group} set from outside", group=message.group,
            value=message.value, before=before,
        )  # fmt: skip
        self.tracker.open(message.id, message.group, f"{message.group} is now {message.value}")

    def _transport(self, message: Transport) -> None:
        word = "play" if message.is_playing else "stop"
        if self.playback.is_playing == message.is_playing:
            self.playback.receipt(message.id, "merged", f"{word}: already so")
            return
        self.playback.is_playing = message.is_playing
        self.playback.log_line("state", self.playback.now, f"{word} was asked for", transport=word)
        self.tracker.open(message.id, TRANSPORT, word)

    def _set_tempo(self, message: SetTempo, is_deferred: bool = False) -> None:
        playback = self.playback
        if self.planner.locked_count():
            self._deferred.append(message)
            if not is_deferred:
                playback.receipt(message.id, "accepted", "tempo")
                reason = "a section is about to begin; the tempo changes right after that"
                playback.receipt(message.id, "deferred", reason)
            return
        wanted = playback.assets.segments.get(playback.destination.section)
        if message.tempo_bpm is not None and wanted is not None and wanted.has_stems:
            why = (
                f"section {playback.destination.section} has recorded stems, which keep the tempo they were "
                "recorded at"
            )
            playback.log_line("tempo", playback.now, why, status="dropped", tempo_bpm=message.tempo_bpm)
            playback.receipt(message.id, "dropped", why)
            return
        playback.tempo_wanted = message.tempo_bpm
        goal = message.tempo_bpm or (wanted.tempo_bpm if wanted else playback.preset.file.tempo_bpm)
        playing = playback.assets.segments.get(playback.instance.section)
        if playing is not None and playing.has_stems:
            # the present section keeps its tempo, which its stems hold; the next one begins in the new tempo
            self.planner.replan()
            at = playback.transitions[-1].frame if playback.transitions else playback.earliest
        else:
            at = playback.earliest
            self.planner.change_tempo(goal)
        playback.log_line("tempo", at, "asked for by a message", status="set", tempo_bpm=goal)
        status, where = "started" if is_deferred else "accepted", playback.position_at(at)
        playback.receipt(message.id, status, f"{goal:g} bpm", at, where)
        playback.receipt(message.id, "finished", f"{goal:g} bpm")
