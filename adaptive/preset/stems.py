"""Finds the audio files that a preset names, and checks that they exist inside its folder."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from adaptive.preset.faults import FaultList, KeyPath, show_value
from adaptive.preset.file_names import MAX_LISTED, find_same, hint_file
from adaptive.preset.mixer import chains
from adaptive.preset.schema import Files, PresetFile


def resolve_stems(file: PresetFile, folder: Path, faults: FaultList) -> dict[str, Path]:
    """Return the path of each audio file that the preset names, as `resolve_files` does."""
    return resolve_files(named_stems(file), folder, faults)


def resolve_files(named: Iterable[tuple[KeyPath, str]], folder: Path, faults: FaultList) -> dict[str, Path]:
    """Return the path of each file that the preset names.

    Parameters
    ----------
    named : iterable of (KeyPath, str)
        Key paths and what they name.
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
    for at, name in named:
        path = _find(folder, name)
        if path is not None and not path.is_relative_to(folder):
            faults.add_same("outside", name, at, "points outside the preset's folder; copy the file into it")
        elif path is None or not path.exists():
            listed = _list(folder) if listed is None else listed
            text = f"there is no file {show_value(name)} in the preset's folder{_meant(name, listed)}"
            faults.add_same("file", name, at, text)
        elif not path.is_file():
            faults.add(
                at, "is a folder, not a file" if path.is_dir() else "is a pipe or a device, not a file"
            )
        else:
            stems[name] = path
    return stems


def _meant(name: str, listed: list[str]) -> str:
    """Return the end of a sentence about a missing file: what was probably meant."""
    if set(name) & set("\\\b\t\n\f\r"):
        return "; write `/` between folders, not a backslash"
    return hint_file(name, listed)


def named_stems(file: PresetFile) -> Iterator[tuple[KeyPath, str]]:
    """Yield each key path that names a file, with the name."""
    for name, layer in file.layers.items():
        for key in ("stem", "intro", "first_pass"):
            yield from _of_layer(("layers", name, key), getattr(layer, key))
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
    yield from named_responses(file)


def named_responses(file: PresetFile) -> Iterator[tuple[KeyPath, str]]:
    """Yield each key path that names the impulse response of an insert, with the name."""
    for at, inserts in chains(file).values():
        for number, insert in enumerate(inserts):
            if insert.recording is not None:
                yield (*at, number, "file"), insert.recording


def files_of(files: Files | None) -> tuple[str, ...]:
    """Return the names of a file, of a list of variations, or of nothing."""
    return () if files is None else (files,) if isinstance(files, str) else files


def streamed_files(file: PresetFile, stems: Mapping[str, Path]) -> tuple[set[Path], set[Path]]:
    """Return the files that are to be streamed, and all that may be: those of layers that play stems.

    `stems` has the path of each file by its name.
    """
    asked: set[Path] = set()
    may: set[Path] = set()
    for name, layer in file.layers.items():
        for key in ("stem", "intro", "first_pass"):
            paths = {stems[one] for _, one in _of_layer(("layers", name, key), getattr(layer, key))}
            may |= paths
            asked |= paths if layer.streamed else set()
    return asked, may


def key_of(file: PresetFile, name: str) -> KeyPath:
    """Return the first key path that names a file."""
    return next((at for at, named in named_stems(file) if named == name), (name,))


def _of_layer(
    at: KeyPath, written: str | tuple[str, ...] | dict[str, str | tuple[str, ...]] | None
) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(written, dict):
        for section, files in written.items():
            yield from _each((*at, section), files)
    elif written is not None:
        yield from _each(at, written)


def _each(at: KeyPath, files: str | tuple[str, ...]) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(files, str):
        yield at, files
    else:
        yield from (((*at, i), name) for i, name in enumerate(files))


def _find(folder: Path, name: str) -> Path | None:
    """Return the resolved path of a file; the disk may hold its name in another Unicode form."""
    path = _resolved(folder, name)
    if path is not None and path.is_relative_to(folder) and not path.exists():
        same = find_same(folder, name)
        return path if same is None else _resolved(folder, same.relative_to(folder).as_posix())
    return path


def _resolved(folder: Path, name: str) -> Path | None:
    """Return a path with links followed; None if the file system cannot have such a path."""
    try:
        # The name is UTF-8 on the disk, as in the preset, whatever encoding a system without a locale tells.
        resolved = (folder / os.fsdecode(name.encode(errors="surrogateescape"))).resolve()
        # `exists` raises if the name is too long, so it is called inside the `try`.
        resolved.exists()
    except (OSError, RuntimeError, ValueError):
        # The links form a circle, or the name holds a character that file names cannot hold.
        return None
    return resolved


def _list(folder: Path) -> list[str]:
    files = itertools.islice(folder.rglob("*"), MAX_LISTED)
    return [path.relative_to(folder).as_posix() for path in files]
