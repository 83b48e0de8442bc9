"""Faults of a preset file: the key path, a sentence, and the valid name that is most similar.

A fault is one line, ``key.path: sentence``.  Faults are collected rather than raised one by one, so that
an author sees all of them at once.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from adaptive.errors import PresetError, one_line

KeyPath = tuple[str | int, ...]
"""The place of a value in the file: table keys, and list indices counted from 0."""

# A file with more faults is probably not a preset at all.
# The limit also bounds the time spent on finding similar names for hostile input.
MAX_FAULTS = 200
# Long enough to recognise one's own text in a message, short enough for one line.
SHOWN_CHARACTERS = 40
# The longest valid name; a longer key is cut short like any text.
LONGEST_KEY = 64
# A longer list of names would not help the reader.
SHOWN_NAMES = 8

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its key path and its sentence."""

    at: KeyPath
    text: str

    def __str__(self) -> str:
        text = one_line(self.text)  # it may quote text of the file
        return f"{show_path(self.at)}: {text}" if self.at else text


class FaultList:
    """Collects faults in the order they are found; `lines` returns them in the order of the file.

    Parameters
    ----------
    where : str
        The file, as the user named it.
    """

    def __init__(self, where: str = "") -> None:
        self.where = where
        self.found: list[Fault] = []

    def add(self, at: KeyPath, text: str) -> None:
        """Add a fault.

        Raises
        ------
        PresetError
            If there are already `MAX_FAULTS`.
        """
        if len(self.found) == MAX_FAULTS:
            first = [str(fault) for fault in self.found]
            raise PresetError([*first, f"there are more than {MAX_FAULTS} faults"], self.where)
        self.found.append(Fault(at, text))

    def require_known(self, at: KeyPath, what: str, name: str, known: Collection[str]) -> None:
        """Add a fault if `name` is not in `known`; `what` is the kind of object it should name."""
        if name not in known:
            self.add(at, f"there is no {what} named `{name}`{hint(name, known)}")

    def extend_unless_near(self, others: FaultList) -> None:
        """Add the faults of `others`, except those that follow from a fault already in this list.

        A fault at, above or below a key path that already has a fault says nothing new: a fade whose
        length has the wrong type also *has no length*.
        """
        here = [fault.at for fault in self.found]
        for fault in others.found:
            if not any(_is_near(fault.at, at) for at in here):
                self.add(fault.at, fault.text)

    def lines(self, document: Mapping[str, object]) -> list[str]:
        """Return one line for each fault, in the order of the keys of `document`."""
        ordered = sorted(self.found, key=lambda fault: _position(document, fault.at))
        return [str(fault) for fault in ordered]


def show_path(path: KeyPath) -> str:
    """Return a key path as TOML writes it, with list indices in brackets.

    Examples
    --------
    >>> show_path(("transitions", 3, "fade_out", "beats"))
    'transitions[3].fade_out.beats'
    """
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            is_plain = _BARE_KEY.fullmatch(key) and len(key) <= LONGEST_KEY
            shown = key if is_plain else show_value(key)
            text += f".{shown}" if text else shown
    return text


def show_value(raw: object) -> str:
    """Describe a value of the file in a few words, on one line."""
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
    """Return the end of a sentence that suggests the name that was probably meant.

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
    """Return the option most similar to `word`, or an empty string if none is similar."""
    # Names have at most 64 characters, and the cost of the comparison is quadratic in the length.
    return next(iter(difflib.get_close_matches(word[:64], options, n=1)), "")


def join_names(names: Sequence[str], word: str = "and") -> str:
    """Join names with commas and a word before the last one.

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
    """Return the index of each key of a path within its table; a missing key sorts last."""
    places: list[int] = []
    for key in path:
        if isinstance(key, int):
            places.append(key)
            is_inside = isinstance(document, list) and key < len(document)
            document = document[key] if isinstance(document, list) and is_inside else None
        else:
            keys = list(document) if isinstance(document, dict) else []
            places.append(keys.index(key) if key in keys else len(keys))
            document = document.get(key) if isinstance(document, dict) else None
    return tuple(places)
