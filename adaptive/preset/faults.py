"""Faults of a preset: where they are, in words, and the nearest right name.

A fault is one line, ``key.path: sentence``.  They are collected, not raised one by one, so that
an author mends a file in one sitting.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from adaptive.errors import PresetError, one_line

KeyPath = tuple[str | int, ...]
"""Where something stands in the file: keys, and places in lists counted from 0."""

# A file with more faults than this is not a preset with mistakes but another kind of file;
# the limit also bounds the time spent on guessing names for hostile input.
MAX_FAULTS = 200
# Long enough to recognise one's own text in a message, short enough for one line.
SHOWN_CHARACTERS = 40
# A name has at most so many; a longer key is cut short like any text.
LONGEST_KEY = 64
# More names than this are a wall, not help.
SHOWN_NAMES = 8

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    at: KeyPath
    text: str

    def __str__(self) -> str:
        text = one_line(self.text)  # it may quote a name of the file
        return f"{show_path(self.at)}: {text}" if self.at else text


class FaultList:
    """Faults in the order they were found, until `lines` puts them in the file's order.

    Parameters
    ----------
    where : str
        The file, as the user named it.
    """

    def __init__(self, where: str = "") -> None:
        self.where = where
        self.found: list[Fault] = []

    def add(self, at: KeyPath, text: str) -> None:
        """Note a fault.

        Raises
        ------
        PresetError
            When there are already `MAX_FAULTS`.
        """
        if len(self.found) == MAX_FAULTS:
            first = [str(fault) for fault in self.found]
            raise PresetError([*first, f"there are more than {MAX_FAULTS} faults"], self.where)
        self.found.append(Fault(at, text))

    def require_known(self, at: KeyPath, what: str, name: str, known: Collection[str]) -> None:
        """Note a name that is none of the known; `what` is the kind of thing it should be."""
        if name not in known:
            self.add(at, f"there is no {what} named `{name}`{hint(name, known)}")

    def extend_unless_near(self, others: FaultList) -> None:
        """Take over the faults of `others`, save those that only follow from one already here.

        A fault at, above or below a key path that is already at fault says nothing new: a fade
        whose length is mistyped also *has no length*.
        """
        here = [fault.at for fault in self.found]
        for fault in others.found:
            if not any(_is_near(fault.at, at) for at in here):
                self.add(fault.at, fault.text)

    def lines(self, document: Mapping[str, object]) -> list[str]:
        """Return one line a fault, in the order of the keys of `document`."""
        ordered = sorted(self.found, key=lambda fault: _position(document, fault.at))
        return [str(fault) for fault in ordered]


def show_path(path: KeyPath) -> str:
    """Write a key path as the file would.

    Examples
    --------
    >>> show_path(("transitions", 3, "fade_out", "beats"))
    'transitions[3].fade_out.beats'
    """
    text = ""
    for segment in path:
        if isinstance(segment, int):
            text += f"[{segment}]"
        else:
            is_plain = _BARE_KEY.fullmatch(segment) and len(segment) <= LONGEST_KEY
            key = segment if is_plain else show_value(segment)
            text += f".{key}" if text else key
    return text


def show_value(raw: object) -> str:
    """Name a value of the file, in a few words and on one line."""
    match raw:
        case str():
            short = raw if len(raw) <= SHOWN_CHARACTERS else raw[:SHOWN_CHARACTERS] + "…"
            return json.dumps(short, ensure_ascii=not short.isprintable())
        case bool():
            return "true" if raw else "false"
        case int() if raw.bit_length() > 64:
            return "a very large number"
        case int() | float():
            return repr(raw)
        case list():
            return f"a list of {len(raw)}"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def hint(word: str, options: Collection[str]) -> str:
    """Say which name was probably meant, as the end of a sentence.

    Examples
    --------
    >>> hint("drms", ["bass", "drums"])
    '; did you mean `drums`?'
    """
    if not options:
        return "; there is none"
    if match := nearest(word, options):
        return f"; did you mean `{match}`?"
    names = sorted(set(options))
    more = ", …" if len(names) > SHOWN_NAMES else ""
    return "; there is " + ", ".join(f"`{name}`" for name in names[:SHOWN_NAMES]) + more


def nearest(word: str, options: Collection[str]) -> str:
    """Return the option most like `word`, or an empty string when none is."""
    # Names end at 64 characters, and the comparison is quadratic in the length.
    return next(iter(difflib.get_close_matches(word[:64], options, n=1)), "")


def join_names(names: Sequence[str], word: str = "and") -> str:
    """Join names as prose does.

    Examples
    --------
    >>> join_names(["a", "b", "c"], "or")
    '`a`, `b` or `c`'
    """
    quoted = [f"`{name}`" for name in names]
    return f" {word} ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _is_near(one: KeyPath, other: KeyPath) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _position(document: object, path: KeyPath) -> tuple[int, ...]:
    """Return the places of a path's keys in the document; a missing key comes last."""
    places: list[int] = []
    for segment in path:
        if isinstance(segment, int):
            places.append(segment)
            is_inside = isinstance(document, list) and segment < len(document)
            document = document[segment] if isinstance(document, list) and is_inside else None
        else:
            keys = list(document) if isinstance(document, dict) else []
            places.append(keys.index(segment) if segment in keys else len(keys))
            document = document.get(segment) if isinstance(document, dict) else None
    return tuple(places)
