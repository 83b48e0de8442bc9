from __future__ import annotations

import asyncio
import contextlib
from types import SimpleNamespace
from typing import Any

import pytest

from adaptive.errors import MachineError
from adaptive.inputs.tcp_input import TcpInput


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
