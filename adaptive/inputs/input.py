"""What an input of a session is, and what a session offers it."""

from __future__ import annotations

import contextlib
import errno
import socket
from typing import Any, Protocol

from adaptive.errors import MachineError
from adaptive.inputs.known_faults import KnownFaults
from adaptive.inputs.lines import ConnectionHost
from adaptive.inputs.message import Checker
from adaptive.preset.model import Preset

Address = tuple[str, int]
"""Host and port; with port 0 the system chooses one."""


class InputHost(ConnectionHost, Protocol):
    """The part of a session that an input uses.

    Attributes
    ----------
    checker : Checker
        Turns names and values into requests, or refuses them; another one after the preset has changed.
    """

    performance: Any
    client_times: Any
    reports: Any
    peaks: Any

    def receive(self, transaction: Any, connection: Any = None, arrival: int | None = None) -> None:
        """Act on a transaction.  Call it in the session's event loop."""

    def fade_place(self, gain: float, seconds: float) -> None:
        """Move the gain of the whole output within some seconds, beside the listener's volume."""

    def begin_day(self) -> bool:
        """Begin the music anew with the chance of the day, if the place wants that; whether it does."""

    def complain(self, sentence: str) -> None:
        """Show the user a sentence about what was received; sixty a minute are shown, the rest counted."""


class Input(Protocol):
    """Brings messages into a session.

    A session makes its inputs before the first frame, calls `open` in its event loop, and then `follow` after
    each turn of control steps.  Whatever has to be closed is pushed on the stack that `open` is given.

    Attributes
    ----------
    name : str
        Its name in the registry, such as ``osc``.
    port : int
        The port it listens at; 0: none.
    """

    name: str
    port: int

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Begin to receive.

        Raises
        ------
        MachineError
            It cannot be opened: the port is taken, a device is missing.
        """

    def follow(self) -> None:
        """Do what is due after control steps; it is called every few milliseconds."""

    def renew(self, preset: Preset, checker: Checker) -> None:
        """Accept the names of another preset, or of an edited one."""

    def faults(self) -> KnownFaults | None:
        """What was wrong with what came in, and how often; None: the session counts it."""


class InputBase:
    """An input that listens at no port and has nothing to follow; others derive from it.

    Parameters
    ----------
    host : InputHost
        The session.

    Attributes
    ----------
    has_port : bool
        Whether `port` is among the ports that the session tells of.
    """

    name = "input"
    has_port = True

    def __init__(self, host: InputHost) -> None:
        self.host = host
        self.port = 0

    def follow(self) -> None:
        """Do nothing."""

    def renew(self, preset: Preset, checker: Checker) -> None:
        """Do nothing: `host.checker` is read for each message."""

    def faults(self) -> KnownFaults | None:
        """None: the session counts them."""
        return None


def port_taken(kind: str, option: str, at: Address, error: OSError) -> MachineError:
    """One sentence about an address that cannot be listened at.

    Examples
    --------
    >>> str(port_taken("TCP", "--tcp", ("127.0.0.1", 80), PermissionError(13, "no")))
    'TCP port 80 on 127.0.0.1 needs more rights; choose another with --tcp'
    """
    host, port = at
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return MachineError(f"{kind}: there is no address called {host!r} on this machine")
    if error.errno == errno.EACCES:
        return MachineError(f"{kind} port {port} on {host} needs more rights; choose another with {option}")
    return MachineError(
        f"{kind} port {port} on {host} is taken (another engine?); choose another with {option} {host}:0"
    )
