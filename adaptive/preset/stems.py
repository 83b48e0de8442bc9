"""Finds the audio files that a preset names, and checks that they exist inside its folder."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from adaptive.preset.faults import FaultList, KeyPath, nearest
from adaptive.preset.schema import Files, PresetFile

# Similar names are searched among at most this many files of the folder.
MAX_LISTED = 2000


def resolve_stems(file: PresetFile, folder: Path, faults: FaultList) -> dict[str, Path]:
    """Return the path of each file that the preset names.

    Parameters
    ----------
    file : PresetFile
        The typed file.
    folder : Path
        The preset's folder, resolved.
    faults : FaultList
        Receives a fault for each file that is missing, or outside the folder once links are followed.

    Returns
    -------
    dict of str to Path
        The resolved path of each valid file, by its name in the preset.
    """
    stems: dict[str, Path] = {}
    listed: list[str] | None = None
    for at, name in named_stems(file):
        path = _resolved(folder / name)
        if path is not None and not path.is_relative_to(folder):
            faults.add(at, "points outside the preset's folder; copy the file into it")
        elif path is None or not path.exists():
            listed = _list(folder) if listed is None else listed
            match = nearest(name, listed)
            meant = f"; did you mean `{match}`?" if match else ""
            faults.add(at, f"there is no such file in the preset's folder{meant}")
        elif not path.is_file():
            faults.add(at, "is a folder, not a file")
        else:
            stems[name] = path
    return stems


def named_stems(file: PresetFile) -> Iterator[tuple[KeyPath, str]]:
    """Yield each key path that names a file, with the name."""
    for name, layer in file.layers.items():
        at: KeyPath = ("layers", name, "stem")
        if isinstance(layer.stem, dict):
            for section, files in layer.stem.items():
                yield from _each((*at, section), files)
        elif layer.stem is not None:
            yield from _each(at, layer.stem)
    for name, bridge in file.bridges.items():
        if bridge.stem is not None:
            yield from _each(("bridges", name, "stem"), bridge.stem)
    for name, fill in file.fills.items():
        yield from _each(("fills", name, "stem"), fill.stem)
    for name, stinger in file.stingers.items():
        if isinstance(stinger.stem, dict):
            for key, files in stinger.stem.items():
                yield from _each(("stingers", name, "stem", key), files)
        elif stinger.stem is not None:
            yield from _each(("stingers", name, "stem"), stinger.stem)


def files_of(files: Files | None) -> tuple[str, ...]:
    """Return the names of a file, of a list of variations, or of nothing."""
    return () if files is None else (files,) if isinstance(files, str) else files


def _each(at: KeyPath, files: str | tuple[str, ...]) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(files, str):
        yield at, files
    else:
        yield from (((*at, i), name) for i, name in enumerate(files))


def _resolved(path: Path) -> Path | None:
    """Return a path with links followed; None if the file system cannot have such a path."""
    try:
        resolved = path.resolve()
        # `exists` raises if the name is too long, so it is called inside the `try`.
        resolved.exists()
    except (OSError, RuntimeError, ValueError):
        # The links form a circle, or the name holds a character that file names cannot hold.
        return None
    return resolved


def _list(folder: Path) -> list[str]:
    files = itertools.islice(folder.rglob("*"), MAX_LISTED)
    return [path.relative_to(folder).as_posix() for path in files]
