"""What is asked from outside: states, events, tempo, play and stop, with their receipts."""

from __future__ import annotations

from dataclasses import dataclass

from adaptive.conductor.handover import Handover
from adaptive.conductor.messages import FireEvent, Message, Receipt, SetState, SetTempo, Transport
from adaptive.conductor.stage import Stage
from adaptive.conductor.stingers import Stingers
from adaptive.timebase import HAIR


@dataclass(frozen=True, slots=True)
class Ending:
    """A receipt that is due at a frame."""

    frame: int
    receipt: Receipt


class Requests:
    """Acts on messages.

    Parameters
    ----------
    stage : Stage
        What plays.
    handover : Handover
        Renews a planned seam when the tempo changes.
    stingers : Stingers
        Sound on events.
    """

    def __init__(self, stage: Stage, handover: Handover, stingers: Stingers) -> None:
        self.stage, self.handover, self.stingers = stage, handover, stingers
        self._endings: list[Ending] = []
        self._deferred: list[SetTempo] = []

    def resume(self) -> None:
        """Take up what had to wait for a seam."""
        deferred, self._deferred = self._deferred, []
        for late in deferred:
            self._set_tempo(late, is_deferred=True)

    def send_due(self) -> None:
        """Send the receipts of what has sounded."""
        due = [ending for ending in self._endings if ending.frame <= self.stage.now]
        if due:
            self._endings = [ending for ending in self._endings if ending.frame > self.stage.now]
            for ending in due:
                self.stage.send(ending.receipt)

    def take(self, message: Message) -> None:
        """Act on one message."""
        if isinstance(message, SetState):
            self._set_state(message)
        elif isinstance(message, FireEvent):
            self._fire(message)
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
        self.stage.receipt(message.id, "accepted", f"{message.group} is now {message.value}")
        self.stage.receipt(message.id, "finished", "taken into account from this tick on")

    def _transport(self, message: Transport) -> None:
        word = "play" if message.is_playing else "stop"
        if self.stage.is_playing == message.is_playing:
            self.stage.receipt(message.id, "merged", f"{word}: already so")
            return
        self.stage.is_playing = message.is_playing
        self.stage.log_line("state", self.stage.now, f"{word} was asked for", transport=word)
        self.stage.receipt(message.id, "accepted", word)
        self.stage.receipt(message.id, "finished", word)

    def _fire(self, message: FireEvent) -> None:
        name = message.name
        if message.velocity <= 0.0:
            self.stage.receipt(message.id, "dropped", "velocity 0 is a button let go")
            return
        if name not in self.stage.preset.file.stingers:
            self.stage.log_line(
                "stinger", self.stage.now, "no stinger of this name", event=name, status="dropped"
            )
            self.stage.receipt(message.id, "dropped", f"nothing sounds on {name!r}")
            return
        table = self.stage.preset.file.stingers[name]
        earliest = self.stingers.earliest_apex(name, self.stage.earliest)
        passage = self.stage.passage
        if self.stage.seam and self.stage.seam.frame <= earliest:
            passage = self.stage.seam.target
        beat = passage.next_boundary(self.stage.tempo.beat_at(earliest), table.play_at)
        if self.stage.seam and passage is self.stage.passage and beat > self.stage.seam.beat + HAIR:
            passage = self.stage.seam.target
            beat = passage.next_boundary(self.stage.seam.beat, table.play_at)
        apex = earliest if table.play_at == "immediate" else self.stage.tempo.frame_at(beat)
        apex = max(apex, earliest)
        why = self.stingers.refusal(name, apex, self.stage.now, message.expires_s)
        if why is not None:
            self.stage.log_line("stinger", self.stage.now, why, event=name, status="dropped")
            self.stage.receipt(message.id, "dropped", why)
            return
        plan = self.stingers.plan(name, apex, message.velocity, self.stage.earliest)
        self.stage.commands += plan.commands
        wait_s = round((apex - self.stage.now) / self.stage.tempo.sample_rate, 4)
        where = passage.position(self.stage.tempo.beat_at(apex))
        grid = table.play_at if isinstance(table.play_at, str) else f"{table.play_at.every_bars} bars"
        reason = f"event {name}; next {grid} after look-ahead and its own lead-in"
        self.stage.log_line(
            "stinger", apex, reason, event=name, status="scheduled", starts_frame=plan.first_frame,
            decided_frame=self.stage.now,
            wait_s=wait_s, velocity=round(message.velocity, 3),
        )  # fmt: skip
        self.stage.receipt(message.id, "accepted", reason, apex, where, f"stingers.{name}")
        if message.id is not None:
            done = Receipt(message.id, "finished", "sounded", apex, where, f"stingers.{name}")
            self._endings.append(Ending(apex, done))

    def _set_tempo(self, message: SetTempo, is_deferred: bool = False) -> None:
        if self.stage.seam is not None and self.stage.earliest > self.stage.seam.frame:
            self._deferred.append(message)
            if not is_deferred:
                self.stage.receipt(message.id, "accepted", "tempo")
                self.stage.receipt(message.id, "deferred", "a section is about to begin; right after it")
            return
        section = self.stage.material.sections.get(self.stage.wanted_section)
        if message.tempo_bpm is not None and section is not None and section.has_stems:
            why = (
                f"section {self.stage.wanted_section} has recorded stems, which keep the tempo they were "
                "recorded at"
            )
            self.stage.log_line("tempo", self.stage.now, why, status="dropped", tempo_bpm=message.tempo_bpm)
            self.stage.receipt(message.id, "dropped", why)
            return
        self.stage.tempo_wanted = message.tempo_bpm
        goal = message.tempo_bpm or (section.tempo_bpm if section else self.stage.preset.file.tempo_bpm)
        playing = self.stage.material.sections.get(self.stage.passage.section)
        if playing is not None and playing.has_stems:
            # what plays keeps its tempo; what is on its way begins in the one that is wanted
            at = self.stage.seam.frame if self.stage.seam is not None else self.stage.earliest
            self.handover.renew()
        else:
            at = self.stage.earliest
            self.handover.change_tempo(goal)
        self.stage.log_line("tempo", at, "asked for by a message", status="set", tempo_bpm=goal)
        self.stage.receipt(message.id, "started" if is_deferred else "accepted", f"{goal:g} bpm", at)
        self.stage.receipt(message.id, "finished", f"{goal:g} bpm")
