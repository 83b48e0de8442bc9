"""From the table of a sampler in a preset to a sampler of an engine: finds the file and the program."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from adaptive.errors import InputError
from adaptive.instruments import soundfont
from adaptive.instruments.general_midi import PROGRAMME_NAMES
from adaptive.instruments.library import library_file, library_folders
from adaptive.instruments.sfz import read_sfz
from adaptive.instruments.soundfont import Program, SoundFont
from adaptive.kernel.sources.sampler_settings import SamplerSpec, SampleSet
from adaptive.preset.instrument_tables import DRUM_BANK

ENDINGS = (".sf2", ".sf3")


def sampler_spec(table: Any, bus: int, folder: Path) -> SamplerSpec:
    """Return the sampler of a table, on a bus.

    Raises
    ------
    InputError
        The file or the program does not exist, or cannot be read; one sentence.
    """
    if (table.soundfont is None) == (table.sfz is None):
        message = "a sampler needs either a `soundfont` or an `sfz` file"
        raise InputError(message)
    if table.sfz is not None:
        return sfz_spec(table, bus, folder)
    if table.key_switch is not None:
        message = "`key_switch` goes with `sfz`, not with a `soundfont`"
        raise InputError(message)
    font = font_of(table, folder)
    path, numbers = font.path, table.numbers()
    program = find_program(font, table.program, int(table.numbers()["bank"]))
    return SamplerSpec(
        bus,
        _samples(path, font.modified_ns, program),
        table.voices,
        numbers["level_db"],
        numbers["tune_cents"],
        (str(path), font.modified_ns, program),
        stand_in(font, program, table.program, int(table.numbers()["bank"])),
        table.streamed,
    )


def sfz_spec(table: Any, bus: int, folder: Path) -> SamplerSpec:
    """Return the sampler of a table that names an SFZ file, on a bus.

    Raises
    ------
    InputError
        The file does not exist, or nothing of it can be played; one sentence.
    """
    if table.program is not None:
        message = "`program` goes with a `soundfont`, not with `sfz`"
        raise InputError(message)
    if Path(table.sfz).suffix.lower() != ".sfz":
        message = f"`{table.sfz}` is not an SFZ file: its name must end in .sfz"
        raise InputError(message)
    path = library_file(table.sfz, folder, "SFZ file")
    root = next(one for one in (folder.resolve(), *library_folders()) if path.is_relative_to(one))
    made = read_sfz(path, root)
    source, numbers = (str(path), made.files), table.numbers()
    return SamplerSpec(
        bus, made.samples, table.voices, numbers["level_db"], numbers["tune_cents"], source, made.remarks,
        table.streamed, None if table.key_switch is None else made.switch_of(table.key_switch),
    )  # fmt: skip


def font_of(table: Any, folder: Path) -> SoundFont:
    """Read the SoundFont of a table.

    Raises
    ------
    InputError
        There is no such file, or it cannot be read; one sentence.
    """
    if Path(table.soundfont).suffix.lower() not in ENDINGS:
        message = f"`{table.soundfont}` is not a SoundFont: its name must end in {' or '.join(ENDINGS)}"
        raise InputError(message)
    return soundfont.read(library_file(table.soundfont, folder, "SoundFont"))


@lru_cache(maxsize=64)
def _samples(path: Path, _modified_ns: int, program: Program) -> SampleSet:
    """The regions of a program; those of a file that has not changed since are kept."""
    font = soundfont.read(path)
    return SampleSet(program.name, soundfont.regions(font, program))


def find_program(font: SoundFont, wanted: str | int | None, bank: int, *, nearest: bool = False) -> Program:
    """Return a program by its General MIDI name, its number, or its name in the file, in this order.

    A bank that the file does not have falls back to the same program of bank 0, a drum kit to kit 0; see
    `stand_in`.  With `nearest`, the first program stands for one that the file does not have at all.

    Raises
    ------
    InputError
        There is no such program; names the nearest.
    """
    by_place = {(one.bank, one.number): one for one in reversed(font.programs)}
    number = _number(wanted)
    if number is not None:
        fallbacks = [(bank, number), (DRUM_BANK, 0) if bank == DRUM_BANK else (0, number)]
        found = next((by_place[place] for place in fallbacks if place in by_place), None)
        if found is None and nearest and font.programs:
            found = font.programs[0]
        if found is not None:
            return found
        message = f"{font.path.name} has no program {number} in bank {bank}"
        raise InputError(message)
    plain = str(wanted).casefold()
    named = [one for one in font.programs if one.name.casefold() == plain]
    if named:
        return next((one for one in named if one.bank == bank), named[0])
    known = {name.casefold(): name for name in (*PROGRAMME_NAMES, *(one.name for one in font.programs))}
    near = get_close_matches(plain, known, 1, 0.0)
    message = f"{font.path.name} has no program `{wanted}`" + (
        f"; the nearest is `{known[near[0]]}`" if near else ""
    )
    raise InputError(message)


def stand_in(font: SoundFont, program: Program, wanted: str | int | None, bank: int) -> tuple[str, ...]:
    """What is to be told of a program that stands for one that the file does not have; empty: nothing."""
    number = _number(wanted)
    if number is None or (program.bank, program.number) == (bank, number):
        return ()
    asked = f"kit {number}" if bank == DRUM_BANK else f"program {number} in bank {bank}"
    return (f"{font.path.name} has no {asked}; `{program.name}` plays instead",)


def _number(wanted: str | int | None) -> int | None:
    """The number of a program; None: it is a name of the file."""
    if wanted is None:
        return 0
    if isinstance(wanted, int):
        return wanted
    return next((at for at, name in enumerate(PROGRAMME_NAMES) if name.casefold() == wanted.casefold()), None)
