"""Where the files of instruments are: in the folder of the preset, or in a library of the user."""

from __future__ import annotations

import os
from pathlib import Path

from adaptive.errors import InputError, one_line

LIBRARY = "ADAPTIVE_LIBRARY"
"""Environment variable with the folders of instruments that presets share, separated as in PATH."""


def library_folders() -> list[Path]:
    """The folders that the user has named, resolved; those that do not exist are left out."""
    named = (Path(name).expanduser() for name in os.environ.get(LIBRARY, "").split(os.pathsep) if name)
    return [folder.resolve() for folder in named if folder.is_dir()]


def library_file(name: str, folder: Path, what: str) -> Path:
    """Return the path of a file in a preset's folder or in a folder of the library; links are followed.

    Parameters
    ----------
    name : str
        As the preset names it.
    folder : Path
        That of the preset.
    what : str
        What it is to be, for messages.

    Raises
    ------
    InputError
        There is none, or it lies outside; one sentence.
    """
    folders = [folder.resolve(), *library_folders()]
    is_outside = False
    for place in folders:
        try:
            path = (place / name).resolve()
            if not path.is_file():
                continue
        except (OSError, ValueError, RuntimeError):
            continue
        if any(path.is_relative_to(one) for one in folders):
            return path
        is_outside = True
    shown = one_line(name)[:120]
    if is_outside:
        message = (
            f"`{shown}` lies outside the preset's folder; copy it there, or name its folder in {LIBRARY}"
        )
    else:
        also = f" or in {LIBRARY}" if len(folders) > 1 else f"; {LIBRARY} can name another folder"
        message = f"there is no {what} `{shown}` in the preset's folder{also}"
    raise InputError(message)
