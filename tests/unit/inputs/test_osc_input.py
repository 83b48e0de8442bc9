from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder

from adaptive.errors import MachineError
from adaptive.inputs.message import Checker, SetParameter, Transaction
from adaptive.inputs.osc_codec import decode
from adaptive.inputs.osc_input import OscInput
from adaptive.session.performance import Performance
from tests.helpers.presets import two_sections


def host_of(folder: Path, more: str = "[parameters.threat]\n") -> Any:
    """What an input sees of a session, and what it has received."""
    performance = Performance(two_sections(folder, more=more))
    received: list[Transaction] = []
    return SimpleNamespace(
        performance=performance, checker=Checker(performance.preset), received=received,
        receive=lambda transaction, _connection, _arrival: received.append(transaction), complain=print,
    )  # fmt: skip


def packet(address: str, *values: Any) -> bytes:
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    return bytes(builder.build().dgram)


@pytest.mark.parametrize("is_plain", [True, False])
def test_packets_are_received_and_a_taken_port_is_named(tmp_path: Path, is_plain: bool) -> None:
    host = host_of(tmp_path / "small")

    async def run() -> None:
        async with contextlib.AsyncExitStack() as stack:
            made = OscInput(host, ("127.0.0.1", 0), is_plain=is_plain)
            await made.open(stack)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                for address, value in (("parameter/threat", 0.5), ("state/section/fight", 1), ("nope", 1)):
                    client.sendto(packet(f"/adaptive/{address}", value), ("127.0.0.1", made.port))
            for _ in range(200):
                made.follow()
                if len(host.received) >= (3 if is_plain else 2):
                    break
                await asyncio.sleep(0.01)
            faults = made.faults()
            assert faults is not None
            assert faults.count == 1
            made.renew(host.performance.preset, host.checker)
            with pytest.raises(MachineError, match="OSC port"):
                await OscInput(host, ("127.0.0.1", made.port)).open(stack)

    asyncio.run(run())
    requests = [request for transaction in host.received for request in transaction.requests]
    # the OSC receiver sets parameters itself
    assert any(isinstance(request, SetParameter) for request in requests) is is_plain


@pytest.mark.parametrize("is_plain", [True, False])
def test_a_client_gets_receipts_and_a_request_that_comes_twice_acts_once(
    tmp_path: Path, is_plain: bool
) -> None:
    host = host_of(tmp_path / "small", '[parameters.threat]\n[stingers.hit]\nstem = "blow.wav"\n')
    host.receive = lambda transaction, peer, _arrival: (
        host.received.append(transaction),
        [peer.send({"receipt": one.id, "status": "accepted"}) for one in transaction.requests if one.id],
    )

    async def run() -> list[tuple[str, ...]]:
        async with contextlib.AsyncExitStack() as stack:
            made = OscInput(host, ("127.0.0.1", 0), is_plain=is_plain)
            await made.open(stack)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.setblocking(False)
                client.bind(("127.0.0.1", 0))
                for address, *values in (
                    ("event/hit", 1.0, "k1"), ("event/hit", 1.0, "k1"), ("state/section", "fight", "s1"),
                    ("event/hot", 1.0, "k2"), ("event/hot", 1.0, "k2"),
                ):  # fmt: skip
                    client.sendto(packet(f"/adaptive/{address}", *values), ("127.0.0.1", made.port))
                answers: list[tuple[str, ...]] = []
                for _ in range(500):
                    made.follow()
                    with contextlib.suppress(BlockingIOError):
                        message: Any = decode(client.recv(1000))
                        assert message.address == "/adaptive/receipt"
                        answers.append(message.arguments)
                    if len(answers) == 5:
                        break
                    await asyncio.sleep(0.01)
                return answers

    answers = asyncio.run(run())
    assert answers == [("k1", "accepted")] * 2 + [("s1", "accepted")] + [("k2", "failed")] * 2
    assert [len(one.requests) for one in host.received] == [1, 1]


def test_a_pattern_acts_on_every_address_that_it_matches(tmp_path: Path) -> None:
    more = "[parameters.wind]\n[parameters.rain]\n[parameters.threat]\n"
    more += '[[inputs]]\nosc = "/sensor/1"\nparameter = "threat"\n'
    host = host_of(tmp_path / "small", more)
    reader = OscInput(host, ("127.0.0.1", 0)).server.reader
    _, found = reader.read(packet("/adaptive/parameter/{wind,rain}", 0.5))
    assert found.requests == [SetParameter("wind", 0.5), SetParameter("rain", 0.5)]
    assert reader.read(packet("/sensor/?", 0.25))[1].requests == [SetParameter("threat", 0.25)]
    for pattern, sentence in (("/nowhere/*", "no address here matches '/nowhere/*'"), ("/x[", "has no ]")):
        _, found = reader.read(packet(pattern, 0.5))
        assert sentence in found.faults[0].error
        assert found.requests == []
