"""A session of the Python API: music that plays in a thread of its own, and handles to steer it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar, overload

import msgspec

from adaptive.api.callbacks import Callback, Callbacks
from adaptive.api.handles import (
    HandleMap,
    LayerHandle,
    ParameterHandle,
    SnapshotSwitches,
    States,
    as_number,
    require,
)
from adaptive.api.local_client import LocalClient
from adaptive.api.message_receipts import MessageReceipts
from adaptive.api.mixer import Mixer
from adaptive.api.session_thread import SessionThread
from adaptive.errors import EndedError, ProtocolError
from adaptive.inputs.json_requests import read_json
from adaptive.session.live import LiveSession
from adaptive.session.performance import Performance

logger = logging.getLogger("adaptive")

FADE_S = 0.05
"""Length of the fade of `stop`, so that it does not click."""

SMOOTHING_S = 0.06
"""The kernel smooths the volume over this time."""

Function = TypeVar("Function", bound=Callback)


class Session:
    """Music that plays.  `adaptive.play` makes it.

    It plays in a thread of its own until it is stopped, or the program ends, whether it is kept in a variable
    or not.  Its methods may be called from any thread, also inside a running event loop; only `wait` (and
    `wait` of receipts) blocks for long.  In a ``with`` block, it is stopped at the end of the block.

    Parameters
    ----------
    live : LiveSession
        The session of the engine; the command line uses the same.

    Attributes
    ----------
    parameters : Mapping of str to ParameterHandle
        ``parameters["intensity"].set(0.8)``, ``.ramp_to(0.8, seconds=2)``, ``.value``.
    snapshots : MutableMapping of str to bool
        ``snapshots["underwater"] = True``.
    states : MutableMapping of str to str
        ``states["place"] = "inside"``.
    layers : Mapping of str to LayerHandle
        ``layers["drums"].level_db = -6``, ``.mute()``, ``.solo()``.
    """

    def __init__(self, live: LiveSession) -> None:
        self._live = live
        self._callbacks = Callbacks()
        self._client = LocalClient(live, self._callbacks)
        self._thread = SessionThread(live, self._at_end)
        self._mixer = Mixer(self)
        self._is_stopping = False
        self.parameters: Mapping[str, ParameterHandle] = HandleMap(
            "parameter", lambda: self._file.parameters, lambda name: ParameterHandle(self, name)
        )
        self.states = States(self)
        self.snapshots = SnapshotSwitches(self)
        self.layers: Mapping[str, LayerHandle] = HandleMap(
            "layer", lambda: self._file.layers, lambda name: LayerHandle(self, name, self._mixer)
        )

    def start(self) -> None:
        """Begin to play; `adaptive.play` has called it.

        Raises
        ------
        MachineError
            The sound card does not start, or a port is taken.
        """
        self._live.connect(self._client)
        self._thread.start()

    # ── what plays ─────────────────────────────────────────────────────────────────────────────

    @property
    def performance(self) -> Performance:
        """The performance that plays: for what has no handle."""
        return self._live.performance

    @property
    def _file(self) -> Any:
        return self._live.performance.preset.file

    @property
    def preset(self) -> str:
        """Name of the preset that plays."""
        return str(self._file.name)

    @property
    def seed(self) -> int:
        """Seed of all chance: the same seed and the same messages give the same music."""
        return self._live.performance.seed

    @property
    def sample_rate(self) -> int:
        """Frames a second."""
        return int(self._live.performance.engine.spec.sample_rate)

    @property
    def section(self) -> str:
        """The section that plays; empty: silence."""
        return self._live.performance.conductor.instance.section

    @property
    def position(self) -> str:
        """Where it is, as ``bar.beat.tick``."""
        return str(self._now()["position"])

    @property
    def tempo_bpm(self) -> float:
        """Quarter notes a minute."""
        return float(self._now()["tempo_bpm"])

    @property
    def seconds(self) -> float:
        """Seconds of music rendered so far; they stand still while the music is paused."""
        return self._live.performance.engine.frame / self.sample_rate

    @property
    def is_playing(self) -> bool:
        """Whether the session goes on."""
        return self._thread.is_running

    @property
    def ended(self) -> str:
        """Why the session has ended; empty while it plays."""
        return "" if self._thread.is_running else self._live.ended or "it did not begin"

    @property
    def sink(self) -> str:
        """Where the sound goes: ``portaudio``, ``miniaudio``, ``web``, ``pcm``, ``null`` or another name."""
        return self._live.sink.name if self._live.sink else ""

    @property
    def ports(self) -> Mapping[str, int]:
        """Name of an input, ``osc``, ``tcp`` or ``http``, to the port it listens at."""
        return dict(self._live.status.ports)

    def heard_s(self, frame: float) -> float | None:
        """When a frame of the timeline is heard, in seconds of `time.monotonic`.

        None before the first frame.  The latencies of the card and of what lies behind it (the message
        ``output_latency_ms``) are counted.
        """
        return self._live.client_times.heard_s(frame)

    @property
    def underruns(self) -> int:
        """Blocks that the sound card did not get in time."""
        return self._live.underruns

    @property
    def callback_faults(self) -> Mapping[str, int]:
        """How often callbacks have raised, by callback, topic and kind of exception."""
        return dict(self._callbacks.faults)

    def _now(self) -> Mapping[str, Any]:
        return self._thread.ask(lambda: self._live.subscriptions.now(()))

    # ── steering ───────────────────────────────────────────────────────────────────────────────

    def send(self, document: Mapping[str, Any]) -> MessageReceipts:
        """Send a message as `docs/protocol.md` describes it, such as ``{"event": "kill"}``.

        Everything else here that steers the music is one of these messages.

        Raises
        ------
        ProtocolError
            The message is refused; the sentence says why.
        EndedError
            The session has ended.
        """
        if not self._thread.is_running:
            raise EndedError(self._thread.ended_words())
        live, client = self._live, self._client
        receipts = MessageReceipts(self.sample_rate, self._thread.refuse_waiting, self._can_answer)
        # checked here, so that a fault is raised where the mistake is
        transaction = read_json({**document, "id": "python"}, live.checker)
        if transaction.faults:
            raise ProtocolError(transaction.faults[0].error)
        message_id = client.expect(receipts)
        transaction = read_json({**document, "id": message_id}, live.checker)
        self._thread.post(lambda: live.receive(transaction, client))
        return receipts

    def fire(self, event: str, velocity: float = 1.0, expires_s: float | None = None) -> MessageReceipts:
        """Fire an event: its stinger sounds at the next place of its grid.

        Parameters
        ----------
        event : str
            Name of the event.
        velocity : float
            0 … 1.
        expires_s : float, optional
            The stinger is dropped if it cannot sound within this time.

        Returns
        -------
        MessageReceipts
            `sounds_at` says when; `wait` waits for that.

        Raises
        ------
        UnknownNameError
            Nothing sounds on that event.
        ProtocolError
            A number cannot be.
        EndedError
            The session has ended.
        """
        require("event", event, self._live.checker.known_events)
        document: dict[str, Any] = {"event": event, "velocity": as_number(velocity)}
        if expires_s is not None:
            document["expires_s"] = as_number(expires_s)
        return self.send(document)

    def set_tempo(self, tempo_bpm: float | None) -> MessageReceipts:
        """Ask for a tempo in quarter notes a minute, 20 to 400; None: the preset's own."""
        return self.send({"tempo": as_number(tempo_bpm)})

    def steer(self, layer: str | None = None, **controls: float | None) -> MessageReceipts:
        """Steer the composer: ``music.steer(density=0.8, energy=0.6)``; None lets a control go.

        Parameters
        ----------
        layer : str, optional
            A generated layer; left out: all of them.
        **controls
            Values of the controls that docs/composing.md lists.
        """
        values = {name: as_number(value) for name, value in controls.items()}
        return self.send({"steer": values} if layer is None else {"steer": values, "layer": layer})

    def set_mood(self, mood: str | Mapping[str, float] | None) -> MessageReceipts:
        """Hold a mood: a word, or ``{"valence": 0.5, "arousal": -0.2}``; None: the preset's own."""
        return self.send({"mood": mood})

    def set_key(self, key: str | None) -> MessageReceipts:
        """Hold a key such as ``D minor``; None: the preset's own."""
        return self.send({"key": key})

    def set_chord(self, chord: str | None) -> MessageReceipts:
        """Hold a chord such as ``Dm7``; None: those of the plan."""
        return self.send({"chord": chord})

    def lock(self, *layers: str) -> MessageReceipts:
        """Keep generated layers as they are, whatever steers the others; without one: unlock all."""
        return self.send({"lock": list(layers)})

    def regenerate(self, *layers: str, bars: tuple[int, int] | None = None) -> MessageReceipts:
        """Write generated layers anew: from the next beat on, or only some bars of the present section.

        Parameters
        ----------
        *layers : str
            Which.
        bars : (int, int), optional
            First and last bar since the section was entered, from 1.
        """
        document: dict[str, Any] = {"layers": list(layers)}
        if bars is not None:
            document["bars"] = list(bars)
        return self.send({"regenerate": document})

    def take_back(self) -> MessageReceipts:
        """Take the last `regenerate` back."""
        return self.send({"take_back": True})

    def set_volume(self, volume: float, seconds: float = 0.0) -> None:
        """Set the listener's volume, 0 … 1, within some seconds; it is squared to a gain."""
        self.send({"volume": as_number(volume), "seconds": as_number(seconds)})

    def mix(self, values: Mapping[str, float | None], seconds: float = 0.0) -> MessageReceipts:
        """Hold numbers of the mixer in place of the preset's, over its curves; None lets one go.

        Parameters
        ----------
        values : Mapping
            Key path in the preset (``layers.strings.level_db``, ``buses.far.sends.reverb``,
            ``master.cutoff_hz``, ``layers.lead.inserts.echo.feedback``) to a number in its unit.
        seconds : float
            Time in which they get there; at least 20 ms.
        """
        return self.send({"mix": dict(values), "seconds": seconds})

    @property
    def mix_targets(self) -> Mapping[str, tuple[float, float]]:
        """What `mix` can hold: each key path with its range."""
        return {path: (one.low, one.high) for path, one in self._live.checker.mix_targets.items()}

    def pause(self) -> None:
        """Fade out within 50 ms; the music's time stands still until `resume`."""
        self.send({"pause": True})

    def resume(self) -> None:
        """Go on where `pause` was called."""
        self.send({"resume": True})

    def load(self, preset: str, exit_at: str | None = None) -> MessageReceipts:
        """Play another preset, by name; with `exit_at`, from a place of the grid on, such as ``bar``."""
        return self.send({"load": preset} if exit_at is None else {"load": preset, "exit_at": exit_at})

    def save(self) -> dict[str, Any]:
        """The musical state, about a kilobyte as JSON, from which `restore` continues."""
        saved = self._thread.ask(lambda: self._live.performance.save())
        return dict(msgspec.to_builtins(saved))

    def restore(self, saved: Mapping[str, Any]) -> MessageReceipts:
        """Continue where music was saved."""
        return self.send({"restore": saved})

    # ── listening ──────────────────────────────────────────────────────────────────────────────

    @overload
    def on(self, topic: str, callback: Function) -> Function: ...

    @overload
    def on(self, topic: str) -> Callable[[Function], Function]: ...

    def on(self, topic: str, callback: Function | None = None) -> Function | Callable[[Function], Function]:
        """Call a function whenever something happens; as a decorator too: ``@music.on("bar")``.

        It is called in the thread of the session, a little before what it tells is heard.  Keep it short: the
        music is decided 50 ms ahead.  What it raises is logged once, counted in `callback_faults`, and does
        not stop the music.  It may send messages and call `stop`; it must not wait.

        Parameters
        ----------
        topic : str
            ``bar``, ``beat``: a `Beat`; ``section``: a `SectionChange`; ``note``: a `SoundedNote`; ``log``: a
            line of the decision log, a dict; ``end``: the reason.
        callback : callable, optional
            Takes one argument.

        Returns
        -------
        callable
            The callback, to be given to `off`.

        Raises
        ------
        InputError
            There is no such topic, or the callback is none.
        """
        if callback is None:
            return lambda function: self.on(topic, function)
        self._callbacks.add(topic, callback)
        return callback

    def off(self, callback: Callback) -> None:
        """Call a function no more."""
        self._callbacks.remove(callback)

    # ── the end ────────────────────────────────────────────────────────────────────────────────

    def wait(self, seconds: float | None = None) -> bool:
        """Wait while the music plays.  Ctrl-C stops the music and raises KeyboardInterrupt.

        Parameters
        ----------
        seconds : float, optional
            How long; left out: until the session ends.

        Returns
        -------
        bool
            Whether it still plays.

        Raises
        ------
        CallbackError
            It was called in a callback.
        AdaptiveError
            The session has failed.
        """
        try:
            return self._thread.wait(seconds)
        except KeyboardInterrupt:
            self.stop()
            raise

    async def wait_async(self, seconds: float | None = None) -> bool:
        """As `wait`, in a coroutine: its event loop goes on."""
        import asyncio

        loop = asyncio.get_running_loop()
        until = None if seconds is None else loop.time() + seconds
        while self._thread.is_running:
            left = 0.05 if until is None else min(0.05, until - loop.time())
            if left <= 0.0:
                return True
            await asyncio.sleep(left)
        return self._thread.wait(0.0)

    def stop(self, fade_s: float = FADE_S) -> None:
        """End the session, after a fade of some seconds.

        It returns when the thread has ended; in a callback or a coroutine, at once.  A second call changes
        nothing.
        """
        if not self._thread.is_running:
            return
        inbox, is_first = self._live.inbox, not self._is_stopping
        self._is_stopping = True
        try:
            if is_first:
                self._thread.post(lambda: inbox.volume.set(0.0, max(0.0, fade_s)))
        except EndedError:
            return
        sink = self._live.sink
        delay_s = (sink.latency_frames if sink else 0) / self.sample_rate
        after_s = max(0.0, fade_s) + SMOOTHING_S + delay_s
        self._thread.stop("it was asked to end", after_s, is_scheduled=not is_first)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import asyncio

        await asyncio.to_thread(self.stop)

    def __repr__(self) -> str:
        if not self._thread.is_running:
            return f"<music: {self.preset}, ended: {self.ended}>"
        return (
            f"<music: {self.preset}, {self.section or 'silence'}, {self.seconds:.1f} s, through {self.sink}>"
        )

    def _can_answer(self) -> bool:
        return self._thread.is_running and not self._live.inbox.is_paused

    def _at_end(self, reason: str) -> None:
        for sentence in (*self._live.repeated_faults(), *self._callbacks.sums()):
            logger.warning("%s", sentence)
        self._client.end(f"the session has ended: {reason}")
        self._callbacks.call("end", reason)
