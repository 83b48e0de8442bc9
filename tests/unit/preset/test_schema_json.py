from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adaptive.preset.schema_json import schema, text, write

PUBLISHED = Path(__file__).parents[3] / "docs" / "preset.schema.json"


def test_the_published_schema_is_up_to_date() -> None:
    how = "call adaptive.preset.schema_json.write(Path('docs/preset.schema.json'))"

    assert text() == PUBLISHED.read_text(encoding="utf-8"), how


def otherwise(value: Any) -> Any:
    """The same schema as another version of the library might say it: other order, other indents."""
    if isinstance(value, dict):
        return {key: said_otherwise(key, value[key]) for key in reversed(value)}
    return [otherwise(item) for item in value] if isinstance(value, list | tuple) else value


def said_otherwise(key: str, value: Any) -> Any:
    if key == "description" and isinstance(value, str):
        return value.replace("\n", "\n        ") + "\n    "
    if key in ("anyOf", "enum", "required"):
        return [otherwise(item) for item in reversed(value)]
    return otherwise(value)


def test_the_text_does_not_depend_on_how_a_library_says_the_same_schema(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = msgspec.json.schema
    monkeypatch.setattr(msgspec.json, "schema", lambda struct: otherwise(made(struct)))

    assert text() == PUBLISHED.read_text(encoding="utf-8")


def test_the_schema_has_a_title_and_no_address() -> None:
    assert schema()["title"] == "adaptive preset"
    assert "$id" not in schema()


def test_every_table_leaves_keys_that_begin_with_x_free() -> None:
    for name, table in schema()["$defs"].items():
        assert table["additionalProperties"] is False, name
        assert table["patternProperties"] == {"^x_": {}}, name


def test_the_keys_of_a_transition_are_called_from_and_to() -> None:
    properties = schema()["$defs"]["TransitionTable"]["properties"]

    assert {"from", "to"} <= properties.keys()
    assert not {"source", "target"} & properties.keys()


def test_the_written_file_is_json(tmp_path: Path) -> None:
    write(tmp_path / "schema.json")

    assert schema() == json.loads((tmp_path / "schema.json").read_text(encoding="utf-8"))
