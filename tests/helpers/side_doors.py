"""Sends damaged packets to the servers that not every session opens, as `tests/helpers/doors.py` does.

OSCQuery over HTTP and its WebSocket, OSC over TCP in both framings, MIDI from a port, and sound.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from adaptive.inputs.lines import LONGEST_MESSAGE, TcpServer
from adaptive.inputs.midi_input import MidiInput
from adaptive.inputs.osc_tcp import LengthFraming, SlipFraming
from adaptive.inputs.tcp_input import TcpInput
from adaptive.session.oscquery.oscquery_input import OscQueryInput
from tests.helpers import doors
from tests.helpers.doors import A_CONNECTION, CLIENTS, HANDSHAKE, beside, frame, through_http
from tests.helpers.hostile import Report, Rig, Watch
from tests.helpers.midi_ports import FakeMidi
from tests.helpers.mutation import Chance, as_json, damaged, damaged_json
from tests.helpers.seeds import BODY, osc_packets

WITH_MIDI = (
    BODY
    + """
[[inputs]]
midi = "cc 1"
parameter = "threat"
[[inputs]]
midi = "cc14 7"
parameter = "cadence"
[[inputs]]
midi = "nrpn 47"
parameter = "cadence"
[[inputs]]
midi = "bend"
parameter = "threat"
[[inputs]]
midi = "note 72"
event = "hit"
[[inputs]]
midi = "notes"
layer = "bass"
"""
)
WITH_SOUND = (
    BODY.replace('layers = ["calm"]', 'layers = ["calm", "voice", "wind"]')
    + """
[layers.voice]
input = "voice"
[layers.wind]
input = "wind"
"""
)


# ── OSCQuery ───────────────────────────────────────────────────────────────────────────────────────

PATHS = (
    "/", "/?HOST_INFO", "/adaptive/parameter/threat", "/adaptive/parameter/threat?VALUE",
    "/adaptive/section?VALUE&TYPE", "/adaptive/event/hit?VALUE", "/adaptive/nothing", "/?HTML",
    "/adaptive/mix/layers.calm.level_db?RANGE=", "/%2e%2e/%00/", "/adaptive?CONTENTS&token=x",
)  # fmt: skip
QUESTIONS = [
    f"GET {path} HTTP/1.1\r\nHost: localhost:9002\r\nAccept: application/json\r\n\r\n".encode()
    for path in PATHS
]
QUERY_HANDSHAKE = HANDSHAKE.replace(b"GET /ws", b"GET /")
COMMANDS: tuple[Any, ...] = (
    {"COMMAND": "LISTEN", "DATA": "/adaptive/parameter/threat"},
    {"COMMAND": "LISTEN", "DATA": "/adaptive"},
    {"COMMAND": "IGNORE", "DATA": "/"},
    {"COMMAND": "IGNORE", "DATA": "/adaptive/beat"},
    {"COMMAND": "LISTEN", "DATA": "/adaptive/nothing"},
    {"COMMAND": "START_OSC_STREAMING", "DATA": {"LOCAL_SERVER_PORT": 9}},
)
COMMAND_TEXTS = [as_json(command) for command in COMMANDS]


def _query(rig: Rig) -> OscQueryInput:
    """The server of a rig, which is followed as in a session; what it refuses is counted."""
    served = OscQueryInput(rig.session, ("127.0.0.1", 9002), ("127.0.0.1", 9000), is_announced=False)  # type: ignore[arg-type]
    rig.session.inputs["oscquery"] = served
    _count_reports(rig)
    return served


def _count_reports(rig: Rig) -> None:
    """Count what the session is told of clients, and look at each sentence."""
    told, report = rig.session.report, rig.report

    def count(sender: str, sentence: str) -> None:
        report.refused += 1
        report.hear(sentence)
        told(sender, sentence)

    rig.session.report = count  # type: ignore[method-assign]


async def oscquery(rig: Rig, chance: Chance, watch: Watch, count: int) -> None:
    """Questions about the tree, a few to a connection."""
    application = _query(rig).server.application()
    await through_http(rig, watch, count, bytes, lambda: damaged(chance, QUESTIONS), 3, application)


async def oscquery_websocket(rig: Rig, chance: Chance, watch: Watch, count: int) -> None:
    """Commands and OSC packets behind a good handshake, and damaged frames."""
    packets = osc_packets()

    def packet() -> bytes:
        kind = chance.below(10)
        if kind < 5:
            return frame(damaged_json(chance, COMMANDS, COMMAND_TEXTS)[:4000])
        if kind < 9:
            return frame(damaged(chance, packets)[:4000], opcode=2)
        return damaged(chance, [frame(COMMAND_TEXTS[0]), frame(packets[0], opcode=2), frame(b"", opcode=8)])

    application = _query(rig).server.application()
    await through_http(rig, watch, count, lambda: QUERY_HANDSHAKE, packet, A_CONNECTION, application)


# ── OSC over TCP ───────────────────────────────────────────────────────────────────────────────────


class RawWriter:
    """The writing half of a connection, whose client never reads."""

    transport: RawWriter

    def __init__(self) -> None:
        self.transport, self._is_closed = self, False

    def write(self, data: bytes) -> None:
        """Nothing."""

    async def drain(self) -> None:
        """Let other tasks run."""
        await asyncio.sleep(0)

    def close(self) -> None:
        """Close."""
        self._is_closed = True

    abort = close

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._is_closed

    def get_write_buffer_size(self) -> int:
        """Nothing waits."""
        return 0

    def get_extra_info(self, _name: str) -> tuple[str, int]:
        """Where it comes from."""
        return "192.0.2.9", 9


async def _over_tcp(
    rig: Rig, watch: Watch, count: int, first: bytes, framed: Callable[[], bytes], refused: list[int]
) -> None:
    """Streams of framed packets, at `TcpServer.serve`."""
    tcp = TcpInput(rig.session, ("127.0.0.1", 0))
    made, make = [0], tcp._osc._make_server

    def make_server(send: Callable[[bytes], None]) -> Any:
        server = make(send)
        close = server.close

        def counted() -> None:
            refused[0] += server.faults.count
            close()

        server.close = counted  # type: ignore[method-assign]
        made[0] += 1
        return server

    tcp._osc._make_server = make_server
    served = TcpServer(rig.session, tcp)

    async def client(share: int) -> None:
        done = 0
        while done < share:
            reader, thrown = asyncio.StreamReader(limit=LONGEST_MESSAGE), [first]
            reader.feed_data(first)
            serving = asyncio.ensure_future(served.serve(reader, RawWriter()))  # type: ignore[arg-type]
            for number in range(min(A_CONNECTION, share - done)):
                if serving.done():
                    break
                thrown.append(framed())
                reader.feed_data(thrown[-1])
                await watch.count_beside(rig)
                if number % 16 == 15:
                    await asyncio.sleep(0.002)
            done += len(thrown) - 1
            reader.feed_eof()
            try:
                await asyncio.wait_for(serving, 60.0)
            except Exception as fault:
                rig.report.fail(b"".join(thrown[-16:]), fault)

    await beside(rig, *(client(count // CLIENTS) for _ in range(CLIENTS)))
    rig.report.refused += refused[0]


async def osc_slip(rig: Rig, chance: Chance, watch: Watch, count: int) -> None:
    """Packets between END bytes: damaged within, or the framing itself is."""
    seeds, framing = osc_packets(), SlipFraming()
    good = [framing.frame(packet) for packet in seeds]

    def framed() -> bytes:
        return framing.frame(damaged(chance, seeds)) if chance.below(4) else damaged(chance, good)

    await _over_tcp(rig, watch, count, b"\xc0", framed, [0])


async def osc_length(rig: Rig, chance: Chance, watch: Watch, count: int) -> None:
    """Packets behind their length: damaged within, or, now and then, the length is wrong."""
    seeds, framing = osc_packets(), LengthFraming()
    good = [framing.frame(packet) for packet in seeds]

    def framed() -> bytes:
        if chance.below(64):
            return framing.frame(damaged(chance, seeds)[:65_000])
        return damaged(chance, good)

    await _over_tcp(rig, watch, count, framing.frame(seeds[0]), framed, [0])


# ── MIDI ───────────────────────────────────────────────────────────────────────────────────────────

MIDI_BYTES = [
    bytes.fromhex(text)
    for text in (
        "903C64", "803C40", "903C00", "903CF86440F850FE3C00F07DF801F74340B00740", "B00140", "B00740B02721",
        "B06300B0622FB00600B02601", "E00040", "D07F", "C005", "F8", "FA", "FC", "F20102", "FE", "B07B00",
        "B0407F", "B07800", "A03C10", "F0430001F7", "905464", "FF", "F4", "F7",
    )
]  # fmt: skip


async def midi(rig: Rig, chance: Chance, watch: Watch, count: int) -> None:
    """Bytes of a port, at the function that its library calls."""
    system = FakeMidi(("keys",))
    port = MidiInput(rig.session, ("keys",), lambda: system)
    rig.session.inputs["midi"] = port
    _count_reports(rig)
    port._loop = asyncio.get_running_loop()
    port._mappings = port._mappings_of(rig.preset)
    await port._poll()
    for number in range(count):
        data = damaged(chance, MIDI_BYTES)[:512]
        try:
            take = system.opened["keys"].take
            assert take is not None
            take(data, number * 0.001)
            if number % 64 == 63:
                rig.turn()
                await asyncio.sleep(0)
        except Exception as fault:
            rig.report.fail(data, fault)
        await watch.count_beside(rig)
    for one in ("B07B00", "B07800", "FC"):
        system.play("keys", one, count * 0.001)
    rig.turn()
    del rig.session.inputs["midi"]


# ── sound ──────────────────────────────────────────────────────────────────────────────────────────

SOUND_QUERIES = (
    b"voice",
    b"voice?rate=44100&channels=1&format=s16",
    b"wind?channels=1",
    b"wind?rate=7",
    b"x",
)
SOUND_FRAMES = [
    frame(bytes(512), opcode=2), frame(b"\xff" * 300, opcode=2), frame(b"\0\0\x80\x7f" * 64, opcode=2),
    frame(b"\0\0\xc0\x7f" * 64, opcode=2), frame(b"abc", opcode=2), frame(b"sound", opcode=1),
    frame(b"\1" * 70, opcode=2, is_last=False) + frame(b"\2" * 70, opcode=0), frame(b"", opcode=8),
]  # fmt: skip


async def pcm_in(rig: Rig, chance: Chance, watch: Watch, count: int) -> None:
    """Pieces of sound over a WebSocket, and bodies of POST requests."""
    posts = [
        b"POST /pcm-in/%b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 256\r\n\r\n" % query + bytes(256)
        for query in SOUND_QUERIES
    ]

    def first() -> bytes:
        if chance.below(8) == 0:
            return damaged(chance, posts)
        return HANDSHAKE.replace(b"GET /ws", b"GET /pcm-in/" + chance.one_of(SOUND_QUERIES))

    await through_http(rig, watch, count, first, lambda: damaged(chance, SOUND_FRAMES), 64)


DOORS: dict[str, doors.Door] = {
    "oscquery": oscquery,
    "oscquery_websocket": oscquery_websocket,
    "osc_slip": osc_slip,
    "osc_length": osc_length,
    "midi": midi,
    "pcm_in": pcm_in,
}

BODIES = {"midi": WITH_MIDI, "pcm_in": WITH_SOUND}
"""What the preset of a door needs beside the usual."""

REFUSED_SHARE = {"midi": 0.0}
"""Least share of the packets that is refused, where it is not a twentieth: MIDI bytes are dropped unseen."""


def run(name: str, folder: str, seed: int, count: int) -> Report:
    """Throw damaged packets through a door; what came of it."""
    return doors.run(name, folder, seed, count, DOORS, BODIES.get(name, BODY))
