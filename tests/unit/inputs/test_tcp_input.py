from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.errors import MachineError
from adaptive.inputs.message import Checker
from adaptive.inputs.osc_codec import decode, encode_message
from adaptive.inputs.osc_tcp import LengthFraming, SlipFraming
from adaptive.inputs.tcp_input import TcpInput
from adaptive.session.performance import Performance
from tests.helpers.presets import two_sections


def test_it_listens_until_the_stack_is_unwound_and_names_a_taken_port() -> None:
    async def run() -> int:
        host: Any = SimpleNamespace()
        async with contextlib.AsyncExitStack() as stack:
            made = TcpInput(host, ("127.0.0.1", 0))
            await made.open(stack)
            with pytest.raises(MachineError, match="TCP port"):
                await TcpInput(host, ("127.0.0.1", made.port)).open(stack)
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", made.port)
        return made.port

    assert asyncio.run(run()) > 0


@pytest.mark.parametrize("framing", [SlipFraming(), LengthFraming()])
def test_osc_is_understood_and_answered_in_the_framing_of_the_client(tmp_path: Path, framing: Any) -> None:
    performance = Performance(two_sections(tmp_path / "small", more="[parameters.threat]\n"))
    received: list[Any] = []
    said: list[str] = []

    def receive(transaction: Any, peer: Any = None, _arrival: Any = None) -> None:
        received.extend(transaction.requests)
        for request in transaction.requests:
            if request.id is not None:
                peer.send({"receipt": request.id, "status": "accepted"})

    host: Any = SimpleNamespace(
        performance=performance, checker=Checker(performance.preset), receive=receive, complain=said.append
    )

    async def run() -> list[Any]:
        async with contextlib.AsyncExitStack() as stack:
            made = TcpInput(host, ("127.0.0.1", 0))
            await made.open(stack)
            reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
            writer.write(framing.frame(encode_message("/adaptive/parameter/threat", [0.5])))
            writer.write(framing.frame(b"/broken"))
            writer.write(framing.frame(encode_message("/adaptive/state/section", ["fight", "s1"])))
            answers: list[Any] = []
            while not answers:
                answers += [decode(packet) for packet in framing.feed(await reader.read(1000))]
            made.renew(performance.preset, host.checker)
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
            return answers

    answers = asyncio.run(run())
    assert [(one.address, one.arguments) for one in answers] == [("/adaptive/receipt", ("s1", "accepted"))]
    assert [type(one).__name__ for one in received] == ["SetParameter", "SetState"]
    assert len(said) == 1
    assert said[0].startswith("OSC from 127.0.0.1 over TCP")
