"""Explains a syntax error of TOML to an author who, for example, forgot a quote.

The messages of Python's `tomllib` use the terms of the TOML grammar.  What an author meant can mostly be read
off the line itself, so the sentences here say what to write instead.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

from msgspec import inspect

from adaptive.preset.schema import PresetFile

_WORD = re.compile(r"[^\s,\[\]{}#=\"']+(?: +[^\s,\[\]{}#=\"']+)*")
_VALUE = re.compile(r"[^=\"']*=[ \t]*(?P<value>.*)")
_COMMENT = re.compile(r"[ \t]+#[^\"']*$")
_NAMES = re.compile(r"'([^']*)'")
_NUMBER = r"[+-]?[0-9]+(?:[.,][0-9]+)?"
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_COMMA_BEFORE = re.compile(r"=[ \t]*([+-]?[0-9]+,[0-9]+)[ \t]*$")
_WITH_UNIT = re.compile(rf"({_NUMBER})[ \t]*([A-Za-z%°]+)")
_QUOTES_INSIDE = re.compile(r'"(.*".*)"')
_SEVERAL = re.compile(r'"[^"]*"(?:[ \t]*,[ \t]*"[^"]*")+')
_CURLY = str.maketrans("“”„‟‘’‚‛", "\"\"\"\"''''")
_NOT_PLAIN = "“”„‟‘’‚‛\u00a0"
_OTHER_WORDS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
_NOTHING = {"none", "null", "nil"}
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an error lies: the text of its line before and after it, and all lines above."""

    before: str = ""
    rest: str = ""
    above: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """The value of the line, without a comment, if it is a plain one; else an empty text."""
        found = _VALUE.fullmatch(self.before + self.rest)
        value = _COMMENT.sub("", found["value"]).strip() if found else ""
        return "" if value.startswith(("[", "{")) else value


def sentence(message: str, spot: Spot) -> str:
    """Return the sentence for a message of `tomllib` about a place."""
    explain = next((words for known, words in _WORDS if message.startswith(known)), None)
    if explain is None:
        return message[:1].lower() + " ".join(message[1:].split())
    return explain if isinstance(explain, str) else explain(message, spot)


def looks_like_next(message: str, before: str, rest: str) -> bool:
    """Return whether an error in a list or table in braces lies where the next key or table begins."""
    if message.startswith("Invalid value") and before.strip(" \t[") == "" and before:
        return re.match(r"[\w.-]+\]+\s*(#.*)?$", rest) is not None
    is_unclosed = message.startswith(("Unclosed", "Invalid initial character"))
    return is_unclosed and not before.strip() and re.match(r"[\w.-]+\s*=|\[+[\w.]+\]+\s*$", rest) is not None


def _value(_message: str, spot: Spot) -> str:
    """Explain an invalid value; the usual cause is a text without quotes."""
    if meant := _meant(spot.value):
        return meant
    if spot.rest and spot.rest[0] in _NOT_PLAIN:
        return _typographic(spot)
    found = _WORD.match(spot.rest)
    if found is None:
        is_missing = not spot.rest.strip() or spot.rest[0] in "#,]}"
        return "a value is missing" if is_missing else "this is not a value"
    return _word(found[0][:_LONGEST])


def _word(word: str) -> str:
    other = _OTHER_WORDS.get(word.lower(), word.lower())
    if other in {"true", "false"}:
        return f"`{word}` is not a value; write {other}"
    if word.lower() in _NOTHING:
        return f"`{word}` is not a value; leave the whole line out"
    if not any(c.isalpha() for c in word) or not word.isprintable():
        return "this is not a value"
    return f'text needs quotes; write "{word}"'


def _typographic(spot: Spot) -> str:
    if spot.rest[0] == "\u00a0":
        return "this is a no-break space, which TOML does not know; write an ordinary one"
    text = spot.rest.split("#")[0].strip(" \t,]}").translate(_CURLY)[:_LONGEST]
    inner = text.strip("\"'")
    straight = f'"{inner}"' if inner.isprintable() and '"' not in inner else "straight quotes"
    return f"these quotes are typographic; write {straight}"


def _meant(value: str) -> str:
    """Explain a plain value that is not TOML, by what it was meant to be; empty if that is not clear."""
    if not value or len(value) > _LONGEST or not value.isprintable():
        return ""
    if _DECIMAL_COMMA.fullmatch(value):
        return f"a number has a point, not a comma; write {value.replace(',', '.')}"
    if found := _WITH_UNIT.fullmatch(value):
        return f"a number stands alone, its unit is in the key's name; write {found[1].replace(',', '.')}"
    if re.fullmatch(r"[+-]?\.[0-9]+", value):
        return f"a number begins with a digit; write {value.replace('.', '0.')}"
    if re.fullmatch(r"[+-]?[0-9]+\.", value):
        return f"a number does not end with its point; write {value}0"
    if re.fullmatch(r"0[0-9]+(?:\.[0-9]+)?", value):
        return f"a number does not begin with 0; write {value.lstrip('0') or '0'}"
    return _meant_text(value)


def _meant_text(value: str) -> str:
    if _SEVERAL.fullmatch(value):
        return f"several values go into a list; write [{value}]"
    if found := _QUOTES_INSIDE.fullmatch(value):
        inner = found[1].replace('"', "'")
        return f'double quotes end the text; write single ones inside it: "{inner}"'
    if value.startswith("'") and value.endswith("'") and value.count("'") > 2 and '"' not in value:
        return f'single quotes end the text; write "{value[1:-1]}"'
    if value.startswith("(") and value.endswith(")"):
        return f"a list has square brackets; write [{value[1:-1]}]"
    is_text = any(c.isalpha() for c in value) or re.fullmatch(r"[0-9]+/[0-9]+", value)
    if is_text and not re.search(r"[\"“”„‘’]|//", value) and " " not in value and "=" not in value:
        return "" if value.lower() in {*_OTHER_WORDS, *_NOTHING, "true", "false"} else _needs_quotes(value)
    return ""


def _needs_quotes(value: str) -> str:
    return f'text needs quotes; write "{value}"'


def _line_goes_on(_message: str, spot: Spot) -> str:
    more = spot.rest.strip()[:_LONGEST]
    if more.startswith(("//", ";")):
        return "a comment begins with `#`"
    if more.startswith("]"):
        return "there is one `]` too many"
    if meant := _meant(spot.value):
        return meant
    if re.match(r"[A-Za-z_][A-Za-z0-9_]*[ \t]*=", more):
        return "each key has a line of its own; begin a new line here"
    shown = f"`{more}` follows" if more and more.isprintable() else "something follows"
    return f"{shown} after the value; if all of it is text, it needs quotes"


def _no_equals_sign(_message: str, spot: Spot) -> str:
    rest = spot.rest.lstrip()
    if found := _COMMA_BEFORE.search(spot.before):
        return f"a number has a point, not a comma; write {found[1].replace(',', '.')}"
    if rest.startswith(":"):
        return "write `=` instead of `:`"
    if rest.startswith("\u00a0"):
        return "this is a no-break space, which TOML does not know; write an ordinary one"
    if rest[:1].isalpha():
        return "expected `=` after the key; a key has no blanks and only a-z, 0-9 and `_`"
    return "expected `=` after the key"


def _no_bracket(_message: str, spot: Spot) -> str:
    name = (spot.before + spot.rest).strip().strip("[]")
    if not spot.rest.strip() or "]" not in spot.rest:
        return "expected `]` at the end of the table's name"
    last = name.rpartition(".")[2]
    plain = re.sub(r"[^a-z0-9]+", "_", last.lower().translate(_UMLAUTS)).strip("_")
    instead = f"; write `{name[: len(name) - len(last)]}{plain}`" if plain and name.isprintable() else ""
    if spot.before.startswith("[[") and spot.rest.startswith("]"):
        return "expected `]]` at the end of the table's name"
    return f"a name has only a-z, 0-9 and `_`{instead}"


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "á": "a", "à": "a"})


def _statement(_message: str, spot: Spot) -> str:
    line = spot.rest.lstrip()
    if line.startswith(("//", ";", "--", "/*")):
        return "a comment begins with `#`"
    if line[:1].isalpha():
        return "a key has only a-z, 0-9 and `_`"
    return "expected a key, or a table's name in brackets"


def _key_character(_message: str, spot: Spot) -> str:
    if spot.before.count("{") > spot.before.count("}"):
        return "a table in braces stays on one line, and has no comma at its end"
    if spot.before.lstrip().startswith("["):
        return "a name is missing here"
    return "expected a key"


def _array(_message: str, spot: Spot) -> str:
    is_at_entry = spot.rest[:1] in "\"'[{+-" or spot.rest[:1].isalnum()
    if spot.rest and is_at_entry:
        return "a `,` is missing between two entries of the list"
    return "a list has no closing `]`"


def _inline(_message: str, spot: Spot) -> str:
    return "a `,` is missing between two entries of the table" if spot.rest else "a table has no closing `}`"


def _twice(message: str, spot: Spot) -> str:
    name = ".".join(_NAMES.findall(message))[:_LONGEST]
    if not name or not name.isprintable():
        return "this is already defined"
    header = re.compile(rf"\s*\[+\s*{re.escape(name)}\s*\]")
    line = next((number for number, text in enumerate(spot.above, 1) if header.match(text)), 0)
    where = f" in line {line}" if line else ""
    if name in _lists():
        return f"`{name}` is already defined{where}; write `[[{name}]]`, in double brackets, for each of them"
    return f"`{name}` is already defined{where}; put the keys of both together"


def _twice_in_braces(message: str, _spot: Spot) -> str:
    name = ".".join(_NAMES.findall(message))[:_LONGEST]
    shown = f"`{name}`" if name and name.isprintable() else "this key"
    return f"{shown} is already defined in these braces; leave one of them out"


@functools.cache
def _lists() -> frozenset[str]:
    """Return the keys of the file that are lists of tables."""
    fields = inspect.type_info(PresetFile)
    assert isinstance(fields, inspect.StructType)
    return frozenset(
        field.encode_name for field in fields.fields if isinstance(field.type, inspect.VarTupleType)
    )


def _overwrites(_message: str, spot: Spot) -> str:
    key = (spot.before or (spot.above[-1] if spot.above else "")).partition("=")[0].strip(" \t[]")
    if not key or not key.isprintable():
        return "this key is already defined"
    if spot.before.lstrip().startswith("[[") and key in _lists():
        return (
            f"`{key}` is already defined above in single brackets; "
            f"write `[[{key}]]`, in double brackets, for each of them"
        )
    if spot.before.lstrip().startswith("["):
        return f"`{key[:_LONGEST]}` is already defined above, as something else; take one of the two"
    return f"`{key[:_LONGEST]}` is already defined; leave one of them out"


def _escape(_message: str, spot: Spot) -> str:
    if re.search(r"\.(wav|flac|ogg|mp3|aiff?|opus)\b", spot.before + spot.rest, re.IGNORECASE):
        return "write `/` between folders, not a backslash"
    return "a backslash in a text begins an escape; write two of them for one"


def _character(message: str, _spot: Spot) -> str:
    is_line_end = r"'\n'" in message or r"'\r'" in message
    if is_line_end:
        return "a text must end on its line; a quote is missing"
    return "a text must not contain control characters"


_WORDS: tuple[tuple[str, str | Callable[[str, Spot], str]], ...] = (
    ("Invalid value", _value),
    ("Expected newline or end of document", _line_goes_on),
    ("Expected '=' after a key", _no_equals_sign),
    ("Expected ']", _no_bracket),
    ('Expected "', "a text has no closing quotes"),
    ("Unterminated string", "a text has no closing quote"),
    ("Illegal character", _character),
    ("Found invalid character", _character),
    ("Unescaped '\\'", _escape),
    ("Unclosed array", _array),
    ("Unclosed inline table", _inline),
    ("Invalid initial character for a key", _key_character),
    ("Invalid statement", _statement),
    ("Cannot overwrite a value", _overwrites),
    ("Cannot declare", _twice),
    ("Duplicate inline table key", _twice_in_braces),
    ("Cannot mutate immutable namespace", "a list or table that is already defined cannot be extended"),
)
"""The beginning of each message of `tomllib`, and the sentence (or the function that makes it) instead."""
