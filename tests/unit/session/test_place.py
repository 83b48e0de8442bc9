from __future__ import annotations

from pathlib import Path

from adaptive.session.place import output_plan
from adaptive.site.load import read_site

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
