"""What `check` says: one line each, like a fault, and how much it weighs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from adaptive.preset.faults import KeyPath, show_path


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a preset that is correct as a file and questionable as music.

    Attributes
    ----------
    severity : "fault" or "warning"
        A fault is a promise of the file that cannot be kept.  With a warning it plays, but
        something written has no effect or may surprise.
    at : str
        The key path.
    text : str
        One sentence.
    """

    severity: Literal["fault", "warning"]
    at: str
    text: str

    def __str__(self) -> str:
        return f"{self.at}: {self.text}"


def fault(at: KeyPath, text: str) -> Finding:
    """Return a finding about a promise that cannot be kept."""
    return Finding("fault", show_path(at), text)


def warning(at: KeyPath, text: str) -> Finding:
    """Return a finding about something without effect, or with a surprising one."""
    return Finding("warning", show_path(at), text)
