"""A finding of `check`: its place in a preset or a site file, a sentence and a severity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from adaptive.errors import one_line
from adaptive.preset.key_path import KeyPath, show_path

FILE_NAME = "preset.toml"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong or questionable in a preset or a site file.

    Attributes
    ----------
    severity : "fault" or "warning"
        A fault means that the preset cannot play as written.  A warning means that something has no
        effect, or an effect that may surprise.
    path : KeyPath
        The key it is about; empty if it is about the file.
    text : str
        One sentence.
    line : int or None
        The line of the key, counted from 1; None until `Source.placed` has found it.
    file : str
        Name of the file.
    """

    severity: Literal["fault", "warning"]
    path: KeyPath
    text: str
    line: int | None = None
    file: str = FILE_NAME

    @property
    def at(self) -> str:
        """The key path, with list indices counted from 1."""
        return show_path(self.path)

    @property
    def sentence(self) -> str:
        """The key path and the sentence, without the line."""
        text = one_line(self.text)  # it may quote text of the file
        return f"{self.at}: {text}" if self.path else text

    def __str__(self) -> str:
        if self.line is None:
            return self.sentence
        return f"{self.file}:{self.line}{' ' if self.path else ': '}{self.sentence}"

    @property
    def shown(self) -> str:
        """The line that `check` prints: a warning says that it is one."""
        return f"warning: {self}" if self.severity == "warning" else str(self)

    def as_json(self) -> dict[str, Any]:
        """Return the finding as ``--json`` prints it."""
        return {
            "severity": self.severity,
            "file": self.file,
            "line": self.line,
            "at": self.at,
            "text": one_line(self.text),
        }


def fault(at: KeyPath, text: str) -> Finding:
    """Return a finding of severity "fault"."""
    return Finding("fault", at, text)


def warning(at: KeyPath, text: str) -> Finding:
    """Return a finding of severity "warning"."""
    return Finding("warning", at, text)


def findings_of(faults: object) -> list[Finding]:
    """Return the faults of a `PresetError` as findings; those without a place have an empty path."""
    listed = faults if isinstance(faults, list | tuple) else []
    return [one if isinstance(one, Finding) else Finding("fault", (), str(one)) for one in listed]
