"""A live session: a performance, a sink that drives its engine, inputs that steer it, and one asyncio loop.

Every few milliseconds the loop runs the conductor's control steps for the frames rendered since.  After a
stall of Python all missed control steps run in order: the decisions are the same, only later.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import itertools
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import msgspec

from adaptive.conductor.beginning import AS_DECLARED, Beginning
from adaptive.conductor.layout.layout import PresetLayout
from adaptive.conductor.log import Line
from adaptive.conductor.messages import FireEvent, Message, Receipt
from adaptive.engine import commands
from adaptive.engine.engine import SOURCE_NETWORK, Engine
from adaptive.errors import MachineError, QueueFullError
from adaptive.inputs.beginning import beginning_json
from adaptive.inputs.known_faults import KnownFaults
from adaptive.inputs.lines import LONGEST_MESSAGE, Connection, TcpServer
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
from adaptive.inputs.osc import OscReader, OscServer
from adaptive.inputs.osc_receiver import IS_POSSIBLE, ReceivedOsc, bind
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, QUANTUM
from adaptive.preset.model import Preset
from adaptive.session.clamp_report import ClampReport
from adaptive.session.device.supervisor import Supervisor
from adaptive.session.http import HttpSide, serve
from adaptive.session.live_options import LiveOptions, LiveStatus
from adaptive.session.log_limit import LogLimit
from adaptive.session.performance import Performance
from adaptive.session.recorder import Recorder
from adaptive.session.reload.replace import PresetReplacer
from adaptive.session.reload.watch import PresetReload
from adaptive.session.state_file import StateFile
from adaptive.session.subscriptions import Subscriptions
from adaptive.session.volume import Volume
from adaptive.sinks.stream import Broadcast

STEP_S = 0.0025
"""Time between two looks for control steps that are due (one lasts 5.3 ms at 48 kHz)."""

MOST_MESSAGES = 10_000
"""Messages that may wait for the next control step; the rest are dropped and counted."""

TERMINAL = frozenset({"merged", "superseded", "dropped", "failed", "finished"})
"""Statuses after which no further receipt of a message follows."""

MOST_STEPS_AT_ONCE = 64
"""Control steps that run before the event loop serves its sockets again."""


class Sink(Protocol):
    """Drives an engine: asks it for frames."""

    @property
    def name(self) -> str:
        """Kind of sink: ``portaudio``, ``miniaudio``, ``web``, ``pcm`` or ``null``."""

    @property
    def latency_frames(self) -> int:
        """Frames between the engine's output and the speaker."""

    def start(self) -> None:
        """Start to drive the engine."""

    def stop(self) -> None:
        """Stop.  The engine's memory may be released afterwards."""


class LiveSession:
    """Plays a preset live.

    Parameters
    ----------
    performance : Performance
        The performance to play.
    options : LiveOptions
        Where to listen, how long to play, what to keep.
    make_sink : callable
        Makes the sink from (engine, broadcast or None).
    needs_broadcast : bool
        Whether the master output is streamed.
    tell : callable
        Is given sentences for the user.
    load_preset : callable, optional
        Loads a preset by name, for ``load``.
    list_presets : callable, optional
        Names the presets that can be loaded.

    Attributes
    ----------
    ended : str
        Why the session ended; empty while it runs.
    """

    def __init__(
        self,
        performance: Performance,
        options: LiveOptions,
        make_sink: Callable[[Engine, Broadcast | None], Sink],
        needs_broadcast: bool = False,
        tell: Callable[[str], None] = lambda _sentence: None,
        load_preset: Callable[[str], Preset] | None = None,
        list_presets: Callable[[], list[str]] = list,
    ) -> None:
        self.performance, self.options = performance, options
        performance.go_live()
        self._list_presets = list_presets
        self._make_sink, self._needs_broadcast = make_sink, needs_broadcast
        self.tell = tell
        self.checker = self._checker_of(performance.preset)
        self.status = LiveStatus()
        self._log_limit = LogLimit(tell)
        self.clamp_report = ClampReport(self._log_limit)
        self._faults = KnownFaults()
        self.sink: Sink | None = None
        self._trace: deque[tuple[int, tuple[tuple[str, float], ...], tuple[Message, ...]]] = deque()
        self._messages: list[Message] = []
        self._early_values: dict[str, float] = {}  # parameters that arrived before the first frame
        self._subscriptions = Subscriptions(self)
        self._receipts: dict[str, tuple[Connection, str]] = {}
        self._own_ids = itertools.count()
        self._recorder: Recorder | None = None
        self._stopping = asyncio.Event()
        self._osc: OscServer | None = None
        self._receiver: ReceivedOsc | None = None
        self._receiver_layout: PresetLayout | None = None
        self._replacer = PresetReplacer(self, load_preset)
        self._reload = PresetReload(self, self._replacer)
        self._state = None if options.state is None else StateFile(options.state, tell)
        self._volume = Volume(performance.engine)
        self._is_paused = False
        self._frames_before, self._underruns_before = 0, 0
        self.ended = ""

    # ── running ────────────────────────────────────────────────────────────────────────────────

    async def run(self, ready: Callable[[LiveSession], None] | None = None) -> None:
        """Play until `stop` is called, or until ``seconds`` of music have played.

        `ready` is called once, as soon as the first frame is rendered.

        Raises
        ------
        MachineError
            A port is in use, or the sound card does not start.
        """
        loop = asyncio.get_running_loop()
        engine = self.performance.engine
        broadcast = None
        if self._needs_broadcast:
            broadcast = Broadcast(loop, engine.spec.sample_rate, engine.spec.channels)
        async with contextlib.AsyncExitStack() as stack:
            await self._listen(stack, broadcast)
            stack.callback(self._close_performance)
            beginning = self._take_beginning()
            self._start_recording(stack, beginning)
            self._watch_performance()
            self.performance.begin(self.options.saved, beginning)
            self.sink = self._make_sink(engine, broadcast)
            stack.callback(self.sink.stop)
            self._watch_sink(loop)
            self.sink.start()
            if self.options.is_watching:
                stack.callback(loop.create_task(self._reload.watch()).cancel)
            await self._play(ready)

    def _take_beginning(self) -> Beginning:
        """The state to begin in: what the options say, then what has been received before the first frame."""
        if self.options.saved is not None:
            return AS_DECLARED
        early = [message for message in self._messages if not isinstance(message, FireEvent)]
        self._messages = [message for message in self._messages if isinstance(message, FireEvent)]
        return self.options.beginning.followed_by(Beginning(self._early_values, early))

    def _close_performance(self) -> None:
        self.performance.close()

    def stop(self, reason: str = "it was asked to end") -> None:
        """End the session at the next iteration of its loop."""
        self.ended = self.ended or reason
        self._stopping.set()

    @property
    def underruns(self) -> int:
        """Blocks that the sound card did not get in time, since the session began."""
        return self._underruns_before + self.performance.engine.telemetry().underruns

    def _watch_sink(self, loop: asyncio.AbstractEventLoop) -> None:
        def hear(sentence: str, more: dict[str, Any]) -> None:
            self.tell(sentence)
            self.performance.conductor.playback.log_line("health", self.performance.frame, sentence, **more)

        def report(sentence: str, more: dict[str, Any]) -> None:  # from the supervisor's thread
            loop.call_soon_threadsafe(hear, sentence, more)

        if isinstance(self.sink, Supervisor):
            self.sink.report_to(report)

    async def _play(self, ready: Callable[[LiveSession], None] | None) -> None:
        engine = self.performance.engine
        end = None
        if self.options.seconds is not None:
            end = round(self.options.seconds * engine.spec.sample_rate)
        while not self._stopping.is_set():
            self._run_due_steps()
            if ready is not None and engine.frame > 0:
                ready(self)
                ready = None
            if end is not None and self._frames_before + self.performance.engine.frame >= end:
                self.stop(f"{self.options.seconds:g} s have sounded")
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), STEP_S)

    def _run_due_steps(self) -> None:
        performance = self.performance
        # the count is read before the replies, so that the replies include all that these steps applied
        rendered = performance.engine.control_steps
        replies = performance.engine.drain_replies()
        if self._recorder is not None:
            self._recorder.take_replies(replies)
        for control_step in range(
            performance.next_control_step, min(rendered, performance.next_control_step + MOST_STEPS_AT_ONCE)
        ):
            messages, self._messages = self._messages, []
            messages += self._trace_messages(control_step)
            if self._recorder is not None:
                self._recorder.take_step(control_step, messages)
            performance.step(messages)
            self._update_receiver()
            self._subscriptions.follow(control_step)
        self._report_receiver()
        self._volume.follow()
        if self._state is not None:
            self._state.follow(self.performance)

    # ── input ──────────────────────────────────────────────────────────────────────────────────

    def feed_trace(self, lines: Any) -> None:
        """Play the lines of a trace, in addition to the other inputs."""
        self._trace.extend((line.frame, line.values, line.messages) for line in lines)

    def _trace_messages(self, control_step: int) -> list[Message]:
        messages: list[Message] = []
        while self._trace and self._trace[0][0] < (control_step + 1) * CONTROL_STEP_FRAMES:
            _frame, values, given = self._trace.popleft()
            for name, value in values:
                index = self.performance.layout.parameters.get(name)
                if index is not None:  # another preset may have been loaded meanwhile
                    self.performance.engine.set_parameter(index, value, SOURCE_NETWORK)
            messages += given
        return messages

    def receive(
        self, transaction: Transaction, connection: Connection | None = None, arrival: int | None = None
    ) -> None:
        """Act on a transaction.

        A single parameter is written to its slot.  Several parameters, or parameters with other requests, are
        posted as one commit, so that they take effect in the same quantum.

        Parameters
        ----------
        transaction : Transaction
            Checked requests.
        connection : Connection, optional
            Where they came from; it is sent the receipts.
        arrival : int, optional
            Arrival number, if the transaction was numbered when it was received.
        """
        self.clamp_report.look_at(transaction, None if connection is None else connection.sender)
        engine, layout = self.performance.engine, self.performance.layout
        asked = [r for r in transaction.requests if isinstance(r, SetParameter)]
        # a bundle that waited for its time tag may name parameters of an earlier preset
        values = [r for r in asked if r.name in layout.parameters]
        others = [r for r in transaction.requests if not isinstance(r, SetParameter)]
        if self.sink is None:
            self._early_values |= {request.name: request.value for request in values}
        if not others and len(values) == 1:
            index = layout.parameters[values[0].name]
            engine.set_parameter(index, values[0].value, SOURCE_NETWORK, arrival)
        elif values:
            rows = [
                commands.set_parameter(
                    commands.IMMEDIATELY, layout.parameters[request.name], SOURCE_NETWORK,
                    engine.parameter_word(request.value, arrival),
                )
                for request in values
            ]  # fmt: skip
            try:
                engine.post(rows)
            except QueueFullError as error:
                self.status.dropped += len(values)
                for request in values:
                    self.acknowledge(request.id, connection, "dropped", str(error))
                values = []
        for request in values:
            words = f"clamped to {request.value:g}" if request.is_clamped else "set"
            self.acknowledge(request.id, connection, "accepted", words)
            self.acknowledge(request.id, connection, "finished", "heard from the next quantum on")
        for other in others:
            self._act(other, connection)

    def report(self, sender: str, sentence: str) -> None:
        """Tell the user of a fault in what a client sends, the first time."""
        if self._faults.add(sentence, sender):
            self._log_limit(f"{sender}: {sentence}")

    def repeated_faults(self) -> list[str]:
        """A sentence about each fault that was sent more than once, with its count."""
        return [sentence for known in self._known_faults() for sentence in known.sums()]

    @property
    def faults(self) -> int:
        """Faults in what was sent so far, repeated ones too."""
        return sum(known.count for known in self._known_faults())

    def _known_faults(self) -> list[KnownFaults]:
        return [self._faults] if self._osc is None else [self._faults, self._osc.faults]

    def _receive_osc(self, transaction: Transaction, arrival: int | None) -> None:
        self.receive(transaction, None, arrival)

    def _update_receiver(self) -> None:
        """Give the OSC receiver the names of the preset that plays now."""
        performance = self.performance
        if self._receiver is not None and performance.layout is not self._receiver_layout:
            self._receiver_layout = performance.layout
            checker = self._checker_of(performance.preset)
            self._receiver.use_rules(
                performance.preset, checker, performance.layout.parameters, performance.engine
            )

    def _report_receiver(self) -> None:
        """Report packets that the OSC receiver has lost, or that it has stopped."""
        trouble = "" if self._receiver is None else self._receiver.trouble()
        if trouble:
            self.performance.conductor.playback.log_line("health", self.performance.frame, trouble)
            self._log_limit(trouble)

    def _act(self, request: Request, connection: Connection | None) -> None:
        engine = self.performance.engine
        if isinstance(request, SetVolume):
            self._volume.set(request.volume, request.seconds)
        elif isinstance(request, SetPaused):
            self._is_paused = request.is_paused
            engine.set_paused(request.is_paused)
        elif isinstance(request, LoadPreset | RestoreMusic):
            self._replacer.ask(request, connection, is_recording=self._recorder is not None)
            return
        elif isinstance(request, ReloadPreset | UndoEdit):
            self._reload.ask(request, connection, is_recording=self._recorder is not None)
            return
        elif isinstance(request, NoReading):
            reason = f"{request.value:g} is no reading of {request.name}"
            self.acknowledge(request.id, connection, "dropped", reason)
            return
        elif isinstance(request, SaveMusic):
            if connection is not None:
                saved = msgspec.to_builtins(self.performance.save())
                connection.send({"saved": saved, "id": request.id})
            return
        elif isinstance(request, Message):
            if len(self._messages) >= MOST_MESSAGES:
                self.status.dropped += 1
                self.acknowledge(request.id, connection, "dropped", "too many messages at once")
                return
            self._messages.append(self._with_own_id(request, connection))
            return
        self.acknowledge(request.id, connection, "accepted", "")
        self.acknowledge(request.id, connection, "finished", "")

    def _with_own_id(self, message: Message, connection: Connection | None) -> Message:
        """Give a message an internal id, because two clients may use the same one."""
        if message.id is None:
            return message
        own = f"{next(self._own_ids)}"
        if connection is not None:
            self._receipts[own] = (connection, message.id)
        return replace(message, id=own)

    def adopt(self, performance: Performance) -> None:
        """Play another performance from the next block on.  The present one must be paused."""
        old = self.performance
        old.edit_queue.drop(f"{performance.preset.file.name} was loaded")
        self._volume.adopt(performance.engine)
        performance.engine.set_paused(self._is_paused)
        old.engine.hand_over_to(performance.engine)
        old.close()
        self.performance = performance
        self._update_receiver()
        self._frames_before += old.engine.frame
        self._underruns_before += old.engine.telemetry().underruns
        self._forget_messages(f"{performance.preset.file.name} was loaded")
        if self.sink is not None and hasattr(self.sink, "engine"):
            self.sink.engine = performance.engine
        self._watch_performance()
        self.renew(is_told=True)

    def renew(self, *, is_told: bool = False) -> None:
        """Accept the names of the preset that plays now; send ``hello`` if they changed, or if `is_told`."""
        preset, before = self.performance.preset, self.checker.hello()
        self.checker = self._checker_of(preset)
        if self._osc is not None:
            self._osc.reader = OscReader(preset, self.checker)
        if is_told or self.checker.hello() != before:
            for other in self._subscriptions.connections:
                other.send(self.greeting())

    def _checker_of(self, preset: Preset) -> Checker:
        return Checker(preset, may_jump=self.options.may_jump)

    def _forget_messages(self, reason: str) -> None:
        """Drop the messages to the previous preset that have not come to an end."""
        self._messages.clear()
        self._trace.clear()
        for connection, message_id in self._receipts.values():
            self.acknowledge(message_id, connection, "dropped", reason)
        self._receipts.clear()

    # ── output ─────────────────────────────────────────────────────────────────────────────────

    def greeting(self) -> dict[str, Any]:
        """The ``hello`` message: what the preset declares, and what plays now."""
        hello = self.checker.hello()["hello"]
        now = {**self._subscriptions.now(hello["states"]), "is_paused": self._is_paused}
        return {"hello": {**hello, "presets": self._list_presets(), "now": now}}

    def connect(self, connection: Connection) -> None:
        """Register a connection for the topics it subscribes to."""
        self._subscriptions.connections.add(connection)

    def disconnect(self, connection: Connection) -> None:
        """Remove a connection and the receipts it waits for."""
        self._subscriptions.connections.discard(connection)
        self._receipts = {k: v for k, v in self._receipts.items() if v[0] is not connection}

    def _watch_performance(self) -> None:
        self.performance.conductor.on_receipt = self._on_receipt
        self.performance.log.listeners.append(self._on_line)

    def heard(self, frame: int) -> int:
        """Number of the frame at which a frame of the timeline reaches the speaker."""
        latency = self.sink.latency_frames if self.sink else 0
        return frame + self.performance.engine.output_delay_frames + latency

    def _on_receipt(self, receipt: Receipt) -> None:
        known = self._receipts.get(receipt.id)
        if known is None:
            return
        connection, message_id = known
        if receipt.status in TERMINAL:
            del self._receipts[receipt.id]
        document: dict[str, Any] = {
            "receipt": message_id, "status": receipt.status, "reason": receipt.reason,
            "rule": receipt.rule or None,
        }  # fmt: skip
        if receipt.frame is not None:
            document["sounds_at"] = {
                "frame": receipt.frame, "heard_frame": self.heard(receipt.frame),
                "position": receipt.position,
            }  # fmt: skip
        connection.send(document)

    def acknowledge(
        self, message_id: str | None, connection: Connection | None, status: str, reason: str
    ) -> None:
        """Write a receipt for a request to its connection, if the request has an id."""
        if message_id is not None and connection is not None:
            document = {"receipt": message_id, "status": status, "reason": reason, "rule": None}
            connection.send(document)

    def _on_line(self, line: Line) -> None:
        if line["kind"] == "tempo" and line.get("status") == "dropped":
            self._log_limit(f"the tempo stays: {line['reason']}")
        if line["kind"] == "bar" and line["status"] == "missing":
            self._log_limit(f"{line['layer']} goes on without its generator: {line['reason']}")
        self._subscriptions.hear_line(line)

    # ── wiring ─────────────────────────────────────────────────────────────────────────────────

    async def _listen(self, stack: contextlib.AsyncExitStack, broadcast: Broadcast | None) -> None:
        loop, options = asyncio.get_running_loop(), self.options
        reader = OscReader(self.performance.preset, self.checker)
        try:
            self._osc = OscServer(reader, self._receive_osc, self._log_limit)
            listening = await bind(*options.osc)
            self.status.osc_port = listening.getsockname()[1]
            if IS_POSSIBLE and not options.is_osc_plain:
                self._receiver = ReceivedOsc(listening, self._osc)
                self._update_receiver()
                self._receiver.start()
                stack.callback(self._receiver.close)
            else:
                server_of = self._osc
                transport, _ = await loop.create_datagram_endpoint(lambda: server_of, sock=listening)
                stack.callback(transport.close)
        except OSError as error:
            raise _port_taken("OSC", "--osc", options.osc, error) from error
        try:
            server = await asyncio.start_server(TcpServer(self).serve, *options.tcp, limit=LONGEST_MESSAGE)
            stack.callback(server.close)
            self.status.tcp_port = server.sockets[0].getsockname()[1]
        except OSError as error:
            raise _port_taken("TCP", "--tcp", options.tcp, error) from error
        side = HttpSide(self, options.http[0], options.allow_origins, broadcast)
        try:
            self.status.http_port = await serve(side.application(), options.http, stack)
        except OSError as error:
            raise _port_taken("HTTP", "--http", options.http, error) from error

    def _start_recording(self, stack: contextlib.AsyncExitStack, beginning: Beginning) -> None:
        if self.options.record is None:
            return
        performance = self.performance
        names = list(performance.layout.parameters)
        meta: dict[str, Any] = {
            "preset": performance.preset.folder.name,
            "digest": performance.preset.text_digest,
            "seed": performance.seed,
            "sample_rate": performance.engine.spec.sample_rate,
            "quantum": QUANTUM,
        }
        if begun := beginning_json(beginning):
            meta["begin"] = begun
        rate = performance.engine.spec.sample_rate
        recorder = Recorder(self.options.record, meta, names, rate, self.tell)
        self._recorder = recorder
        performance.log.listeners.append(recorder.take_line)
        stack.callback(self._end_recording)

    def _end_recording(self) -> None:
        if self._recorder is not None:
            rate = self.performance.engine.spec.sample_rate
            self._recorder.close(self.performance.next_control_step * CONTROL_STEP_FRAMES / rate)


def _port_taken(kind: str, option: str, at: tuple[str, int], error: OSError) -> MachineError:
    host, port = at
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return MachineError(f"{kind}: there is no address called {host!r} on this machine")
    if error.errno == errno.EACCES:
        return MachineError(f"{kind} port {port} on {host} needs more rights; choose another with {option}")
    return MachineError(
        f"{kind} port {port} on {host} is taken (another engine?); choose another with {option} {host}:0"
    )
