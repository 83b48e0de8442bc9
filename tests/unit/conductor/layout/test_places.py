from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.layout.builder import lay_out
from adaptive.conductor.layout.row_allocator import NoSpareRowsError, Occupancy
from adaptive.engine.rig_spec import BED, PlaceSpec, RigSpec, SpeakerSpec
from adaptive.kernel.layout import MAP_MASTER_DB, MAP_PLACE
from tests.helpers.presets import make_preset
from tests.helpers.rigs import SQUARE

BODY = """
[parameters.wind]
[master]
level_db = { over = "wind", points = [[0.0, -6.0], [1.0, 0.0]] }
[layers.calm]
stem = "calm.wav"
placed = { azimuth_deg = { over = "wind", points = [[0.0, 90.0], [1.0, 0.0]] }, distance_m = 2.0 }
[layers.fight]
stem = "fight.wav"
[sections.calm]
layers = ["calm", "fight"]
"""


def test_places_become_specs_and_everything_else_a_bed(tmp_path: Path) -> None:
    layout = lay_out(make_preset(tmp_path, BODY), rig=SQUARE, channels=4)
    spec, calm, fight = layout.spec, layout.layers["calm"].bus, layout.layers["fight"].bus

    assert spec.buses[calm].placed == PlaceSpec(azimuth_deg=90.0, distance_m=2.0)
    assert spec.buses[calm].output is None
    assert spec.buses[fight].output == layout.buses.master
    assert spec.buses[layout.buses.master or 0].placed == BED
    assert {mapping.kind for mapping in spec.mappings} == {MAP_PLACE, MAP_MASTER_DB}


def test_without_a_site_a_preset_with_places_has_the_usual_speakers(tmp_path: Path) -> None:
    stereo = lay_out(make_preset(tmp_path, BODY)).spec
    plain = lay_out(make_preset(tmp_path / "plain", BODY.replace("placed", "x_placed"))).spec

    assert stereo.rig is not None
    assert len(stereo.rig.speakers) == 2
    assert plain.rig is None


def test_a_direct_speaker_takes_what_it_names_from_the_bed(tmp_path: Path) -> None:
    rig = RigSpec((*SQUARE.speakers, SpeakerSpec(4, kind="direct", bus="fight")))
    layout = lay_out(make_preset(tmp_path, BODY), rig=rig, channels=5)

    assert layout.spec.buses[layout.layers["fight"].bus].placed == PlaceSpec("direct", channel=4)


def test_an_edit_may_change_the_numbers_of_a_place_but_not_give_or_take_one(tmp_path: Path) -> None:
    before = lay_out(make_preset(tmp_path, BODY), rig=SQUARE, channels=4)
    running = Occupancy(before.spec, set(before.spec.owners), lambda _row: True)

    def again(body: str) -> object:
        preset = make_preset(tmp_path, body)
        return lay_out(preset, 48000, 4, before, running, rig=SQUARE)

    assert again(BODY.replace("distance_m = 2.0", "distance_m = 3.0"))
    with pytest.raises(NoSpareRowsError, match="got or lost a place"):
        again(BODY.replace("placed", "x_placed"))
