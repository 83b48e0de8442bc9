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
from adaptive.inputs.osc_input import OscInput
from adaptive.session.performance import Performance
from tests.helpers.presets import two_sections


def host_of(folder: Path) -> Any:
    """What an input sees of a session, and what it has received."""
    performance = Performance(two_sections(folder, more="[parameters.threat]\n"))
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
