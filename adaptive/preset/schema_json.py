"""The preset file as JSON Schema, for editors that complete and check while one types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from adaptive.preset.schema import PresetFile
from adaptive.preset.walk import FREE_PREFIX

TITLE = "adaptive preset"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Return the JSON Schema of ``preset.toml``; keys that begin with ``x_`` are free."""
    # Once through text, since msgspec leaves defaults as Python's tuples.
    made = json.loads(json.dumps(msgspec.json.schema(PresetFile)))
    for table in made["$defs"].values():
        table["patternProperties"] = {f"^{FREE_PREFIX}": {}}
    return {"$schema": DIALECT, "title": TITLE, **made}


def text() -> str:
    """Return the schema as the text of its file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def write(path: Path) -> None:
    """Write the schema to a file."""
    path.write_text(text(), encoding="utf-8")
