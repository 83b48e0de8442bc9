"""Writes what is made from the code and kept in the repository: tables of effects, JSON Schema, decisions.

``python -m tools.tables``, or ``make tables``, after a change of processors, of the preset's keys or of the
decisions; tests hold the files and the code equal.
"""

from __future__ import annotations

from pathlib import Path

from adaptive.preset import schema_json
from tools import decision_index, insert_tables

SCHEMA = Path(__file__).parents[1] / "docs" / "preset.schema.json"


def main() -> None:
    """Write all of them."""
    insert_tables.PAGE.write_text(insert_tables.page(), encoding="utf-8")
    schema_json.write(SCHEMA)
    decision_index.main()


if __name__ == "__main__":
    main()
