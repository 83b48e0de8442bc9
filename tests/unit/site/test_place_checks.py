from __future__ import annotations

from adaptive.site.load import read_site
from tests.unit.site.test_load import GALLERY, faults_of


def test_a_site_places_what_a_preset_has_by_name() -> None:
    text = b"[places.song]\nazimuth_deg = 120\n[places.far]\nat_m = [0, 3, 1]\npanning = 'distance'\n"
    places = read_site(text, GALLERY).file.places

    assert (places["song"].azimuth_deg, places["far"].panning) == (120, "distance")


def test_curves_and_numbers_out_of_range_are_faults() -> None:
    text = (
        '[places.song]\nazimuth_deg = { over = "wind", points = [[0, 0], [1, 9]] }\n'
        "[places.far]\nat_m = [0, 3000, 1]\ndistance_m = 2\n"
    )

    assert faults_of(text) == [
        "gallery.toml:2 places.song.azimuth_deg: must be a number: a curve over a parameter belongs into the"
        " preset",
        "gallery.toml:4 places.far.at_m[2]: `y_m` must be between -1000 and 1000, got 3000",
        "gallery.toml:5 places.far.distance_m: `at_m` says where it is already; leave one out",
    ]
