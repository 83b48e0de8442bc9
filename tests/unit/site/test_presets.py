"""The site files that come with presets."""

from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.session.opening import open_preset
from adaptive.session.place import unknown_names
from adaptive.site.load import load_site

PRESETS = Path(__file__).parents[3] / "presets"
SITES = [path for path in sorted(PRESETS.glob("*/*.toml")) if path.name != "preset.toml"]


@pytest.mark.parametrize("path", SITES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_site_that_comes_with_a_preset_fits_it(path: Path) -> None:
    site = load_site(path)

    assert site.warnings == ()
    assert unknown_names(site, open_preset(path.parent)) == []
