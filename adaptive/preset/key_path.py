"""Key paths of a preset file, and values of it, as messages show them."""

from __future__ import annotations

import json
import re

KeyPath = tuple[str | int, ...]
"""The place of a value in the file: table keys, and list indices counted from 0."""

# Long enough to recognise one's own text in a message, short enough for one line.
SHOWN_CHARACTERS = 40
# The longest valid name; a longer key is cut short like any text.
LONGEST_KEY = 64

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def show_path(path: KeyPath) -> str:
    """Return a key path as TOML writes it, with list indices in brackets, counted from 1.

    Examples
    --------
    >>> show_path(("transitions", 2, "fade_out", "beats"))
    'transitions[3].fade_out.beats'
    """
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key + 1}]"
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
