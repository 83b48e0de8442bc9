"""Reads a programme from a file: TOML, or JSON as a message holds it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from adaptive.errors import InputError, in_words
from adaptive.follow.programme import Programme, read_programme

MOST_BYTES = 65_536
"""Of a file: two hundred steps take a quarter of it."""


def read_programme_file(path: Path) -> Programme:
    """Read and check a programme.

    Raises
    ------
    InputError
        One sentence, which begins with the name of the file.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or in_words(error)}"
        raise InputError(message) from error
    if len(raw) > MOST_BYTES:
        message = f"{path.name}: is longer than the {MOST_BYTES} bytes that a programme may have"
        raise InputError(message)
    try:
        return read_programme(_document(path, raw))
    except InputError as error:
        message = f"{path.name}: {error}"
        raise InputError(message) from None


def _document(path: Path, raw: bytes) -> Any:
    kind = "JSON" if path.suffix.lower() == ".json" else "TOML"
    try:
        text = raw.decode("utf-8")
        document = json.loads(text) if kind == "JSON" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # of the decoders too
        message = f"is not {kind}: {str(error) or 'it is nested too deeply':.120}"
        raise InputError(message) from None
    if isinstance(document, dict) and set(document) == {"programme"}:
        return document["programme"]
    return document
