"""Laws of the preset without stems."""

from __future__ import annotations

from pathlib import Path

from adaptive.analysis.proposal import blank_preset
from adaptive.preset.load import load
from tests.unit.analysis.made_presets import findings


def test_a_readme_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")

    blank_preset(tmp_path)

    assert (tmp_path / "README.md").read_text() == "mine"


def test_a_blank_preset_needs_no_stems_and_has_no_finding(tmp_path: Path) -> None:
    blank_preset(tmp_path / "new")

    preset = load(tmp_path / "new")
    assert (findings(preset), preset.stems) == ([], {})
    assert {"drums", "bass", "pad", "melody"} == {layer.generator for layer in preset.file.layers.values()}
    assert list(preset.file.sections) == ["calm", "fight"]
