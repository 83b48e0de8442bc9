"""Reads TOML; a fault of the text has its line, its key and one sentence that says what to write instead."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from adaptive.errors import PresetError
from adaptive.preset.finding import Finding
from adaptive.preset.toml_lines import lines_of
from adaptive.preset.toml_words import Spot, looks_like_next, sentence

_PLACE = re.compile(r"(?P<what>.*) \(at (?P<where>[^()]*)\)\Z", re.DOTALL)
_WHERE = re.compile(r"line (\d+), column (\d+)")
_ABOUT_KEYS = ("Expected '=", "Expected ']", "Invalid initial character")
"""Messages that concern a key or a table's name: the key that was read before them is half of it."""
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")


def parse_toml(content: bytes, where: str = "") -> Mapping[str, Any]:
    """Read a TOML document.

    Raises
    ------
    PresetError
        If the content is not valid TOML; its sentence says what is wrong, and in which line.
    """
    text = text_of(content, where)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        finding = _explained(str(error), text)
    except RecursionError:
        finding = Finding("fault", (), "nests too deeply")
    except ValueError:
        # Python refuses to convert integers of more than 4300 digits
        finding = Finding("fault", (), "holds a number with too many digits")
    raise PresetError([finding], where)


def text_of(content: bytes, where: str = "") -> str:
    """Return the text of a file, without a byte order mark.

    Raises
    ------
    PresetError
        If it is not UTF-8.
    """
    if content.startswith(_BYTE_ORDER_MARKS) or b"\0" in content[:64]:
        raise PresetError([Finding("fault", (), "is UTF-16 text; save it as UTF-8", 1)], where)
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        begin = content.rfind(b"\n", 0, error.start) + 1
        column = len(content[begin : error.start].decode(errors="replace")) + 1
        character = content[error.start : error.start + 1].decode("cp1252", "replace")
        what = f"`{character}` is not written in UTF-8" if character.isalpha() else "this is not UTF-8 text"
        text = f"at column {column}, {what}; save the file as UTF-8"
        raise PresetError([Finding("fault", (), text, line)], where) from None


def _explained(message: str, text: str) -> Finding:
    """Return the finding for a message of `tomllib` about a text."""
    found = _PLACE.fullmatch(message)
    what, where = (found["what"], found["where"]) if found else (message, "")
    # A carriage return before a line feed is part of the line end; tomllib counts columns without it.
    lines = text.replace("\r\n", "\n").split("\n")
    place = _WHERE.fullmatch(where)
    if place is None or int(place[1]) > len(lines):
        return _at_the_end(what, lines)
    line, column = int(place[1]), int(place[2])
    whole = lines[line - 1]
    spot = Spot(whole[: column - 1], whole[column - 1 :], tuple(lines[: line - 1]))
    begun = lines_of("\n".join([*spot.above, spot.before]))
    path, begun_line = next(reversed(begun.items()), ((), 0))
    if looks_like_next(what, spot.before, spot.rest) and path:
        key = next(path[:end] for end in range(len(path), 0, -1) if isinstance(path[end - 1], str))
        return Finding("fault", key, "has no closing bracket", begun[key])
    if begun_line != line:
        path = ()
    elif what.startswith(_ABOUT_KEYS):
        path = path[:-1]
    return Finding("fault", path, f"at column {column}, {sentence(what, spot)}", line)


def _at_the_end(what: str, lines: list[str]) -> Finding:
    last = len(lines) - 1 if len(lines) > 1 and not lines[-1].strip() else len(lines)
    found = lines_of("\n".join(lines))
    path, line = next(reversed(found.items()), ((), 0))
    while path and isinstance(path[-1], int):
        path = path[:-1]
    text = f"at the end, {sentence(what, Spot(above=tuple(lines[:last])))}"
    return Finding("fault", path if line == last and "]'" not in what else (), text, last)
