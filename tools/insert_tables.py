"""Writes the tables of insert effects and instruments in `docs/presets.md` from their descriptors.

``python -m tools.insert_tables`` refreshes them; a test holds page and descriptors equal.
"""

from __future__ import annotations

from pathlib import Path

from adaptive.kernel.processors.descriptor import NamedOption, Option, Parameter, Processor
from adaptive.kernel.processors.registry import PROCESSORS
from adaptive.kernel.sources.descriptor import SoundSource
from adaptive.kernel.sources.registry import SOURCES

PAGE = Path(__file__).parents[1] / "docs" / "presets.md"
BEGIN, END = "<!-- inserts: made by tools/insert_tables.py -->\n", "<!-- end of inserts -->\n"

SOURCES_BEGIN = "<!-- instruments: made by tools/insert_tables.py -->\n"
SOURCES_END = "<!-- end of instruments -->\n"


def tables() -> str:
    """The tables of all kinds, as Markdown."""
    return "\n".join(_table(processor) for processor in PROCESSORS.values())


def _table(processor: Processor) -> str:
    rows = "\n".join([*_file(processor), *(_row(option) for option in processor.settings)])
    head = "| key | means | default | range |\n|---|---|---|---|\n"
    return f"### `{processor.kind}`\n\n{processor.doc}\n\n{head}{rows}\n"


def _file(processor: Processor) -> list[str]:
    if processor.memory_of is None:
        return []
    return [
        "| `file` | an audio file with an impulse response, in the preset's folder |  | 32 frames to 8 s |"
    ]


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


def source_tables() -> str:
    """The tables of all kinds of instruments that are described by a sound source alone, as Markdown."""
    named = [source for kind, source in SOURCES.items() if kind != "synth" and source.is_instrument]
    return "\n".join(map(_source_table, named))


def _source_table(source: SoundSource) -> str:
    head = "| key | means | default | range |\n|---|---|---|---|\n"
    rows = [
        f"| `{text.name}` | {_plain(text.doc)} | {'it must be given' if text.is_required else 'none'} | "
        f"text{', or a whole number' if text.may_be_number else ''} |"
        for text in source.texts
    ]
    rows += [_source_row(one, source.has_controls) for one in source.settings]
    rows += [f"| `{one.name}` | {_plain(one.doc)} | `false` | `true` or `false` |" for one in source.flags]
    rows.append(
        "| `voices` | the most voices at a time; when all are in use, a new note takes the oldest | "
        f"`{source.usual_voices}` | 1 to 256 |"
    )
    if source.has_controls and source.has_patches:
        rows.append("| `base` | a factory patch of this kind to begin with | none | text |")
    return f"#### `{source.kind}`\n\n{source.doc}\n\n{head}" + "\n".join(rows) + "\n"


def _source_row(one: Option, has_controls: bool) -> str:
    if isinstance(one, NamedOption):
        names = ", ".join(f"`{choice}`" for choice in one.choices)
        return f"| `{one.name}` | {_plain(one.doc)} | `{one.choices[round(one.default)]}` | {names} |"
    kind = ", number or curve" if has_controls and isinstance(one, Parameter) else ""
    limits = f"{one.low:,g} to {one.high:,g}{kind}"
    return f"| `{one.name}` | {_plain(one.doc)} | `{one.default:.12g}` | {limits} |"


def _plain(sentence: str) -> str:
    first = sentence if sentence[1:2].isupper() else sentence[0].lower() + sentence[1:]
    return first.removesuffix(".")


def page() -> str:
    """The page with fresh tables."""
    text = PAGE.read_text(encoding="utf-8")
    text = _between(text, SOURCES_BEGIN, SOURCES_END, source_tables())
    return _between(text, BEGIN, END, tables())


def _between(text: str, begin: str, end: str, made: str) -> str:
    """A text with other content between two marks."""
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{made}\n{end}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
