"""A finding of `check`: a key path, a sentence and a severity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from adaptive.preset.faults import KeyPath, show_path


@dataclass(frozen=True, slots=True)
class Finding:
    """Something questionable in a preset that can be loaded.

    Attributes
    ----------
    severity : "fault" or "warning"
        A fault means that the preset cannot play as written.  A warning means that something has no
        effect, or an effect that may surprise.
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
    """Return a finding of severity "fault"."""
    return Finding("fault", show_path(at), text)


def warning(at: KeyPath, text: str) -> Finding:
    """Return a finding of severity "warning"."""
    return Finding("warning", show_path(at), text)
