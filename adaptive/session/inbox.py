"""The inbox of a session: it acts on requests at once, or keeps them for the conductor's next step."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, Protocol

import msgspec

from adaptive.conductor.beginning import Beginning
from adaptive.conductor.messages import (
    ExternalClock,
    FireEvent,
    Message,
    SetOutputLatency,
    TakeSteps,
    Transport,
)
from adaptive.engine import commands
from adaptive.engine.engine import SOURCE_NETWORK
from adaptive.errors import QueueFullError
from adaptive.inputs.control_message import MoveControl
from adaptive.inputs.follow_checks import ExchangeClock, StampedSteps
from adaptive.inputs.lines import Connection
from adaptive.inputs.message import (
    Checker,
    LoadPreset,
    NoReading,
    ReloadPreset,
    Request,
    RestoreMusic,
    SaveMusic,
    SetParameter,
    SetPaused,
    SetVolume,
    Transaction,
    UndoEdit,
)
from adaptive.inputs.note_message import PlayNote
from adaptive.inputs.trace import TraceLine
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.session.client_times import ClientTimes
from adaptive.session.live_notes import SoundedLiveNote, waits_for_mixer
from adaptive.session.live_options import LiveStatus
from adaptive.session.parameter_ramps import ParameterRamps
from adaptive.session.performance import Performance
from adaptive.session.receipts import Receipts
from adaptive.session.reload.kept_requests import (
    MOST_KEPT,
    Keepable,
    KeptRequest,
    KeptRequests,
    described,
    misfit,
)
from adaptive.session.reload.replace import PresetReplacer
from adaptive.session.reload.watch import PresetReload
from adaptive.session.volume import Volume

MOST_MESSAGES = 10_000
"""Messages that may wait for the next control step; the rest are dropped and counted."""


Timed = ExchangeClock | StampedSteps | TakeSteps | SetOutputLatency | ExternalClock
"""Requests that have to do with the times of a client."""

LATER = FireEvent | TakeSteps | ExternalClock
"""Messages that wait for the first control step, because they have a time."""


class InboxHost(Protocol):
    """The part of a session that `Inbox` uses."""

    performance: Performance
    status: LiveStatus
    receipts: Receipts
    client_times: ClientTimes
    checker: Checker

    def drop(
        self, words: str, message_id: str | None, connection: Connection | None, status: str, reason: str
    ) -> None:
        """Write the last receipt of a request that does not happen; without an id, tell the user."""

    @property
    def is_recording(self) -> bool:
        """Whether the run is recorded."""


class Inbox:
    """Acts on what inputs receive.

    Parameters
    ----------
    host : InboxHost
        The session.
    replacer : PresetReplacer
        Loads and restores.
    reload : PresetReload
        Edits.

    Attributes
    ----------
    is_early : bool
        Whether nothing plays yet: parameters and messages then belong to the beginning.
    is_paused : bool
        Whether the music was asked to pause.
    volume : Volume
        The listener's volume.
    ramps : ParameterRamps
        Parameters that move in a straight line.
    """

    def __init__(self, host: InboxHost, replacer: PresetReplacer, reload: PresetReload) -> None:
        self._host, self._replacer, self._reload = host, replacer, reload
        self._messages: list[Message] = []
        self._notes: list[tuple[PlayNote | MoveControl, Connection | None]] = []
        self._trace: deque[TraceLine] = deque()
        self._early_values: dict[str, float] = {}
        self.is_early = True
        self.is_paused = False
        self.volume = Volume(host.performance.engine)
        self.ramps = ParameterRamps()

    def take_beginning(self) -> Beginning:
        """What has been received before the first frame, without events, which wait for the first step."""
        self.is_early = False
        early = [message for message in self._messages if not isinstance(message, LATER)]
        self._messages = [message for message in self._messages if isinstance(message, LATER)]
        return Beginning(self._early_values, early)

    def take_messages(self, control_step: int) -> list[Message]:
        """The messages for a control step; the parameters of the trace are set."""
        messages, self._messages = self._messages, []
        times = self._host.client_times
        aged: list[Message] = []
        for one in messages:
            if isinstance(one, TakeSteps):
                aged.append(times.aged(one, control_step))
            elif isinstance(one, ExternalClock):
                aged.append(times.clock_aged(one, control_step))
            else:
                aged.append(one)
        return aged + self._trace_messages(control_step)

    def play_notes(self) -> list[SoundedLiveNote]:
        """Play the notes that came together with values of the mixer; call after the step that sets those."""
        notes, self._notes = self._notes, []
        performance, sounded = self._host.performance, list[SoundedLiveNote]()
        for note, connection in notes:
            reason = performance.play_now(note, connection)
            if not reason:
                sounded.append(SoundedLiveNote(performance.conductor.playback.earliest, note))
            self._answer_note(note, connection, reason)
        return sounded

    def feed(self, lines: Iterable[TraceLine]) -> None:
        """Play the lines of a trace, in addition to the inputs."""
        self._trace.extend(lines)

    def adopt(self, performance: Performance) -> None:
        """Go on with another performance; volume and pause stay."""
        self.volume.adopt(performance.engine)
        performance.engine.set_paused(self.is_paused)

    def go_on(self, old: Performance, kept: KeptRequests | None, waited: Collection[str] = ()) -> None:
        """Drop what was meant for the performance before, and act on what was kept for this one.

        Parameters
        ----------
        old : Performance
            The performance before.
        kept : KeptRequests or None
            What came since this one was asked for.
        waited : collection of str
            Ids of our own of kept requests that the performance before has not answered to the end.
        """
        left = {name: self.ramps.left(name, old.engine.frame) for name in (kept.ramps if kept else ())}
        self._messages.clear()
        self._notes.clear()
        self._trace.clear()
        self.ramps.stop_all()
        if kept is None:
            return
        if kept in self._replacer.waiting:
            self._replacer.waiting.remove(kept)
        performance = self._host.performance
        engine, rows = performance.engine, performance.layout.parameters
        for name, (value, arrival) in kept.all_values(old.engine, old.layout.parameters).items():
            if name in rows:
                engine.set_parameter(rows[name], value, SOURCE_NETWORK, arrival)
        for name, ramp in left.items():
            if ramp is not None and name in rows:
                present, goal, frames = ramp
                engine.set_parameter(rows[name], present, SOURCE_NETWORK)
                self.ramps.set_at_once(name, present, engine.frame)
                self.ramps.start(performance, name, goal, frames / engine.spec.sample_rate)
        for one in kept.requests:
            self._act_again(one, waited)

    def _act_again(self, one: KeptRequest, waited: Collection[str]) -> None:
        """Act on a request that was kept, if it fits the preset that plays now."""
        request, is_answered = one.request, one.own_id is not None and one.own_id not in waited
        if reason := misfit(request, self._host.checker):
            if not is_answered:
                self._host.drop(described(request), request.id, one.connection, "dropped", reason)
            return
        self._act_now(replace(request, id=None) if is_answered else request, one.connection)

    def release(self, kept: KeptRequests) -> None:
        """Act on what was kept for a performance that does not come, unless it was done at once."""
        if not kept.acts_now:
            for one in kept.requests:
                self._act_now(one.request, one.connection)

    def follow(self) -> None:
        """Move what moves by itself: the volume and the parameters that ramp."""
        self.volume.follow()
        self.ramps.follow(self._host.performance)

    def receive(
        self, transaction: Transaction, connection: Connection | None, arrival: int | None = None
    ) -> None:
        """Act on a transaction; see `LiveSession.receive`."""
        for number, request in enumerate(transaction.requests[:-1], 1):
            if isinstance(request, LoadPreset | RestoreMusic):  # what follows counts in the music that comes
                self._receive(transaction.requests[:number], connection, arrival)
                self.receive(Transaction(transaction.requests[number:]), connection, arrival)
                return
        self._receive(transaction.requests, connection, arrival)

    def _receive(self, requests: list[Request], connection: Connection | None, arrival: int | None) -> None:
        if (
            len(requests) == 1
            and isinstance(requests[0], SetParameter)
            and self._set_one(requests[0], connection, arrival)
        ):
            return
        layout = self._host.performance.layout
        asked = [r for r in requests if isinstance(r, SetParameter)]
        # a bundle that waited for its time tag may name parameters of an earlier preset
        values = [r for r in asked if r.name in layout.parameters]
        others = [r for r in requests if not isinstance(r, SetParameter)]
        if self.is_early:
            self._early_values |= {request.name: request.value for request in values}
        self._set_parameters(values, connection, arrival, is_alone=not others)
        for other in others:
            if isinstance(other, PlayNote | MoveControl) and not self.is_early and waits_for_mixer(others):
                self._notes.append((other, connection))
            else:
                self._act(other, connection, arrival)

    def _set_one(self, request: SetParameter, connection: Connection | None, arrival: int | None) -> bool:
        """Set one parameter at once, if it is as plain as nearly all are; whether it was."""
        if request.seconds > 0.0 or not self.set_plain(request.name, request.value, arrival):
            return False
        if request.id is not None:
            self._answer_set(request, connection, "heard from the next quantum on")
        return True

    def set_plain(self, name: str, value: float, arrival: int | None = None) -> bool:
        """Set a parameter from the next quantum on, if no music is prepared; whether it was set."""
        performance = self._host.performance
        row = performance.layout.parameters.get(name)
        if row is None or self.is_early or self._replacer.newest is not None:
            return False
        engine = performance.engine
        self.ramps.set_at_once(name, value, engine.frame)
        engine.set_parameter(row, value, SOURCE_NETWORK, arrival)
        return True

    def _answer_set(self, request: SetParameter, connection: Connection | None, heard: str) -> None:
        """Write the receipts of a parameter that was set."""
        words = f"clamped to {request.value:g}" if request.is_clamped else "set"
        self._host.receipts.acknowledge(request.id, connection, "accepted", words)
        self._host.receipts.acknowledge(request.id, connection, "finished", heard)

    def _set_parameters(
        self,
        values: list[SetParameter],
        connection: Connection | None,
        arrival: int | None,
        *,
        is_alone: bool,
    ) -> None:
        performance, receipts = self._host.performance, self._host.receipts
        engine, rows = performance.engine, performance.layout.parameters
        slow, at_once = [], []
        self._note_values(values, arrival)
        for request in values:
            if request.seconds > 0.0 and not self.is_early:
                self.ramps.start(performance, request.name, request.value, request.seconds)
                slow.append(request)
            else:
                self.ramps.set_at_once(request.name, request.value, engine.frame)
                at_once.append(request)
        if len(values) == 1 and at_once and is_alone:
            engine.set_parameter(rows[values[0].name], values[0].value, SOURCE_NETWORK, arrival)
        elif at_once:
            posted = [
                commands.set_parameter(
                    commands.IMMEDIATELY, rows[request.name], SOURCE_NETWORK,
                    engine.parameter_word(request.value, arrival),
                )
                for request in at_once
            ]  # fmt: skip
            try:
                engine.post(posted)
            except QueueFullError as error:
                self._host.status.dropped += len(at_once)
                for request in at_once:
                    receipts.acknowledge(request.id, connection, "dropped", str(error))
                values = slow
        for request in values:
            is_slow = request in slow
            heard = f"reached in {request.seconds:g} s" if is_slow else "heard from the next quantum on"
            self._answer_set(request, connection, heard)

    def _note_values(self, values: list[SetParameter], arrival: int | None) -> None:
        """Keep parameters for the music that is prepared, beside setting them now."""
        kept = self._replacer.newest
        if kept is None:
            return
        for request in values:
            if request.seconds > 0.0 and not self.is_early:
                kept.ramps.add(request.name)
                kept.values.pop(request.name, None)
            else:
                number = arrival or self._host.performance.engine.numbers.next_arrival()
                kept.values[request.name] = (request.value, number)
                kept.ramps.discard(request.name)

    def _act(self, request: Request, connection: Connection | None, arrival: int | None) -> None:
        """Act on a request, or keep it for the music that is prepared."""
        kept, host = self._replacer.newest, self._host
        if isinstance(request, LoadPreset | RestoreMusic):
            self._replacer.ask(request, connection, is_recording=host.is_recording, arrival=arrival)
        elif kept is not None and kept.holds(request):
            assert isinstance(request, Keepable)
            if len(kept.requests) >= MOST_KEPT:
                host.status.dropped += 1
                host.receipts.acknowledge(request.id, connection, "dropped", "too many messages at once")
                return
            kept.requests.append(KeptRequest(request, connection))
            host.receipts.acknowledge(request.id, connection, "deferred", "counts as soon as it plays")
        else:
            self._act_now(request, connection)

    def _act_now(self, request: Request, connection: Connection | None) -> None:
        host, receipts, words = self._host, self._host.receipts, ""
        if isinstance(request, SetVolume):
            self.volume.set(request.volume, request.seconds)
            words = f"clamped to {request.volume:g}" if request.is_clamped else ""
        elif isinstance(request, SetPaused):
            self.is_paused = request.is_paused
            host.performance.engine.set_paused(request.is_paused)
        elif isinstance(request, ReloadPreset | UndoEdit):
            self._reload.ask(request, connection)
            return
        elif isinstance(request, NoReading):
            reason = f"{request.value:g} is no reading of {request.name}"
            receipts.acknowledge(request.id, connection, "dropped", reason)
            return
        elif isinstance(request, SaveMusic):
            if connection is not None:
                saved: dict[str, Any] = msgspec.to_builtins(host.performance.save())
                connection.send({"saved": saved, "id": request.id})
            return
        elif isinstance(request, PlayNote | MoveControl):
            self._play_note(request, connection)
            return
        elif isinstance(request, Timed):
            self._act_timed(request, connection)
            return
        elif isinstance(request, Message):
            if isinstance(request, Transport) and not request.is_playing:
                host.performance.live_notes.release(host.performance.conductor, is_all=True)
            self._keep(request, connection)
            return
        receipts.acknowledge(request.id, connection, "accepted", words)
        receipts.acknowledge(request.id, connection, "finished", "")

    def _play_note(self, note: PlayNote | MoveControl, connection: Connection | None) -> None:
        """Play a live note at once, or end it, or move a control."""
        performance = self._host.performance
        if self.is_early:
            reason = "nothing plays yet"
        else:
            reason = performance.live_notes.play(note, performance.conductor, connection)
        self._answer_note(note, connection, reason)

    def _answer_note(self, note: PlayNote | MoveControl, connection: Connection | None, reason: str) -> None:
        """Write the receipts of a note that sounds, or does not for a reason."""
        receipts = self._host.receipts
        if reason:
            self._host.status.dropped += 1
            receipts.acknowledge(note.id, connection, "dropped", reason)
            return
        receipts.acknowledge(note.id, connection, "accepted", "")
        receipts.acknowledge(note.id, connection, "finished", "heard from the next quantum on")

    def _act_timed(
        self,
        request: Timed,
        connection: Connection | None,
    ) -> None:
        """Act on what has to do with the times of a client."""
        times = self._host.client_times
        if isinstance(request, ExchangeClock):
            if connection is not None:
                connection.send(times.exchange(request, connection))
            return
        if isinstance(request, ExternalClock):
            self._keep(times.clock_arrived(request), connection)
            return
        if isinstance(request, SetOutputLatency):
            self._keep(times.whole_latency(request), connection)
            return
        self._keep(times.arrived(request, connection), connection)

    def tell_latency(self) -> None:
        """Tell the conductor of a latency that has changed: another device plays."""
        times = self._host.client_times
        if not self.is_early and times.is_latency_new():
            self._keep(SetOutputLatency(round(times.latency_ms, 3)), None)

    def _keep(self, message: Message, connection: Connection | None) -> None:
        """Keep a message for the next control step."""
        if len(self._messages) >= MOST_MESSAGES:
            self._host.status.dropped += 1
            self._host.receipts.acknowledge(message.id, connection, "dropped", "too many messages at once")
            return
        own = self._host.receipts.with_own_id(message, connection)
        self._messages.append(own)
        kept = self._replacer.newest
        if kept is not None and kept.lasts(message) and len(kept.requests) < MOST_KEPT:
            kept.requests.append(KeptRequest(message, connection, own.id))

    def _trace_messages(self, control_step: int) -> list[Message]:
        performance = self._host.performance
        messages: list[Message] = []
        while self._trace and self._trace[0].frame < (control_step + 1) * CONTROL_STEP_FRAMES:
            line = self._trace.popleft()
            for name, value in line.values:
                index = performance.layout.parameters.get(name)
                if index is not None:  # another preset may have been loaded meanwhile
                    performance.engine.set_parameter(index, value, SOURCE_NETWORK)
            for note in line.notes:
                if waits_for_mixer(line.messages):
                    self._notes.append((note, None))
                else:
                    performance.live_notes.play(note, performance.conductor)
            messages += line.messages
        return messages
