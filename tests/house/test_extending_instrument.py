"""The instruments on the page for programmers sound as printed."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from adaptive.instruments import kits
from adaptive.instruments.kits import kit, pieces
from tests.helpers.presets import make_preset, play

PAGE = (Path(__file__).parents[2] / "docs" / "extending.md").read_text(encoding="utf-8")
SECTIONS = """
[sections.one]
layers = ["{layer}"]
length_bars = 4
"""


def sample(language: str, part: str) -> str:
    """The example of a language that holds a piece of text."""
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return next(block for block in blocks if part in block)


def test_the_patch_of_the_page_is_heard(tmp_path: Path) -> None:
    body = sample("toml", "[instruments.glass_harp]") + SECTIONS.format(layer="harp")
    played = play(make_preset(tmp_path, body, stems={}), 2.0)

    assert float(np.abs(played.bus("harp")).max()) > 0.01


def test_the_kit_of_the_page_has_every_piece_and_is_heard(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = types.ModuleType("adaptive.instruments.kit_tin")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(sample("python", "The tin kit"), "kit_tin.py", "exec"), module.__dict__)
    monkeypatch.setattr(kits, "KITS", {**kits.KITS, "kit_tin": module.RECIPES})
    body = '[layers.tins]\ngenerator = "drums"\ninstrument = "kit_tin"\n' + SECTIONS.format(layer="tins")
    played = play(make_preset(tmp_path, body, stems={}), 2.0)

    assert set(pieces()) <= set(kit("kit_tin"))
    assert float(np.abs(played.bus("tins")).max()) > 0.01
