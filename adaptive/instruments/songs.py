"""The instrument of a layer that plays a MIDI file: a program of a SoundFont for each that the file names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adaptive.instruments import soundfont
from adaptive.instruments.kinds import instrument_spec
from adaptive.instruments.soundfonts import find_program, font_of, sampler_spec, stand_in
from adaptive.kernel.sources.descriptor import InstrumentSpec
from adaptive.kernel.sources.sampler_regions import Region
from adaptive.kernel.sources.sampler_settings import SamplerSpec, SampleSet
from adaptive.preset.instrument_tables import DRUM_BANK
from adaptive.preset.song import Song

Part = tuple[int, int, int]
"""Channel, bank and program of some notes of a MIDI file."""


def plays_programs(table: Any) -> bool:
    """Whether an instrument plays what a MIDI file names: a SoundFont."""
    return table.kind == "sampler" and table.soundfont is not None


def song_spec(table: Any, bus: int, folder: Path, song: Song, channels: frozenset[int]) -> InstrumentSpec:
    """Return the instrument of a layer that plays a MIDI file.

    Of a SoundFont without `program` it has all programs that the file names; of one with `program`, that for
    all channels but the drums.  Any other instrument plays all notes.

    Raises
    ------
    InputError
        A file or a program cannot be read; one sentence.
    """
    if not plays_programs(table):
        return instrument_spec(table, bus, folder)
    font = font_of(table, folder)
    regions: list[Region] = []
    owners: list[int] = []
    parts: dict[Part, range] = {}
    remarks: list[str] = []
    kept: dict[soundfont.Program, list[Region]] = {}
    for channel, bank, number in sorted(song.programs):
        if channel not in channels:
            continue
        if bank == DRUM_BANK and all(one.bank != DRUM_BANK for one in font.programs):
            remarks.append(f"{font.path.name} has no drum kit; channel 10 of {song.name} is silent")
            continue
        if table.program is None or bank == DRUM_BANK:
            program = find_program(font, number, bank, nearest=True)
        else:
            program = find_program(font, table.program, int(table.numbers()["bank"]))
        if program not in kept:
            kept[program] = soundfont.regions(font, program)
            remarks += stand_in(font, program, number if table.program is None else table.program, bank)
        parts[channel, bank, number] = range(len(regions), len(regions) + len(kept[program]))
        regions += kept[program]
        owners += [channel] * len(kept[program])
    numbers = table.numbers()
    if not regions:  # the file has no notes
        return sampler_spec(table, bus, folder)
    return SamplerSpec(
        bus,
        SampleSet(song.name, regions, owners, parts),
        table.voices,
        numbers["level_db"],
        numbers["tune_cents"],
        (str(font.path), font.modified_ns, song.name, tuple(sorted(parts))),
        tuple(dict.fromkeys(remarks)),
        table.streamed,
    )
