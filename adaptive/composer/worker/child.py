"""The process of a generator: loads it, then composes a bar for every order, until its input ends.

::

    python -m adaptive.composer.worker.child MODULE:ATTRIBUTE NAME MEMORY_MB
    python -m adaptive.composer.worker.child --compose-ahead
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from adaptive.composer.bar_source import Answer, BarFailure, raised
from adaptive.composer.checked_bar import BarError, checked_bar
from adaptive.composer.context import BarContext
from adaptive.composer.registry import GENERATORS, GeneratorSpec
from adaptive.composer.worker import wire
from adaptive.composer.worker.ahead_child import COMPOSE_AHEAD, serve

MEGABYTE = 1_000_000

READY = b"ready"
"""First reply of a process whose generator is loaded; another one says why it is not."""


def load(address: str, name: str) -> Callable[[BarContext], object]:
    """Import a generator from ``module:attribute``."""
    module, _, attribute = address.partition(":")
    found: Any = import_module(module)
    for part in attribute.split(".") if attribute else ():
        found = getattr(found, part)
    if isinstance(found, GeneratorSpec):
        return found.function
    if callable(found):
        return found  # type: ignore[no-any-return]
    return GENERATORS[name].function


def compose(name: str, function: Callable[[BarContext], object], order: bytes) -> Answer:
    """Compose the bar of an order; whatever the generator does, this returns."""
    try:
        context = wire.context_of(order)
        return checked_bar(context, function(context))
    except BarError as error:
        return BarFailure(f"{name} {error}")
    except BaseException as error:  # also SystemExit: a generator may not end its process
        return BarFailure(raised(name, error))


def limit_memory(megabytes: int) -> None:
    """Let this process take only so many megabytes more than it has now; Linux alone keeps to it."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + megabytes * MEGABYTE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output for the orders alone: what a generator prints goes to standard error."""
    orders = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return orders, replies


def _read(orders: IO[bytes], waiting: queue.SimpleQueue[bytes]) -> None:
    """Read orders; end the process when the engine has ended, even in the middle of a bar."""
    with contextlib.suppress(OSError, wire.WireError):
        while (order := wire.receive(orders)) is not None:
            waiting.put(order)
    os._exit(0)


def main(arguments: list[str]) -> None:
    """Serve orders until the input ends."""
    if arguments == [COMPOSE_AHEAD]:
        serve(*_take_pipes())
        return
    address, name, memory_mb = arguments
    orders, replies = _take_pipes()
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(orders, waiting), daemon=True).start()
    try:
        function = load(address, name)
    except BaseException as error:
        wire.send(replies, raised(f"loading {name}", error).encode())
        return
    limit_memory(int(memory_mb))
    wire.send(replies, READY)
    while True:
        wire.send(replies, wire.reply_of(compose(name, function, waiting.get())))


if __name__ == "__main__":
    main(sys.argv[1:])
