"""Writes the tables of insert effects in `docs/presets.md` from the processors' descriptors.

``python -m tools.insert_tables`` refreshes them; a test holds page and descriptors equal.
"""

from __future__ import annotations

from pathlib import Path

from adaptive.kernel.processors.descriptor import NamedOption, Option, Parameter, Processor
from adaptive.kernel.processors.registry import PROCESSORS

PAGE = Path(__file__).parents[1] / "docs" / "presets.md"
BEGIN, END = "<!-- inserts: made by tools/insert_tables.py -->\n", "<!-- end of inserts -->\n"


def tables() -> str:
    """The tables of all kinds, as Markdown."""
    return "\n".join(_table(processor) for processor in PROCESSORS.values())


def _table(processor: Processor) -> str:
    rows = "\n".join(_row(option) for option in processor.settings)
    head = "| key | means | default | range |\n|---|---|---|---|\n"
    return f"### `{processor.kind}`\n\n{processor.doc}\n\n{head}{rows}\n"


def _row(option: Option) -> str:
    kind = (
        "number or curve"
        if isinstance(option, Parameter)
        else "fixed number; a change takes effect when the preset is loaded again"
    )
    doc = option.doc[0].lower() + option.doc[1:-1]
    if isinstance(option, NamedOption):
        names = ", ".join(f"`{choice}`" for choice in option.choices)
        return f"| `{option.name}` | {doc} | `{option.choices[round(option.default)]}` | {names} |"
    limits = f"{option.low:,g} to {option.high:,g}"
    return f"| `{option.name}` | {doc} | `{option.default:.12g}` | {limits}, {kind} |"


def page() -> str:
    """The page with fresh tables."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
