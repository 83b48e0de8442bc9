"""Plays generated layers on external instruments, and gives them the clock, in time with the audio.

A note is final once its frame is nearer than the conductor's look-ahead; from then on it is known when it is
heard, 50 ms and the latency of the output ahead.  It is sent at that time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from adaptive.errors import MachineError
from adaptive.inputs.input import InputBase, InputHost
from adaptive.inputs.midi.clock import PULSES
from adaptive.inputs.midi.names import find_name
from adaptive.inputs.midi.ports import MidiSystem, Port
from adaptive.inputs.midi.stream import CLOCK, SONG_POSITION, START, STOP
from adaptive.music.channel_note import ControlChange
from adaptive.session.midi_sender import MidiSender

DRUMS = 9
"""Channel of drums, 0 … 15, as in General MIDI."""

CHANNELS = [channel for channel in range(16) if channel != DRUMS]


class MidiOut(InputBase):
    """Sends what a session plays to MIDI ports.

    Parameters
    ----------
    host : InputHost
        The session.
    wanted : sequence of str
        Names of ports, or parts of them.
    make_system : callable
        Finds the MIDI system of the machine.
    heard_s : callable
        From a frame of the timeline to the monotonic time at which it is heard; None: before the first.
    """

    name = "midi_out"
    has_port = False

    def __init__(
        self,
        host: InputHost,
        wanted: Sequence[str],
        make_system: Callable[[], MidiSystem],
        heard_s: Callable[[float], float | None],
    ) -> None:
        super().__init__(host)
        self._wanted, self._make_system, self._heard_s = wanted, make_system, heard_s
        self._ports: dict[str, Port] = {}
        self._senders: dict[str, MidiSender] = {}
        self._performance: Any = None
        self._told_frame = 0
        self._pulse_beat, self._is_rolling, self._was_paused = 0.0, False, False

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Open the ports.  One that is not there is told of, and the music plays."""
        stack.push_async_callback(self._close)
        try:
            system = await asyncio.to_thread(self._make_system)
        except MachineError as error:
            self.host.complain(f"{error}; the music plays without it")
            return
        there = await asyncio.to_thread(system.outputs)
        for wanted in self._wanted:
            name = find_name(wanted, there)
            if name is None:
                names = f"; there is {', '.join(there)}" if there else "; there is none"
                self.host.complain(f"no MIDI port to send to is called {wanted!r}{names}")
                continue
            try:
                self._ports[name] = await asyncio.to_thread(system.open_output, name)
            except MachineError as error:
                self.host.complain(str(error))
                continue
            self._senders[name] = MidiSender(self._ports[name])
            self._senders[name].start()
            told = ", ".join(f"{layer} on {channel + 1}" for layer, channel in self.channels().items())
            self.host.complain(f"MIDI to {name}: {told or 'the clock only'}")

    def channels(self) -> dict[str, int]:
        """Channel, 0 … 15, of each generated layer: drums have 10, the others those from 1 on."""
        layers = self.host.performance.conductor.assets.generated
        melodic = [name for name, layer in layers.items() if not layer.player.is_percussive]
        found = {name: CHANNELS[number % len(CHANNELS)] for number, name in enumerate(melodic)}
        return {name: found.get(name, DRUMS) for name in layers}

    def follow(self) -> None:
        """Send what has become final in the control steps since the last call."""
        if not self._senders:
            return
        performance = self.host.performance
        if performance is not self._performance:
            self._begin(performance)
        for name, sender in list(self._senders.items()):
            if sender.is_broken:
                self.host.complain(f"MIDI port {name} has failed; nothing more is sent to it")
                del self._senders[name]
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
                for sender in self._senders.values():
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
        for sender in self._senders.values():
            await asyncio.to_thread(sender.close)
        for port in self._ports.values():
            with contextlib.suppress(Exception):
                await asyncio.to_thread(port.close)
