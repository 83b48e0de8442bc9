"""Reads TOML, and explains syntax errors in one sentence with line and column.

The messages of Python's `tomllib` use the terms of the TOML grammar.  Here they are replaced by messages for
authors who, for example, forgot a quote.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

_PLACE = re.compile(r"(?P<what>.*) \(at (?P<where>[^()]*)\)\Z", re.DOTALL)
_WHERE = re.compile(r"line (\d+), column (\d+)")
_WORD = re.compile(r"[^\s,\[\]{}#=\"']+(?: +[^\s,\[\]{}#=\"']+)*")
_NAMES = re.compile(r"'([^']*)'")
_CURLY_QUOTES = "“”„‟‘’‚‛"
_OTHER_WORDS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_LONGEST_WORD = 40


def parse_toml(content: bytes) -> Mapping[str, Any]:
    """Read a TOML document.

    Raises
    ------
    ValueError
        If the content is not valid TOML; its sentence says what is wrong, and in which line.
    """
    text = ""
    try:
        text = content.decode()
        return tomllib.loads(text.removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        fault = f"line {line}: is not UTF-8 text"
    except tomllib.TOMLDecodeError as error:
        fault = _sentence(str(error), text.removeprefix("\ufeff"))
    except RecursionError:
        fault = "nests too deeply"
    except ValueError:
        # Python refuses to convert integers of more than 4300 digits
        fault = "holds a number with too many digits"
    raise ValueError(fault)


def _sentence(message: str, text: str) -> str:
    """Return the sentence for a message of `tomllib` about a text."""
    found = _PLACE.fullmatch(message)
    what, where = (found["what"], found["where"]) if found else (message, "")
    explain = next((words for known, words in _WORDS if what.startswith(known)), None)
    if explain is None:
        sentence = what[:1].lower() + " ".join(what[1:].split())
    else:
        sentence = explain if isinstance(explain, str) else explain(what, _rest_of_line(text, where))
    place = "the end" if where == "end of document" else where
    return f"{place}: {sentence}" if place else sentence


def _rest_of_line(text: str, where: str) -> str:
    """Return the text from a place (``line 2, column 5``) to the end of its line."""
    found = _WHERE.fullmatch(where)
    if found is None:
        return ""
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[int(found[1]) - 1][int(found[2]) - 1 :] if int(found[1]) <= len(lines) else ""


def _value(_what: str, rest: str) -> str:
    """Explain an invalid value; the usual cause is a text without quotes."""
    found = _WORD.match(rest)
    if found is None:
        return "a value is missing" if not rest.strip() or rest[0] in "#,]}" else "this is not a value"
    word = found[0].strip(_CURLY_QUOTES)[:_LONGEST_WORD]
    other = _OTHER_WORDS.get(word.lower(), word.lower())
    if other in {"true", "false"}:
        return f"`{word}` is not a value; write {other}"
    if not any(c.isalpha() for c in word) or not word.isprintable():
        return "this is not a value"
    return f'text needs quotes; write "{word}"'


def _line_goes_on(_what: str, rest: str) -> str:
    more = rest.strip()[:_LONGEST_WORD]
    shown = f"`{more}` follows" if more and more.isprintable() else "something follows"
    return f"{shown} after the value; if all of it is text, it needs quotes"


def _twice(what: str, _rest: str) -> str:
    name = ".".join(_NAMES.findall(what))[:_LONGEST_WORD]
    return f"`{name}` is already defined" if name and name.isprintable() else "this is already defined"


def _character(what: str, _rest: str) -> str:
    is_line_end = r"'\n'" in what or r"'\r'" in what
    return "a string must end on its line" if is_line_end else "a text must not contain control characters"


_WORDS: tuple[tuple[str, str | Callable[[str, str], str]], ...] = (
    ("Invalid value", _value),
    ("Expected newline or end of document", _line_goes_on),
    ("Expected '=' after a key", "expected `=` after the key"),
    ("Expected ']", "expected `]` at the end of the table's name"),
    ('Expected "', "a string has no closing quotes"),
    ("Unterminated string", "a string has no closing quote"),
    ("Illegal character", _character),
    ("Found invalid character", _character),
    ("Unescaped '\\'", "a `\\` in a string begins an escape; write `\\\\` for a backslash"),
    ("Unclosed array", "a list has no closing `]`"),
    ("Unclosed inline table", "a table has no closing `}`"),
    ("Invalid initial character for a key", "expected a key"),
    ("Invalid statement", "expected a key, or a table's name in brackets"),
    ("Cannot overwrite a value", "this key is already defined"),
    ("Cannot declare", _twice),
    ("Duplicate inline table key", _twice),
    ("Cannot mutate immutable namespace", "a list or table that is already defined cannot be extended"),
)
"""The beginning of each message of `tomllib`, and the sentence (or the function that makes it) instead."""
