"""Loads a preset from a folder, or raises a `PresetError` that lists all faults."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from adaptive.errors import PresetError
from adaptive.preset.chains import with_chains
from adaptive.preset.faults import FaultList, hint, show_value
from adaptive.preset.finding import FILE_NAME
from adaptive.preset.formulas import read_conditions, read_derived, read_snapshots
from adaptive.preset.model import Preset, StateGroup, Vocabulary, select_lines, state_groups
from adaptive.preset.patch_library import with_bases
from adaptive.preset.references import check_limits, check_references
from adaptive.preset.song_layers import check_files, check_songs, named_songs, with_songs
from adaptive.preset.source import Source
from adaptive.preset.stems import resolve_files, resolve_stems
from adaptive.preset.toml_text import parse_toml, text_of
from adaptive.preset.walk import read_file

__all__ = [
    "FILE_NAME",
    "Preset",
    "StateGroup",
    "Vocabulary",
    "default_search",
    "find",
    "load",
    "read",
    "read_document",
]

# About ten times the size of the largest preset that one would write by hand.
MAX_BYTES = 1_000_000

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def load(
    path_or_name: str | Path,
    search: Sequence[Path] | None = None,
    vocabulary: Vocabulary | None = None,
) -> Preset:
    """Load a preset.

    Parameters
    ----------
    path_or_name : str or Path
        A name to look for in `search`, a preset's folder, or its ``preset.toml``.
    search : sequence of Path, optional
        Folders that hold presets; `default_search` when left out.
    vocabulary : Vocabulary, optional
        The known generators and instruments; without it, any name is accepted.

    Raises
    ------
    PresetError
        If the preset is missing or faulty; it has one line for each fault, in the order of the file.
    """
    where = str(path_or_name)
    toml = _locate(path_or_name, default_search() if search is None else search)
    return read(_bytes(toml, where), toml.parent, vocabulary, where)


def default_search() -> tuple[Path, ...]:
    """Return the folders in which presets are found by name, in order.

    These are ``presets`` in the working directory, the presets in the installed package, and ``presets``
    beside the package in a source tree.
    """
    package = Path(__file__).resolve().parent.parent
    return (Path("presets"), package / "_presets", package.parent / "presets")


def find(name: str, search: Sequence[Path], *, takes_paths: bool = False) -> Path:
    """Return the file of a preset by its name; the name cannot refer to anything outside the folders.

    With `takes_paths`, the fault also suggests folders in the working directory, which are paths of presets.

    Raises
    ------
    PresetError
        If no folder has a preset of that name; its sentence suggests the most similar one.
    """
    if _NAME.fullmatch(name):
        for folder in search:
            if (folder / name / FILE_NAME).is_file():
                return folder / name / FILE_NAME
    known = {path.parent.name for folder in search for path in folder.glob(f"*/{FILE_NAME}")}
    known |= {path.parent.name for path in Path().glob(f"*/{FILE_NAME}")} if takes_paths else set()
    raise PresetError([f"there is no preset named {show_value(name)}{hint(name, known)}"], name)


def read(
    content: bytes, folder: Path, vocabulary: Vocabulary | None = None, where: str = FILE_NAME
) -> Preset:
    """Read the content of the ``preset.toml`` of `folder`.

    Raises
    ------
    PresetError
        If the content is faulty; it has one line for each fault, in the order of the file.
    """
    document = parse_toml(content, where)
    source = Source(text_of(content, where), document)
    return read_document(document, hashlib.sha256(content).hexdigest(), folder, vocabulary, where, source)


def read_document(
    document: Mapping[str, Any],
    digest: str,
    folder: Path,
    vocabulary: Vocabulary | None = None,
    where: str = FILE_NAME,
    source: Source | None = None,
) -> Preset:
    """Read a parsed ``preset.toml``; `digest` is the SHA-256 of its text, `source` has the lines of its keys.

    Raises
    ------
    PresetError
        If the document is faulty; it has one line for each fault, in the order of the file.
    """
    source = source or Source(document=document)
    faults, follow_ups = FaultList(where, source), FaultList(where, source)
    file = read_file(with_songs(with_chains(with_bases(document), faults)), faults)
    if not check_limits(file, faults):
        raise PresetError(faults.findings(), where)
    folder = folder.resolve()
    follow_ups.follow(faults)
    check_references(file, vocabulary, follow_ups)
    when = read_conditions(file, follow_ups)
    derived = read_derived(file, follow_ups)
    snapshots = read_snapshots(file, follow_ups)
    stems = resolve_stems(file, folder, follow_ups)
    songs = resolve_files(named_songs(file), folder, follow_ups)
    check_songs(file, follow_ups)
    check_files(file, songs, follow_ups)
    faults.extend_unless_near(follow_ups)
    if faults.found:
        raise PresetError(faults.findings(), where)
    return Preset(
        file=file,
        folder=folder,
        text_digest=digest,
        select=select_lines(file),
        when=when,
        derived=derived,
        state_groups=state_groups(file),
        snapshot_when=snapshots,
        stems=stems,
        songs=songs,
        source=source,
    )


def _locate(path_or_name: str | Path, search: Sequence[Path]) -> Path:
    path = Path(path_or_name)
    if path.is_file():
        return path
    if (path / FILE_NAME).is_file():
        return path / FILE_NAME
    if path.is_dir():
        raise PresetError([f"there is no {FILE_NAME} in this folder"], str(path))
    if len(path.parts) == 1 and not path.suffix:
        return find(str(path_or_name), search, takes_paths=True)
    raise PresetError([f"there is no such file or folder: {path}"], str(path))


def _bytes(toml: Path, where: str) -> bytes:
    try:
        with toml.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PresetError([f"cannot be read: {error.strerror}"], where) from error
    if len(content) > MAX_BYTES:
        raise PresetError([f"is larger than the {MAX_BYTES} bytes a preset may have"], where)
    return content
