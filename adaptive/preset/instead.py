"""Says what to write instead of a value of the wrong type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from msgspec import inspect

from adaptive.preset.schema import (
    BridgeTable,
    Credits,
    Entry,
    Fade,
    FillTable,
    Grid,
    LayerTable,
    ParameterTable,
    PlaylistTable,
    SectionTable,
    StateTable,
    StingerTable,
)
from adaptive.preset.table import Curve

_AMOUNT = re.compile(r"\s*([+-]?[0-9]*[.,]?[0-9]+)\s*([A-Za-z%]*)\s*")
_RANGE = re.compile(r"\s*\[?\s*(-?[0-9.]+)\s*(?:-|\.\.+|to|,|;|–)\s*(-?[0-9.]+)\s*\]?\s*")
_LENGTHS = {"beat": "beats", "bar": "bars", "s": "seconds", "sec": "seconds", "second": "seconds"}
_TRUE, _FALSE = {"true", "yes", "on", "1", "1.0"}, {"false", "no", "off", "0", "0.0"}
_METER = r"^[1-9][0-9]?/(1|2|4|8|16)$"
_FILE = re.compile(r"[^,]+\.[A-Za-z0-9]{2,5}")
_LONGEST = 80
LARGEST_NUMBER = 1e9
"""The bound of numbers that have no bound of their own; a message names it only if the value exceeds it."""


def instead(kind: inspect.Type, raw: object, key: str) -> str:
    """Return the end of a sentence that says what to write, such as ``; write `fade_out = { beats = 2 }```.

    Parameters
    ----------
    kind : inspect.Type
        The type that the value should have.
    raw : object
        The value, of another type.
    key : str
        The name of its key; empty for an entry of a list.
    """
    given = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    kinds = [one for one in given if not isinstance(one, inspect.NoneType)]
    if len(kinds) > 1:  # a number is rather a slip than a file of that name
        kinds = [one for one in kinds if not isinstance(one, inspect.StrType)]
    if not _is_sane(raw):
        return ""
    found = next((text for one in kinds for text in _texts(one, raw)), None)
    if found is None or len(found) > _LONGEST or not found.isprintable():
        return ""
    return f"; write `{key} = {found}`" if key else f"; write `{found}`"


def brackets(kind: inspect.Type, raw: object, name: str) -> str:
    """Return the sentence for a table with the wrong number of brackets; empty if that is not the fault."""
    if isinstance(kind, inspect.VarTupleType) and isinstance(kind.item_type, inspect.StructType):
        if isinstance(raw, dict):
            return f"is a list, so each of its tables has double brackets; write `[[{name}]]`"
    elif isinstance(kind, inspect.StructType) and _is_tables(raw):
        return f"is one table, so it has single brackets; write `[{name}]`"
    elif isinstance(kind, inspect.DictType) and _is_tables(raw):
        return f"holds tables with names; write `[{name}.NAME]`, with a name of yours, for each"
    return ""


def _is_sane(raw: object) -> bool:
    """Return whether a value is of a size that somebody could have meant."""
    if isinstance(raw, list):
        return len(raw) <= _LONGEST and all(_is_sane(one) for one in raw)
    return not isinstance(raw, int | float) or abs(raw) <= LARGEST_NUMBER


def _is_tables(raw: object) -> bool:
    return isinstance(raw, list) and bool(raw) and all(isinstance(one, dict) for one in raw)


def _texts(kind: inspect.Type, raw: Any) -> Iterator[str]:
    match raw:
        case bool():
            return
        case str():
            yield from _for_text(kind, raw)
        case int() | float():
            yield from _for_number(kind, raw)
        case list():
            yield from _for_list(kind, raw)


def _for_text(kind: inspect.Type, raw: str) -> Iterator[str]:
    amount = _AMOUNT.fullmatch(raw)
    match kind:
        case inspect.FloatType() if amount:
            yield _number(amount[1])
        case inspect.IntType() if amount and _whole(amount[1]) is not None:
            yield str(_whole(amount[1]))
        case inspect.BoolType() if raw.lower() in _TRUE | _FALSE:
            yield "true" if raw.lower() in _TRUE else "false"
        case inspect.LiteralType(values=values):
            yield from (str(value) for value in values if isinstance(value, int) and str(value) == raw)
        case inspect.TupleType() if found := _RANGE.fullmatch(raw):
            yield f"[{found[1]}, {found[2]}]"
        case inspect.VarTupleType(item_type=inspect.StrType()):
            yield json.dumps(
                [one for one in re.split(r"\s*,\s*", raw.strip(" ,")) if one], ensure_ascii=False
            )
        case inspect.StructType(cls=cls):
            yield from _table_for_text(cls, raw, amount)


def _table_for_text(cls: type, raw: str, amount: re.Match[str] | None) -> Iterator[str]:
    shown = json.dumps(raw, ensure_ascii=False)
    word = amount[2].lower() if amount else ""
    unit = _LENGTHS.get(word or "beat", _LENGTHS.get(word.removesuffix("s"), "")) if amount else ""
    if cls is Fade and amount and unit:
        yield f"{{ {unit} = {_number(amount[1])} }}"
    elif cls is Grid and amount and unit in ("beats", "bars") and _whole(amount[1]):
        yield f"{{ every_{unit} = {_whole(amount[1])} }}"
    elif cls is Credits:
        yield f"{{ composer = {shown} }}"
    elif cls in (LayerTable, StingerTable, BridgeTable, FillTable) and _FILE.fullmatch(raw):
        yield f"{{ stem = {shown} }}"
    elif cls is SectionTable:
        yield f"{{ layers = [{shown}] }}"
    elif cls is Entry and re.fullmatch(r"[a-z][a-z0-9_]*", raw):
        yield f"{{ marker = {shown} }}"


def _for_number(kind: inspect.Type, raw: float) -> Iterator[str]:
    match kind:
        case inspect.IntType() if float(raw).is_integer():
            yield str(int(raw))
        case inspect.BoolType() if raw in (0, 1):
            yield "true" if raw else "false"
        case inspect.LiteralType(values=(int(only),)) if raw == only:
            yield str(only)
        case inspect.StrType(pattern=pattern) if (
            pattern == _METER and float(raw).is_integer() and 0 < raw < 100
        ):
            yield f'"{int(raw)}/4"'
        case inspect.StrType(pattern=None):
            yield f'"{raw:g}"'
        case inspect.TupleType() if raw > 0:
            yield f"[0, {raw:g}]"
        case inspect.StructType(cls=cls) if cls is Fade and raw >= 0:
            yield f"{{ seconds = {raw:g} }}` or `{{ beats = {raw:g} }}"
        case inspect.StructType(cls=cls) if cls is Grid and float(raw).is_integer() and raw > 0:
            yield f"{{ every_bars = {int(raw)} }}"
        case inspect.StructType(cls=cls) if cls is ParameterTable:
            yield f"{{ default = {raw:g} }}"


def _for_list(kind: inspect.Type, raw: list[Any]) -> Iterator[str]:
    is_text = bool(raw) and all(isinstance(one, str) for one in raw)
    is_numbers = bool(raw) and all(isinstance(one, int | float) for one in raw)
    match kind:
        case inspect.StrType() if is_text and len(raw) == 1:
            yield json.dumps(raw[0], ensure_ascii=False)
        case inspect.TupleType(item_types=items) if is_numbers and len(raw) == 2 * len(items):
            # 0,2 inside a list is two numbers
            pairs = zip(raw[::2], raw[1::2], strict=True)
            if all(isinstance(one, int) for one in raw):
                yield f"[{', '.join(f'{whole}.{rest}' for whole, rest in pairs)}]"
        case inspect.StructType(cls=cls):
            yield from _table_for_list(cls, raw, is_text, is_numbers)


def _table_for_list(cls: type, raw: list[Any], is_text: bool, is_numbers: bool) -> Iterator[str]:
    shown = json.dumps(raw, ensure_ascii=False)
    if cls is SectionTable and is_text:
        yield f"{{ layers = {shown} }}"
    elif cls is StateTable and is_text:
        yield f"{{ values = {shown} }}"
    elif cls is PlaylistTable and is_text:
        yield f"{{ play = {shown} }}"
    elif cls is LayerTable and is_text:
        yield f"{{ stem = {shown} }}"
    elif cls is ParameterTable and is_numbers and len(raw) == 2:
        yield f"{{ range = {shown} }}"
    elif cls is Curve:
        yield f'{{ over = "PARAMETER", points = {shown} }}'


def _number(text: str) -> str:
    value = float(text.replace(",", "."))
    return f"{value:g}"


def _whole(text: str) -> int | None:
    value = float(text.replace(",", "."))
    return int(value) if value.is_integer() else None
