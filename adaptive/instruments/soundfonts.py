"""From the table of a sampler in a preset to a sampler of an engine: finds the file and the program."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from adaptive.errors import InputError
from adaptive.instruments import soundfont
from adaptive.instruments.general_midi import PROGRAMME_NAMES
from adaptive.instruments.soundfont import Program, SoundFont
from adaptive.kernel.sources.sampler_settings import SamplerSpec, SampleSet
from adaptive.preset.instrument_tables import DRUM_BANK


def sampler_spec(table: Any, bus: int, folder: Path) -> SamplerSpec:
    """Return the sampler of a table, on a bus.

    Raises
    ------
    InputError
        The file or the program does not exist, or cannot be read; one sentence.
    """
    path = (folder / table.soundfont).resolve()
    if path.suffix.lower() != ".sf2":
        message = f"`{table.soundfont}` is not a SoundFont: its name must end in .sf2"
        raise InputError(message)
    font = soundfont.read(path)
    program = find_program(font, table.program, int(table.bank))
    return SamplerSpec(
        bus,
        _samples(path, font.modified_ns, program),
        table.voices,
        table.level_db,
        table.tune_cents,
        (str(path), font.modified_ns, program),
    )


@lru_cache(maxsize=64)
def _samples(path: Path, _modified_ns: int, program: Program) -> SampleSet:
    """The regions of a program; those of a file that has not changed since are kept."""
    font = soundfont.read(path)
    return SampleSet(program.name, soundfont.regions(font, program))


def find_program(font: SoundFont, wanted: str | int | None, bank: int) -> Program:
    """Return a program by its General MIDI name, its number, or its name in the file, in this order.

    A bank that the file does not have falls back to the same program of bank 0, a drum kit to kit 0.

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


def _number(wanted: str | int | None) -> int | None:
    """The number of a program; None: it is a name of the file."""
    if wanted is None:
        return 0
    if isinstance(wanted, int):
        return wanted
    return next((at for at, name in enumerate(PROGRAMME_NAMES) if name.casefold() == wanted.casefold()), None)
