"""Reads SoundFont 2 files: programs, and what a sampler needs to play one.

"SoundFont Technical Specification" 2.04 (Creative Technology and E-mu, 2006).  A file is checked as it is
read: no size, index or offset in it is believed.  Differences from the specification that players share are
kept: attenuation counts 0.4 times, as in the E-mu sound chips, and velocity does not move the filter.
SoundFont 3 is the same with samples that are compressed as Ogg Vorbis; they are decoded when a program needs
them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from adaptive.errors import InputError, one_line
from adaptive.instruments.soundfont_modulators import Identity, amounts_of, modulators_of
from adaptive.instruments.soundfont_zones import GENERATOR, Zone, region_of
from adaptive.kernel.sources.sampler_regions import Recording, Region

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
"""Frames of a sample: ten minutes at 48 kHz.  Samples are kept in memory as 32-bit numbers."""


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
    content : bytes
        The same as the file has it: compressed samples are places in it.
    modified_ns : int
        When the file was last written.
    programs : list of Program
        What it can play.
    """

    path: Path
    tables: Mapping[bytes, Array]
    samples: Array
    content: bytes
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
            moved = amounts_of(self._rows(letter + b"mod", bags, number, "modulator"))
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

    def recording(self, zone: Zone) -> Array:
        """Frames of a zone's sample, float32.

        Raises
        ------
        InputError
            It is longer than `LONGEST_FRAMES`, or compressed and broken.
        """
        begin, end = int(zone.sample["start"]), int(zone.sample["end"])
        if int(zone.sample["type"]) & COMPRESSED:
            return self._decoded(zone, begin, end)
        frames = self.samples[begin : min(end, self.samples.size)]
        self._check_length(zone, frames.size)
        return frames.astype(np.float32) / np.float32(32768.0)

    def _decoded(self, zone: Zone, begin: int, end: int) -> Array:
        try:
            with soundfile.SoundFile(io.BytesIO(self.content[begin:end])) as file:
                self._check_length(zone, file.frames)
                frames: Array = file.read(dtype="float32", always_2d=True)[:, 0]
        except (soundfile.SoundFileError, RuntimeError) as error:
            self._refuse(f"its sample {zone.number} cannot be decoded ({one_line(str(error))})")
            raise  # never reached
        return frames

    def _check_length(self, zone: Zone, frames: int) -> None:
        if frames > LONGEST_FRAMES:
            rate = max(1, int(zone.sample["rate"]))
            message = (
                f"{self.path.name}: sample `{_text(zone.sample['name'])}` lasts {frames / rate / 60:.0f} "
                f"minutes; at most {LONGEST_FRAMES / 48000 / 60:.0f} are kept in memory"
            )
            raise InputError(message)

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
        least = 0 if name in MAY_BE_EMPTY else 2 * kind.itemsize
        if len(rows) % kind.itemsize or len(rows) < least:
            message = (
                f"{path.name} is not a SoundFont that can be read: its table `{name.decode()}` is broken"
            )
            raise InputError(message)
        tables[name] = np.frombuffer(rows, kind)
    samples = found.get(b"smpl", b"")
    words = np.frombuffer(samples[: len(samples) // 2 * 2], "<i2")
    font = SoundFont(path, tables, words, samples, modified_ns)
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
            rate = float(min(max(int(zone.sample["rate"]), 400), 384_000))
            recordings[zone.number] = Recording(font.recording(zone), rate)
        region = region_of(zone, recordings[zone.number], is_packed=bool(zone.sample["type"] & COMPRESSED))
        if region is not None:
            made.append(region)
    if not made:
        message = f"{font.path.name}: program `{program.name}` has no sample that can be played"
        raise InputError(message)
    return made
