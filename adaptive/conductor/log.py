"""The decision log: what was decided, when it sounds, and why, as JSON lines without wall time."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import Any

Line = dict[str, Any]

KEPT = 4096
"""Lines kept in memory for whoever asks what happened; the file keeps all."""


class DecisionLog:
    """Collects lines and hands each to a writer.

    Parameters
    ----------
    sample_rate : int
        To state `t` in seconds.
    write : callable, optional
        Takes each line as JSON text.
    """

    def __init__(self, sample_rate: int, write: Callable[[str], None] | None = None) -> None:
        self._sample_rate = sample_rate
        self._write = write
        self.recent: deque[Line] = deque(maxlen=KEPT)
        self.listeners: list[Callable[[Line], None]] = []

    def add(
        self, kind: str, frame: int, position: str, section_position: str, reason: str, **more: Any
    ) -> Line:
        """Add a line; `more` is what belongs to its kind."""
        line: Line = {
            "frame": frame,
            "t": round(frame / self._sample_rate, 6),
            "position": position,
            "section_position": section_position,
            "kind": kind,
            **more,
            "reason": reason,
        }
        self.recent.append(line)
        if self._write is not None:
            self._write(json.dumps(line, ensure_ascii=False))
        for listener in self.listeners:
            listener(line)
        return line
