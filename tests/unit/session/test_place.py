from __future__ import annotations

from pathlib import Path

from adaptive.engine.rig_spec import PlaceSpec
from adaptive.session.performance import Performance
from adaptive.session.place import output_plan, unknown_names
from adaptive.site.load import read_site
from tests.helpers.presets import two_sections

TEXT = b"""
channels = 4
max_level_db = -9.0
[[speakers]]
channel = 1
at_m = [0, 2, 0]
trim_db = -2.0
[[speakers]]
channel = 3
kind = "sub"
"""


def test_a_site_becomes_channels_speakers_and_a_ceiling() -> None:
    plan = output_plan(read_site(TEXT, Path("hall.toml")))

    assert (plan.channels, plan.ceiling_db) == (4, -9.0)
    assert plan.rig is not None
    assert [(one.channel, one.kind, one.crossover_hz) for one in plan.rig.speakers] == [
        (0, "full", 80.0),
        (2, "sub", 80.0),
    ]


def test_without_speakers_nothing_is_panned_unless_a_render_asks_for_channels() -> None:
    plain = output_plan(read_site(b"channels = 8\n", Path("hall.toml")))
    ring = output_plan(None, 12, fills=True)

    assert (plain.channels, plain.rig, plain.ceiling_db) == (8, None, -1.0)
    assert ring.rig is not None
    assert len(ring.rig.speakers) == 12
    assert output_plan(None, None, "ambix").channels == 4
    assert output_plan(None, None, fills=True).rig is None


def test_a_site_places_layers_and_names_that_a_preset_has_not_are_known(tmp_path: Path) -> None:
    text = b"[places.calm]\nazimuth_deg = 90\n[places.other]\nwidth_deg = 40\n"
    site, preset = read_site(text, Path("hall.toml")), two_sections(tmp_path)
    plan = output_plan(site)
    spec = Performance(preset, rig=plan.rig).layout

    assert unknown_names(site, preset) == ["other"]
    assert spec.spec.buses[spec.layers["calm"].bus].placed == PlaceSpec(azimuth_deg=90.0)
