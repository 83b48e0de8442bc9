"""A client of a JACK server (or of PipeWire through its libjack), with ports for the master and for stems.

The kernel's callback is given to JACK as a C function; no Python runs in it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from adaptive.engine.arrays import address, aligned
from adaptive.engine.engine import Engine
from adaptive.engine.stem_rows import MASTER_NAME, stems_of
from adaptive.errors import DeviceError
from adaptive.kernel import layout as k
from adaptive.kernel.compile import build
from adaptive.kernel.jack_record import JACK_CLIENT, JACK_OUTPUT, JACK_STEM, MOST_STEMS, RING_FRAMES
from adaptive.sinks import jack_library
from adaptive.sinks.devices import choose
from adaptive.sinks.jack_connections import JackConnections
from adaptive.sinks.sound_card import SoundCardSink

CLIENT = "adaptive"
LOOK_S = 0.1
"""Time between two looks at connections and at new stems."""


class JackNames:
    """Names of the client and its stems, and its connections, over all servers of a run.

    Parameters
    ----------
    has_stems : bool
        Whether there are ports for each layer and bus.

    Attributes
    ----------
    client : str
        Name of the client; empty before the first server gave one.
    stems : list of str
        Names of the stems, in the order of their ports.  Names are added, never taken away.
    latency_frames : int
        Frames between the master's ports and the speaker, as JACK reported last.
    calls : Lock
        Held while libjack is called.
    newest : JackSink or None
        The client that was opened last.
    """

    def __init__(self, has_stems: bool) -> None:
        self.has_stems = has_stems
        self.client = ""
        self.stems: list[str] = []
        self.latency_frames = 0
        self.connections = JackConnections()
        self.calls = threading.Lock()
        self.newest: JackSink | None = None

    def add(self, engine: Engine) -> bool:
        """Add the names of the stems that an engine has; return whether any was new."""
        if not self.has_stems:
            return False
        before, taken = len(self.stems), {port_names(name)[0] for name in self.stems}
        for name in stems_of(engine.spec):
            port = port_names(name)[0]
            if port not in taken and len(self.stems) < MOST_STEMS:
                taken.add(port)
                self.stems.append(name)
        return len(self.stems) > before


def port_names(stem: str, sides: Sequence[str] = ("left", "right")) -> list[str]:
    """Short names of the ports of a stem.

    Examples
    --------
    >>> port_names("drums")
    ['drums_left', 'drums_right']
    """
    return [f"{stem.replace(':', '_')}_{side}" for side in sides]


class JackSink(SoundCardSink):
    """Plays an engine on the ports of a JACK client.

    Parameters
    ----------
    engine : Engine
        The engine to drive.
    device : str, optional
        Part of the name of the card that the master is connected to at the first start.
    channels : int, optional
        Ports of the master.
    names : JackNames
        Names and connections that outlive a server.

    Raises
    ------
    DeviceError
        There is no library or server, or the server has another sample rate.
    """

    name = "jack"

    def __init__(self, engine: Engine, device: str | None, channels: int | None, names: JackNames) -> None:
        self._library, self._names = jack_library.load(), names
        with names.calls:
            self._open(engine, device, channels)
            names.newest = self
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="jack-connections", daemon=True)

    def _open(self, engine: Engine, device: str | None, channels: int | None) -> None:
        names = self._names
        self._client: Any = _opened(names)
        try:
            cards = jack_library.devices_of(self._client)
            chosen, self.why = choose(cards, device)
            rate = int(self._library.jack_get_sample_rate(self._client))
            if rate != engine.spec.sample_rate:
                message = f"the JACK server runs at {rate} Hz, and the music at {engine.spec.sample_rate} Hz"
                raise DeviceError(f"{message}: start with --sample-rate {rate}")
            gate = engine.stream_gate(channels or engine.spec.channels, extra_bytes=JACK_CLIENT.itemsize)
            frames = int(self._library.jack_get_buffer_size(self._client))
            super().__init__(engine, chosen, gate, frames)
            self._make_ports()
        except DeviceError:
            self._library.jack_client_close(self._client)
            raise
        is_first, names.client = not names.client, self._own_name()
        if is_first:
            inputs = jack_library.inputs_of_cards(self._client).get(chosen.name, [])
            for port, other in zip(self._outputs, inputs, strict=False):
                names.connections.want(port, other)
        else:
            names.connections.server_left()

    def _own_name(self) -> str:
        return str(self._library.jack_get_client_name(self._client).decode(errors="replace"))

    def _make_ports(self) -> None:
        count = self.channels
        sides = ("left", "right") if count == 2 else [str(number + 1) for number in range(count)]
        self._outputs = port_names(MASTER_NAME, sides)
        self._handles: dict[str, Any] = {}
        self._rows: list[Any] = [aligned(JACK_OUTPUT, count), aligned(JACK_STEM, MOST_STEMS)]
        self._block = aligned(np.float32, k.QUANTUM, count)
        self._rings: list[Any] = []
        for row, port in zip(self._rows[0], self._outputs, strict=True):
            row["port"] = self._register(port)
        memory = self.stream_gate.extra_memory[: JACK_CLIENT.itemsize].view(JACK_CLIENT)
        self._record: Any = memory
        record = memory[0]
        record["get_buffer"] = jack_library.address_of("jack_port_get_buffer")
        record["output_count"] = count
        record["at_outputs"], record["at_stems"] = address(self._rows[0]), address(self._rows[1])
        record["at_block"] = address(self._block)
        record["pause_now"] = 1.0
        assert self._engine is not None
        self._names.add(self._engine)
        self._add_stems(self._engine)
        callback = build.addresses(["jack_callback"])["jack_callback"]
        self._library.jack_set_process_callback(self._client, callback, self.stream_gate.address)

    def _register(self, port: str) -> int:
        handle = self._library.jack_port_register(
            self._client, port.encode(), jack_library.AUDIO, jack_library.IS_OUTPUT, 0
        )
        if not handle:
            message = f"JACK does not register the port {port!r}"
            raise DeviceError(message)
        self._handles[port] = handle
        return int(handle)

    def _add_stems(self, engine: Engine) -> None:
        """Register the ports of the stems that have none yet, and let the engine play on them."""
        for stem in self._names.stems[len(self._rings) :]:
            ring = aligned(np.float32, 2, RING_FRAMES)
            row = self._rows[1][len(self._rings)]
            left, right = port_names(stem)
            row["left"], row["right"] = self._register(left), self._register(right)
            row["at_ring"] = address(ring)
            self._rings.append(ring)
        engine.play_stems(self._names.stems)
        offset = int(JACK_CLIENT.fields["stem_count"][1])  # type: ignore[index]
        engine.store(self.stream_gate.extra_address + offset, len(self._rings))

    @property
    def latency_frames(self) -> int:
        """Frames between the engine's output and the speaker, as JACK reports it; at least a block."""
        return max(self.block_frames, self._names.latency_frames)

    @property
    def can_close(self) -> bool:
        """False: libjack may wait for a dead server."""
        return False

    def begin(self, engine: Engine | None = None) -> None:
        """Open the gate: the stream drives the engine, or another one."""
        self._names.add(engine or self._engine)  # type: ignore[arg-type]
        (engine or self._engine).play_stems(self._names.stems)  # type: ignore[union-attr]
        super().begin(engine)

    def prepare(self) -> None:
        """Activate the client; it plays silence until `begin`.

        Raises
        ------
        DeviceError
            JACK refuses.
        """
        if self._library.jack_activate(self._client) != 0:
            message = "JACK does not activate the client"
            raise DeviceError(message)
        self._thread.start()

    def close(self) -> None:
        """Leave the server."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._library.jack_deactivate(self._client)
        self._library.jack_client_close(self._client)

    # ── connections ────────────────────────────────────────────────────────────────────────────

    def _keep(self) -> None:
        """Make connections again, and add ports for new stems, while the server asks for blocks.

        Once another client was opened, libjack ends the process at the next call for a client of a dead
        server.  So none is called unless a block was asked for meanwhile, nor while another one opens.
        """
        blocks, spec_seen = self.stream_gate.blocks, None
        while not self._stopping.wait(LOOK_S):
            with self._names.calls:
                if self._names.newest is not self:
                    return
                if self.stream_gate.blocks == blocks:
                    continue
                engine = self.stream_gate.owner
                if isinstance(engine, Engine) and engine.spec is not spec_seen:
                    spec_seen = engine.spec
                    if self._names.add(engine):
                        with contextlib.suppress(DeviceError):  # JACK has no more ports: these stay silent
                            self._add_stems(engine)
                connected, there = self._connections()
                blocks = self.stream_gate.blocks
            if not self._stopping.wait(LOOK_S):
                with self._names.calls:
                    # of a server that has died meanwhile, nothing it seemed to say is true
                    if self._names.newest is self and self.stream_gate.blocks != blocks:
                        self._connect(connected, there)

    def _connections(self) -> tuple[dict[str, set[str]], set[str]]:
        """What each port is connected to, and which of the ports to be connected exist."""
        list_them = self._library.jack_port_get_all_connections
        connected = {
            port: set(jack_library.names(list_them(self._client, handle)))
            for port, handle in self._handles.items()
        }
        wanted = {other for others in self._names.connections.wanted.values() for other in others}
        find = self._library.jack_port_by_name
        return connected, {other for other in wanted if find(self._client, other.encode())}

    def _connect(self, connected: dict[str, set[str]], there: set[str]) -> None:
        for port, other in self._names.connections.look(connected, there.__contains__):
            own = f"{self._names.client}:{port}"
            self._library.jack_connect(self._client, own.encode(), other.encode())
        found = jack_library.JackLatencyRange()
        self._library.jack_port_get_latency_range(
            self._handles[self._outputs[0]], jack_library.PLAYBACK_LATENCY, found
        )
        self._names.latency_frames = int(found.most)


def _opened(names: JackNames) -> Any:
    """Open the client under the name it had before, or under another if that one is taken."""
    if not names.client:
        return jack_library.open_client(CLIENT)
    try:
        return jack_library.open_client(names.client, is_exact=True)
    except DeviceError:
        return jack_library.open_client(names.client)
