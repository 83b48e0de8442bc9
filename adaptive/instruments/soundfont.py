"""Reads SoundFont 2 files: programs, and what a sampler needs to play one.

"SoundFont Technical Specification" 2.04 (Creative Technology and E-mu, 2006).  A file is checked as it is
read: no size, index or offset in it is believed.  Differences from the specification that players share are
kept: attenuation counts 0.4 times, as in the E-mu sound chips, and velocity does not move the filter.
Modulators are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.errors import InputError
from adaptive.instruments.soundfont_zones import GENERATOR, Zone, region_of

Array = np.ndarray[Any, Any]

LARGEST_FILE = 1 << 32
"""Bytes; sizes within a file have 32 bits."""

TABLES: Mapping[bytes, Any] = {
    b"phdr": np.dtype(
        [("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("unused", "<u4", 3)]
    ),
    b"pbag": np.dtype([("generator", "<u2"), ("modulator", "<u2")]),
    b"pgen": np.dtype([("operator", "<u2"), ("amount", "<i2")]),
    b"inst": np.dtype([("name", "S20"), ("bag", "<u2")]),
    b"ibag": np.dtype([("generator", "<u2"), ("modulator", "<u2")]),
    b"igen": np.dtype([("operator", "<u2"), ("amount", "<i2")]),
    b"shdr": np.dtype([
        ("name", "S20"), ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"),
        ("rate", "<u4"), ("key", "u1"), ("correction", "i1"), ("link", "<u2"), ("type", "<u2"),
    ]),
}  # fmt: skip
"""The tables of a file; the last row of each only ends the one before."""

ROM, COMPRESSED = 0x8000, 0x10
"""Bits of a sample's type: it is in a sound card, or compressed (SoundFont 3)."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program of a file: its name, bank, number, and its row."""

    name: str
    bank: int
    number: int
    row: int


@dataclass(slots=True)
class SoundFont:
    """A file that was read: its tables, and its samples as 16-bit numbers.

    Parameters
    ----------
    path : Path
        Where it is.
    tables : Mapping
        Name to rows, see `TABLES`.
    samples : ndarray of int16
        All recordings, one behind the other.
    modified_ns : int
        When the file was last written.
    programs : list of Program
        What it can play.
    """

    path: Path
    tables: Mapping[bytes, Array]
    samples: Array
    modified_ns: int
    programs: list[Program] = field(default_factory=list)

    def zones(self, program: Program) -> Iterator[Zone]:
        """The zones that a program plays: its own with those of its instruments, summed as is specified."""
        for outer in self._bags(b"phdr", b"pbag", b"pgen", program.row, GENERATOR["instrument"]):
            instrument = outer[GENERATOR["instrument"]] & 0xFFFF
            if instrument >= self.tables[b"inst"].size - 1:
                self._refuse(f"program `{program.name}` names an instrument that is not there")
            for inner in self._bags(b"inst", b"ibag", b"igen", instrument, GENERATOR["sample"]):
                sample = inner[GENERATOR["sample"]] & 0xFFFF
                if sample >= self.tables[b"shdr"].size - 1:
                    self._refuse(f"program `{program.name}` names a sample that is not there")
                yield Zone(outer, inner, self.tables[b"shdr"][sample], int(sample))

    def _bags(
        self, heads: bytes, bags: bytes, generators: bytes, row: int, last: int
    ) -> Iterator[dict[int, int]]:
        """Generators of each zone of a row that ends with `last`, over those of a first zone without it."""
        for_all: dict[int, int] = {}
        first, end = (int(self.tables[heads][number]["bag"]) for number in (row, row + 1))
        if not first <= end < self.tables[bags].size:
            self._refuse("its tables of zones contradict each other")
        for number in range(first, end):
            begin, stop = (int(self.tables[bags][bag]["generator"]) for bag in (number, number + 1))
            if not begin <= stop < self.tables[generators].size:
                self._refuse("its tables of zones contradict each other")
            rows = self.tables[generators][begin:stop]
            own = {int(one["operator"]): int(one["amount"]) for one in rows}
            if last in own:
                yield for_all | own
            elif number == first:
                for_all = own

    def _refuse(self, why: str) -> None:
        message = f"{self.path.name} is not a SoundFont that can be read: {why}"
        raise InputError(message)


@lru_cache(maxsize=8)
def _read(path: Path, modified_ns: int, size: int) -> SoundFont:
    data = np.fromfile(path, np.uint8).tobytes() if size < LARGEST_FILE else b""
    found = dict(_chunks(data, path))
    tables = {}
    for name, kind in TABLES.items():
        rows = found.get(name, b"")
        if len(rows) % kind.itemsize or len(rows) < 2 * kind.itemsize:
            message = (
                f"{path.name} is not a SoundFont that can be read: its table `{name.decode()}` is broken"
            )
            raise InputError(message)
        tables[name] = np.frombuffer(rows, kind)
    samples = found.get(b"smpl", b"")
    font = SoundFont(path, tables, np.frombuffer(samples[: len(samples) // 2 * 2], "<i2"), modified_ns)
    font.programs = [
        Program(_text(row["name"]), int(row["bank"]), int(row["program"]), number)
        for number, row in enumerate(tables[b"phdr"][:-1])
    ]
    return font


def read(path: Path) -> SoundFont:
    """Read a SoundFont; a file that has not changed since is not read again.

    Raises
    ------
    InputError
        There is no such file, or it is no SoundFont; one sentence.
    """
    try:
        status = path.stat()
        return _read(path, status.st_mtime_ns, status.st_size)
    except OSError as error:
        message = f"there is no SoundFont {path.name}: {error.strerror or error}"
        raise InputError(message) from None


def _chunks(data: bytes, path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of every chunk, those in lists of chunks too; a size beyond the end is cut."""
    if data[:4] != b"RIFF" or data[8:12] != b"sfbk":
        message = f"{path.name} is not a SoundFont: it does not begin with RIFF and sfbk"
        raise InputError(message)
    waiting = [(12, len(data))]
    while waiting:
        at, end = waiting.pop()
        while at + 8 <= end:
            name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
            begin, stop = at + 8, min(at + 8 + size, end)
            if name == b"LIST":
                waiting.append((begin + 4, stop))
            else:
                yield name, data[begin:stop]
            at = begin + size + size % 2


def _text(name: bytes) -> str:
    """A name in a file: up to its first zero byte; Latin letters of old files are kept."""
    return name.split(b"\0")[0].decode("latin-1").strip()


def regions(font: SoundFont, program: Program) -> list[Any]:
    """What a sampler plays for a program.

    Raises
    ------
    InputError
        A table contradicts another, or there is nothing to play; one sentence.
    """
    recordings: dict[int, Any] = {}
    made = []
    for zone in font.zones(program):
        kind = int(zone.sample["type"])
        if kind & COMPRESSED:
            message = f"{font.path.name} has compressed samples (SoundFont 3), which are not read"
            raise InputError(message)
        if kind & ROM:
            continue
        region = region_of(zone, font.samples, recordings)
        if region is not None:
            made.append(region)
    if not made:
        message = f"{font.path.name}: program `{program.name}` has no sample that can be played"
        raise InputError(message)
    return made
