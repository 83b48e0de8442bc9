"""Loads a site file, or raises a `SiteError` that lists all faults."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from adaptive.errors import PresetError, SiteError
from adaptive.preset.faults import FaultList
from adaptive.preset.finding import Finding, findings_of
from adaptive.preset.source import Source
from adaptive.preset.toml_text import parse_toml, text_of
from adaptive.preset.walk import read_tables
from adaptive.site.network_checks import check_hours, check_network, network_warnings
from adaptive.site.place_checks import check_places
from adaptive.site.site_file import SiteFile
from adaptive.site.speaker_checks import check_speakers, speaker_warnings

MAX_BYTES = 1_000_000
"""About ten times the size of a site file with 64 speakers and 200 mappings."""

CHECKS: tuple[Callable[[SiteFile, FaultList], None], ...] = (
    check_speakers,
    check_network,
    check_hours,
    check_places,
)
"""What must hold of a file whose keys and types are right; each adds its faults."""

WARNINGS: tuple[Callable[[SiteFile], Iterator[Finding]], ...] = (
    speaker_warnings,
    network_warnings,
)
"""What may surprise in a file without faults."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place: its file, and where that is.

    Parameters
    ----------
    file : SiteFile
        What the file says.
    path : Path
        The file.
    warnings : tuple of Finding
        What may surprise, in the order of the file.
    source : Source
        The text of the file, which says in which line a key stands.
    """

    file: SiteFile
    path: Path
    warnings: tuple[Finding, ...] = ()
    source: Source = dataclasses.field(default_factory=Source, compare=False, repr=False)


def load_site(path: Path) -> Site:
    """Load a site file.

    Raises
    ------
    SiteError
        The file is missing or faulty; one line for each fault, in the order of the file.
    """
    return read_site(_bytes(path), path)


def read_site(content: bytes, path: Path) -> Site:
    """Read the content of a site file; `path` says where it is.

    Raises
    ------
    SiteError
        It is faulty; one line for each fault, in the order of the file.
    """
    where = str(path)
    try:
        document = parse_toml(content, where)
        source = Source(text_of(content, where), document)
        faults, follow_ups = FaultList(where, source), FaultList(where, source)
        file = read_tables(SiteFile, document, faults)
        for check in CHECKS:
            check(file, follow_ups)
        faults.extend_unless_near(follow_ups)
        found = faults.findings()
    except PresetError as error:
        found = findings_of(error.findings)
    if found:
        raise SiteError(_named(found, path), where)
    warnings = [warning for look in WARNINGS for warning in look(file)]
    placed = sorted(source.all_placed(warnings), key=lambda one: source.position(one.path))
    return Site(file, path, tuple(_named(placed, path)), source)


def _named(findings: list[Finding], path: Path) -> list[Finding]:
    """Findings that name the file they are in."""
    return [dataclasses.replace(one, file=path.name) for one in findings]


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SiteError([f"{path}: the site file cannot be read: {error.strerror}"], str(path)) from error
    if len(content) > MAX_BYTES:
        message = f"{path}: is larger than the {MAX_BYTES} bytes a site file may have"
        raise SiteError([message], str(path))
    return content
