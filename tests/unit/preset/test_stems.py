from __future__ import annotations

import os
import sys
import unicodedata
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
        'layers.two.stem: there is no file "stems/pda.wav" in the preset\'s folder; did you mean'
        " `stems/pad.wav`?",
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
        f'layers.two.stem: there is no file "{"a" * 40}…" in the preset\'s folder',
    ),
    (
        '[layers.two]\nstem = "a\\u0000b"',
        'layers.two.stem: there is no file "a\\u0000b" in the preset\'s folder',
    ),
    (
        '[layers.two]\nstem = "stems\\\\pad.wav"',
        'layers.two.stem: there is no file "stems\\\\pad.wav" in the preset\'s folder; write `/` between'
        " folders, not a backslash",
    ),
    (
        '[layers.two]\nstem = "Stems/PAD.wav"',
        'layers.two.stem: there is no file "Stems/PAD.wav" in the preset\'s folder; the file is'
        " named `stems/pad.wav`: upper and lower case differ",
    ),
]


@pytest.mark.parametrize(("table", "expected"), WRONG_TABLES)
def test_a_file_that_is_not_in_the_folder_is_a_fault(tmp_path: Path, table: str, expected: str) -> None:
    assert expected.split("|") == faults_of(write(tmp_path, HEAD + TAIL + table))


@pytest.mark.parametrize(("written", "kept"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_name_is_found_in_another_unicode_form(tmp_path: Path, written: str, kept: str) -> None:
    name = unicodedata.normalize(written, "gl\u00fchen.wav")
    folder = write(tmp_path, f'{HEAD}{TAIL}[layers.two]\nstem = "stems/{name}"\n')
    (folder / "stems" / unicodedata.normalize(kept, name)).write_bytes(b"")

    assert load(folder).stems[f"stems/{name}"].is_file()


def test_a_name_in_another_form_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "preset").mkdir()
    folder = write(tmp_path / "preset", f'{HEAD}{TAIL}[layers.two]\nstem = "stems/\u00fc/a.wav"\n')
    (tmp_path / "a.wav").write_bytes(b"")
    try:
        (folder / "stems" / unicodedata.normalize("NFD", "\u00fc")).symlink_to(tmp_path)
    except OSError:
        pytest.skip("this file system has no links")

    assert faults_of(folder) == ["layers.two.stem: points outside the preset's folder; copy the file into it"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs in folders")
def test_a_pipe_is_a_fault_and_nobody_waits_for_it(tmp_path: Path) -> None:
    folder = write(tmp_path, f'{HEAD}{TAIL}[layers.two]\nstem = "stems/pipe.wav"\n')
    os.mkfifo(folder / "stems" / "pipe.wav")

    assert faults_of(folder) == ["layers.two.stem: is a pipe or a device, not a file"]
