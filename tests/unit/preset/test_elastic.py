from __future__ import annotations

from pathlib import Path

from adaptive.preset.elastic import is_elastic
from tests.helpers.presets import STEM_LAYERS, make_preset

SECTIONS = '[sections.calm]\nlayers = ["calm"]\n[sections.fight]\nlayers = ["fight"]\n'


def test_a_preset_that_names_a_way_of_stretching_is_prepared_for_it(tmp_path: Path) -> None:
    plain = make_preset(tmp_path / "a", STEM_LAYERS + SECTIONS)
    named = STEM_LAYERS.replace("[layers.calm]\n", '[layers.calm]\nstretch = "auto"\n')

    assert not is_elastic(plain.file)
    assert is_elastic(make_preset(tmp_path / "b", named + SECTIONS).file)
