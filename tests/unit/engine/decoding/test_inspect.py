from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from adaptive.engine.decode import decode
from adaptive.engine.decoding.inspect import SUFFIXES, inspect, is_audio_name
from adaptive.errors import AudioFileError
from tests.helpers.audio_bytes import encoded, saved


def refused(path: Path) -> str:
    with pytest.raises(AudioFileError) as caught:
        inspect(path)
    return str(caught.value)


def test_a_folder_named_as_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.wav").mkdir()

    assert refused(tmp_path / "x.wav") == "x.wav: cannot be decoded: it is a folder, not a file"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs in folders")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.wav")

    assert refused(tmp_path / "x.wav") == "x.wav: cannot be decoded: it is a pipe or a device, not a file"


def test_a_file_without_bytes_is_empty(tmp_path: Path) -> None:
    assert refused(saved(tmp_path, b"")) == "a.wav: is empty: it has no bytes"


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.wav") == "a.wav: cannot be decoded: the file is missing"


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, b"RIFF")

    def refuse(*_arguments: object, **_names: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert refused(path) == "a.wav: cannot be decoded: Permission denied"


@pytest.mark.parametrize("name", ["a.raw", "a.mp3", "a", "a.wav.txt"])
def test_the_content_says_what_a_file_is_and_not_its_name(tmp_path: Path, name: str) -> None:
    assert decode(saved(tmp_path, encoded("WAV", "PCM_16"), name)).frames == 44_100


@pytest.mark.parametrize("size", [1, 2, 4, 11, 12, 15, 16, 40])
@pytest.mark.parametrize("kind", ["WAV", "RF64", "W64", "AIFF", "CAF", "AU", "FLAC", "OGG", "MP3"])
def test_a_header_alone_is_refused_in_a_sentence(tmp_path: Path, kind: str, size: int) -> None:
    with pytest.raises(AudioFileError, match=r"^a\.wav: "):
        decode(saved(tmp_path, encoded(kind)[:size]))


def test_names_of_audio_files_are_known_by_their_ending() -> None:
    assert all(is_audio_name(Path(f"A{suffix.upper()}")) for suffix in SUFFIXES)
    assert not is_audio_name(Path("a.m4a"))
