"""Writes the table of genres in ``docs/music.md`` from their tables.

``python -m tools.genre_table`` refreshes it; a test holds page and tables equal.
"""

from __future__ import annotations

from pathlib import Path

from adaptive.composer.genres.genre import Genre
from adaptive.composer.genres.registry import GENRES

PAGE = Path(__file__).parents[1] / "docs" / "music.md"
BEGIN, END = "<!-- genres: made by tools/genre_table.py -->\n", "<!-- end of genres -->\n"


def table() -> str:
    """Return what every genre is, as Markdown."""
    return "\n".join(_section(genre) for genre in GENRES.values())


def _section(genre: Genre) -> str:
    slowest, usual, fastest = genre.tempo_bpm
    mode = genre.key.partition(" ")[2]
    example = genre.progressions[mode][0].replace("//", "—").replace("|", "·")
    layers = ", ".join(
        f"{layer.name} ({layer.generator}: {genre.styles[layer.generator]}, {layer.instrument})"
        for layer in genre.layers
    )
    tempo = f"{usual:g} BPM ({slowest:g} to {fastest:g})"
    forms = "; ".join(f"`{form}`" for form in genre.forms)
    chords = f"chords in *{genre.colour}*, such as {example}"
    return f"""### {genre.name}

{genre.about[0].upper()}{genre.about[1:]}.

![{genre.name}: a piano roll of 48 bars, and how alike any two of them are](pictures/music/{genre.name}.png)

{genre.key}, {genre.meter}, {tempo}; forms {forms}; {chords}.
Layers: {layers}.
"""


def page() -> str:
    """Return the page with a fresh table."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
