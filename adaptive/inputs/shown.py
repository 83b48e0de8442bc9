"""Writes values from outside for messages: in the words of JSON and OSC, short, and on one line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from adaptive.inputs.osc_codec import Impulse, OscTimeTag

LONGEST = 60
"""Characters of a value in a message."""

MOST_DIGITS = 300
SHORT = 12
"""Characters up to which a number is written exactly; a longer one is rounded to seven digits."""


def shown(value: Any) -> str:
    """A value as a message quotes it: never longer than 60 characters.

    Examples
    --------
    >>> shown("fast"), shown(None), shown(0.10000000149011612), shown([True, {}])
    ("'fast'", 'nothing', '0.1', '[true, {}]')
    """
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return _text(value, "'")
    if isinstance(value, list | tuple):
        return _joined("[", map(_inner, value), "]")
    if isinstance(value, Mapping):
        return _joined("{", (f"{_text(str(key), DOUBLE)}: {_inner(value[key])}" for key in value), "}")
    return _plain(value)


DOUBLE = '"'


def _inner(value: Any) -> str:
    """A value within a list or an object; lists and objects within are not opened, however deep they are."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return _text(value, DOUBLE)
    if isinstance(value, list | tuple):
        return "[…]" if value else "[]"
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    return _plain(value)


def _plain(value: Any) -> str:
    """A value that is neither a text nor has parts."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return _whole(value)
        case float():
            return _number(value)
        case bytes():
            return "1 byte" if len(value) == 1 else f"{len(value)} bytes"
        case OscTimeTag():
            return "a time tag"
        case Impulse():
            return "an impulse"
    return "something unknown"


def _whole(value: int) -> str:
    if abs(value) >= 10**MOST_DIGITS:  # Python refuses to write very long numbers
        return f"a number of more than {MOST_DIGITS} digits"
    return _cut(str(value))


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    exact = f"{value:.17g}" if value.is_integer() else repr(value)
    return exact if len(exact) <= SHORT else f"{value:.7g}"


def _text(text: str, quote: str) -> str:
    """A text in quotes, cut short within them; what cannot be printed is written as an escape."""
    room = LONGEST - 2 * len(quote)
    written = "".join(map(_escaped, text[:room]))
    is_cut = len(text) > room or len(written) > room
    return f"{quote}{written[: room - 1]}…{quote}" if is_cut else f"{quote}{written}{quote}"


def _escaped(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def _joined(start: str, parts: Iterable[str], end: str) -> str:
    """Parts between brackets; reads no more of them than there is room for."""
    text = start
    for number, part in enumerate(parts):
        text += (", " if number else "") + part
        if len(text) > LONGEST - len(end):
            return f"{text[: LONGEST - len(end) - 1]}…{end}"
    return text + end


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
