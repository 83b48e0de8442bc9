from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.preset.load import load
from tests.unit.preset.preset_files import HEAD, TAIL, faults_of, write


def test_a_link_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "preset"
    folder.mkdir()
    write(folder, HEAD + TAIL)
    (tmp_path / "secret.wav").write_bytes(b"")
    (folder / "stems/pad.wav").unlink()
    try:
        (folder / "stems/pad.wav").symlink_to(tmp_path / "secret.wav")
    except OSError:
        pytest.skip("this file system has no links")

    assert faults_of(folder) == ["layers.pad.stem: points outside the preset's folder; copy the file into it"]


def test_a_folder_may_itself_be_a_link(tmp_path: Path) -> None:
    folder = tmp_path / "preset"
    folder.mkdir()
    write(folder, HEAD + TAIL)
    try:
        (tmp_path / "link").symlink_to(folder)
    except OSError:
        pytest.skip("this file system has no links")

    assert folder.resolve() == load(tmp_path / "link").folder


WRONG_TABLES = [
    (
        '[layers.two]\nstem = "stems/pda.wav"',
        "layers.two.stem: there is no such file in the preset's folder; did you mean `stems/pad.wav`?",
    ),
    ('[layers.two]\nstem = "stems"', "layers.two.stem: is a folder, not a file"),
    (
        '[layers.two]\nstem = "../pad.wav"',
        "layers.two.stem: points outside the preset's folder; copy the file into it",
    ),
    (
        '[layers.two]\nstem = "/etc/hosts"',
        "layers.two.stem: points outside the preset's folder; copy the file into it",
    ),
    (
        f'[layers.two]\nstem = "{"a" * 5000}"',
        "layers.two.stem: there is no such file in the preset's folder",
    ),
    (
        '[layers.two]\nstem = "a\\u0000b"',
        "layers.two.stem: there is no such file in the preset's folder",
    ),
]


@pytest.mark.parametrize(("table", "expected"), WRONG_TABLES)
def test_a_file_that_is_not_in_the_folder_is_a_fault(tmp_path: Path, table: str, expected: str) -> None:
    assert expected.split("|") == faults_of(write(tmp_path, HEAD + TAIL + table))
