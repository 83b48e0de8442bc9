"""Refresh the titles and links of ``docs/decisions/README.md``: ``python -m tools.decision_index``.

A record's number and title stand in its file.  The sentence of the choice and the status stand in the index
and are kept.  A record that is new gets a row whose sentence is `TO_WRITE`, which the tests refuse.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "docs" / "decisions"
INDEX = FOLDER / "README.md"
TO_WRITE = "(to be written)"
ROW = re.compile(r"^\| (\d+) \| \[(.+?)\]\((.+?)\) \| (.+?) \| (.+?) \|$", re.MULTILINE)


class Row(NamedTuple):
    """A row of the index."""

    number: int
    title: str
    file: str
    choice: str
    status: str

    def __str__(self) -> str:
        return f"| {self.number} | [{self.title}]({self.file}) | {self.choice} | {self.status} |"


def records() -> dict[int, tuple[str, str]]:
    """Number of each record to its title and its file name."""
    found = {}
    for path in sorted(FOLDER.glob("[0-9]*.md")):
        heading = path.read_text(encoding="utf-8").splitlines()[0]
        matched = re.fullmatch(r"# (\d+)\.? (.+)", heading)
        if matched is None or int(matched[1]) != int(path.name[:4]):
            message = f"{path.name} begins with {heading!r}, which is not its number and a title"
            raise ValueError(message)
        found[int(matched[1])] = (matched[2], path.name)
    return found


def rows() -> list[Row]:
    """Rows of the index as it is."""
    text = INDEX.read_text(encoding="utf-8")
    return [Row(int(number), *rest) for number, *rest in ROW.findall(text)]


def main() -> None:
    """Rewrite the rows of the index."""
    known = {row.number: row for row in rows()}
    fresh = []
    for number, (title, file) in records().items():
        row = known.get(number, Row(number, title, file, TO_WRITE, "in force"))
        fresh.append(str(row._replace(title=title, file=file)))
    lines = INDEX.read_text(encoding="utf-8").splitlines()
    places = [place for place, line in enumerate(lines) if ROW.match(line)]
    lines[places[0] : places[-1] + 1] = fresh
    INDEX.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
