"""Chains of inserts by name: `inserts = "warm_tape"` stands for the inserts that `chains.toml` lists.

Names are replaced before the file is read, so that everything behind sees inserts alone.  Each gets an `id`
that begins with the name of its chain: ``warm_tape_saturation``.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adaptive.preset.faults import FaultList, KeyPath, hint, show_value

OWNERS = ("layers", "buses")
"""Tables whose entries have inserts; so has the master."""


@functools.cache
def chains() -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """Each chain: its sentence, and its inserts as they are written in a preset."""
    text = Path(__file__).with_name("chains.toml").read_text(encoding="utf-8")
    return {name: (table["doc"], table["inserts"]) for name, table in tomllib.loads(text).items()}


def with_chains(document: Mapping[str, Any], faults: FaultList) -> Mapping[str, Any]:
    """Return a document whose names of chains are replaced by their inserts; what is unknown is a fault."""
    made = dict(document)
    for kind in OWNERS:
        tables = document.get(kind)
        if isinstance(tables, dict):
            made[kind] = {
                name: _replaced(table, (kind, name, "inserts"), faults) for name, table in tables.items()
            }
    if "master" in document:
        made["master"] = _replaced(document["master"], ("master", "inserts"), faults)
    return made


def _replaced(table: Any, at: KeyPath, faults: FaultList) -> Any:
    """A table with the inserts of its chains; itself if it names none."""
    inserts = table.get("inserts") if isinstance(table, dict) else None
    items = [inserts] if isinstance(inserts, str) else inserts
    if not isinstance(items, list) or not any(isinstance(item, str) for item in items):
        return table
    made: list[Any] = []
    for number, item in enumerate(items):
        where = at if isinstance(inserts, str) else (*at, number)
        made += _inserts(item, where, faults) if isinstance(item, str) else [item]
    return {**table, "inserts": made}


def _inserts(name: str, at: KeyPath, faults: FaultList) -> list[dict[str, Any]]:
    if name not in chains():
        text = f"there is no chain of inserts named {show_value(name)}{hint(name, list(chains()))}"
        faults.add(at, text)
        return []
    return [{**insert, "id": f"{name}_{insert.get('id', insert['kind'])}"} for insert in chains()[name][1]]
