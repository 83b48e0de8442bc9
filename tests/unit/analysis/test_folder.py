from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from adaptive.analysis.folder import list_stems
from adaptive.errors import InputError


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    return folder


def test_audio_files_of_the_folder_and_one_below_are_listed(tmp_path: Path) -> None:
    listed = list_stems(fill(tmp_path, "b.opus", "a.WAV", "calm/pad.aiff", "calm/bass.oga"))

    assert [str(path.relative_to(tmp_path)) for path in listed.files] == [
        "a.WAV", "b.opus", os.path.join("calm", "bass.oga"), os.path.join("calm", "pad.aiff"),
    ]  # fmt: skip
    assert listed.passed_over == ()


def test_every_other_file_is_named_with_the_reason(tmp_path: Path) -> None:
    fill(tmp_path, "a.wav", "song.m4a", "notes.txt", "LICENSE", ".DS_Store", "calm/pad.wav")
    (tmp_path / "calm" / "more").mkdir()
    (tmp_path / "calm" / "x.wav").mkdir()

    assert list_stems(tmp_path).passed_over == (
        "Passed over: LICENSE: a name without an ending is none of the audio formats that are read.",
        "Passed over: notes.txt: `.txt` is none of the audio formats that are read.",
        "Passed over: song.m4a: .m4a is an audio format that is not read; save it as WAV or FLAC.",
        f"Passed over: {os.path.join('calm', 'more')}: "
        "a folder within a section's folder, where no stems are looked for.",
        f"Passed over: {os.path.join('calm', 'x.wav')}: "
        "a folder within a section's folder, where no stems are looked for.",
    )


def test_many_files_are_counted(tmp_path: Path) -> None:
    fill(tmp_path, "a.wav", *[f"{number:02}.txt" for number in range(20)])

    passed_over = list_stems(tmp_path).passed_over
    assert len(passed_over) == 9
    assert passed_over[-1] == "Passed over: 12 more files of such kinds."


def test_a_folder_without_audio_says_what_it_holds_instead(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"holds no audio files that can be read \(song\.m4a: \.m4a is an audio"
    ):
        list_stems(fill(tmp_path, "song.m4a"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs in folders")
def test_a_pipe_and_a_link_to_nothing_are_passed_over(tmp_path: Path) -> None:
    fill(tmp_path, "a.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "link.wav").symlink_to(tmp_path / "nowhere.wav")

    assert list_stems(tmp_path).passed_over == (
        "Passed over: link.wav: cannot be read: No such file or directory.",
        "Passed over: pipe.wav: a pipe or a device, not a file.",
    )
