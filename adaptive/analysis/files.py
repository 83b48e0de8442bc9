"""Lists the audio files of a folder, and says of every other file why it is passed over."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from adaptive.analysis.model import PassedOver
from adaptive.analysis.stems import EXTENSIONS
from adaptive.errors import InputError

MOST_FILES = 256
"""A folder with more files is probably a sample library, given by mistake; every file would be read."""

MOST_ENTRIES = 10_000
"""The search ends after this many files and folders."""

MOST_SHOWN = 8
"""Files that are named if a folder holds no audio."""

DEEPEST = 6
"""Levels of folders below the given one that are searched."""

_OTHER_AUDIO = frozenset(
    f".{name}"
    for name in ("aac", "ac3", "alac", "ape", "dts", "m4a", "mka", "mp2", "mp4", "webm", "wma", "wv")
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
        raise InputError(f"{folder} holds no audio files that can be read{_instead(passed_over)}.")
    if len(files) > MOST_FILES:
        raise InputError(f"{folder} holds {len(files)} audio files; at most {MOST_FILES} are read.")
    return FolderContent(tuple(files), tuple(passed_over))


def _instead(passed_over: Sequence[PassedOver]) -> str:
    """Return what a folder without audio holds, in brackets: other audio formats first, no hidden files."""
    seen = [item for item in passed_over if not item.path.name.startswith(".")]
    seen.sort(key=lambda item: item.path.suffix.lower() not in _OTHER_AUDIO)
    shown = [f"{item.path.name}: {item.reason}" for item in seen[:MOST_SHOWN]]
    if len(seen) > MOST_SHOWN:
        shown.append(f"{len(seen) - MOST_SHOWN} more")
    return f" ({'; '.join(shown)})" if shown else ""


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
        return _fault(path)
    if suffix in _OTHER_AUDIO:
        return f"{suffix[1:].upper()} is not read here; convert it to WAV or FLAC"
    return "is no audio file"


def _fault(path: Path) -> str:
    """Return why a file with the name of an audio file is none; empty if it is one."""
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "" if is_file else "is a pipe or a device, not a file"
