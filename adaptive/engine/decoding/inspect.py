"""Opens a file safely and reads its structure: the format is told by the first bytes, never by the name."""

from __future__ import annotations

import stat
import struct
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from adaptive.engine.decoding import chunked
from adaptive.engine.decoding.contents import Contents
from adaptive.engine.decoding.flac import read_flac
from adaptive.engine.decoding.mp3 import read_mp3
from adaptive.engine.decoding.ogg import read_ogg
from adaptive.engine.decoding.view import View
from adaptive.errors import AudioFileError

SUFFIXES = (
    ".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".caf", ".au", ".snd",
    ".flac", ".ogg", ".oga", ".opus", ".mp3",
)  # fmt: skip
"""Endings of the names of files that can be decoded."""


def inspect(path: Path) -> Contents:
    """Read the structure of a file, without decoding it.

    Raises
    ------
    AudioFileError
        It is missing, empty, no regular file, or cannot be read.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise AudioFileError(f"{path.name}: cannot be decoded: it is {_kind(status.st_mode)}, not a file")
        with path.open("rb") as file:
            if status.st_size == 0:
                raise AudioFileError(f"{path.name}: is empty: it has no bytes")
            contents = _read(path, file)
    except FileNotFoundError as error:
        raise AudioFileError(f"{path.name}: cannot be decoded: the file is missing") from error
    except (OSError, ValueError, struct.error) as error:
        reason = getattr(error, "strerror", None) or "its header is damaged"
        raise AudioFileError(f"{path.name}: cannot be decoded: {reason}") from error
    if path.suffix.lower() == ".raw" and not contents.links:
        # soundfile would take a name that ends so as samples without a header; a view has no name.
        return replace(contents, links=(View(path, ((0, status.st_size),)),))
    return contents


def _kind(mode: int) -> str:
    return "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"


def _read(path: Path, file: BinaryIO) -> Contents:
    magic = file.read(16)
    form = magic[8:12]
    if magic[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and form == b"WAVE":
        return chunked.read_wave(path, file, magic)
    if chunked.is_wave64(magic):
        return chunked.read_wave(path, file, magic)
    if magic[:4] == b"FORM" and form in (b"AIFF", b"AIFC"):
        return chunked.read_aiff(path, file, form)
    if magic[:4] == b"caff":
        return chunked.read_caf(path, file)
    if magic[:4] == b".snd":
        return chunked.read_au(path, file)
    if magic[:4] == b"fLaC":
        return read_flac(path, file)
    if magic[:4] == b"OggS":
        return read_ogg(path, file)
    if magic[:3] == b"ID3" or (magic[0] == 0xFF and magic[1:2] >= b"\xe0"):
        return read_mp3(path, file)
    return Contents()


def is_audio_name(path: Path) -> bool:
    """Whether a file's name ends as those of audio files do."""
    return path.suffix.lower() in SUFFIXES
