"""Finds where the keys and values of a TOML document stand.

`tomllib` gives no positions, and no well-kept library for Python does.  The scanner here reads only documents
that `tomllib` has accepted, so it decides where things are, and never whether they are right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adaptive.preset.key_path import KeyPath

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_INDENT = re.compile(r"[ \t]*")
_REST = re.compile(r"[^\n]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' r"'''.*?'{3,5}|" r'"(?:[^"\\\n]|\\.)*"|' r"'[^'\n]*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}#\n]*")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}

_DEEPEST = 16
"""No key of a preset lies deeper."""
_MOST = 50_000
"""A preset of 250 layers and 1000 rules has about as many; what follows is found by what it is in."""


def lines_of(text: str) -> dict[KeyPath, int]:
    r"""Return the line, counted from 1, of each key and each entry of a list.

    Parameters
    ----------
    text : str
        A valid TOML document.

    Examples
    --------
    >>> found = lines_of("[[select]]\nsection = 'calm'\n[[select]]\nwhen = 'x > 1'\n")
    >>> found["select", 1, "when"]
    4
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


@dataclass(frozen=True, slots=True)
class Spans:
    """Where things stand in a TOML document, as offsets of characters.

    Attributes
    ----------
    values : Mapping
        First character of each value, and the one behind its last: also of lists, their items, and tables
        between braces.
    tables : Mapping
        Of each table with a header: first character of its last entry, or of its header if it has none, and
        the one behind it.
    """

    values: Mapping[KeyPath, tuple[int, int]]
    tables: Mapping[KeyPath, tuple[int, int]]


def spans_of(text: str) -> Spans:
    r"""Return where the values and the tables of a valid TOML document stand.

    Examples
    --------
    >>> text = "[a]\nb = [1, 22]  # c\n"
    >>> start, end = spans_of(text).values["a", "b", 1]
    >>> text[start:end]
    '22'
    """
    scanner = _Scanner(text)
    scanner.document()
    return Spans(scanner.values, scanner.tables)


@dataclass(slots=True)
class _Container:
    """An open list or inline table: its path, its brackets, and the entries read so far."""

    path: KeyPath
    end: str
    start: int
    count: int = 0


class _Scanner:
    """Walks once through a document; `lines` holds what it has found."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self.values: dict[KeyPath, tuple[int, int]] = {}
        self.tables: dict[KeyPath, tuple[int, int]] = {}
        self._text = text
        self._at = 0
        self._line, self._counted = 1, 0
        self._repeated: dict[KeyPath, int] = {}

    def document(self) -> None:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            start = self._at
            if self._text[self._at] == "[":
                table = self._header()
                self._skip(_REST)
            else:
                self._entry(table)
            self.tables[table] = (start, self._at)
            self._skip(_BLANK)
            if self._at == start:  # not valid TOML: end rather than hang
                return

    def _skip(self, what: re.Pattern[str]) -> str:
        found = what.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found[0] if found else ""

    def _mark(self, path: KeyPath) -> None:
        """Note the present line for a path, unless it has one: a table's first header is its place."""
        if len(self.lines) >= _MOST:
            self._at = len(self._text)
            return
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        self.lines.setdefault(path, self._line)

    def _header(self) -> KeyPath:
        is_list = self._text.startswith("[[", self._at)
        self._at += 2 if is_list else 1
        keys = self._keys()
        path: KeyPath = ()
        for i, key in enumerate(keys):
            path = (*path, key)
            self._mark(path)
            if is_list and i == len(keys) - 1:
                self._repeated[path] = self._repeated.get(path, -1) + 1
            if path in self._repeated:
                path = (*path, self._repeated[path])
                self._mark(path)
        return path

    def _keys(self) -> list[str]:
        """Read a dotted key."""
        keys: list[str] = []
        while True:
            self._skip(_INDENT)
            string = self._skip(_STRING)
            key = _text_of(string) if string else self._skip(_BARE_KEY)
            if not key and not string:  # not valid TOML: end rather than invent a key
                self._at = len(self._text)
                return keys
            keys.append(key)
            self._skip(_INDENT)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _entry(self, table: KeyPath) -> None:
        """Read ``key = value``."""
        path = self._key_of(table)
        containers: list[_Container] = []
        while True:
            self._begin(path, containers)
            inner = self._next_in(containers)
            if inner is None:
                return
            path = inner

    def _key_of(self, table: KeyPath) -> KeyPath:
        """Read a key and its ``=``; return the path of its value."""
        path = table
        for key in self._keys():
            path = (*path, key)
            self._mark(path)
        self._at += 1
        return path

    def _begin(self, path: KeyPath, containers: list[_Container]) -> None:
        """Read a whole plain value, or the opening bracket of a list or an inline table."""
        self._skip(_INDENT)
        start = self._at
        opening = self._text[start : start + 1]
        if opening in ("[", "{"):
            self._at += 1
            containers.append(_Container(path, "]" if opening == "[" else "}", start))
            return
        value = self._skip(_STRING) or self._skip(_PLAIN)
        self.values[path] = (start, start + len(value.rstrip()))
        if not value:
            self._at += 1  # not valid TOML: go on rather than hang

    def _next_in(self, containers: list[_Container]) -> KeyPath | None:
        """Go to the next value inside the open brackets; None when all of them are closed."""
        while containers:
            inside = containers[-1]
            self._skip(_BLANK)
            if self._text.startswith(",", self._at):
                self._at += 1
            elif self._text.startswith(inside.end, self._at) or self._at >= len(self._text):
                self._at += 1
                self.values[inside.path] = (inside.start, self._at)
                containers.pop()
            elif inside.end == "}":
                return self._key_of(inside.path)
            else:
                inside.count += 1
                # Paths of hostile depth would take memory with the square of the depth.
                deep = len(inside.path) >= _DEEPEST
                path = inside.path if deep else (*inside.path, inside.count - 1)
                self._mark(path)
                return path
        return None


def _text_of(string: str) -> str:
    """Return the key that a quoted key means."""
    if string.startswith("'"):
        return string[1:-1]
    return _ESCAPE.sub(_unescaped, string[1:-1])


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(found[3], found[3])
