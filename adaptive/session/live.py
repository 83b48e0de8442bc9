"""A live session: a performance, a sink that drives its engine, inputs that steer it, and one asyncio loop.

Every few milliseconds the loop runs the conductor's control steps for the frames rendered since.  After a
stall of Python all missed control steps run in order: the decisions are the same, only later.

This file is the wiring.  What comes in is acted on by `Inbox`, receipts are sent by `Receipts`, what clients
subscribe to by `Subscriptions`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from adaptive.conductor.beginning import AS_DECLARED, Beginning
from adaptive.conductor.log import Line
from adaptive.engine.engine import Engine
from adaptive.inputs.beginning import beginning_json
from adaptive.inputs.input import Input
from adaptive.inputs.known_faults import KnownFaults
from adaptive.inputs.lines import Connection, Listener
from adaptive.inputs.message import Checker, LoadPreset, Transaction
from adaptive.inputs.trace import TraceLine
from adaptive.kernel.layout import CONTROL_STEP_FRAMES, QUANTUM
from adaptive.preset.model import Preset
from adaptive.session.clamp_report import ClampReport
from adaptive.session.client_times import ClientTimes
from adaptive.session.device.supervisor import Supervisor
from adaptive.session.inbox import Inbox
from adaptive.session.incoming.input_recording import InputRecording
from adaptive.session.input_kinds import make_inputs
from adaptive.session.input_sources import InputSources
from adaptive.session.live_loudness import LiveLoudness
from adaptive.session.live_options import LiveOptions, LiveStatus
from adaptive.session.log_limit import LogLimit
from adaptive.session.master_recording import MasterRecording
from adaptive.session.midi_export import MidiExport
from adaptive.session.night_log import NightLog, seed_of_day
from adaptive.session.performance import Performance
from adaptive.session.receipts import Receipts
from adaptive.session.recorder import Recorder
from adaptive.session.reload.kept_requests import KeptRequests
from adaptive.session.reload.replace import PresetReplacer
from adaptive.session.reload.watch import PresetReload
from adaptive.session.reports import SessionReports
from adaptive.session.shared_peaks import SharedPeaks
from adaptive.session.site_inputs import with_site_inputs
from adaptive.session.state_file import StateFile
from adaptive.session.stream_watch import DiskStreamWatch
from adaptive.session.stretch_wait import StretchWait
from adaptive.session.subscriptions import Subscriptions
from adaptive.sinks.file import credits_of
from adaptive.sinks.sink import Sink
from adaptive.sinks.stream import Broadcast

STEP_S = 0.0025
"""Time between two looks for control steps that are due (one lasts 5.3 ms at 48 kHz)."""

MOST_STEPS_AT_ONCE = 64
"""Control steps that run before the event loop serves its sockets again."""


NOTES_EVERY = 16
"""Control steps after which a recording looks at tempo and section: 85 ms at 48 kHz."""

READER_S = 1.0
"""Most that the end of a session waits for the thread that reads streams, which is woken to end."""


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
    inputs : dict of str to Input
        The inputs that are open, by name.
    inbox : Inbox
        Acts on what they receive.
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
        self.complain = LogLimit(tell)
        self.clamp_report = ClampReport(self.complain)
        self._faults = KnownFaults()
        self.sink: Sink | None = None
        self.inputs: dict[str, Input] = {}
        self.client_times = ClientTimes(self)
        if options.site is not None:
            self.client_times.behind_ms = options.site.file.output_latency_ms
        self.loudness = LiveLoudness()
        self.peaks = SharedPeaks()
        self.receipts = Receipts(self.heard)
        self.subscriptions = Subscriptions(self)
        self._recorder: Recorder | None = None
        self._master: MasterRecording | None = None
        self._sound_in: InputRecording | None = None
        self._notes: MidiExport | None = None
        self._stretch_wait = StretchWait(tell)
        self._stopping = asyncio.Event()
        self._replacer = PresetReplacer(self, load_preset)
        self._reload = PresetReload(self, self._replacer)
        self.inbox = Inbox(self, self._replacer, self._reload)
        self.input_sources = InputSources(
            performance.preset, self._tell_source, tell_silence=self._tell_silence
        )
        self.reports = SessionReports(self)
        self._stream_watch = DiskStreamWatch(self.complain)
        self._night_log = None if options.log is None else NightLog(options.log, tell)
        self._state = None if options.state is None else StateFile(options.state, tell)
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
            await self._open_inputs(stack, broadcast)
            stack.callback(self._close_performance)
            if self._night_log is not None:
                stack.callback(self._night_log.end_file)
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

    def _close_performance(self) -> None:
        self._stretch_wait.close()
        self.loudness.close()
        self.performance.close()
        self.performance.engine.bank.streams.wait(READER_S)

    def stop(self, reason: str = "it was asked to end") -> None:
        """End the session at the next iteration of its loop."""
        self.ended = self.ended or reason
        self._stopping.set()

    @property
    def underruns(self) -> int:
        """Blocks that the sound card did not get in time, since the session began."""
        return self._underruns_before + self.performance.engine.telemetry().underruns

    @property
    def frames(self) -> int:
        """Frames rendered since the session began."""
        return self._frames_before + self.performance.engine.frame

    @property
    def volume(self) -> float:
        """The listener's volume, 0 … 1."""
        return self.inbox.volume.volume

    @property
    def presets(self) -> list[str]:
        """Names of the presets that can be loaded."""
        return self._list_presets()

    @property
    def is_recording(self) -> bool:
        """Whether the run is recorded."""
        return self._recorder is not None

    def _take_beginning(self) -> Beginning:
        """The state to begin in: what the options say, then what has been received before the first frame."""
        if self.options.saved is not None:
            self.inbox.is_early = False
            return AS_DECLARED
        return self.options.beginning.followed_by(self.inbox.take_beginning())

    async def _open_inputs(self, stack: contextlib.AsyncExitStack, broadcast: Broadcast | None) -> None:
        self.inputs |= make_inputs(self, self.options, broadcast)
        for name, one in self.inputs.items():
            await one.open(stack)
            if getattr(one, "has_port", True):
                self.status.ports[name] = one.port

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
            if end is not None and self.frames >= end:
                self.stop(f"{self.options.seconds:g} s have sounded")
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), STEP_S)

    def _run_due_steps(self) -> None:
        performance = self.performance
        self.client_times.observe()
        has_clock = performance.conductor.clock_following.is_used
        if performance.preset.file.tempo_follow is not None or has_clock:
            self.inbox.tell_latency()
        # the count is read before the replies, so that the replies include all that these steps applied
        rendered = performance.engine.control_steps
        replies = performance.engine.drain_replies()
        sounded = performance.live_notes.take_replies(replies)
        if self._recorder is not None:
            self._recorder.take_replies(replies)
            self._recorder.take_notes(sounded)
        for control_step in range(
            performance.next_control_step, min(rendered, performance.next_control_step + MOST_STEPS_AT_ONCE)
        ):
            messages = self._stretch_wait.pass_on(performance, self.inbox.take_messages(control_step))
            if self._recorder is not None:
                self._recorder.take_step(control_step, messages)
            performance.step(messages)
            if self._notes is not None and control_step % NOTES_EVERY == NOTES_EVERY - 1:
                self._notes.write(range(NOTES_EVERY * CONTROL_STEP_FRAMES))
            sounded = self.inbox.play_notes()
            if self._recorder is not None:
                self._recorder.take_notes(sounded)
            self.subscriptions.follow(control_step)
        for one in self.inputs.values():
            one.follow()
        self.subscriptions.follow_ahead(time.monotonic(), is_paused=self.inbox.is_paused)
        if silent := self.input_sources.follow():
            self.inbox.receive(Transaction(list(silent)), None)
        self.inbox.follow()
        self.receipts.send_joint()
        self.reports.follow()
        self._stream_watch.follow(performance.engine)
        if self._master is not None:
            self.loudness.follow(performance.engine)
        if self._sound_in is not None:
            self._sound_in.follow(performance, self._frames_before)
        if self._state is not None:
            self._state.follow(self.performance)

    # ── input ──────────────────────────────────────────────────────────────────────────────────

    def feed_trace(self, lines: Iterable[TraceLine]) -> None:
        """Play the lines of a trace, in addition to the other inputs."""
        self.inbox.feed(lines)

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
        if len(transaction.requests) > 1:
            self.receipts.join(transaction.requests, connection)
        for request in self.input_sources.pass_on(transaction):
            if request.id is not None:
                reason = f"another source of {request.name} has priority"
                self.receipts.acknowledge(request.id, connection, "dropped", reason)
        self.inbox.receive(transaction, connection, arrival)

    def set_plain(self, name: str, value: float) -> bool:
        """Set a parameter if nothing but its range has to be looked at; whether it was set."""
        bounds = self.checker.plain_ranges.get(name)
        return bounds is not None and bounds[0] <= value <= bounds[1] and self.inbox.set_plain(name, value)

    def _tell_source(self, sentence: str, parameter: str, source: str) -> None:
        """Log that another source of a parameter counts."""
        performance = self.performance
        if performance.frame > 0:
            more = {"parameter": parameter, "trouble": "source", "source": source}
            performance.conductor.playback.log_line("health", performance.frame, sentence, **more)

    def _tell_silence(self, sentence: str, parameter: str, source: str) -> None:
        """Tell that an address is silent; not in the decision log, because a render knows no addresses."""
        self.complain(sentence)
        if self._night_log is not None:
            more = {"parameter": parameter, "trouble": "silent", "source": source}
            playback = self.performance.conductor.playback
            self._night_log.take_line(playback.made_line("health", self.performance.frame, sentence, **more))

    def fade_place(self, gain: float, seconds: float) -> None:
        """Move the gain of the whole output within some seconds, beside the listener's volume."""
        self.inbox.volume.fade_place(gain, seconds)

    def begin_day(self) -> bool:
        """Begin the music anew with the chance of the day, if the place wants that; whether it does."""
        site, performance = self.options.site, self.performance
        if site is None or site.file.seed != "day":
            return False
        seed = seed_of_day(site.file.hours)
        if performance.seed == seed:
            return False
        name = performance.preset.folder.name
        self.receive(Transaction([LoadPreset(name, seed=seed)]))
        return True

    def report(self, sender: str, sentence: str) -> None:
        """Tell the user of a fault in what a client sends, the first time."""
        if self._faults.add(sentence, sender):
            self.complain(f"{sender}: {sentence}")

    def repeated_faults(self) -> list[str]:
        """A sentence about each fault that was sent more than once, with its count."""
        return [sentence for known in self._known_faults() for sentence in known.sums()]

    @property
    def faults(self) -> int:
        """Faults in what was sent so far, repeated ones too."""
        return sum(known.count for known in self._known_faults())

    def _known_faults(self) -> list[KnownFaults]:
        known = [self._faults, *(one.faults() for one in self.inputs.values())]
        return [faults for faults in known if faults is not None]

    # ── another performance ────────────────────────────────────────────────────────────────────

    def adopt(self, performance: Performance, kept: KeptRequests | None = None) -> None:
        """Play another performance from the next block on, and act on what was kept for it.

        The present one must be paused.
        """
        old, reason = self.performance, f"{performance.preset.file.name} was loaded"
        old.edit_queue.drop(reason)
        self.inbox.adopt(performance)
        old.engine.hand_over_to(performance.engine)
        old.close()
        self.performance = performance
        self.client_times.tell_again()
        self._frames_before += old.engine.frame
        self._underruns_before += old.engine.telemetry().underruns
        waited = self.receipts.take_open([one.own_id for one in kept.requests] if kept else [])
        self.receipts.drop_all(reason)
        if self.sink is not None and hasattr(self.sink, "engine"):
            self.sink.engine = performance.engine
        self._watch_performance()
        self.renew(is_told=True)
        self.inbox.go_on(old, kept, waited)

    def release(self, kept: KeptRequests) -> None:
        """Act on what was kept for a performance that does not come."""
        self.inbox.release(kept)

    def renew(self, *, is_told: bool = False) -> None:
        """Accept the names of the preset that plays now; send ``hello`` if they changed, or if `is_told`."""
        preset, before = self.performance.preset, self.checker.hello()
        self.checker = self._checker_of(preset)
        self.input_sources.use(preset)
        if self._recorder is not None:
            self._recorder.use_names(self.performance.layout.parameters)
        for one in self.inputs.values():
            one.renew(preset, self.checker)
        if is_told or self.checker.hello() != before:
            greeting = self.greeting()
            for other in self.subscriptions.connections:
                other.send(greeting)

    def note_edit(self, preset: Preset) -> None:
        """Keep an edit that begins to wait for its bar line, if the run is recorded."""
        if self._recorder is not None:
            self._recorder.take_edit(preset.source.text)

    def placed(self, preset: Preset) -> Preset:
        """A preset with the inputs of this place."""
        return with_site_inputs(preset, self.options.site)[0]

    def _checker_of(self, preset: Preset) -> Checker:
        return Checker(preset, may_jump=self.options.may_jump)

    # ── output ─────────────────────────────────────────────────────────────────────────────────

    def greeting(self) -> dict[str, Any]:
        """The ``hello`` message: what the preset declares, and what plays now."""
        hello = self.checker.hello()["hello"]
        now = {**self.subscriptions.now(hello["states"]), "is_paused": self.inbox.is_paused}
        more = {"sample_rate": self.performance.engine.spec.sample_rate, "presets": self._list_presets()}
        return {"hello": {**hello, **more, "now": now}}

    def connect(self, connection: Listener) -> None:
        """Register a connection for the topics it subscribes to."""
        self.subscriptions.connections.add(connection)

    def disconnect(self, connection: Listener) -> None:
        """Remove a connection and the receipts it waits for."""
        self.subscriptions.connections.discard(connection)
        if isinstance(connection, Connection):
            self.performance.live_notes.release(self.performance.conductor, connection)
            self.receipts.forget(connection)

    def acknowledge(
        self, message_id: str | None, connection: Connection | None, status: str, reason: str
    ) -> None:
        """Write a receipt for a request to its connection, if the request has an id."""
        self.receipts.acknowledge(message_id, connection, status, reason)

    def drop(
        self, words: str, message_id: str | None, connection: Connection | None, status: str, reason: str
    ) -> None:
        """Write the last receipt of a request that does not happen; without an id, tell the user.

        Parameters
        ----------
        words : str
            The request, for the user.
        message_id, connection
            Its id, and where it came from.
        status, reason : str
            Of the receipt.
        """
        if message_id is None or connection is None:
            self.complain(f"{words} was {status}: {reason}")
        else:
            self.acknowledge(message_id, connection, status, reason)

    def heard(self, frame: int) -> int:
        """Number of the frame at which a frame of the timeline reaches the speaker."""
        latency = self.sink.latency_frames if self.sink else 0
        return frame + self.performance.engine.output_delay_frames + latency

    def _watch_performance(self) -> None:
        self.performance.conductor.on_receipt = self.receipts.send
        self.performance.log.listeners.append(self._on_line)
        if self._night_log is not None:
            self._night_log.end_file()
            self.performance.log.listeners.append(self._night_log.take_line)
        for remark in self.performance.remarks:
            self.complain(remark)

    def _on_line(self, line: Line) -> None:
        if line["kind"] == "tempo" and line.get("status") == "dropped":
            self.complain(f"the tempo stays: {line['reason']}")
        if line["kind"] == "bar" and line["status"] == "missing":
            self.complain(f"{line['layer']} goes on without its generator: {line['reason']}")
        self.subscriptions.hear_line(line)

    # ── recording ──────────────────────────────────────────────────────────────────────────────

    def _start_recording(self, stack: contextlib.AsyncExitStack, beginning: Beginning) -> None:
        if self.options.record is None:
            return
        performance = self.performance
        names = performance.layout.parameters
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
        limit = self.options.record_bytes
        recorder = Recorder(self.options.record, meta, names, rate, self.tell, limit)
        self._keep_sound(self.options.record, limit)
        self._recorder = recorder
        performance.log.listeners.append(recorder.take_line)
        stack.callback(self._end_recording)

    def _keep_sound(self, folder: Path, limit_bytes: int) -> None:
        """Keep notes, inputs and master beside the trace."""
        performance, loop = self.performance, asyncio.get_running_loop()
        engine, tags = performance.engine, credits_of(performance.preset)

        def tell(sentence: str) -> None:  # from the worker's thread
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self.tell, sentence)

        self._master = MasterRecording(
            folder, engine.spec.sample_rate, engine.spec.channels, tags, limit_bytes, tell,
            engine.output_delay_frames,
        )  # fmt: skip
        self.loudness.listeners.append(self._master.write)
        self.loudness.follow(engine)
        self._sound_in = InputRecording(folder, engine.spec.sample_rate, limit_bytes, tell)
        self._sound_in.follow(performance, 0)
        if performance.conductor.assets.generated:
            self._notes = MidiExport(performance, folder / "notes.mid")

    def _end_recording(self) -> None:
        if self._master is not None:
            self.loudness.finish()
            self._master.close(int(self.performance.engine.memory.head["played_quanta"]) * QUANTUM)
        if self._sound_in is not None:
            self._sound_in.close()
        if self._notes is not None:
            rest = self.performance.next_control_step % NOTES_EVERY
            with self._notes as notes, contextlib.suppress(OSError):  # a full disk is told of by the others
                notes.write(range(rest * CONTROL_STEP_FRAMES))
                notes.save()
        if self._recorder is not None:
            rate = self.performance.engine.spec.sample_rate
            self._recorder.close(self.performance.next_control_step * CONTROL_STEP_FRAMES / rate)
