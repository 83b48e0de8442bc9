"""Plays generated layers on external instruments, and gives them the clock, in time with the audio.

A note is final once its frame is nearer than the conductor's look-ahead; from then on it is known when it is
heard, 50 ms and the latency of the output ahead.  It is sent at that time.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from adaptive.errors import MachineError
from adaptive.inputs.input import InputBase, InputHost
from adaptive.inputs.midi.clock import PULSES
from adaptive.inputs.midi.names import find_name
from adaptive.inputs.midi.port_list import PortList
from adaptive.inputs.midi.ports import MidiSystem, Port
from adaptive.inputs.midi.stream import CLOCK, CONTINUE, SONG_POSITION, START, STOP
from adaptive.music.channel_note import ControlChange
from adaptive.session.midi_sender import MidiSender

DRUMS = 9
"""Channel of drums, 0 … 15, as in General MIDI."""

POLL_S = 1.0
"""Time between two looks for ports that have come or gone."""

CHANNELS = [channel for channel in range(16) if channel != DRUMS]


@dataclass(frozen=True, slots=True)
class WantedPort:
    """A port that is asked for, and the layers that it gets; none: all of them."""

    port: str
    layers: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> WantedPort:
        """Read ``NAME`` or ``NAME=LAYER,LAYER``.

        Examples
        --------
        >>> WantedPort.parse("Deepmind=lead,pad")
        WantedPort(port='Deepmind', layers=('lead', 'pad'))
        """
        port, _, layers = text.rpartition("=") if "=" in text else (text, "", "")
        return cls(port, tuple(one.strip() for one in layers.split(",") if one.strip()))


class MidiOut(InputBase):
    """Sends what a session plays to MIDI ports.

    Parameters
    ----------
    host : InputHost
        The session.
    wanted : sequence of str
        Names of ports, or parts of them, each with ``=`` and the layers that it gets, if not all.
    make_system : callable
        Finds the MIDI system of the machine.
    heard_s : callable
        From a frame of the timeline to the monotonic time at which it is heard; None: before the first.
    clock : callable
        Seconds of the monotonic clock.
    """

    name = "midi_out"
    has_port = False

    def __init__(
        self,
        host: InputHost,
        wanted: Sequence[str],
        make_system: Callable[[], MidiSystem],
        heard_s: Callable[[float], float | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(host)
        self._wanted = [WantedPort.parse(text) for text in wanted]
        self._heard_s, self._now = heard_s, clock
        self._midi, self._polled_s = PortList(make_system, lambda sentence: host.complain(sentence)), 0.0
        self._polling: asyncio.Task[None] | None = None
        self._names: dict[str, str] = {}
        self._ports: dict[str, Port] = {}
        self._layers: dict[str, tuple[str, ...]] = {}
        self._senders: dict[str, MidiSender] = {}
        self._missing: set[str] = set()
        self._unopened: set[str] = set()
        self._performance: Any = None
        self._told_frame = 0
        self._pulse_beat, self._is_rolling, self._was_paused = 0.0, False, False

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Open the ports.  One that is not there is told of and opened when it comes; the music plays."""
        stack.push_async_callback(self._close)
        await self._poll()

    async def _poll(self) -> None:
        """Open the ports that have come, and forget those that have gone."""
        self._polled_s = self._now()
        system = await self._midi.system()
        if system is None:
            return
        there = await self._midi.names(system.outputs)
        for wanted in self._wanted:
            await self._open_port(system, wanted, there)

    async def _open_port(self, system: MidiSystem, wanted: WantedPort, there: Sequence[str]) -> None:
        name, known = find_name(wanted.port, there), self._names.get(wanted.port)
        if known is not None and known != name:
            self.host.complain(f"MIDI port {known} has gone; it is opened when it comes back")
            await self._forget(wanted.port)
        if name is None:
            if wanted.port not in self._missing:
                self._missing.add(wanted.port)
                names = f"; there is {', '.join(there)}" if there else "; there is none"
                self.host.complain(f"no MIDI port to send to is called {wanted.port!r} now{names}")
            return
        self._missing.discard(wanted.port)
        if wanted.port in self._names:
            return
        try:
            port = await asyncio.to_thread(system.open_output, name)
        except MachineError as error:
            if name not in self._unopened:
                self._unopened.add(name)
                self.host.complain(str(error))
            return
        self._unopened.discard(name)
        self._names[wanted.port], self._ports[name] = name, port
        self._layers[name] = wanted.layers
        self._senders[name] = MidiSender(port)
        self._senders[name].start()
        self.host.complain(f"MIDI to {name}: {self._told(wanted) or 'the clock only'}")
        if self._is_rolling:  # it follows from the next pulse on
            self._senders[name].at(self._now(), bytes([CONTINUE]))

    def _told(self, wanted: WantedPort) -> str:
        channels = self.channels()
        unknown = [layer for layer in wanted.layers if layer not in channels]
        if unknown:
            there = ", ".join(channels) or "none"
            self.host.complain(f"no generated layer is called {', '.join(unknown)}; there is {there}")
        sent = [layer for layer in channels if not wanted.layers or layer in wanted.layers]
        return ", ".join(f"{layer} on {channels[layer] + 1}" for layer in sent)

    async def _forget(self, wanted: str) -> None:
        """A port has gone."""
        name = self._names.pop(wanted)
        sender, port = self._senders.pop(name, None), self._ports.pop(name)
        if sender is not None:
            await asyncio.to_thread(sender.close)
        with contextlib.suppress(Exception):  # its library may know that it has gone
            await asyncio.to_thread(port.close)

    def channels(self) -> dict[str, int]:
        """Channel, 0 … 15, of each generated layer: drums have 10, the others those from 1 on."""
        layers = self.host.performance.conductor.assets.generated
        melodic = [name for name, layer in layers.items() if not layer.player.is_percussive]
        found = {name: CHANNELS[number % len(CHANNELS)] for number, name in enumerate(melodic)}
        return {name: found.get(name, DRUMS) for name in layers}

    def follow(self) -> None:
        """Send what has become final in the control steps since the last call."""
        is_free = self._polling is None or self._polling.done()
        if is_free and not self._midi.is_broken and self._now() - self._polled_s >= POLL_S:
            self._polled_s = self._now()
            self._polling = asyncio.get_running_loop().create_task(self._poll())
        if not self._senders:
            return
        performance = self.host.performance
        if performance is not self._performance:
            self._begin(performance)
        for name, sender in list(self._senders.items()):
            if sender.is_broken:
                self.host.complain(f"MIDI port {name} has failed; it is opened when it comes back")
                del self._senders[name]
                self._names = {wanted: known for wanted, known in self._names.items() if known != name}
        is_paused = bool(performance.engine.is_paused)
        if is_paused and not self._was_paused:
            self._silence()
        self._was_paused = is_paused
        playback = performance.conductor.playback
        if self._heard_s(playback.now) is None:
            return
        end = playback.earliest
        if end > self._told_frame:
            self._send_transport(playback)
            self._send_notes(performance, self._told_frame, end)
            self._send_pulses(playback, end)
            self._told_frame = end

    def _begin(self, performance: Any) -> None:
        """Another performance plays: what the one before has begun ends."""
        if self._performance is not None:
            self._silence()
        self._performance = performance
        self._told_frame, self._pulse_beat, self._is_rolling = 0, 0.0, False

    def _silence(self) -> None:
        for sender in self._senders.values():
            sender.silence()

    def _send_notes(self, performance: Any, first: int, end: int) -> None:
        rate, channels = performance.engine.spec.sample_rate, self.channels()
        for name, layer in performance.conductor.assets.generated.items():
            for written in layer.written:
                if not first <= written.frame < end or isinstance(written.note, ControlChange):
                    continue
                at = self._heard_s(written.frame)
                if at is None:
                    continue
                velocity = round(127 * written.note.velocity)
                for port, sender in self._senders.items():
                    if self._layers[port] and name not in self._layers[port]:
                        continue
                    sender.note(at, written.frames / rate, channels[name], written.note.midi, velocity)

    def _send_transport(self, playback: Any) -> None:
        """Start and stop; a start is at the song position 0."""
        rolls = playback.instance.section != ""
        if rolls == self._is_rolling:
            return
        self._is_rolling = rolls
        at = self._heard_s(playback.now)
        if at is None:
            return
        for sender in self._senders.values():
            if rolls:
                sender.at(at, bytes([SONG_POSITION, 0, 0]))
                sender.at(at, bytes([START]))
            else:
                sender.at(at, bytes([STOP]))

    def _send_pulses(self, playback: Any, end: int) -> None:
        """Send the pulses of the clock up to a frame; the tempo is final so far."""
        tempo = playback.tempo
        first = tempo.beat_at(self._told_frame)
        while True:
            unit = tempo.beat_unit_at(self._told_frame)
            step = unit / 4.0 / PULSES
            if self._pulse_beat < first - 2.0 * step:  # time has passed without us
                self._pulse_beat += step * int((first - self._pulse_beat) / step)
            frame = tempo.exact_frame_at(self._pulse_beat)
            if frame >= end:
                return
            at = self._heard_s(frame)
            if at is not None:
                for sender in self._senders.values():
                    sender.at(at, bytes([CLOCK]))
            self._pulse_beat += step

    async def _close(self) -> None:
        if self._polling is not None:
            with contextlib.suppress(Exception):
                await self._polling
        for sender in self._senders.values():
            await asyncio.to_thread(sender.close)
        for port in self._ports.values():
            with contextlib.suppress(Exception):
                await asyncio.to_thread(port.close)
