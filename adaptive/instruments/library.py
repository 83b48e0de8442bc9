"""Where the files of instruments are: in the folder of the preset, or in a library of the user."""

from __future__ import annotations

import os
from difflib import get_close_matches
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
        near = next(filter(None, (near_name(place, name) for place in folders)), None)
        also = f" or in {LIBRARY}" if len(folders) > 1 else f"; {LIBRARY} can name another folder"
        also = also if near is None else f"; there is `{near}`"
        message = f"there is no {what} `{shown}` in the preset's folder{also}"
    raise InputError(message)


def file_within(folder: Path, name: str, root: Path) -> tuple[Path | None, str]:
    """Find a file that another file names.

    Parameters
    ----------
    folder : Path
        Where its name counts from.
    name : str
        As it is written; backslashes separate folders, too.
    root : Path
        The folder that it may not leave.

    Returns
    -------
    Path or None
        The file; None: there is none within `root`.
    str
        What is to be told of it, as part of a sentence; empty: nothing.
    """
    shown = one_line(name)[:120]
    place = folder
    is_other_case = False
    for part in name.replace("\\", "/").split("/"):
        if part in {"", "."}:
            continue
        try:
            following = place.parent if part == ".." else place / part
            if part != ".." and not following.exists():
                same = _in_other_case(place, part)
                following, is_other_case = (following, is_other_case) if same is None else (same, True)
        except (OSError, ValueError):
            return None, f"there is no file `{shown}`"
        place = following
    try:
        place = place.resolve()
        is_file = place.is_file()
    except (OSError, ValueError, RuntimeError):
        return None, f"there is no file `{shown}`"
    if not place.is_relative_to(root):
        return None, f"`{shown}` lies outside the folder of the instrument's library"
    if not is_file:
        return None, f"there is no file `{shown}`"
    return place, f"`{shown}` is written in another case than the file" if is_other_case else ""


def near_name(folder: Path, name: str) -> str | None:
    """What a file that is not there may be meant to be: its folders in any case, its name nearly the same."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", "."}]
    place, found = folder, []
    try:
        for part in parts[:-1]:
            following = place.parent if part == ".." else place / part
            if part != ".." and not following.is_dir():
                same = _in_other_case(place, part)
                if same is None:
                    return None
                following = same
            place = following
            found.append(part if part == ".." else place.name)
        names = [one.name for one in place.iterdir() if one.is_file()]
    except (OSError, ValueError):
        return None
    plain = {one.casefold(): one for one in sorted(names, reverse=True)}
    near = get_close_matches(parts[-1].casefold(), plain, 1, 0.85) if parts else []
    return one_line("/".join([*found, plain[near[0]]]))[:120] if near else None


def _in_other_case(folder: Path, name: str) -> Path | None:
    if not folder.is_dir():
        return None
    wanted = name.casefold()
    return next((one for one in sorted(folder.iterdir()) if one.name.casefold() == wanted), None)
