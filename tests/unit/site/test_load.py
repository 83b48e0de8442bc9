from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.errors import SiteError
from adaptive.session.opening import open_preset
from adaptive.session.place import unknown_names
from adaptive.site.load import load_site, read_site

GALLERY = Path("gallery.toml")
PRESETS = Path(__file__).parents[3] / "presets"
SITES = [path for path in sorted(PRESETS.glob("*/*.toml")) if path.name != "preset.toml"]


def faults_of(text: str) -> list[str]:
    with pytest.raises(SiteError) as told:
        read_site(text.encode(), GALLERY)
    return told.value.faults


def test_a_whole_site_file_is_read() -> None:
    text = """
        schema = 1
        device = "Scarlett 18i20"
        channels = 12
        max_level_db = -6.0
        output_latency_ms = 220
        x_note = "ours"
        [[speakers]]
        channel = 1
        at_m = [-3, 2, 2.5]
        trim_db = -1.5
        delay_ms = 2.1
        [[speakers]]
        channel = 12
        kind = "sub"
        crossover_hz = 90.0
    """
    file = read_site(text.encode(), GALLERY).file

    assert (file.device, file.channels_needed, file.max_level_db) == ("Scarlett 18i20", 12, -6.0)
    assert (file.speakers[0].at_m, file.speakers[1].kind) == ((-3, 2, 2.5), "sub")


def test_an_empty_file_is_a_site_of_two_channels() -> None:
    assert read_site(b"", GALLERY).file.channels_needed == 2


def test_faults_name_the_file_the_line_and_the_key() -> None:
    text = 'channels = 12\ndevise = "x"\n[[speakers]]\nchannel = 13\nat_m = [0, 1]\ntrim = 3\n'

    assert faults_of(text) == [
        "gallery.toml:2 devise: is not a key of this table; did you mean `device`?",
        "gallery.toml:4 speakers[1].channel: is 13, and the site has `channels = 12`",
        "gallery.toml:5 speakers[1].at_m: must be a list of 3 numbers, got a list of 2",
        "gallery.toml:6 speakers[1].trim: is not a key of this table; did you mean `trim_db`?",
    ]


def test_what_is_no_toml_is_one_sentence() -> None:
    assert faults_of("channels = \n")[0].startswith("gallery.toml:1 channels: at column ")


def test_a_file_that_is_missing_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="the site file cannot be read: No such file"):
        load_site(tmp_path / "none.toml")


@pytest.mark.parametrize("path", SITES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_site_that_comes_with_a_preset_fits_it(path: Path) -> None:
    site = load_site(path)

    assert site.warnings == ()
    assert unknown_names(site, open_preset(path.parent)) == []
