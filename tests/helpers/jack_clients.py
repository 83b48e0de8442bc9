"""Lets one process at a time open clients of JACK."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path


@contextlib.contextmanager
def opening_clients(environment: Mapping[str, str]) -> Iterator[None]:
    """Wait until no other test opens a client of JACK.

    JACK names the socket by which a server reaches a new client after client and user, not after the server.
    So two clients of one name that open on two servers at once take each other's socket, and one is refused:
    5 to 7 of 120 openings by PortAudio beside 120 others.  No user runs two servers; the workers do.
    """
    if "JACK_DEFAULT_SERVER" not in environment:
        yield
        return
    path = Path(tempfile.gettempdir()) / f"adaptive-tests-jack-{os.getuid()}.lock"
    with path.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
