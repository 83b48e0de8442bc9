"""Converts a parsed TOML document into the structs of `schema`, and collects every fault.

The structs are the only definition of the format: this module reads their types through `msgspec.inspect`
and knows no key by name, except keys that are reserved for later versions.  A faulty value is replaced by a
stand-in of its type, so that the rest of the file can still be checked.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from adaptive.preset.faults import FaultList, KeyPath, join_names, nearest, show_value
from adaptive.preset.instead import LARGEST_NUMBER, brackets, instead
from adaptive.preset.instrument_tables import InstrumentTable
from adaptive.preset.misnamed import group_of, is_slip, meaning
from adaptive.preset.schema import Grid, PresetFile, StingerTable
from adaptive.preset.table import Table

FREE_PREFIX = "x_"
"""Keys with this prefix are ignored in every table; authors and other tools may use them."""

# Keys reserved for later versions; a suggestion of another name would mislead.
NOT_YET: Mapping[type, frozenset[str]] = {
    StingerTable: frozenset({"first_pass", "wrapped"}),
}

GRID_KEYS = ("every_bars", "every_beats", "marker")
"""The keys of `schema.Grid` of which exactly one is given."""

# A description of each pattern of the schema, for messages.
PATTERNS: Mapping[str, str] = {
    r"^[a-z][a-z0-9_]*$": "a name (a-z, 0-9 and `_`, a letter first)",
    r"^[1-9][0-9]?/(1|2|4|8|16)$": 'a meter such as "4/4" (1 to 99 beats; 1, 2, 4, 8 or 16)',
    r"^/": "an address that begins with `/`",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "a time of the day such as `09:30`, from `00:00` to `23:59`",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "a date such as `2027-12-24`",
    r"^[1-9][0-9]{0,3}\.[1-9][0-9]?$": 'a bar, or "bar.beat"',
}
_NAME = r"^[a-z][a-z0-9_]*$"
# TOML integers have 64 bits; Python's reader accepts any size.
_INTEGER_BITS = 63

_FAULTY: Final = object()
_Bounded = inspect.IntType | inspect.FloatType
_Sequence = inspect.VarTupleType | inspect.TupleType
Whole = TypeVar("Whole", bound=Table)


def read_file(document: Mapping[str, object], faults: FaultList) -> PresetFile:
    """Return the typed file, and add what is wrong to `faults`.

    If faults were added, the file holds stand-ins: it can be checked further, but not played.
    """
    return read_tables(PresetFile, document, faults)


def read_tables(whole: type[Whole], document: Mapping[str, object], faults: FaultList) -> Whole:
    """Return a document as the struct of a whole file, and add what is wrong to `faults`, as `read_file`."""
    file: Whole = _Walker(faults, whole).read(_kind(whole), document, ())
    return file


@functools.cache
def _kind(whole: type) -> inspect.Type:
    """Return msgspec's description of a file; cached because it takes 2 ms."""
    return inspect.type_info(whole)


def stand_in(kind: inspect.Type) -> Any:
    """Return a value of a type, to replace one that is missing or faulty."""
    match kind:
        case inspect.StructType(cls=cls, fields=fields):
            return cls(**{field.name: _default(field) for field in fields})
        case inspect.UnionType(types=types):
            return stand_in(types[0])
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.TupleType(item_types=items):
            return tuple(stand_in(item) for item in items)
        case inspect.VarTupleType():
            return ()
        case inspect.DictType():
            return {}
        case inspect.StrType():
            return ""
        case _:
            return 0


class _Walker:
    """Reads values by their type.

    Each method returns the value, or adds a fault and returns `_FAULTY`.
    """

    def __init__(self, faults: FaultList, whole: type[Table]) -> None:
        self._faults, self._whole = faults, whole
        self._told: set[KeyPath] = set()

    def read(self, kind: inspect.Type, raw: object, at: KeyPath) -> Any:
        match kind:
            case inspect.UnionType():
                return self._union(kind, raw, at)
            case inspect.StructType() if isinstance(raw, dict):
                return self._struct(kind, raw, at)
            case inspect.DictType() if isinstance(raw, dict):
                return self._table(kind, raw, at)
            case inspect.VarTupleType() | inspect.TupleType() if isinstance(raw, list):
                return self._list(kind, raw, at)
            case inspect.IntType() | inspect.FloatType() if _accepts(kind, raw):
                return self._number(kind, raw, at)
            case inspect.StrType() if isinstance(raw, str):
                return self._text(kind, raw, at)
            case inspect.LiteralType() if _accepts(kind, raw):
                return raw
            case inspect.BoolType() if _is_bool(raw):
                return raw
            case _:
                return self._refuse(kind, raw, at)

    def _refuse(self, kind: inspect.Type, raw: object, at: KeyPath) -> object:
        key = str(at[-1]) if at and isinstance(at[-1], str) else ""
        if text := brackets(kind, raw, ".".join(map(str, at))):
            self._fault(at, text)
            return self._with_right_brackets(kind, raw, at)
        near = nearest(raw, words) if isinstance(raw, str) and (words := _words(kind)) else ""
        near = f"; did you mean `{near}`?" if near else instead(kind, raw, key)
        return self._fault(at, f"must be {describe(kind)}, got {show_value(raw)}{near}")

    def _with_right_brackets(self, kind: inspect.Type, raw: Any, at: KeyPath) -> Any:
        """Read what stands in a table with wrong brackets, so that nothing else follows from them."""
        if isinstance(kind, inspect.VarTupleType):
            return tuple(self.read(kind.item_type, one, at) for one in [raw])
        return self.read(kind, raw[0], at) if isinstance(kind, inspect.StructType) else _FAULTY

    def _fault(self, at: KeyPath, text: str) -> object:
        if at not in self._told:
            self._told.add(at)
            self._faults.add(at, text)
        return _FAULTY

    def _union(self, kind: inspect.UnionType, raw: object, at: KeyPath) -> Any:
        tagged = {one.tag: one for one in kind.types if isinstance(one, inspect.StructType) and one.tag}
        if tagged and isinstance(raw, dict):
            return self._tagged(tagged, raw, at)
        chosen = next((one for one in kind.types if _accepts(one, raw)), None)
        return self._refuse(kind, raw, at) if chosen is None else self.read(chosen, raw, at)

    def _tagged(self, kinds: Mapping[Any, inspect.StructType], raw: Mapping[str, object], at: KeyPath) -> Any:
        """Read a table whose tag, such as `kind`, says which of several it is."""
        key = str(next(iter(kinds.values())).tag_field)
        tag = raw.get(key, _implied(kinds, raw))
        if tag is None:
            return self._fault((*at, key), f"is missing; it must be {_tags(kinds)}")
        if tag in kinds:
            return self._struct(kinds[tag], raw, at)
        near = nearest(tag, kinds) if isinstance(tag, str) else ""
        near = f"; did you mean `{near}`?" if near else ""
        return self._fault((*at, key), f"must be {_tags(kinds)}, got {show_value(tag)}{near}")

    def _struct(self, kind: inspect.StructType, raw: Mapping[str, object], at: KeyPath) -> Any:
        meant = self._meant(kind, raw, at)
        values = {field.name: self._field(field, raw, meant, at) for field in kind.fields}
        return kind.cls(**values)

    def _meant(
        self, kind: inspect.StructType, raw: Mapping[str, object], at: KeyPath
    ) -> Mapping[str, list[str]]:
        """Add a fault for each key the table does not have; return those that stand for each key it has."""
        options = [field.encode_name for field in kind.fields]
        missing = [
            field.encode_name for field in kind.fields if field.required and field.encode_name not in raw
        ]
        meant: dict[str, list[str]] = {}
        for key, value in raw.items():
            if key in options or key == kind.tag_field or key.startswith(FREE_PREFIX):
                continue
            if key in NOT_YET.get(kind.cls, frozenset()):
                self._fault((*at, key), _not_yet(key))
                continue
            if not at and (group := group_of(key, value, self._whole)) and not is_slip(key, options):
                self._fault((key,), f"is not a key of this table; write `[{group}.{key}]`")
                meant.setdefault(f"{group}.", []).append(key)
                continue
            right, text = meaning(key, value, options, missing, self._whole)
            self._fault((*at, key), text)
            meant.setdefault(right, []).append(key)
        return meant

    def _field(
        self, field: inspect.Field, raw: Mapping[str, object], meant: Mapping[str, list[str]], at: KeyPath
    ) -> Any:
        """Read the value of a key, and what stands under a key that was meant for it."""
        keys = [key for key in (field.encode_name, *meant.get(field.encode_name, ())) if key in raw]
        strays = {key: raw[key] for key in meant.get(f"{field.encode_name}.", ())}
        if not keys and not strays:
            if field.required:
                self._fault((*at, field.encode_name), f"is missing; it must be {describe(field.type)}")
            return _default(field)
        values = [self.read(field.type, raw[key], (*at, key)) for key in keys]
        values += [self.read(field.type, strays, at)] if strays else []
        values = [value for value in values if value is not _FAULTY]
        if len(values) > 1 and all(isinstance(value, dict) for value in values):
            return {name: table for value in reversed(values) for name, table in value.items()}
        return values[0] if values else _default(field)

    def _table(self, kind: inspect.DictType, raw: Mapping[str, object], at: KeyPath) -> Any:
        if len(raw) < (kind.min_length or 0):
            return self._fault(at, f"must have at least {_entries(kind.min_length or 0)}")
        table = {}
        for key, entry in raw.items():
            self.read(kind.key_type, key, (*at, key))
            value = self.read(kind.value_type, entry, (*at, key))
            # A wrong name stays, so that its uses are not faults, too.
            table[key] = stand_in(kind.value_type) if value is _FAULTY else value
        return table

    def _list(self, kind: _Sequence, raw: list[object], at: KeyPath) -> Any:
        if isinstance(kind, inspect.TupleType):
            items = kind.item_types
            if len(raw) != len(items):
                return self._refuse(kind, raw, at)
        else:
            items = (kind.item_type,) * len(raw)
            low, high = kind.min_length or 0, kind.max_length or len(raw)
            if not low <= len(raw) <= high:
                bound = f"at least {_entries(low)}" if len(raw) < low else f"at most {_entries(high)}"
                return self._fault(at, f"must have {bound}, got {len(raw)}")
        values = [self.read(item, raw[i], (*at, i)) for i, item in enumerate(items)]
        pairs = zip(items, values, strict=True)
        return tuple(stand_in(item) if value is _FAULTY else value for item, value in pairs)

    def _number(self, kind: _Bounded, raw: Any, at: KeyPath) -> Any:
        if isinstance(raw, int) and raw.bit_length() > _INTEGER_BITS:
            return self._fault(at, "must fit into 64 bits, got a very large number")
        value = float(raw) if isinstance(kind, inspect.FloatType) else raw
        if not math.isfinite(value):
            return self._fault(at, f"must be {describe(kind)}, got {show_value(raw)}")
        if not _is_within(kind, value):
            return self._fault(at, f"must be {_bounds(kind, value)}, got {show_value(raw)}")
        return value

    def _text(self, kind: inspect.StrType, raw: str, at: KeyPath) -> Any:
        if kind.max_length is not None and len(raw) > kind.max_length:
            most = f"at most {kind.max_length} characters"
            return self._fault(at, f"must have {most}, got {len(raw)}")
        if len(raw) < (kind.min_length or 0):
            return self._fault(at, "must not be empty")
        if kind.pattern is not None and not _matches(kind.pattern, raw):
            text = f"must be {describe(kind)}, got {show_value(raw)}"
            if kind.pattern != _NAME:
                return self._fault(at, text)
            return self._no_name(raw, at, text)
        return raw

    def _no_name(self, raw: str, at: KeyPath, text: str) -> str:
        """Add a fault for a text that is no name, once for all its places; return it as the name."""
        right = _name_from(raw)
        self._faults.add_no_name(raw, right, at, text + (f"; try `{right}`" if right else ""))
        return raw


def describe(kind: inspect.Type) -> str:
    """Describe the values a type accepts, in terms of TOML."""
    match kind:
        case inspect.UnionType() | inspect.LiteralType():
            choices = _choices(kind)
            return " or ".join([", ".join(choices[:-1]), choices[-1]] if choices[1:] else choices)
        case inspect.StructType(tag_field=str(key), tag=tag):
            return f'a table with {key} = "{tag}"'
        case inspect.StructType(cls=cls, fields=fields):
            needed = [field.encode_name for field in fields if field.required]
            if cls is Grid:
                return f"a table with {join_names(GRID_KEYS, 'or')}"
            return f"a table with {join_names(needed)}" if needed else "a table"
        case inspect.TupleType(item_types=items):
            return f"a list of {len(items)} numbers"
        case inspect.StrType(pattern=pattern):
            return PATTERNS[pattern] if pattern else "a string"
        case _:
            return _PLAIN[type(kind)]


def _implied(kinds: Mapping[Any, inspect.StructType], raw: Mapping[str, object]) -> object:
    """Return the tag of a table without one: that of the kind whose keys it has; None if that is needed."""
    if not any(kind.cls is InstrumentTable for kind in kinds.values()):
        return None
    usual = InstrumentTable.__struct_config__.tag
    known = {tag: {field.encode_name for field in kind.fields} & raw.keys() for tag, kind in kinds.items()}
    return max(kinds, key=lambda tag: (len(known[tag]), tag == usual))


def _tags(kinds: Mapping[Any, inspect.StructType]) -> str:
    *first, last = (show_value(tag) for tag in sorted(kinds))
    return f"{', '.join(first)} or {last}" if first else last


def _choices(kind: inspect.Type) -> list[str]:
    match kind:
        case inspect.UnionType(types=types):
            return [choice for one in types for choice in _choices(one)]
        case inspect.LiteralType(values=values):
            return [show_value(value) for value in values]
        case inspect.NoneType():
            return []
        case _:
            return [describe(kind)]


_PLAIN: Mapping[type, str] = {
    inspect.FloatType: "a number",
    inspect.IntType: "a whole number",
    inspect.BoolType: "true or false",
    inspect.DictType: "a table",
    inspect.VarTupleType: "a list",
}


def _accepts(kind: inspect.Type, raw: object) -> bool:
    """Return whether a value has the outer form of a type; used to choose the member of a union."""
    match kind:
        case inspect.StructType() | inspect.DictType():
            return isinstance(raw, dict)
        case inspect.VarTupleType() | inspect.TupleType():
            return isinstance(raw, list)
        case inspect.IntType():
            return isinstance(raw, int) and not _is_bool(raw)
        case inspect.FloatType():
            return isinstance(raw, int | float) and not _is_bool(raw)
        case inspect.LiteralType(values=values):
            # 1.0 and True are equal to 1 in Python, but they are not valid where the literal is 1.
            return any(type(raw) is type(value) and raw == value for value in values)
        case inspect.StrType():
            return isinstance(raw, str)
        case inspect.BoolType():
            return _is_bool(raw)
        case _:
            return False


def _is_bool(raw: object) -> bool:
    # In Python bool is a subclass of int; in TOML they are different types.
    return isinstance(raw, bool)


def _default(field: inspect.Field) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return stand_in(field.type)


def _words(kind: inspect.Type) -> list[str]:
    """Return the literal strings that a type accepts, as candidates for a misspelt value."""
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    values = [v for one in kinds if isinstance(one, inspect.LiteralType) for v in one.values]
    return [value for value in values if isinstance(value, str)]


def _is_within(kind: _Bounded, value: float) -> bool:
    return not (
        (kind.ge is not None and value < kind.ge)
        or (kind.gt is not None and value <= kind.gt)
        or (kind.le is not None and value > kind.le)
        or (kind.lt is not None and value >= kind.lt)
    )


def _bounds(kind: _Bounded, value: float) -> str:
    if kind.le == LARGEST_NUMBER and value <= kind.le:
        return f"at least {kind.ge:g}" if kind.ge is not None else f"more than {kind.gt:g}"
    if kind.ge is not None and kind.le is not None:
        return f"between {kind.ge:g} and {kind.le:g}"
    limits = (
        ("at least", kind.ge),
        ("more than", kind.gt),
        ("at most", kind.le),
        ("less than", kind.lt),
    )
    return " and ".join(f"{words} {limit:g}" for words, limit in limits if limit is not None)


def _matches(pattern: str, raw: str) -> bool:
    # ``$`` also matches before a line break at the end, which a valid value cannot have.
    return re.search(pattern, raw) is not None and "\n" not in raw


def _name_from(raw: str) -> str:
    """Return a valid name made from a text, or an empty text."""
    return re.sub(r"[^a-z0-9]+", "_", raw.lower()).strip("_").lstrip("_0123456789")[:64]


def _entries(count: int) -> str:
    return "one entry" if count == 1 else f"{count} entries"


def _not_yet(key: str) -> str:
    return f"this version does not support `{key}` yet"
