"""Eight bars of every style, as text: a musical change is a readable diff."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.composer.registry import GENERATORS
from tests.unit.composer.composing import as_text, compose, contexts

FOLDER = Path(__file__).parents[2] / "golden" / "composer"


@pytest.mark.parametrize("name", sorted(GENERATORS))
def test_every_style_plays_what_it_played(name: str, update_golden: bool) -> None:
    spec = GENERATORS[name]
    played = ""
    for style in spec.styles:
        asked = contexts(style=style, density=0.6, energy=0.65, leaving=(7,), seed=7)
        played += f"# {name} {style}: 8 bars of 4/4 in A minor, density 0.6, energy 0.65, leaving\n"
        played += as_text(name, compose(spec.function, asked))
    expected = FOLDER / f"{name}.txt"
    if update_golden:
        expected.write_text(played, encoding="utf-8", newline="\n")

    assert expected.read_text(encoding="utf-8") == played
