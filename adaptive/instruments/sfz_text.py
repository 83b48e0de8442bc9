"""Reads the text of SFZ files: headers, opcodes, `#include` and `#define`.

The format is described by its authors' players and on sfzformat.com; where they differ, sforzando decides:
`default_path` is put before names as it is written, names may hold blanks and backslashes, and an included
file is sought from the folder of the first file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adaptive.errors import InputError, one_line
from adaptive.instruments.library import file_within

LARGEST_TEXT = 8_000_000
"""Bytes of an instrument's text, with all that it includes."""

MOST_INCLUDED, MOST_REGIONS = 200, 20_000
DEEPEST = 10
NAME_LENGTH = 200

LEVELS = ("global", "master", "group", "region")
"""Headers whose opcodes hold for those within them, from the outside."""

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_DIRECTIVE = re.compile(r'^\s*#(include|define)\s+(?:"([^"]*)"|(\$\w+)\s+(\S+))', re.ASCII)
_ITEM = re.compile(r"<(\w+)>|([\w$]+)=", re.ASCII)
_VARIABLE = re.compile(r"\$\w+", re.ASCII)


@dataclass(slots=True)
class SfzText:
    """What a file says.

    Parameters
    ----------
    regions : list of dict
        Opcodes of each region, with those of the headers around it.
    control : dict
        Opcodes of `<control>`, of which `default_path` counts for the regions behind it.
    remarks : list of str
        What is to be told of it.
    files : list of Path
        The files that were read.
    """

    regions: list[dict[str, str]] = field(default_factory=list)
    control: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


def read_text(path: Path, root: Path) -> SfzText:
    """Read a file and all that it includes.

    Parameters
    ----------
    path : Path
        The file.
    root : Path
        The folder that no included file may leave.

    Raises
    ------
    InputError
        A file cannot be read, or there is too much of it; one sentence.
    """
    reader = _SfzReader(path, root)
    reader.read(path, 0)
    if reader.others:
        names = ", ".join(f"<{name}>" for name in reader.others)
        reader.text.remarks.append(f"{path.name}: headers that are not read: {shown_name(names)}")
    return reader.text


class _SfzReader:
    def __init__(self, path: Path, root: Path) -> None:
        self._first, self._root = path, root
        self.text = SfzText()
        self._variables: dict[str, str] = {}
        self._opcodes: dict[str, dict[str, str]] = {level: {} for level in LEVELS}
        self._header = ""
        self._bytes = 0
        self.others: dict[str, None] = {}

    def read(self, path: Path, depth: int) -> None:
        """Read a file; one that includes itself ends at `DEEPEST`."""
        if depth > DEEPEST or len(self.text.files) >= MOST_INCLUDED:
            message = f"{self._first.name} includes too many files, or itself"
            raise InputError(message)
        try:
            content = path.read_bytes()
        except OSError as error:
            message = f"{path.name} cannot be read: {error.strerror or error}"
            raise InputError(message) from None
        self._bytes += len(content)
        if self._bytes > LARGEST_TEXT:
            message = f"{self._first.name} is larger than the {LARGEST_TEXT} bytes an SFZ file may have"
            raise InputError(message)
        self.text.files.append(path)
        text = _COMMENT.sub(" ", content.decode("utf-8", errors="replace").replace("\r", "\n"))
        for line in text.split("\n"):
            directive = _DIRECTIVE.match(line)
            if directive is None:
                self._line(self._expanded(line))
            elif directive[1] == "define" and directive[3]:
                self._variables[directive[3]] = directive[4]
            elif directive[1] == "include" and directive[2]:
                self._include(self._expanded(directive[2]), depth)

    def _include(self, name: str, depth: int) -> None:
        path, remark = file_within(self._first.parent, name, self._root)
        if remark:
            self.text.remarks.append(f"{self._first.name}: {remark}")
        if path is not None:
            self.read(path, depth + 1)

    def _expanded(self, line: str) -> str:
        """A line with its variables; a longer name that begins like a variable is that with what follows."""
        if "$" not in line:
            return line

        def value(found: re.Match[str]) -> str:
            name = found[0]
            for end in range(len(name), 1, -1):
                if name[:end] in self._variables:
                    return self._variables[name[:end]] + name[end:]
            return name

        return _VARIABLE.sub(value, line)

    def _line(self, line: str) -> None:
        items = list(_ITEM.finditer(line))
        for number, item in enumerate(items):
            end = items[number + 1].start() if number + 1 < len(items) else len(line)
            if item[1]:
                self._begin(item[1].lower())
            else:
                self._set(item[2].lower(), line[item.end() : end].strip())

    def _begin(self, header: str) -> None:
        self._header = header
        if header not in LEVELS:
            if header != "control":
                self.others[header] = None
            return
        for level in LEVELS[LEVELS.index(header) :]:
            self._opcodes[level] = {}
        if header == "region":
            if len(self.text.regions) >= MOST_REGIONS:
                message = f"{self._first.name} has more than {MOST_REGIONS} regions"
                raise InputError(message)
            path = self.text.control.get("default_path", "")
            merged = {"default_path": path} | {
                name: value for level in LEVELS[:-1] for name, value in self._opcodes[level].items()
            }
            self.text.regions.append(merged)

    def _set(self, name: str, value: str) -> None:
        if self._header == "control":
            self.text.control[name] = value
        elif self._header == "region":
            self.text.regions[-1][name] = value
        elif self._header in LEVELS:
            self._opcodes[self._header][name] = value


def numbered(opcodes: Mapping[str, str], stem: str) -> Iterator[tuple[int, str]]:
    """Numbers and values of opcodes that end with a controller's number, such as ``locc1``."""
    for name, value in opcodes.items():
        if name.startswith(stem) and name[len(stem) :].isdigit():
            number = int(name[len(stem) :][:9])
            if number < 128:
                yield number, value


def shown_name(name: str) -> str:
    """A name from a file, for a message."""
    return one_line(name)[:NAME_LENGTH]
