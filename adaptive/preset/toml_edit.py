"""Changes values in the text of a TOML document; comments, order and everything else stay as they are.

The text is valid TOML before, and it is afterwards if the written values are.
"""

from __future__ import annotations

import re
from typing import Any

from adaptive.preset.key_path import KeyPath, show_path
from adaptive.preset.toml_lines import Spans, spans_of

_KEY = re.compile(r"[^=\n]*?(?=[ \t]*=)")
_EMPTY = re.compile(r"[\[{]\s*[\]}]")


class PlaceError(ValueError):
    """A key cannot be written where it belongs; the message is a sentence."""


def written(value: Any) -> str:
    """Return a value as TOML: a number, a text, a list, or a table between braces.

    Examples
    --------
    >>> written({"kind": "eq", "low_db": -2})
    '{ kind = "eq", low_db = -2 }'
    """
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {written(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def with_value(text: str, path: KeyPath, value: Any) -> str:
    """Return the text with a key set to a value: an existing one is replaced, a new one follows the last.

    Parameters
    ----------
    text : str
        A valid TOML document.
    path : KeyPath
        The key.
    value
        What `written` takes.

    Raises
    ------
    PlaceError
        The table of the key is written in a way that cannot be added to.
    """
    spans = spans_of(text)
    if path in spans.values:
        start, end = spans.values[path]
        return f"{text[:start]}{written(value)}{text[end:]}"
    table, key = path[:-1], str(path[-1])
    if table in spans.values:
        return _in_brackets(text, spans.values[table], f"{key} = {written(value)}")
    if table in spans.tables:
        return _below(text, spans.tables[table], key, written(value))
    return _in_new_table(text, spans, table, f"{key} = {written(value)}")


def with_item(text: str, path: KeyPath, item: Any) -> str:
    """Return the text with an item at the end of a list; a text in its place becomes its first item.

    Raises
    ------
    PlaceError
        As `with_value`.
    """
    spans = spans_of(text)
    if path not in spans.values:
        return with_value(text, path, [item])
    start, end = spans.values[path]
    if not text.startswith("[", start):
        return f"{text[:start]}[{text[start:end]}, {written(item)}]{text[end:]}"
    return _in_brackets(text, (start, end), written(item))


def _in_brackets(text: str, span: tuple[int, int], entry: str) -> str:
    """Add an entry before the closing bracket of a list or a table between braces."""
    start, end = span
    inside = text[start:end]
    is_table = inside.startswith("{")
    if _EMPTY.fullmatch(inside):
        made = f"{{ {entry} }}" if is_table else f"[{entry}]"
        return text[:start] + made + text[end:]
    last = max(close for at, close in spans_of(text).values.values() if start < at and close < end)
    between = text[last : end - 1]
    comma = _without_comments(between).find(",")
    line = text[text.rfind("\n", 0, last) + 1 : last]
    if "\n" in between:  # one entry a line
        indent = line[: len(line) - len(line.lstrip())]
        newline = "\r\n" if "\r\n" in text else "\n"
        tail = between[between.rfind("\n") + 1 :]
        if comma < 0:
            between = "," + between
        head = between[: between.rfind("\n")].rstrip("\r")
        return f"{text[:last]}{head}{newline}{indent}{entry},{newline}{tail}{text[end - 1 :]}"
    if comma >= 0:
        last += comma + 1
        return f"{text[:last]} {entry}{text[last:]}"
    return f"{text[:last]}, {entry}{text[last:]}"


def _without_comments(text: str) -> str:
    return re.sub(r"#[^\n]*", lambda found: " " * len(found[0]), text)


def _below(text: str, span: tuple[int, int], key: str, value: str) -> str:
    """Add a line behind the last entry of a table, with its equals sign below that of the entry."""
    start, end = span
    newline = "\r\n" if "\r\n" in text else "\n"
    line_end = text.find("\n", end)
    begin = text.rfind("\n", 0, start) + 1
    before = text[start:end]
    found = None if before.startswith("[") else _KEY.match(before)
    equals = before.find("=") if found else 0
    indent = text[begin:start] if not text[begin:start].strip() else ""
    entry = f"{indent}{key.ljust(max(0, equals - 1))} = {value}"
    if line_end < 0:
        return f"{text}{newline}{entry}{newline}"
    return f"{text[: line_end + 1]}{entry}{newline}{text[line_end + 1 :]}"


def _in_new_table(text: str, spans: Spans, table: KeyPath, entry: str) -> str:
    """Add a table at the end of the text."""
    around = [table[:length] for length in range(1, len(table))]
    is_closed = any(one in spans.values for one in around)
    if is_closed or not table or any(isinstance(key, int) for key in table) or _is_dotted(spans, table):
        message = f"`{show_path(table)}` has no header of its own; write it as [{show_path(table)}]"
        raise PlaceError(message)
    newline = "\r\n" if "\r\n" in text else "\n"
    name = ".".join(str(key) for key in table)
    gap = "" if not text or text.endswith("\n") else newline
    return f"{text}{gap}{newline}[{name}]{newline}{entry}{newline}"


def _is_dotted(spans: Spans, table: KeyPath) -> bool:
    """Whether entries of a table are written as ``table.key = value``."""
    return any(path[: len(table)] == table for path in (*spans.values, *spans.tables))
