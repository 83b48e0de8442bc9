"""A quiet stderr: ALSA and JACK write there, in C, of all that is missing on this machine."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator

STDERR = threading.RLock()
"""Held while stderr is turned away; whoever has a sentence to say waits for it."""


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Let what C libraries write to stderr go nowhere."""
    with STDERR:
        try:
            kept = os.dup(2)
        except OSError:  # there is no stderr to keep clean
            yield
            return
        with contextlib.suppress(AttributeError, OSError, ValueError):
            sys.stderr.flush()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
