"""Handles messages from outside: states, events, tempo, play and stop, with their receipts."""

from __future__ import annotations

from collections.abc import Sequence

from adaptive.conductor.clock_following import ClockFollowing
from adaptive.conductor.following import FollowMessage, TempoFollowing
from adaptive.conductor.messages import (
    ExternalClock,
    FireEvent,
    ForgetPlace,
    Jump,
    Message,
    Restart,
    SetMix,
    SetSnapshot,
    SetState,
    SetTempo,
    Transport,
)
from adaptive.conductor.mix import Mix
from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.regenerations import Regenerations, TakeMessage
from adaptive.conductor.requests.places import PlaceRequests
from adaptive.conductor.requests.tracker import TRANSPORT, RequestTracker
from adaptive.conductor.steering import Steering, SteerMessage
from adaptive.conductor.stingers.stingers import Stingers
from adaptive.conductor.tempo.range import range_of
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
    places : PlaceRequests
        Handles `forget`, `restart` and `jump`.
    mix : Mix
        Handles `mix`.
    following : TempoFollowing
        Handles steps, programmes and the output latency.
    steering : Steering
        Handles `steer`, `mood`, `key` and `chord`.
    regenerations : Regenerations
        Handles `lock`, `regenerate` and `take_back`.

    Attributes
    ----------
    state : tuple of SetTempo
        Tempo messages that wait for a transition.
    """

    def __init__(
        self,
        playback: PlaybackState,
        planner: TransitionPlanner,
        stingers: Stingers,
        tracker: RequestTracker,
        places: PlaceRequests,
        mix: Mix,
        following: TempoFollowing,
        steering: Steering,
        regenerations: Regenerations,
        clock_following: ClockFollowing,
    ) -> None:
        self.playback, self.planner, self.stingers = playback, planner, stingers
        self.tracker, self.places, self.mix = tracker, places, mix
        self.following, self.steering, self.regenerations = following, steering, regenerations
        self.clock_following = clock_following
        self.state: tuple[SetTempo, ...] = ()

    def begin(self, messages: Sequence[Message]) -> None:
        """Apply states, play and stop before the first section is chosen."""
        for message in messages:
            if isinstance(message, SetState | Transport):
                self.handle(message)

    def begin_tempo(self, messages: Sequence[Message], section: str) -> None:
        """Let the music begin in the tempo that was asked for."""
        for message in messages:
            if isinstance(message, SetTempo):
                self.playback.tempo_wanted = message.tempo_bpm
                self._tempo_set(message, 0, "accepted", section)

    def resume(self) -> None:
        """Try the deferred tempo messages again."""
        deferred, self.state = self.state, ()
        for message in deferred:
            self._set_tempo(message, is_deferred=True)

    def handle(self, message: Message) -> None:
        """Handle one message."""
        if isinstance(message, SetState):
            self._set_state(message)
        elif isinstance(message, FireEvent):
            self._fire(message)
        elif isinstance(message, SetTempo):
            self._set_tempo(message)
        elif isinstance(message, ForgetPlace):
            self.places.forget(message)
        elif isinstance(message, Restart):
            self.places.restart(message)
        elif isinstance(message, Jump):
            self.places.jump(message)
        elif isinstance(message, SetMix | SetSnapshot):
            self._mix(message)
        elif isinstance(message, ExternalClock):
            self.clock_following.handle(message)
        elif isinstance(message, FollowMessage):
            self.following.handle(message)
        elif isinstance(message, SteerMessage):
            self.steering.handle(message)
        elif isinstance(message, TakeMessage):
            self.regenerations.handle(message)
        else:
            self._transport(message)

    def _fire(self, message: FireEvent) -> None:
        """Fire an event: of snapshots, of the stinger of its name, or of both."""
        is_released = message.velocity <= 0.0
        is_begun = not is_released and self.mix.snapshots.fire(message.name)
        if is_begun and message.name not in self.playback.preset.file.stingers:
            words = f"event {message.name} of a snapshot"
            self.playback.receipts_of_done(message.id, words, self.playback.earliest)
        else:
            self.stingers.fire(message)

    def _mix(self, message: SetMix | SetSnapshot) -> None:
        if isinstance(message, SetMix):
            self.mix.set(message)
        else:
            self.mix.snapshots.tell(message)

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
        if self.playback.is_playing == message.is_playing and not self._stops_sooner(message):
            self.playback.receipt(message.id, "merged", f"{word}: already so")
            return
        self.playback.is_playing, self.playback.stop_s = message.is_playing, message.seconds
        self.playback.log_line("state", self.playback.now, f"{word} was asked for", transport=word)
        self.tracker.open(message.id, TRANSPORT, word)

    def _stops_sooner(self, message: Transport) -> bool:
        """Whether a stop that has been asked for can still be made as this message asks."""
        playback = self.playback
        if message.is_playing or message.seconds is None:
            return False
        if playback.instance.section == SILENCE:
            return self.planner.applier.shorten_fades(message.seconds)
        if not self.planner.locked_count():
            self.planner.cancel("another stop was asked for")
        return True

    def _set_tempo(self, message: SetTempo, is_deferred: bool = False) -> None:
        playback = self.playback
        if self.planner.locked_count():
            self.state = (*self.state, message)
            if not is_deferred:
                playback.receipt(message.id, "accepted", "tempo")
                reason = "a section is about to begin; the tempo changes right after that"
                playback.receipt(message.id, "deferred", reason)
            return
        playback.tempo_wanted = message.tempo_bpm
        playback.follow_tempo()
        section, at = playback.instance.section, playback.earliest
        self.planner.change_tempo(playback.tempo_in(section))
        self._tempo_set(message, at, "started" if is_deferred else "accepted", section)

    def _tempo_set(self, message: SetTempo, at: int, status: str, section: str) -> None:
        playback = self.playback
        tempo_bpm, more = playback.tempo_in(section), {}
        words = f"{tempo_bpm:g} bpm"
        bounds = range_of(playback.preset, playback.assets.segments.get(section))
        asked = message.tempo_bpm
        if asked is not None and bounds is not None and bounds.clamped(asked) != asked:
            words += f" instead of {asked:g}: {bounds.reason}"
            more = {"asked_bpm": asked, "remark": bounds.reason}
        reason = "asked for by a message" if message.tempo_bpm is not None else "let go by a message"
        playback.log_line("tempo", at, reason, status="set", tempo_bpm=tempo_bpm, **more)
        playback.receipt(message.id, status, words, at, playback.position_at(at))
        playback.receipt(message.id, "finished", words)
