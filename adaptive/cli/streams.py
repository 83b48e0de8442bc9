"""Makes stdout and stderr write any text, with a stand-in for what the console's encoding does not have.

A Windows console whose output goes to a file or a pipe has 251 characters, a system without a locale 128.
The name of a folder, an arrow or a dot between two words must not end a command with a traceback there.
"""

from __future__ import annotations

import codecs
import sys
import unicodedata
from typing import TextIO

ERRORS = "adaptive_stand_in"
"""Name of our handler of encoding errors."""

STAND_INS = {
    "→": "->", "←": "<-", "…": "...", "·": "-", "×": "x", "−": "-", "–": "-", "—": "-", "“": '"', "”": '"',
    "„": '"', "‘": "'", "’": "'", "•": "*", "≤": "<=", "≥": ">=", "♯": "#", "♭": "b", "ß": "ss", "ø": "o",
    "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
    "\u00a0": " ",
}  # fmt: skip
UNKNOWN = "?"


def use_stand_ins() -> None:
    """Let stdout and stderr write a stand-in for each character that they cannot write."""
    codecs.register_error(ERRORS, _replace)
    for stream in (sys.stdout, sys.stderr):
        _reconfigure(stream)


def _reconfigure(stream: TextIO | None) -> None:
    # There is no stream in a program without a console, and another kind of stream in some tests.
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=ERRORS)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(stand_in(character) for character in text), error.end


def stand_in(character: str) -> str:
    """Return what is written, in ASCII, for a character that an encoding does not have.

    Examples
    --------
    >>> "".join(map(stand_in, "Łódź→♯日"))
    'Lodz->#?'
    """
    if character in STAND_INS:
        return STAND_INS[character]
    letters = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return letters or (UNKNOWN if not unicodedata.combining(character) else "")
