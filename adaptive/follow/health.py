"""Sentences about a source that does not send what it should, each told once until it is over."""

from __future__ import annotations

from dataclasses import dataclass

QUIET_S = 30.0
"""The same trouble is told again after this time at the earliest."""


@dataclass(frozen=True, slots=True)
class HealthNote:
    """What is wrong with a source, or that it is well again.

    Parameters
    ----------
    at_s : float
        When it was noticed.
    kind : str
        One word for the trouble, such as ``zero`` or ``frozen``.
    text : str
        One sentence.
    is_over : bool
        Whether it has ended.
    """

    at_s: float
    kind: str
    text: str
    is_over: bool = False


class HealthNotes:
    """Keeps the notes that have not been told yet."""

    def __init__(self) -> None:
        self._waiting: list[HealthNote] = []
        self._lasting: dict[str, bool] = {}
        self._last_told: dict[str, float] = {}

    def begin(self, at_s: float, kind: str, text: str) -> None:
        """Tell of a trouble that lasts, once until `end`."""
        if kind not in self._lasting:
            self._lasting[kind] = self._tell(HealthNote(at_s, kind, text))

    def end(self, at_s: float, kind: str, text: str) -> None:
        """Tell that a trouble is over, if its beginning was told."""
        if self._lasting.pop(kind, False):
            self._waiting.append(HealthNote(at_s, kind, text, is_over=True))

    def once(self, at_s: float, kind: str, text: str) -> None:
        """Tell of something that happens at one moment, every `QUIET_S` at most."""
        self._tell(HealthNote(at_s, kind, text))

    def pop(self) -> list[HealthNote]:
        """The notes since the last call."""
        notes, self._waiting = self._waiting, []
        return notes

    def _tell(self, note: HealthNote) -> bool:
        last = self._last_told.get(note.kind)
        if last is not None and note.at_s - last < QUIET_S:
            return False
        self._last_told[note.kind] = note.at_s
        self._waiting.append(note)
        return True
