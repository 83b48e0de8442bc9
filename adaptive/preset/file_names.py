"""Finds the file that a name means where it is written otherwise, and says what differs between two names.

macOS stores and archives `ü` as two characters (NFD), keyboards write one (NFC); both look the same.
"""

from __future__ import annotations

import difflib
import itertools
import unicodedata
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

# A folder with more files is no preset's; names are compared with so many at most.
MAX_LISTED = 2000
_MOST_SHOWN = 3

# Of two file names without their folders and endings; another stem of the same section is less alike.
_ALIKE = 0.75
# Names that differ in more characters are told apart at sight.
_MOST_DIFFERENT = 3


def find_same(folder: Path, name: str) -> Path | None:
    """Return the file whose name is the same once both are in NFC; None unless there is exactly one."""
    here = folder
    for part in PurePosixPath(name).parts:
        if part == ".." or (here / part).exists():
            here = here / part
            continue
        try:
            found = [p for p in itertools.islice(here.iterdir(), MAX_LISTED) if _nfc(p.name) == _nfc(part)]
        except OSError:
            return None
        if len(found) != 1:
            return None
        here = found[0]
    return here


def hint_file(name: str, listed: Iterable[str]) -> str:
    """Return the end of a sentence about a missing file: which one was probably meant, and what differs.

    Examples
    --------
    >>> hint_file("stems/Drums.wav", ["stems/drums.wav"])
    '; the file is named `stems/drums.wav`: upper and lower case differ'
    """
    names = [as_text(one) for one in listed]
    folded = _nfc(name).casefold()
    for other in names:
        if _nfc(other).casefold() == folded and _nfc(other) != _nfc(name):
            return f"; the file is named `{other}`: upper and lower case differ"
    match = max(names, key=lambda other: _likeness(name, other), default="")
    if not match or _likeness(name, match) < _ALIKE:
        return ""
    differs = what_differs(name, match)
    return f"; did you mean `{match}`?{f' {differs}' if differs else ''}"


def what_differs(written: str, found: str) -> str:
    """Return a sentence about the characters in which two names differ; empty where one sees them.

    Examples
    --------
    >>> what_differs("a\u00a0b", "a b")
    'It has SPACE where you wrote NO-BREAK SPACE.'
    >>> what_differs("drms", "drums")
    ''
    """
    places, count = [], 0
    for kind, i, j, k, m in difflib.SequenceMatcher(None, written, found, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        mine, theirs = written[i:j], found[k:m]
        count += max(len(mine), len(theirs))
        if not all(char.isascii() and char.isprintable() and char != " " for char in mine + theirs):
            places.append(f"{_named(theirs)} where you wrote {_named(mine)}")
    if not places or count > _MOST_DIFFERENT:
        return ""
    return f"It has {', and '.join(places[:_MOST_SHOWN])}."


def _likeness(name: str, other: str) -> float:
    """How alike two file names are, 0 to 1, whatever their folders and endings; one slip counts little."""
    mine, theirs = (PurePosixPath(_nfc(one)[:200]).stem.casefold() for one in (name, other))
    matcher = difflib.SequenceMatcher(None, mine, theirs, autojunk=False)
    changes = sum(max(j - i, m - k) for kind, i, j, k, m in matcher.get_opcodes() if kind != "equal")
    is_slip = changes == 1 or (
        len(mine) > 2 and sorted(mine) == sorted(theirs)
    )  # a letter, or letters swapped
    return max(matcher.ratio(), _ALIKE if is_slip else 0.0)


def _named(text: str) -> str:
    shown = " and ".join(unicodedata.name(char, f"U+{ord(char):04X}") for char in text[:_MOST_SHOWN])
    return shown or "nothing"


def as_text(name: str) -> str:
    """Return a file's name as text, where Python has read its bytes one by one because there is no locale."""
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return name


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", as_text(text))
