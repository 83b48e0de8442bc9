"""Reads SoundFont 2 files: programs, and what a sampler needs to play one.

"SoundFont Technical Specification" 2.04 (Creative Technology and E-mu, 2006).  A file is checked as it is
read: no size, index or offset in it is believed.  Differences from the specification that players share are
kept: attenuation counts 0.4 times, as in the E-mu sound chips, and velocity does not move the filter.
SoundFont 3 is the same with samples that are compressed as Ogg Vorbis; they are decoded when a program needs
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np

from adaptive.errors import InputError
from adaptive.instruments.soundfont_modulators import Identity, amounts_of, modulators_of
from adaptive.instruments.soundfont_samples import PackedSample, PlainSample, SoundFontFile
from adaptive.instruments.soundfont_zones import GENERATOR, Zone, region_of
from adaptive.kernel.sources.sampler_regions import NOTHING, Recording, Region

Array = np.ndarray[Any, Any]

LARGEST_FILE = 1 << 32
"""Bytes; sizes within a file have 32 bits."""

MODULATOR_ROW = np.dtype(
    [
        ("source", "<u2"), ("destination", "<u2"), ("amount", "<i2"), ("amount_source", "<u2"),
        ("transform", "<u2"),
    ]
)  # fmt: skip

TABLES: Mapping[bytes, Any] = {
    b"phdr": np.dtype(
        [("name", "S20"), ("program", "<u2"), ("bank", "<u2"), ("bag", "<u2"), ("unused", "<u4", 3)]
    ),
    b"pbag": np.dtype([("generator", "<u2"), ("modulator", "<u2")]),
    b"pgen": np.dtype([("operator", "<u2"), ("amount", "<i2")]),
    b"inst": np.dtype([("name", "S20"), ("bag", "<u2")]),
    b"ibag": np.dtype([("generator", "<u2"), ("modulator", "<u2")]),
    b"igen": np.dtype([("operator", "<u2"), ("amount", "<i2")]),
    b"pmod": MODULATOR_ROW,
    b"imod": MODULATOR_ROW,
    b"shdr": np.dtype([
        ("name", "S20"), ("start", "<u4"), ("end", "<u4"), ("loop_start", "<u4"), ("loop_end", "<u4"),
        ("rate", "<u4"), ("key", "u1"), ("correction", "i1"), ("link", "<u2"), ("type", "<u2"),
    ]),
}  # fmt: skip
"""The tables of a file; the last row of each only ends the one before."""

MAY_BE_EMPTY = (b"pmod", b"imod")

ROM, COMPRESSED = 0x8000, 0x10
"""Bits of a sample's type: it is in a sound card, or compressed (SoundFont 3)."""

LONGEST_FRAMES = 30_000_000
"""Frames of a sample: ten minutes at 48 kHz."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program of a file: its name, bank, number, and its row."""

    name: str
    bank: int
    number: int
    row: int


@dataclass(slots=True)
class SoundFont:
    """A file that was read: its tables, and where its samples are.

    Parameters
    ----------
    path : Path
        Where it is.
    tables : Mapping
        Name to rows, see `TABLES`.
    file : SoundFontFile
        What samples are read from.
    samples : tuple of int
        First byte of all samples, one behind the other, and their size; compressed ones are places in it.
    modified_ns : int
        When the file was last written.
    programs : list of Program
        What it can play.
    """

    path: Path
    tables: Mapping[bytes, Array]
    file: SoundFontFile
    samples: tuple[int, int]
    modified_ns: int
    programs: list[Program] = field(default_factory=list)

    def zones(self, program: Program) -> Iterator[Zone]:
        """The zones that a program plays: its own with those of its instruments, summed as is specified."""
        for outer, outer_moved in self._bags(b"p", b"phdr", program.row, GENERATOR["instrument"]):
            instrument = outer[GENERATOR["instrument"]] & 0xFFFF
            if instrument >= self.tables[b"inst"].size - 1:
                self._refuse(f"program `{program.name}` names an instrument that is not there")
            for inner, inner_moved in self._bags(b"i", b"inst", instrument, GENERATOR["sample"]):
                sample = inner[GENERATOR["sample"]] & 0xFFFF
                if sample >= self.tables[b"shdr"].size - 1:
                    self._refuse(f"program `{program.name}` names a sample that is not there")
                modulators = modulators_of(inner_moved, outer_moved)
                yield Zone(outer, inner, self.tables[b"shdr"][sample], int(sample), modulators)

    def _bags(
        self, letter: bytes, heads: bytes, row: int, last: int
    ) -> Iterator[tuple[dict[int, int], dict[Identity, int]]]:
        """Generators and modulators of each zone of a row that ends with the generator `last`.

        Those of a first zone without it hold for all.
        """
        for_all: dict[int, int] = {}
        moved_for_all: dict[Identity, int] = {}
        bags = self.tables[letter + b"bag"]
        first, end = (int(self.tables[heads][number]["bag"]) for number in (row, row + 1))
        if not first <= end < bags.size:
            self._refuse("its tables of zones contradict each other")
        for number in range(first, end):
            rows = self._rows(letter + b"gen", bags, number, "generator")
            own: dict[int, int] = {}
            for one in rows:
                own[int(one["operator"])] = int(one["amount"])
                if int(one["operator"]) == last:
                    break  # what follows is not counted, section 8.1.2
            zone = 2 * (letter == b"p") + (number > first)  # a first one may hold for all
            moved = amounts_of(self._rows(letter + b"mod", bags, number, "modulator"), zone)
            if last in own:
                yield for_all | own, moved_for_all | moved
            elif number == first:
                for_all, moved_for_all = own, moved

    def _rows(self, table: bytes, bags: Array, number: int, column: str) -> Array:
        """Rows of a table that belong to a zone."""
        begin, stop = (int(bags[bag][column]) for bag in (number, number + 1))
        rows = self.tables[table]
        if table in MAY_BE_EMPTY and rows.size == 0:
            return rows
        if not begin <= stop < rows.size:
            self._refuse("its tables of zones contradict each other")
        return rows[begin:stop]

    def recording(self, zone: Zone) -> Recording:
        """The sample of a zone.

        Raises
        ------
        InputError
            It is longer than `LONGEST_FRAMES`, or compressed and broken.
        """
        begin, end = int(zone.sample["start"]), int(zone.sample["end"])
        first, size = self.samples
        name = f"{self.path.name}, sample `{_text(zone.sample['name'])}`"
        if int(zone.sample["type"]) & COMPRESSED:
            begin, end = min(begin, size), min(end, size)
            try:
                source: PlainSample = PackedSample(self.file, name, first + begin, max(0, end - begin))
            except OSError as error:
                self._refuse(f"its sample {zone.number} {error.strerror or error}")
        else:
            begin, end = min(begin, size // 2), min(end, size // 2)
            source = PlainSample(self.file, name, first + 2 * begin, max(0, end - begin))
        rate = float(min(max(int(zone.sample["rate"]), 400), 384_000))
        if source.frames > LONGEST_FRAMES:
            message = (
                f"{name} lasts {source.frames / rate / 60:.0f} minutes; samples may last "
                f"{LONGEST_FRAMES / 48000 / 60:.0f}"
            )
            raise InputError(message)
        return Recording(NOTHING, rate, source)

    def _refuse(self, why: str) -> NoReturn:
        message = f"{self.path.name} is not a SoundFont that can be read: {why}"
        raise InputError(message)


@lru_cache(maxsize=8)
def _read(path: Path, modified_ns: int, size: int) -> SoundFont:
    with path.open("rb") as file:
        found = dict(_chunks(file, size if size < LARGEST_FILE else 0, path))
        tables = {}
        for name, kind in TABLES.items():
            first, length = found.get(name, (0, 0))
            file.seek(first)
            rows = file.read(length)
            least = 0 if name in MAY_BE_EMPTY else 2 * kind.itemsize
            if len(rows) % kind.itemsize or len(rows) < least:
                message = (
                    f"{path.name} is not a SoundFont that can be read: its table `{name.decode()}` is broken"
                )
                raise InputError(message)
            tables[name] = np.frombuffer(rows, kind)
    samples = found.get(b"smpl", (0, 0))
    font = SoundFont(path, tables, SoundFontFile(path, (modified_ns, size)), samples, modified_ns)
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


def _chunks(file: BinaryIO, size: int, path: Path) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Name, first byte and size of every chunk, those in lists too; a size beyond the end is cut."""
    head = file.read(12) if size else b""
    if head[:4] != b"RIFF" or head[8:12] != b"sfbk":
        message = f"{path.name} is not a SoundFont: it does not begin with RIFF and sfbk"
        raise InputError(message)
    waiting = [(12, size)]
    while waiting:
        at, end = waiting.pop()
        while at + 8 <= end:
            file.seek(at)
            told = file.read(8)
            name, length = told[:4], int.from_bytes(told[4:], "little")
            begin, stop = at + 8, min(at + 8 + length, end)
            if name == b"LIST":
                waiting.append((begin + 4, stop))
            else:
                yield name, (begin, max(0, stop - begin))
            at = begin + length + length % 2


def _text(name: bytes) -> str:
    """A name in a file: up to its first zero byte; Latin letters of old files are kept."""
    return name.split(b"\0")[0].decode("latin-1").strip()


def regions(font: SoundFont, program: Program) -> list[Region]:
    """What a sampler plays for a program.

    Raises
    ------
    InputError
        A table contradicts another, or there is nothing to play; one sentence.
    """
    recordings: dict[int, Recording] = {}
    made = []
    for zone in font.zones(program):
        if int(zone.sample["type"]) & ROM or zone.is_empty:
            continue
        if zone.number not in recordings:
            recordings[zone.number] = font.recording(zone)
        region = region_of(zone, recordings[zone.number], is_packed=bool(zone.sample["type"] & COMPRESSED))
        if region is not None:
            made.append(region)
    if not made:
        message = f"{font.path.name}: program `{program.name}` has no sample that can be played"
        raise InputError(message)
    return made
