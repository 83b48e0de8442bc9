"""The files a preset names: inside its folder, and there."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

from adaptive.preset.faults import FaultList, KeyPath, nearest
from adaptive.preset.schema import PresetFile

# A folder with more files than this is not searched for what was meant.
MAX_LISTED = 2000


def resolve_stems(file: PresetFile, folder: Path, faults: FaultList) -> dict[str, Path]:
    """Return each file the preset names, with where it lies.

    Parameters
    ----------
    file : PresetFile
        The typed file.
    folder : Path
        The preset's folder, resolved.
    faults : FaultList
        Takes what is missing, or lies outside the folder once links are followed.
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
    """Yield each place that names a file, with the name."""
    for name, layer in file.layers.items():
        at: KeyPath = ("layers", name, "stem")
        if isinstance(layer.stem, dict):
            for section, files in layer.stem.items():
                yield from _each((*at, section), files)
        elif layer.stem is not None:
            yield from _each(at, layer.stem)
    for name, bridge in file.bridges.items():
        if bridge.stem is not None:
            yield ("bridges", name, "stem"), bridge.stem
    for name, fill in file.fills.items():
        yield ("fills", name, "stem"), fill.stem
    for name, stinger in file.stingers.items():
        if isinstance(stinger.stem, dict):
            yield from ((("stingers", name, "stem", key), stem) for key, stem in stinger.stem.items())
        elif stinger.stem is not None:
            yield ("stingers", name, "stem"), stinger.stem


def _each(at: KeyPath, files: str | tuple[str, ...]) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(files, str):
        yield at, files
    else:
        yield from (((*at, i), name) for i, name in enumerate(files))


def _resolved(path: Path) -> Path | None:
    """Return where a path leads, links followed; None when no file can be there."""
    try:
        resolved = path.resolve()
        # Asked here, because a name can also be too long to ask about.
        resolved.exists()
    except (OSError, RuntimeError, ValueError):
        # Links in a circle, or a character that no name has.
        return None
    return resolved


def _list(folder: Path) -> list[str]:
    files = itertools.islice(folder.rglob("*"), MAX_LISTED)
    return [path.relative_to(folder).as_posix() for path in files]
