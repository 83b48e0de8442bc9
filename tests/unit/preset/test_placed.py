from __future__ import annotations

from pathlib import Path

from adaptive.preset.load import load
from adaptive.preset.mix_paths import mix_paths
from adaptive.preset.placed import numbers_of, place_curves, places
from tests.unit.preset.preset_files import HEAD, TAIL, faults_of, loaded, write

PLACE = 'placed = { at_m = [0, { over = "wind", points = [[0, 1], [1, 9]] }, 2] }'
BODY = HEAD + f"[parameters.wind]\n[buses.far]\n{PLACE}\n"


def layer(line: str) -> str:
    return BODY + TAIL.replace('stem = "stems/pad.wav"', f'stem = "stems/pad.wav"\n{line}', 1)


def test_a_place_has_numbers_and_curves_by_name(tmp_path: Path) -> None:
    preset = loaded(tmp_path, head=BODY)
    found = {name: numbers_of(placed) for _, name, placed in places(preset.file)}

    assert list(found["far"]) == ["x_m", "y_m", "z_m"]
    assert [at for at, _ in place_curves(preset.file)] == [("buses", "far", "placed", "at_m", 1)]
    assert mix_paths(preset.file)["buses.far.placed.y_m"] == (-1000.0, 1000.0)


def test_what_a_place_leaves_out_is_ahead_a_metre_away(tmp_path: Path) -> None:
    write(tmp_path, layer("placed = { azimuth_deg = 30 }"))
    placed = load(tmp_path).file.layers["pad"].placed

    assert placed is not None
    assert numbers_of(placed) == {"azimuth_deg": 30.0, "elevation_deg": 0.0, "distance_m": 1.0}


def test_faults_of_places(tmp_path: Path) -> None:
    line = 'bus = "far"\nplaced = { at_m = [0, 1, 2], azimuth_deg = 400, width_deg = 500 }'
    write(tmp_path, layer(line))

    assert faults_of(tmp_path) == [
        "layers.pad.placed: is heard through the bus `far`: place that bus, or leave `placed` out",
        "layers.pad.placed.azimuth_deg: `at_m` says where it is already; leave one out",
        "layers.pad.placed.width_deg: `width_deg` must be between 0 and 360, got 500",
    ]


def test_a_curve_of_a_place_needs_a_parameter(tmp_path: Path) -> None:
    write(tmp_path, layer('placed = { azimuth_deg = { over = "wand", points = [[0, 0], [1, 500]] } }'))

    assert faults_of(tmp_path) == [
        "layers.pad.placed.azimuth_deg.over: there is no parameter named `wand`; did you mean `wind`?",
        "layers.pad.placed.azimuth_deg.points[2]: `azimuth_deg` must be between -360 and 360, got 500",
    ]


def test_a_pair_of_a_surround_file_is_where_it_belongs(tmp_path: Path) -> None:
    write(tmp_path, layer('pair = "surround"'))

    assert {name: placed.width_deg for _, name, placed in places(load(tmp_path).file)}["pad"] == 220.0


def test_a_pair_goes_with_a_stem_alone(tmp_path: Path) -> None:
    write(tmp_path, layer('pair = "back"\nintro = "stems/pad.wav"'))

    assert faults_of(tmp_path) == [
        "layers.pad.intro: does not go with `pair`: it would play all channels of its file"
    ]
