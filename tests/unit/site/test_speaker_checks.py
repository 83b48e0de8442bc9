from __future__ import annotations

from adaptive.site.load import read_site
from tests.unit.site.test_load import GALLERY, faults_of


def speakers(*rows: str) -> str:
    return "".join(f"[[speakers]]\nchannel = {i + 1}\n{row}\n" for i, row in enumerate(rows))


def test_each_kind_needs_its_keys_and_no_others() -> None:
    rows = (
        "",
        'kind = "direct"',
        'at_m = [0, 1, 0]\nbus = "voice"',
        "at_m = [0, 1, 0]\ncrossover_hz = 80",
        "at_m = [0, 0, 0]",
    )
    faults = [line.partition(" ")[2] for line in faults_of(speakers(*rows))]

    assert faults == [
        "speakers[1].at_m: is missing; it must be a list of 3 numbers, metres right, forward and up",
        "speakers[2].bus: is missing; a direct speaker plays one bus, layer or stinger: name it",
        'speakers[3].bus: goes with `kind = "direct"`',
        'speakers[4].crossover_hz: goes with `kind = "sub"`',
        "speakers[5].at_m: is where one listens; a speaker that is panned to must have a direction",
    ]


def test_two_speakers_on_a_channel_are_a_fault() -> None:
    text = "[[speakers]]\nchannel = 3\nat_m = [1, 1, 0]\n[[speakers]]\nchannel = 3\nat_m = [-1, 1, 0]\n"

    assert faults_of(text) == ["gallery.toml:5 speakers[2].channel: is 3, which speakers[1] has already"]


def test_one_place_and_a_wide_gap_are_warnings() -> None:
    rows = ("at_m = [-1, 2, 0]", "at_m = [1, 2, 0]", "at_m = [1, 2, 0.01]")
    found = read_site(speakers(*rows).encode(), GALLERY).warnings

    assert [str(one) for one in found] == [
        "gallery.toml:1 speakers: nothing stands between 27° and -27°, 307 degrees: what is placed there"
        " plays from the speakers at its edges",
        "gallery.toml:9 speakers[3].at_m: is the place of speakers[2]: both play the same, each 3 dB lower",
    ]


def test_a_ring_and_a_stereo_pair_behind_one_another_warn_of_nothing() -> None:
    ring = speakers("at_m = [2, 2, 0]", "at_m = [-2, 2, 0]", "at_m = [2, -2, 0]", "at_m = [-2, -2, 0]")

    assert read_site(ring.encode(), GALLERY).warnings == ()


def test_a_site_whose_speakers_take_no_part_in_panning_is_warned_of() -> None:
    (found,) = read_site(speakers('kind = "direct"\nbus = "voice"').encode(), GALLERY).warnings

    assert found.text == "none takes part in panning: only what direct speakers name is heard"
