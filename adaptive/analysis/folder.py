"""Lists the audio files of a folder of stems, and says which files were passed over, and why."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from adaptive.engine.decoding.inspect import is_audio_name
from adaptive.errors import InputError, quoted

# A folder with more files is probably a sample library, given by mistake; every file would be read.
MOST_FILES = 256
_MOST_TOLD = 8
_MOST_LISTED = 10_000
_KNOWN_OTHERS = (
    ".m4a",
    ".mp4",
    ".aac",
    ".wma",
    ".alac",
    ".ape",
    ".mka",
    ".webm",
    ".mp2",
    ".ac3",
    ".dts",
    ".wv",
)


@dataclass(frozen=True)
class StemFolder:
    """What a folder holds.

    Attributes
    ----------
    files : tuple of Path
        The audio files of the folder and of its subfolders, in the order of their names.
    passed_over : tuple of str
        One sentence for each other file; if there are many, the last one counts the rest.
    """

    files: tuple[Path, ...]
    passed_over: tuple[str, ...]


def list_stems(folder: Path) -> StemFolder:
    """List the audio files of a folder and of its subfolders; hidden files are not mentioned.

    Raises
    ------
    InputError
        The folder is missing, cannot be read, or holds no audio files or more than 256.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder.")
    try:
        inside = _listed(folder)
        below = [path for subfolder in inside if subfolder.is_dir() for path in _listed(subfolder)]
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}.") from error
    candidates = [path for path in inside if not path.is_dir()] + below
    reasons = {path: _reason(path) for path in candidates}
    files = tuple(path for path, reason in reasons.items() if not reason)
    passed = [f"{path.relative_to(folder)}: {reason}" for path, reason in reasons.items() if reason]
    if not files:
        told = f" ({'; '.join(_told(passed))})" if passed else ""
        raise InputError(f"{folder} holds no audio files that can be read{told}.")
    if len(files) > MOST_FILES:
        raise InputError(f"{folder} holds {len(files)} audio files; at most {MOST_FILES} are read.")
    return StemFolder(files, tuple(f"Passed over: {text}." for text in _told(passed)))


def _listed(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return found[:_MOST_LISTED]


def _told(passed: Sequence[str]) -> Iterator[str]:
    yield from passed[:_MOST_TOLD]
    if len(passed) > _MOST_TOLD:
        yield f"{len(passed) - _MOST_TOLD} more files of such kinds"


def _reason(path: Path) -> str:
    """Return why a file is passed over; empty if it is read."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if stat.S_ISDIR(mode):
        return "a folder within a section's folder, where no stems are looked for"
    if not stat.S_ISREG(mode):
        return "a pipe or a device, not a file"
    if is_audio_name(path):
        return ""
    suffix = path.suffix.lower()
    if suffix in _KNOWN_OTHERS:
        return f"{suffix} is an audio format that is not read; save it as WAV or FLAC"
    what = quoted(suffix) if suffix else "a name without an ending"
    return f"{what} is none of the audio formats that are read"
