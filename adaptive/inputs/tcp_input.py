"""The TCP input of a session: JSON, one message a line."""

from __future__ import annotations

import asyncio
import contextlib

from adaptive.inputs.input import Address, InputBase, InputHost, port_taken
from adaptive.inputs.lines import LONGEST_MESSAGE, TcpServer


class TcpInput(InputBase):
    """JSON lines over TCP.

    Parameters
    ----------
    host : InputHost
        The session.
    address : (str, int)
        Where to listen.
    """

    name = "tcp"

    def __init__(self, host: InputHost, address: Address) -> None:
        super().__init__(host)
        self._address = address

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Listen, until the stack is unwound."""
        serve = TcpServer(self.host).serve
        try:
            server = await asyncio.start_server(serve, *self._address, limit=LONGEST_MESSAGE)
        except OSError as error:
            raise port_taken("TCP", "--tcp", self._address, error) from error
        stack.callback(server.close)
        self.port = server.sockets[0].getsockname()[1]
