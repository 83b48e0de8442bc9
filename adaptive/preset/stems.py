"""The files a preset names: inside its folder, and there."""

from __future__ import annotations

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
    for at, name in named_stems(file):
        path = _inside(folder, name)
        if path is None:
            faults.add(at, "points outside the preset's folder; copy the file into it")
        elif path.is_dir():
            faults.add(at, "is a folder, not a file")
        elif not path.is_file():
            faults.add(at, f"there is no such file in the preset's folder{_meant(name, folder)}")
        else:
            stems[name] = path
    return stems


def named_stems(file: PresetFile) -> Iterator[tuple[KeyPath, str]]:
    """Yield each place that names a file, with the name."""
    for name, layer in file.layers.items():
        if isinstance(layer.stem, str):
            yield ("layers", name, "stem"), layer.stem
        for section, stem in layer.stem.items() if isinstance(layer.stem, dict) else ():
            yield ("layers", name, "stem", section), stem
    for name, stinger in file.stingers.items():
        yield ("stingers", name, "stem"), stinger.stem


def _inside(folder: Path, name: str) -> Path | None:
    try:
        path = (folder / name).resolve()
    except (OSError, RuntimeError, ValueError):
        # Links in a circle, a name too long, or a character no file can have.
        return None
    return path if path.is_relative_to(folder) else None


def _meant(name: str, folder: Path) -> str:
    listed: list[str] = []
    for path in folder.rglob("*"):
        listed.append(path.relative_to(folder).as_posix())
        if len(listed) == MAX_LISTED:
            break
    match = nearest(name, listed)
    return f"; did you mean `{match}`?" if match else ""
