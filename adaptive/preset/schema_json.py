"""The preset file as JSON Schema, for editors that complete and check while one types.

Versions of msgspec write docstrings with and without their indents, and the choices of ``anyOf`` in more than
one order.  The published text must not change with them: descriptions come from the structs themselves, and
what has no order by meaning gets one here.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from adaptive.kernel.processors.descriptor import Option
from adaptive.kernel.processors.registry import PROCESSORS
from adaptive.kernel.sources.descriptor import SourceFlag, SourceText
from adaptive.kernel.sources.registry import SOURCES
from adaptive.preset.chains import chains
from adaptive.preset.inserts import TABLES, InsertTable
from adaptive.preset.instrument_tables import SOURCE_TABLES, InstrumentTable, SourceTable
from adaptive.preset.schema import PresetFile
from adaptive.preset.table import Table
from adaptive.preset.walk import FREE_PREFIX

TITLE = "adaptive preset"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

FIRST = ("title", "description", "type", "properties")
"""Keywords that come first in a table, in this order; the others follow by name."""

ALTERNATIVES = ("anyOf", "enum", "required")
"""Keywords whose lists mean the same in any order."""

BY_NAME = ("$defs", "properties", "patternProperties")
"""Keywords that hold schemas by names of ours, which are not keywords."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of ``preset.toml``; keys that begin with ``x_`` are free."""
    # Once through text, since msgspec leaves defaults as Python's tuples.
    made = json.loads(json.dumps(msgspec.json.schema(PresetFile)))
    structs = {
        struct.__name__: struct
        for struct in (*Table.__subclasses__(), *TABLES.values(), *SOURCE_TABLES.values())
    }
    tables = {}
    for name, table in sorted(made["$defs"].items()):
        struct = structs[name]
        table["description"] = inspect.cleandoc(struct.__doc__ or "")
        fields = struct.__struct_encode_fields__
        table["properties"] = {key: table["properties"][key] for key in fields}
        table["patternProperties"] = {f"^{FREE_PREFIX}": {}}
        if issubclass(struct, InsertTable):
            _describe(table["properties"], struct, PROCESSORS[str(struct.__struct_config__.tag)].settings)
        elif "inserts" in fields:
            _name_chains(table["properties"]["inserts"])
        if issubclass(struct, SourceTable):
            source = SOURCES[str(struct.__struct_config__.tag)]
            _describe(table["properties"], struct, (*source.texts, *source.settings, *source.flags))
        if issubclass(struct, InstrumentTable | SourceTable):  # the keys of an instrument say its kind
            table["required"] = [key for key in table.get("required", ()) if key != "kind"]
            table["properties"]["kind"] = {"const": str(struct.__struct_config__.tag)}
        tables[name] = _ordered(table)
    return {"$schema": DIALECT, "title": TITLE, "$ref": made["$ref"], "$defs": tables}


def _describe(
    properties: dict[str, Any], table: type[Table], settings: Sequence[Option | SourceText | SourceFlag]
) -> None:
    """Add the name of the kind, and the sentence of each setting."""
    properties["kind"] = {"const": str(table.__struct_config__.tag)}
    for option in settings:
        properties[option.name]["description"] = option.doc


def _name_chains(inserts: dict[str, Any]) -> None:
    """Allow the name of a chain in place of a list of inserts, and among them."""
    named = {"enum": list(chains())}
    listed = {key: inserts.pop(key) for key in ("type", "items") if key in inserts}
    listed["items"] = {"anyOf": [listed["items"], named]}
    inserts["anyOf"] = [listed, named]


def _ordered(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its keywords and alternatives in the one order we publish."""
    return {keyword: _value(keyword, schema[keyword]) for keyword in sorted(schema, key=_place)}


def _place(keyword: str) -> tuple[int, str]:
    return (FIRST.index(keyword) if keyword in FIRST else len(FIRST)), keyword


def _value(keyword: str, value: Any) -> Any:
    """Return the value of a keyword, itself in order; values that are no schema stay as they are."""
    if keyword in ("default", "const", "examples"):
        return value
    if isinstance(value, dict):
        if keyword in BY_NAME:
            return {name: _ordered(schema) for name, schema in value.items()}
        return _ordered(value)
    if isinstance(value, list):
        found = [_ordered(item) if isinstance(item, dict) else item for item in value]
        return sorted(found, key=json.dumps) if keyword in ALTERNATIVES else found
    return value


def text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def write(path: Path) -> None:
    """Write the schema to a file."""
    path.write_text(text(), encoding="utf-8")
