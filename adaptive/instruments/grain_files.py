"""Reads the sounds that grains are cut from."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from adaptive.errors import InputError, one_line
from adaptive.instruments.library import library_file
from adaptive.instruments.numbers import file_spec, numbers_spec
from adaptive.instruments.samples import read_sample
from adaptive.kernel.sources.descriptor import InstrumentSpec
from adaptive.kernel.sources.grain_sound import GrainSound, grain_sound

LONGEST_S, SHORTEST_S = 120.0, 0.02
USUAL_KEY = 60.0
SILENT = 1e-4
"""-80 dBFS."""


def granular_spec(table: Any, bus: int, folder: Path) -> InstrumentSpec:
    """Return the granular instrument of a table, on a bus; its file is found from the preset's folder.

    Raises
    ------
    InputError
        There is no such file, or grains cannot be cut from it; one sentence.
    """
    if table.file is None:
        return numbers_spec(table, bus)
    path = library_file(table.file, folder, "audio file")
    modified_ns = path.stat().st_mtime_ns
    sound = _read(path, modified_ns, float(table.numbers()["root_key"]))
    return file_spec(table, bus, sound, path, modified_ns)


@lru_cache(maxsize=4)  # two minutes of stereo take 92 MB
def _read(path: Path, _modified_ns: int, key: float) -> GrainSound:
    """The sound of a file; that of a file that has not changed since is kept."""
    try:
        about = soundfile.info(path)
    except (soundfile.SoundFileError, RuntimeError) as error:
        message = f"{path.name} cannot be decoded ({one_line(str(error))})"
        raise InputError(message) from None
    seconds = about.frames / max(about.samplerate, 1)
    if seconds > LONGEST_S:
        message = f"{path.name} lasts {seconds:,.0f} s; grains are cut from at most {LONGEST_S:.0f} s"
        raise InputError(message)
    if seconds < SHORTEST_S:
        message = (
            f"{path.name} lasts {1000.0 * seconds:.1f} ms; grains need {1000.0 * SHORTEST_S:.0f} or more"
        )
        raise InputError(message)
    sample = read_sample(path)
    try:
        channels = np.stack([channel.whole() for channel in sample.channels])
    except OSError as error:
        message = f"{path.name} cannot be read: {error.strerror or error}"
        raise InputError(message) from None
    if np.abs(channels).max() < SILENT:
        message = f"{path.name} is silent; grains need a sound"
        raise InputError(message)
    told = USUAL_KEY if sample.key is None else float(sample.key)
    rate = sample.channels[0].sample_rate
    return grain_sound(channels.clip(-1e3, 1e3), rate, told if key < 0.0 else key)
