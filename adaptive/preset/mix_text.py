"""Writes changes of the mix into the text of a preset: levels, and inserts by their `id`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from adaptive.kernel.processors.registry import PROCESSORS
from adaptive.preset.key_path import KeyPath
from adaptive.preset.mixer import LEVELS
from adaptive.preset.toml_edit import with_item, with_value

SILENT_DB = -80.0
"""A point of a curve that is so low is silence, and stays it."""


def level_path(document: Mapping[str, Any], layer: str) -> KeyPath:
    """Where the level of a layer stands; of the whole preset, if `layer` is empty."""
    if layer:
        return ("layers", layer, "level_db")
    return ("master", "level_db") if "level_db" in document.get("master", {}) else ("level_db",)


def with_level(text: str, layer: str, by_db: float) -> str:
    """Return the text with a layer, or the whole preset, louder by some decibels: its number, or its curve.

    Raises
    ------
    PlaceError
        The table is written in a way that cannot be added to.
    """
    document = tomllib.loads(text)
    path = level_path(document, layer)
    now = _at(document, path)
    if not isinstance(now, dict):
        return with_value(text, path, _louder(float(now or 0.0), by_db))
    for number, point in enumerate(now["points"]):
        if point[1] > SILENT_DB:
            text = with_value(text, (*path, "points", number, 1), _louder(point[1], by_db))
    return text


def with_insert(text: str, owner: KeyPath, kind: str, name: str, settings: Mapping[str, float]) -> str:
    """Return the text with an insert of this name behind the others, or with other numbers if it is there.

    Parameters
    ----------
    text : str
        The preset.
    owner : KeyPath
        Its table: ``("layers", "pad")``, ``("master",)``.
    kind, name : str
        Kind of the insert, and its `id`.
    settings : Mapping
        Its numbers; those that are the defaults are not written.

    Raises
    ------
    PlaceError
        The table is written in a way that cannot be added to.
    """
    path = (*owner, "inserts")
    found = _place_of(tomllib.loads(text), owner, name)
    if found is None:
        defaults = PROCESSORS[kind].defaults()
        shown = {key: value for key, value in settings.items() if value != defaults.get(key)}
        return with_item(text, path, {"kind": kind, "id": name, **shown})
    for key, value in settings.items():
        text = with_value(text, (*path, found, key), value)
    return text


def insert_settings(document: Mapping[str, Any], owner: KeyPath, name: str) -> dict[str, float]:
    """The numbers that an insert of this name is given in a preset; empty if there is none."""
    place = _place_of(document, owner, name)
    if place is None:
        return {}
    table = _at(document, (*owner, "inserts"))[place]
    return {key: float(value) for key, value in table.items() if isinstance(value, int | float)}


def _place_of(document: Mapping[str, Any], owner: KeyPath, name: str) -> int | None:
    inserts = _at(document, (*owner, "inserts"))
    for number, item in enumerate(inserts if isinstance(inserts, list) else ()):
        if isinstance(item, dict) and item.get("id") == name:
            return number
    return None


def _at(document: Mapping[str, Any], path: KeyPath) -> Any:
    found: Any = document
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _louder(level_db: float, by_db: float) -> float:
    return round(min(LEVELS[1], max(SILENT_DB + 1.0, level_db + by_db)), 2)
