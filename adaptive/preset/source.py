"""The text of a preset file: tells in which line a key stands, and which of two keys comes first."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from functools import cached_property

from adaptive.preset.finding import Finding
from adaptive.preset.key_path import KeyPath
from adaptive.preset.toml_lines import lines_of


class Source:
    """The text and the parsed document of a preset file.

    Parameters
    ----------
    text : str
        The text; empty if there is none, and then no key has a line.
    document : Mapping
        What was parsed from it.
    """

    def __init__(self, text: str = "", document: Mapping[str, object] | None = None) -> None:
        self._text = text
        self._document = document or {}

    @property
    def text(self) -> str:
        """The text; empty if there is none."""
        return self._text

    @cached_property
    def _lines(self) -> Mapping[KeyPath, int]:
        return lines_of(self._text)

    def line_of(self, path: KeyPath) -> int | None:
        """Return the line of a key, or of the innermost table around it that the file has."""
        if not self._text:
            return None
        inside = (path[:length] for length in range(len(path), 0, -1))
        return next((self._lines[key] for key in inside if key in self._lines), 1)

    def placed(self, finding: Finding) -> Finding:
        """Return a finding with its line."""
        if finding.line is not None or not finding.path:
            return finding
        return dataclasses.replace(finding, line=self.line_of(finding.path))

    def all_placed(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return findings with their lines, each once."""
        return list(dict.fromkeys(self.placed(finding) for finding in findings))

    def position(self, path: KeyPath) -> tuple[int, ...]:
        """Return the index of each key of a path within its table; a missing key sorts last."""
        places: list[int] = []
        inside: object = self._document
        for key in path:
            if isinstance(key, int):
                places.append(key)
                inside = inside[key] if isinstance(inside, list) and key < len(inside) else None
            else:
                keys = list(inside) if isinstance(inside, dict) else []
                places.append(keys.index(key) if key in keys else len(keys))
                inside = inside.get(key) if isinstance(inside, dict) else None
        return tuple(places)
