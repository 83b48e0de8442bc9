"""Laws of what is read from a folder, and of what is passed over by name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from adaptive.analysis.files import list_files
from adaptive.errors import InputError


def touched(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_audio_files_are_found_at_any_depth_and_with_any_case(tmp_path: Path) -> None:
    touched(tmp_path, "Level 1/Höhle/Drums.WAV", "a b.Ogg", "x/y/z/bass.flac")

    found = list_files(tmp_path)

    assert [path.relative_to(tmp_path).as_posix() for path in found.files] == [
        "a b.Ogg",
        "Level 1/Höhle/Drums.WAV",
        "x/y/z/bass.flac",
    ]
    assert found.passed_over == ()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("._drums.wav", "is a macOS resource file, not audio"),
        (".DS_Store", "is a hidden file"),
        ("Thumbs.db", "is no audio file"),
        ("drums.wav.reapeaks", "is no audio file"),
        ("voice.m4a", "M4A is not read here; convert it to WAV or FLAC"),
    ],
)
def test_other_files_are_passed_over_with_a_reason(tmp_path: Path, name: str, reason: str) -> None:
    found = list_files(touched(tmp_path, "drums.wav", name))

    assert [path.name for path in found.files] == ["drums.wav"]
    assert [(item.path.name, item.reason) for item in found.passed_over] == [(name, reason)]


def test_folders_of_the_system_are_not_searched(tmp_path: Path) -> None:
    found = list_files(touched(tmp_path, "drums.wav", "__MACOSX/._drums.wav", ".git/a.wav"))

    assert [path.name for path in found.files] == ["drums.wav"]


def test_presets_and_folders_that_lie_too_deep_are_named(tmp_path: Path) -> None:
    deep = "/".join("abcdefg")
    found = list_files(
        touched(tmp_path, "drums.wav", "old/preset.toml", "old/stems/drums.wav", f"{deep}/x.wav")
    )

    assert [path.name for path in found.files] == ["drums.wav"]
    assert [(item.path.name, item.reason) for item in found.passed_over] == [
        ("old", "is the folder of a preset"),
        ("g", "lies more than 6 folders deep"),
    ]


def test_a_folder_that_links_to_itself_ends(tmp_path: Path) -> None:
    touched(tmp_path, "drums.wav")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)

    assert len(list_files(tmp_path).files) == 1


def test_a_folder_without_audio_says_what_it_holds_instead(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"can be read \(voice\.m4a: M4A is not read here; convert it to WAV or FLAC\)\.$"
    ):
        list_files(touched(tmp_path, "voice.m4a"))


@pytest.mark.parametrize("suffix", ["aiff", "oga", "opus", "caf", "bwf", "w64"])
def test_all_that_the_decoder_reads_is_listed(tmp_path: Path, suffix: str) -> None:
    found = list_files(touched(tmp_path, f"a.{suffix}"))

    assert ([path.name for path in found.files], found.passed_over) == ([f"a.{suffix}"], ())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs in folders")
def test_a_pipe_and_a_link_to_nothing_are_passed_over(tmp_path: Path) -> None:
    touched(tmp_path, "a.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "link.wav").symlink_to(tmp_path / "nowhere.wav")

    assert [(item.path.name, item.reason) for item in list_files(tmp_path).passed_over] == [
        ("link.wav", "cannot be read: No such file or directory"),
        ("pipe.wav", "is a pipe or a device, not a file"),
    ]
