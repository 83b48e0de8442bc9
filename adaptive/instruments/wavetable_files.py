"""Reads wavetables: audio files whose cycles lie one behind the other.

A WAV file may tell the samples of a cycle: in a chunk ``clm `` as text behind ``<!>``, or in a chunk ``srge``
as the second of two 32-bit numbers.  Both are what editors of wavetables write.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from adaptive.errors import InputError, one_line
from adaptive.instruments.library import library_file
from adaptive.instruments.numbers import file_spec, numbers_spec
from adaptive.instruments.wave_chunks import chunk_of
from adaptive.kernel.sources.descriptor import InstrumentSpec
from adaptive.kernel.sources.wave_bank import MOST_CYCLES, WaveBank, spectra_of, wave_bank

USUAL_FRAME = 2048
LEAST_FRAME, LONGEST_FRAME = 16, 8192
SILENT = 1e-4


def wavetable_spec(table: Any, bus: int, folder: Path) -> InstrumentSpec:
    """Return the wavetable synthesiser of a table, on a bus; its file is found from the preset's folder.

    Raises
    ------
    InputError
        There is no such file, or it holds no wavetable; one sentence.
    """
    if table.file is None:
        return numbers_spec(table, bus)
    frame = int(table.numbers()["frame_size"])
    if 0 < frame < LEAST_FRAME:
        message = f"`frame_size` must be at least {LEAST_FRAME}, or 0 for what the file says, got {frame}"
        raise InputError(message)
    path = library_file(table.file, folder, "wavetable")
    modified_ns = path.stat().st_mtime_ns
    return file_spec(table, bus, _read(path, modified_ns, frame), path, modified_ns)


@lru_cache(maxsize=64)
def _read(path: Path, _modified_ns: int, frame: int) -> WaveBank:
    """The tables of a file; those of a file that has not changed since are kept."""
    frame = frame or _told_frame(path) or USUAL_FRAME
    try:
        with soundfile.SoundFile(path) as file:
            count = file.frames
            cycles = count // frame
            if cycles > MOST_CYCLES:
                message = (
                    f"{path.name} holds {cycles:,} cycles of {frame:,} samples; a wavetable has at most "
                    f"{MOST_CYCLES}"
                )
                raise InputError(message)
            samples = file.read(dtype="float64", always_2d=True)[:, 0]
    except (soundfile.SoundFileError, RuntimeError) as error:
        message = f"{path.name} cannot be decoded ({one_line(str(error))})"
        raise InputError(message) from None
    if samples.size < LEAST_FRAME:
        message = f"{path.name} holds {samples.size} samples; a wavetable needs {LEAST_FRAME} or more"
        raise InputError(message)
    samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0).clip(-1e3, 1e3)
    if np.abs(samples).max() < SILENT:
        message = f"{path.name} is silent; a wavetable needs a wave"
        raise InputError(message)
    # a file that is shorter than a cycle is one cycle
    return wave_bank(spectra_of(samples, min(frame, samples.size)))


def _told_frame(path: Path) -> int | None:
    """Samples of a cycle, as a WAV file tells them."""
    text = re.match(rb"<!>(\d{1,6})", chunk_of(path, b"clm ", 64))
    frame = int(text[1]) if text else int.from_bytes(chunk_of(path, b"srge", 8)[4:8], "little")
    return frame if LEAST_FRAME <= frame <= LONGEST_FRAME else None
