"""The MIDI input of a session: ports by name, opened when they are there and again when they come back."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from adaptive.errors import MachineError, ProtocolError
from adaptive.inputs.input import InputBase, InputHost
from adaptive.inputs.message import Checker, Request, Transaction
from adaptive.inputs.midi.names import find_name
from adaptive.inputs.midi.port_list import PortList
from adaptive.inputs.midi.ports import CLIENT, MidiSystem, Port
from adaptive.inputs.midi.reader import MidiMappings, MidiReader
from adaptive.preset.model import Preset
from adaptive.preset.schema import InputTable

POLL_S = 0.5
"""Time between two looks for ports that have come or gone."""

MOST_WAITING = 4096
"""Messages that may wait for the event loop; of a port that floods us, the oldest are dropped."""

AT_ONCE = 256
"""Messages that are read before the event loop does something else."""


class MidiInput(InputBase):
    """MIDI from every port that is asked for, by `--midi` or by the mappings of the preset.

    Parameters
    ----------
    host : InputHost
        The session.
    wanted : sequence of str
        Names of ports, or parts of them; notes of these ports play a layer even without a mapping.
    make_system : callable
        Finds the MIDI system of the machine; called when it is needed first.
    tables : sequence of InputTable
        Further mappings, such as those of a site.
    clock : callable
        Seconds of the monotonic clock.
    """

    name = "midi"
    has_port = False

    def __init__(
        self,
        host: InputHost,
        wanted: Sequence[str],
        make_system: Callable[[], MidiSystem],
        tables: Sequence[InputTable] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(host)
        self._wanted, self._tables, self._now = wanted, tables, clock
        self._midi = PortList(make_system, lambda sentence: host.complain(sentence))
        self._readers: dict[str, MidiReader] = {}
        self._ports: dict[str, Port] = {}
        self._waiting: deque[tuple[str, bytes, float]] = deque(maxlen=MOST_WAITING)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_woken, self._lost = False, 0
        self._polling: asyncio.Task[None] | None = None
        self._polled_s = -POLL_S
        self._missing: set[str] = set()
        self._unopened: set[str] = set()
        self._mappings = MidiMappings(())

    @property
    def is_needed(self) -> bool:
        """Whether anything listens to MIDI."""
        return bool(self._wanted) or bool(self._mappings.mappings)

    @property
    def open_ports(self) -> list[str]:
        """Plain names of the ports that are open."""
        return list(self._ports)

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Open the ports that are there.  A machine without MIDI is told of, and the music plays."""
        self._loop = asyncio.get_running_loop()
        self._mappings = self._mappings_of(self.host.performance.preset)
        stack.push_async_callback(self._close)
        if self.is_needed:
            await self._poll()

    def follow(self) -> None:
        """Read what waits, end what is over, and look for ports now and then."""
        self._drain()
        now = self._now()
        for port, reader in self._readers.items():
            self._receive(port, reader.follow(now))
        is_free = self._polling is None or self._polling.done()
        if self.is_needed and not self._midi.is_broken and is_free and now - self._polled_s >= POLL_S:
            self._polled_s = now
            self._polling = asyncio.get_running_loop().create_task(self._poll())

    def renew(self, preset: Preset, checker: Checker) -> None:
        """Use the mappings of another preset, or of an edited one; ports stay open."""
        self._mappings = self._mappings_of(preset)
        for reader in self._readers.values():
            reader.mappings = self._mappings

    # ── ports ──────────────────────────────────────────────────────────────────────────────────

    async def _poll(self) -> None:
        """Open the ports that have come, and close those that have gone."""
        system = await self._midi.system()
        if system is None:
            return
        there = await self._midi.names(system.inputs)
        for name in [name for name in self._ports if name not in there]:
            self._forget(name)
        asked = self._asked(there)
        for name in asked:
            if name not in self._ports:
                await self._open_port(system, name)

    async def _open_port(self, system: MidiSystem, name: str) -> None:
        def take(data: bytes, at_s: float) -> None:  # in a thread of the library
            if len(self._waiting) == MOST_WAITING:
                self._lost += 1
            self._waiting.append((name, data, at_s))
            if not self._is_woken and self._loop is not None:
                self._is_woken = True
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    self._loop.call_soon_threadsafe(self._drain)

        try:
            port = await asyncio.to_thread(system.open_input, name, take)
        except MachineError as error:
            if name not in self._unopened:
                self._unopened.add(name)
                self.host.complain(str(error))
            return
        self._unopened.discard(name)
        self._ports[name] = port
        self._readers[name] = MidiReader(
            name, self._mappings, lambda: self.host.checker, self._present, self._place
        )
        layer = self._mappings.default_layer
        plays = f"; its notes play the layer {layer}" if layer is not None else ""
        self._tell(f"MIDI from {name}{plays}")

    def _forget(self, name: str) -> None:
        """A port has gone: end what it held."""
        reader, port = self._readers.pop(name), self._ports.pop(name)
        with contextlib.suppress(Exception):  # its library may know that it has gone
            port.close()
        transaction = reader.release()
        ceased = reader.cease()
        if ceased is not None:
            transaction.requests.append(ceased)
        self._receive(name, transaction)
        self._tell(f"MIDI port {name} has gone; it is opened when it comes back")

    def _asked(self, there: Sequence[str]) -> list[str]:
        """Names of the ports to open."""
        found: list[str] = []
        by_mappings = [one.table.port for one in self._mappings.mappings]
        for wanted in dict.fromkeys([*self._wanted, *(port for port in by_mappings if port is not None)]):
            name = find_name(wanted, there)
            if name is not None:
                self._missing.discard(wanted)
                found.append(name)
            elif wanted not in self._missing:
                self._missing.add(wanted)
                names = f"; there is {', '.join(there)}" if there else "; there is none"
                self._tell(f"no MIDI port is called {wanted!r} now{names}")
        if not self._wanted and None in by_mappings:
            found += [name for name in there if not name.startswith(CLIENT)]
        return list(dict.fromkeys(found))

    async def _close(self) -> None:
        if self._polling is not None:
            with contextlib.suppress(Exception):
                await self._polling
        for name in list(self._ports):
            reader, port = self._readers.pop(name), self._ports.pop(name)
            self._receive(name, reader.release())
            with contextlib.suppress(Exception):
                await asyncio.to_thread(port.close)

    # ── messages ───────────────────────────────────────────────────────────────────────────────

    def _drain(self) -> None:
        """Read what the ports have sent."""
        self._is_woken = False
        for _ in range(AT_ONCE):
            if not self._waiting:
                break
            name, data, at_s = self._waiting.popleft()
            reader = self._readers.get(name)
            if reader is not None:
                self._receive(name, reader.take(data, at_s))
        if self._lost:
            self.host.complain("MIDI comes faster than it is read: messages were dropped")
            self._lost = 0

    def _receive(self, port: str, transaction: Transaction) -> None:
        for fault in transaction.faults:
            self.host.report(f"MIDI from {port}", f"{fault.at}: {fault.error}")
        if transaction.requests:
            self.host.receive(transaction)

    def _tell(self, sentence: str) -> None:
        performance = self.host.performance
        if performance.frame > 0:
            performance.conductor.playback.log_line("health", performance.frame, sentence, source="midi")
        self.host.complain(sentence)

    # ── what plays ─────────────────────────────────────────────────────────────────────────────

    def _mappings_of(self, preset: Preset) -> MidiMappings:
        tables = [*self._tables, *preset.file.inputs]
        return MidiMappings(tables, self._default_layer(preset) if self._wanted else None)

    def _default_layer(self, preset: Preset) -> str | None:
        """The layer that keys play where no mapping says so: a melody, else the first that is not drums."""
        if any(table.midi == "notes" for table in (*self._tables, *preset.file.inputs)):
            return None
        written = {name: one.generator for name, one in preset.file.layers.items() if one.generator}
        melodic = [name for name, generator in written.items() if generator not in {"drums", None}]
        return next((name for name in melodic if written[name] == "melody"), next(iter(melodic), None))

    def _present(self, name: str) -> float | None:
        performance: Any = self.host.performance
        index = performance.layout.parameters.get(name)
        return None if index is None else float(performance.engine.memory["parameters"][index]["target"])

    def _place(self, quarters: int) -> Request | None:
        """The jump to a place of the present section, counted in quarter notes from its start."""
        instance = self.host.performance.conductor.instance
        bar_quarters = instance.beats_per_bar * 4.0 / instance.beat_unit
        bars = max(1, int(instance.length_beats // instance.beats_per_bar))
        try:
            return self.host.checker.jump(instance.section, int(quarters // bar_quarters) % bars + 1)
        except ProtocolError:
            return None
