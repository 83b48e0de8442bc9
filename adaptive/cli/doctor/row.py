"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What a check found.

    Parameters
    ----------
    name : str
        What was looked at.
    is_fine : bool
        Whether nothing has to be mended.
    words : str
        What was found, and what a trouble costs.
    mend : str
        What to type, or to do; empty where there is nothing to mend.
    """

    name: str
    is_fine: bool
    words: str
    mend: str = ""

    def __str__(self) -> str:
        mark = "ok  " if self.is_fine else "!!  "
        mend = f"\n      mend it: {self.mend}" if self.mend else ""
        return f"{mark}{self.name}: {self.words}{mend}"


def trouble(name: str, words: str, mend: str) -> Row:
    """Row of something to mend."""
    return Row(name, False, words, mend)
