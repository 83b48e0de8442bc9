"""Copies a stem into a preset, bit for bit or filled up with silence to the end of its section."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import soundfile

from adaptive.errors import AudioFileError

_WHOLE_NUMBERS = frozenset({"PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32"})
_KEPT = (".wav", ".flac")


def padded_suffix(path: Path) -> str:
    """Return the suffix of a copy that is filled up: files with losses become WAV."""
    return path.suffix.lower() if path.suffix.lower() in _KEPT else ".wav"


def copy_stem(source: Path, target: Path, until_s: float = 0.0) -> None:
    """Copy a file; a file shorter than `until_s` seconds gets silence at its end.

    Samples are kept to the bit; files with losses are written as 32-bit floats.
    """
    if until_s <= 0.0:
        shutil.copyfile(source, target)
        return
    try:
        with soundfile.SoundFile(source) as file:
            subtype = file.subtype if target.suffix in _KEPT and source.suffix.lower() in _KEPT else "FLOAT"
            samples = file.read(dtype="int32" if subtype in _WHOLE_NUMBERS else "float64", always_2d=True)
            missing = max(0, round(until_s * file.samplerate) - len(samples))
            padded = np.concatenate([samples, np.zeros((missing, samples.shape[1]), samples.dtype)])
            soundfile.write(target, padded, file.samplerate, subtype=subtype)
    except soundfile.SoundFileError as error:
        raise AudioFileError(f"{source.name} cannot be copied with silence at its end: {error}") from error
