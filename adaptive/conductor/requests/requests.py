"""What is asked from outside: states, events, tempo, play and stop, with their receipts."""

from __future__ import annotations

from adaptive.conductor.messages import FireEvent, Message, SetState, SetTempo, Transport
from adaptive.conductor.playback import Stage
from adaptive.conductor.requests.tracker import TRANSPORT, Promises
from adaptive.conductor.stingers.stingers import Stingers
from adaptive.conductor.transitions.planner import Handover


class Requests:
    """Acts on messages.

    Parameters
    ----------
    stage : Stage
        What plays.
    handover : Handover
        Renews planned seams when the tempo changes.
    stingers : Stingers
        Sound on events.
    promises : Promises
        Follow what takes time.
    """

    def __init__(self, stage: Stage, handover: Handover, stingers: Stingers, promises: Promises) -> None:
        self.stage, self.handover, self.stingers = stage, handover, stingers
        self.promises = promises
        self._deferred: list[SetTempo] = []

    def take_over(self, before: Requests) -> None:
        """Keep what waits for a seam."""
        self._deferred = before._deferred

    def resume(self) -> None:
        """Take up what had to wait for a seam."""
        deferred, self._deferred = self._deferred, []
        for late in deferred:
            self._set_tempo(late, is_deferred=True)

    def take(self, message: Message) -> None:
        """Act on one message."""
        if isinstance(message, SetState):
            self._set_state(message)
        elif isinstance(message, FireEvent):
            self.stingers.fire(message)
        elif isinstance(message, SetTempo):
            self._set_tempo(message)
        else:
            self._transport(message)

    def _set_state(self, message: SetState) -> None:
        before = self.stage.scope.states.get(message.group)
        if before == message.value:
            self.stage.receipt(message.id, "merged", f"{message.group} is {message.value} already")
            return
        self.stage.scope.states[message.group] = message.value
        self.stage.log_line(
            "state", self.stage.now, f"{message.group} set from outside", group=message.group,
            value=message.value, before=before,
        )  # fmt: skip
        self.promises.open(message.id, message.group, f"{message.group} is now {message.value}")

    def _transport(self, message: Transport) -> None:
        word = "play" if message.is_playing else "stop"
        if self.stage.is_playing == message.is_playing:
            self.stage.receipt(message.id, "merged", f"{word}: already so")
            return
        self.stage.is_playing = message.is_playing
        self.stage.log_line("state", self.stage.now, f"{word} was asked for", transport=word)
        self.promises.open(message.id, TRANSPORT, word)

    def _set_tempo(self, message: SetTempo, is_deferred: bool = False) -> None:
        stage = self.stage
        if self.handover.keep():
            self._deferred.append(message)
            if not is_deferred:
                stage.receipt(message.id, "accepted", "tempo")
                stage.receipt(message.id, "deferred", "a section is about to begin; right after it")
            return
        wanted = stage.material.parts.get(stage.wanted_section)
        if message.tempo_bpm is not None and wanted is not None and wanted.has_stems:
            why = (
                f"section {stage.wanted_section} has recorded stems, which keep the tempo they were "
                "recorded at"
            )
            stage.log_line("tempo", stage.now, why, status="dropped", tempo_bpm=message.tempo_bpm)
            stage.receipt(message.id, "dropped", why)
            return
        stage.tempo_wanted = message.tempo_bpm
        goal = message.tempo_bpm or (wanted.tempo_bpm if wanted else stage.preset.file.tempo_bpm)
        playing = stage.material.parts.get(stage.passage.section)
        if playing is not None and playing.has_stems:
            # what plays keeps its tempo; what is on its way begins in the one that is wanted
            self.handover.renew()
            at = stage.seams[-1].frame if stage.seams else stage.earliest
        else:
            at = stage.earliest
            self.handover.change_tempo(goal)
        stage.log_line("tempo", at, "asked for by a message", status="set", tempo_bpm=goal)
        status, where = "started" if is_deferred else "accepted", stage.position_at(at)
        stage.receipt(message.id, status, f"{goal:g} bpm", at, where)
        stage.receipt(message.id, "finished", f"{goal:g} bpm")
