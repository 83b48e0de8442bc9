"""Lists the audio files of a folder, and says of every other file why it is passed over."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adaptive.analysis.model import PassedOver
from adaptive.analysis.stems import EXTENSIONS
from adaptive.errors import InputError

MOST_FILES = 256
"""A folder with more files is probably a sample library, given by mistake; every file would be read."""

MOST_ENTRIES = 10_000
"""The search ends after this many files and folders."""

DEEPEST = 6
"""Levels of folders below the given one that are searched."""

_OTHER_AUDIO = frozenset(
    f".{name}"
    for name in (
        *("aac", "aif", "aifc", "aiff", "ape", "au", "caf", "m4a", "mka", "mp4", "oga", "opus", "rf64"),
        *("snd", "w64", "webm", "wma", "wv"),
    )
)
_RESOURCE_FOLDERS = frozenset({"__MACOSX", "$RECYCLE.BIN", "System Volume Information"})


@dataclass(frozen=True)
class FolderContent:
    """What a folder holds: the audio files that can be read, and what is passed over."""

    files: tuple[Path, ...]
    passed_over: tuple[PassedOver, ...]


def list_files(folder: Path) -> FolderContent:
    """List the audio files in a folder and below it, in alphabetical order.

    Raises
    ------
    InputError
        If the folder cannot be read, or holds no audio files or too many.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder.")
    try:
        paths = list(_walk(folder, DEEPEST))
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}.") from error
    files, passed_over = [], []
    for path in paths:
        reason = _reason(path)
        if reason:
            passed_over.append(PassedOver(path, reason))
        else:
            files.append(path)
    if not files:
        audio = [item.path.name for item in passed_over if item.path.suffix.lower() in _OTHER_AUDIO]
        more = f" Convert {audio[0]} to WAV or FLAC." if audio else ""
        raise InputError(f"{folder} holds no WAV, FLAC, OGG or MP3 files.{more}")
    if len(files) > MOST_FILES:
        raise InputError(f"{folder} holds {len(files)} audio files; at most {MOST_FILES} are read.")
    return FolderContent(tuple(files), tuple(passed_over))


def _walk(folder: Path, levels: int) -> Iterator[Path]:
    """Yield the files of a folder, then those of its subfolders, and the folders that are not searched.

    Hidden folders and those of the system are left out.
    """
    pending, seen = [(folder, levels)], 0
    while pending:
        place, left = pending.pop(0)
        entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        seen += len(entries)
        if seen > MOST_ENTRIES:
            raise InputError(f"{folder} holds more than {MOST_ENTRIES} files; give the folder of the stems.")
        for entry in entries:
            path = Path(entry.path)
            if not entry.is_dir():
                yield path
            # a link to a folder may lead back up, so links are not followed
            elif entry.is_symlink() or _is_system_folder(entry.name):
                continue
            elif left == 0 or (path / "preset.toml").is_file():
                yield path
            else:
                pending.append((path, left - 1))


def _is_system_folder(name: str) -> bool:
    return name.startswith(".") or name in _RESOURCE_FOLDERS


def _reason(path: Path) -> str:
    """Return why a file or folder is passed over; empty for an audio file that can be read."""
    suffix = path.suffix.lower()
    if path.is_dir():
        is_preset = (path / "preset.toml").is_file()
        return "is the folder of a preset" if is_preset else f"lies more than {DEEPEST} folders deep"
    if path.name.startswith("._"):
        return "is a macOS resource file, not audio"
    if path.name.startswith("."):
        return "is a hidden file"
    if suffix in EXTENSIONS:
        return "" if path.is_file() else "is not a file that can be read"
    if suffix in _OTHER_AUDIO:
        return f"{suffix[1:].upper()} is not read here; convert it to WAV, FLAC or OGG"
    return "is no audio file"
