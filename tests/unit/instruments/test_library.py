from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.errors import InputError
from adaptive.instruments.library import LIBRARY, file_within, library_file


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("preset/own.sf2", "library/shared.sf2", "elsewhere/secret.sf2"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    monkeypatch.setenv(LIBRARY, f"{tmp_path / 'missing'}:{tmp_path / 'library'}")
    return tmp_path


def test_a_file_is_in_the_presets_folder_or_in_the_library(folders: Path) -> None:
    preset = folders / "preset"

    assert library_file("own.sf2", preset, "SoundFont") == preset.resolve() / "own.sf2"
    assert library_file("shared.sf2", preset, "SoundFont").parent.name == "library"
    assert library_file(str(folders / "library" / "shared.sf2"), preset, "SoundFont").name == "shared.sf2"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../elsewhere/secret.sf2", "lies outside"),
        ("lost.sf2", "there is no SoundFont"),
        ("OWN.SF2", "there is no SoundFont `OWN.SF2` in the preset's folder; there is `own.sf2`"),
        ("a\0b", "there is no"),
    ],
)
def test_what_is_elsewhere_or_nowhere_is_told(folders: Path, name: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        library_file(name, folders / "preset", "SoundFont")


def test_a_link_out_of_the_folder_leads_nowhere(folders: Path) -> None:
    (folders / "preset" / "link.sf2").symlink_to(folders / "elsewhere" / "secret.sf2")

    with pytest.raises(InputError, match="lies outside"):
        library_file("link.sf2", folders / "preset", "SoundFont")
    root = (folders / "preset").resolve()
    assert file_within(root, "link.sf2", root)[0] is None
    assert file_within(root, "..\\preset\\OWN.sf2", root) == (
        root / "own.sf2",
        "`..\\preset\\OWN.sf2` is written in another case than the file",
    )
