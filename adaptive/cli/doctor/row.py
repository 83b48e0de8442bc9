"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """Result of a check.

    Parameters
    ----------
    name : str
        What was checked.
    is_fine : bool
        Whether there is nothing to fix.
    words : str
        What was found, and the effect of a problem.
    mend : str
        The command, or the action, that fixes the problem; empty if there is none.
    """

    name: str
    is_fine: bool
    words: str
    mend: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the row as ``--json`` prints it."""
        return {"name": self.name, "ok": self.is_fine, "text": self.words, "mend": self.mend}

    def __str__(self) -> str:
        mark = "ok  " if self.is_fine else "!!  "
        mend = f"\n      mend it: {self.mend}" if self.mend else ""
        return f"{mark}{self.name}: {self.words}{mend}"


def trouble(name: str, words: str, mend: str) -> Row:
    """Row of a problem and its fix."""
    return Row(name, False, words, mend)
