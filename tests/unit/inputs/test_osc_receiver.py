"""The OSC receiver reads the packets it takes just as Python does, and forwards all others."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive.engine import commands
from adaptive.engine.engine import SOURCE_NETWORK, Engine
from adaptive.engine.osc_receiver import OscReceiver, _ReceiverTable
from adaptive.engine.spec import EngineSpec, ParameterSpec
from adaptive.errors import OscError
from adaptive.inputs.message import Checker, SetParameter, Transaction
from adaptive.inputs.osc import OscReader, OscServer
from adaptive.inputs.osc_codec import IMPULSE, OscBundle, OscMessage, encode_bundle, encode_message
from adaptive.inputs.osc_receiver import IS_POSSIBLE, ReceivedOsc, bind, host_of, receiver_rules
from adaptive.kernel import osc_receiver as kernel
from adaptive.kernel.layout import RECEIVER_SOURCE
from adaptive.preset.model import Preset
from tests.helpers.amounts import amount
from tests.helpers.presets import make_preset
from tests.unit.inputs.test_osc import BODY

pytestmark = pytest.mark.skipif(not IS_POSSIBLE, reason="Python reads OSC on Windows")

INDEX = {"threat": 0, "cadence": 1, "pulse": 2}
ADDRESSES = ["/adaptive/parameter/threat", "/adaptive/parameter/cadence", "/pursuers/nearest_m", "/watch/rpm"]
ADDRESSES += ["/raw", "/world/zone", "/adaptive/tempo", "/adaptive/parameter/nobody", "/", "/raw/more"]
ADDRESSES += ["/adaptive/parameter/pulse", "/watch/pulse", "/foot/rpm"]
VALUES = [0.5, 1, 0, 80.0, 240.0, 61, -1.0, 1e30, float("nan"), float("inf"), True, False, None, IMPULSE]
VALUES += ["text", b"blob", 2**40, 0.1, (1.0, 2.0)]


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Preset:
    return make_preset(tmp_path_factory.mktemp("receiver"), BODY)


@pytest.fixture(scope="module")
def engine() -> Engine:
    parameters = [ParameterSpec("threat"), ParameterSpec("cadence", 60.0, 240.0, 160.0)]
    parameters += [ParameterSpec("pulse", 40.0, 200.0, 70.0)]
    return Engine(EngineSpec(parameters=parameters))


class Twins:
    """The receiver's scanner and Python's reader, given the same packets."""

    def __init__(self, preset: Preset, engine: Engine) -> None:
        checker = Checker(preset)
        self.reader, self.receiver = OscReader(preset, checker), OscReceiver(-1, -1)
        self.table = _ReceiverTable(receiver_rules(preset, checker, INDEX), engine)

    def scan(self, packet: bytes) -> list[tuple[int, np.float32]] | None:
        """Parameters the receiver reads from a packet; None if it forwards the packet to Python."""
        record: Any = self.receiver._memory[0]
        record["packet"][: len(packet)] = np.frombuffer(packet, np.uint8)
        count = kernel.scan(record, self.table.record[0], np.int64(len(packet)))
        if count <= 0:
            return None
        return list(zip(record["slot"][:count].tolist(), record["value"][:count], strict=True))

    def read(self, packet: bytes) -> list[tuple[int, np.float32]] | None:
        """Parameters Python reads from it; None if it is refused, or holds anything else."""
        try:
            time_tag, transaction = self.reader.read(packet)
        except OscError:
            return None
        if time_tag != 1 or transaction.faults:
            return None
        found = []
        for request in transaction.requests:
            if not isinstance(request, SetParameter):
                return None
            found.append((INDEX[request.name], np.float32(request.value)))
        return found

    def compare(self, packet: bytes) -> bool:
        """Whether the receiver takes the packet; if so, Python must read the same from it."""
        taken = self.scan(packet)
        assert taken is None or taken == self.read(packet), packet
        return taken is not None


@pytest.fixture(scope="module")
def twins(preset: Preset, engine: Engine) -> Twins:
    return Twins(preset, engine)


@pytest.mark.parametrize(
    ("address", "arguments", "expected"),
    [
        ("/adaptive/parameter/threat", (0.25,), [(0, 0.25)]),
        ("/adaptive/parameter/threat", (1,), [(0, 1.0)]),
        ("/adaptive/parameter/threat", (True,), [(0, 1.0)]),
        ("/adaptive/parameter/cadence", (2**7, "tail"), None),
        ("/adaptive/parameter/threat", (1.5,), None),
        ("/adaptive/parameter/threat", (float("nan"),), None),
        ("/adaptive/parameter/threat", (), None),
        ("/pursuers/nearest_m", (42.5,), [(0, 0.5)]),
        ("/pursuers/nearest_m", (500.0,), [(0, 0.0)]),
        ("/watch/rpm", (75,), [(1, 150.0), (0, 0.5)]),
        ("/raw", (9, 9, 0.75), [(0, 0.75)]),
        ("/raw", (9, 9), None),
        ("/world/zone", (1,), None),
        ("/player/caught", (1.0,), None),
        ("/adaptive/tempo", (120.0,), None),
        ("/adaptive/parameter/pulse", (70.0,), None),  # it has numbers to ignore, which Python knows
        ("/watch/pulse", (70.0,), None),
        ("/foot/rpm", (60.0,), None),
    ],
)
def test_parameters_in_range_alone_are_taken(
    twins: Twins, address: str, arguments: tuple[Any, ...], expected: Any
) -> None:
    packet = encode_message(address, arguments)
    found = twins.scan(packet)

    assert found == expected
    assert found is None or found == twins.read(packet)


def test_a_bundle_is_taken_whole_or_not_at_all(twins: Twins) -> None:
    good = OscMessage("/adaptive/parameter/threat", (0.5,))
    other = OscMessage("/adaptive/parameter/cadence", (90.0,))
    event = OscMessage("/player/caught", ())

    assert twins.scan(encode_bundle([good, other])) == [(0, 0.5), (1, 90.0)]
    assert twins.scan(encode_bundle([good, event])) is None
    assert twins.scan(encode_bundle([good, OscBundle(1, (other,))])) is None
    assert twins.scan(encode_bundle([good], time_tag=2**63)) is None
    assert twins.scan(encode_bundle([])) is None
    assert twins.scan(encode_bundle([good] * 65)) is None
    assert len(twins.scan(encode_bundle([good] * 64)) or []) == 64


messages = st.builds(
    OscMessage, st.sampled_from(ADDRESSES), st.lists(st.sampled_from(VALUES), max_size=4).map(tuple)
)


@settings(max_examples=amount(100, 400))
@given(st.lists(messages, min_size=1, max_size=4), st.booleans(), st.data())
def test_what_it_takes_it_reads_as_python_does(
    twins: Twins, sent: list[OscMessage], is_bundle: bool, data: st.DataObject
) -> None:
    packet = encode_bundle(sent) if is_bundle else encode_message(sent[0].address, sent[0].arguments)
    twins.compare(packet)
    damaged = bytearray(packet)
    for _ in range(data.draw(st.integers(0, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    twins.compare(bytes(damaged))
    twins.compare(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))


def test_parameters_of_a_bundle_are_taken_in_one_quantum_with_the_latest_first(engine: Engine) -> None:
    receiver = OscReceiver(-1, -1)
    table = _ReceiverTable({}, engine)
    record: Any = receiver._memory[0]
    engine.set_parameter(0, 0.9, SOURCE_NETWORK)
    record["slot"][:2], record["value"][:2] = (0, 1), (0.25, 100.0)
    arrival = np.int64(engine.numbers.next_arrival())
    engine.set_parameter(1, 200.0, SOURCE_NETWORK)
    kernel.write_mailbox(record, table.record[0]["header"], np.int64(2), arrival)
    assert engine.memory["slots"][RECEIVER_SOURCE].tolist()[:2] == [0, 0]
    engine.pull(64)

    assert engine.memory["slots"][RECEIVER_SOURCE][0] >> np.uint64(32) == arrival
    # of the second, Python's came later
    assert [engine.memory["parameters"][index]["target"] for index in (0, 1)] == [0.25, 200.0]


def test_a_mailbox_that_is_being_written_is_left_for_the_next_quantum(engine: Engine) -> None:
    head = engine.memory.head
    engine.memory["mailbox"][0, 0] = (
        int(np.float32(0.125).view(np.int32)) | engine.numbers.next_arrival() << 32
    )
    head["mailbox_sequence"] += 1
    engine.pull(64)
    assert engine.memory["parameters"][0]["target"] != 0.125
    head["mailbox_sequence"] += 1
    engine.pull(64)
    assert engine.memory["parameters"][0]["target"] == 0.125


def test_a_value_in_a_commit_does_not_undo_a_younger_one(engine: Engine) -> None:
    word = engine.parameter_word(0.75)
    engine.set_parameter(0, 0.5, SOURCE_NETWORK)
    engine.post([commands.set_parameter(commands.IMMEDIATELY, 0, SOURCE_NETWORK, word)])
    engine.pull(64)
    assert engine.memory["parameters"][0]["target"] == 0.5
    engine.post(
        [commands.set_parameter(commands.IMMEDIATELY, 0, SOURCE_NETWORK, engine.parameter_word(0.75))]
    )
    engine.pull(64)
    assert engine.memory["parameters"][0]["target"] == 0.75


def test_an_engine_that_takes_over_counts_arrivals_on(engine: Engine) -> None:
    last = engine.numbers.next_arrival()
    other = Engine(engine.spec, engine.bank, engine)

    assert other.numbers.next_arrival() == last + 1
    assert engine.numbers.next_arrival() == last + 2
    assert Engine(engine.spec).numbers.next_arrival() == 1


class Listening:
    """A receiver in a running event loop, and all that it forwarded."""

    def __init__(self, preset: Preset, engine: Engine) -> None:
        self.preset, self.engine = preset, engine
        self.taken: list[tuple[Transaction, int | None]] = []
        self.said: list[str] = []
        self.port = 0
        self.receiver: OscReceiver | None = None
        self.osc: ReceivedOsc | None = None

    async def run(self, script: Any) -> None:
        checker = Checker(self.preset)
        server = OscServer(
            OscReader(self.preset, checker), lambda *got: self.taken.append(got), self.said.append
        )
        listening = await bind("127.0.0.1", 0)
        self.port = listening.getsockname()[1]
        osc = ReceivedOsc(listening, server)
        osc.use_rules(self.preset, checker, INDEX, self.engine)
        osc.start()
        self.osc, self.receiver = osc, osc.receiver
        try:
            await script(self)
        finally:
            osc.close()

    def send(self, *packets: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for packet in packets:
                sender.sendto(packet, ("127.0.0.1", self.port))

    async def until(self, condition: Any, seconds: float = 5.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline
            await asyncio.sleep(0.005)


def listened(preset: Preset, engine: Engine, script: Any) -> Listening:
    listening = Listening(preset, engine)
    asyncio.run(listening.run(script))
    return listening


def test_parameters_go_to_the_engine_and_the_rest_to_python_in_order(preset: Preset, engine: Engine) -> None:
    async def script(listening: Listening) -> None:
        states = [encode_message("/adaptive/state/place", (name,)) for name in ("road", "shelter") * 50]
        listening.send(encode_message("/adaptive/parameter/threat", (0.625,)), *states, b"nonsense")
        await listening.until(lambda: len(listening.taken) == 100 and listening.said)
        engine.pull(64)

    listening = listened(preset, engine, script)

    assert listening.receiver is not None
    assert (listening.receiver.packets, listening.receiver.plain, listening.receiver.lost) == (102, 1, 0)
    assert engine.memory["parameters"][0]["target"] == 0.625
    assert [t.requests[0].value for t, _ in listening.taken] == ["road", "shelter"] * 50  # type: ignore[union-attr]
    arrivals = [arrival for _, arrival in listening.taken]
    assert arrivals == sorted(set(arrivals))
    assert listening.said == [
        "OSC from 127.0.0.1: OSC packet refused at byte 0: expected '/' (a message) or '#bundle' and a zero, "
        "got 'nonsense'"
    ]


def test_the_ring_wraps_and_a_full_one_loses_whole_packets(preset: Preset, engine: Engine) -> None:
    big = encode_message("/adaptive/event/caught", (b"x" * 30_000,))

    async def script(listening: Listening) -> None:
        for _ in range(50):  # 1.5 MB: more than the ring holds, taken as it comes
            before = len(listening.said) + len(listening.taken)
            listening.send(big)
            await listening.until(lambda before=before: len(listening.said) + len(listening.taken) > before)
        assert listening.receiver is not None
        assert listening.receiver.lost == 0
        for _ in range(60):  # and faster than the loop reads it
            listening.send(big)
            time.sleep(0.002)  # noqa: ASYNC251  # the loop is to stand still
        receiver = listening.receiver
        await listening.until(lambda: receiver.packets == 110 and len(listening.taken) == 110 - receiver.lost)
        assert listening.osc is not None
        listening.said += [listening.osc.trouble(), listening.osc.trouble()]
        listening.send(encode_message("/adaptive/state/place", ("road",)))
        await listening.until(
            lambda: listening.taken and type(listening.taken[-1][0].requests[0]).__name__ == "SetState"
        )

    listening = listened(preset, engine, script)

    assert listening.receiver is not None
    assert listening.receiver.lost > 0
    assert len(listening.taken) == 111 - listening.receiver.lost
    dropped = (
        f"OSC: {listening.receiver.lost} packets were dropped: they came faster than they could be understood"
    )
    assert listening.said == [dropped, ""]


def test_it_does_not_need_python_to_set_a_parameter(preset: Preset, engine: Engine) -> None:
    async def script(listening: Listening) -> None:
        listening.send(encode_message("/adaptive/parameter/threat", (0.375,)))
        deadline = time.monotonic() + 5.0
        assert listening.receiver is not None
        while listening.receiver.plain == 0 and time.monotonic() < deadline:  # the loop stands still
            sum(range(1000))
        engine.pull(64)

    listening = listened(preset, engine, script)

    assert engine.memory["parameters"][0]["target"] == 0.375
    assert listening.taken == []


def test_a_broken_socket_ends_the_thread(engine: Engine) -> None:
    receiver = OscReceiver(2**20, 2**20)
    receiver.use_rules({}, engine)
    receiver.start()
    deadline = time.monotonic() + 5.0
    while not receiver.is_broken and time.monotonic() < deadline:
        time.sleep(0.01)

    assert receiver.is_broken
    assert receiver.stop()


def test_a_sender_is_named_whatever_its_family() -> None:
    assert host_of(struct.pack("=HH4s8x", socket.AF_INET, 0, bytes([127, 0, 0, 1]))) == "127.0.0.1"
    assert host_of(struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, bytes(15) + b"\1", 0)) == "::1"
    assert host_of(b"") == "somewhere"
