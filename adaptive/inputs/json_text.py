"""Reads JSON from outside; an error says in one sentence what is wrong, and where."""

from __future__ import annotations

import json
from typing import Any

from adaptive.errors import ProtocolError

# Messages of the json module, and what we write instead, after the place of the error.
_WORDS = (
    ("Expecting value", "expected a value"),
    ("Expecting property name", "expected a key in double quotes"),
    ("Expecting ':'", "expected `:` after the key"),
    ("Expecting ','", "expected `,` or the end"),
    ("Illegal trailing comma", "a `,` stands before the end"),
    ("Extra data", "more follows after the end"),
    ("Unterminated string", "the text that begins here has no closing quote"),
    ("Invalid control character", "a text holds a control character"),
    ("Invalid \\", "a text holds a backslash that means nothing"),
)


def parse_json(raw: bytes | str) -> Any:
    """Read one JSON document: UTF-8, with or without a byte order mark.

    Raises
    ------
    ProtocolError
        It is not JSON.  The message is one sentence, with the column of the error.
    """
    try:
        text = raw if isinstance(raw, str) else raw.decode()
        return json.loads(text.removeprefix("\ufeff").rstrip(" \t\r\n"))
    except UnicodeDecodeError as error:
        fault = f"is not UTF-8 text: byte {error.start + 1} is wrong"
    except json.JSONDecodeError as error:
        fault = f"is not JSON: {_place(error)}, {_words(error.msg)}" if error.doc.strip() else "is empty"
    except RecursionError:
        fault = "nests too deeply"
    except ValueError:
        # Python refuses whole numbers of more than 4300 digits
        fault = "holds a number with too many digits"
    raise ProtocolError(fault)


def _place(error: json.JSONDecodeError) -> str:
    line = f"line {error.lineno}, " if "\n" in error.doc else ""
    return f"at {line}column {error.colno}"


def _words(message: str) -> str:
    return next((words for known, words in _WORDS if message.startswith(known)), "something is wrong")
