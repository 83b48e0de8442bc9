"""The decision log: what was decided, when it sounds, and why; JSON lines without wall-clock time."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import Any

Line = dict[str, Any]

KEPT = 4096
"""Number of the latest lines that are kept in memory; the log file keeps all."""


class DecisionLog:
    """Collects lines and passes each to a writer and to listeners.

    Parameters
    ----------
    sample_rate : int
        Frames per second, to state `t` in seconds.
    write : callable, optional
        Receives each line as JSON text.

    Attributes
    ----------
    recent : deque of dict
        The last `KEPT` lines.
    listeners : list of callable
        Each receives every line as a dict.
    """

    def __init__(self, sample_rate: int, write: Callable[[str], None] | None = None) -> None:
        self._sample_rate = sample_rate
        self._write = write
        self.recent: deque[Line] = deque(maxlen=KEPT)
        self.listeners: list[Callable[[Line], None]] = []

    def made(
        self, kind: str, frame: int, position: str, section_position: str, reason: str, **more: Any
    ) -> Line:
        """Return a line that is not in the log yet.

        Parameters
        ----------
        kind : str
            ``transition``, ``layer``, ``note``, …
        frame : int
            Frame of the timeline at which it sounds.
        position, section_position : str
            That frame as ``bar.beat.tick``, on the timeline and within the pass.
        reason : str
            Why it was decided.
        **more
            Further keys that belong to the kind.

        Returns
        -------
        dict
            The line.
        """
        return {
            "frame": frame,
            "t": round(frame / self._sample_rate, 6),
            "position": position,
            "section_position": section_position,
            "kind": kind,
            **more,
            "reason": reason,
        }

    def keep(self, line: Line) -> Line:
        """Add a line, as `made` returns it, and return it."""
        self.recent.append(line)
        if self._write is not None:
            self._write(json.dumps(line, ensure_ascii=False))
        for listener in self.listeners:
            listener(line)
        return line
