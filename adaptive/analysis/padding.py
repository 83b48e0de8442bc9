"""Copies a stem into a preset, bit for bit or filled up with silence to the end of its section."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from adaptive.engine.decode import decode
from adaptive.engine.file_names import for_libsndfile
from adaptive.errors import AudioFileError

_WHOLE_NUMBERS = frozenset({"PCM_S8", "PCM_U8", "PCM_16", "PCM_24", "PCM_32"})
_KEPT = (".wav", ".flac")
_CONTAINERS = frozenset({"WAV", "WAVEX", "RF64", "FLAC"})


def padded_suffix(path: Path) -> str:
    """Return the suffix of a copy that is filled up: files with losses become WAV."""
    return path.suffix.lower() if path.suffix.lower() in _KEPT else ".wav"


def copy_stem(source: Path, target: Path, until_s: float = 0.0) -> None:
    """Copy a file; a file shorter than `until_s` seconds gets silence at its end.

    Samples are kept to the bit; files with losses are written as 32-bit floats, as they would be played.

    Raises
    ------
    AudioFileError
        The file cannot be decoded, or the copy not be written.
    """
    if until_s <= 0.0:
        shutil.copyfile(source, target)
        return
    try:
        samples, sample_rate, subtype = _samples(source)
        missing = max(0, round(until_s * sample_rate) - len(samples))
        padded = np.concatenate([samples, np.zeros((missing, samples.shape[1]), samples.dtype)])
        soundfile.write(for_libsndfile(target), padded, sample_rate, subtype, format=target.suffix[1:])
    except soundfile.SoundFileError as error:
        raise AudioFileError(f"{source.name} cannot be copied with silence at its end: {error}") from error


def _samples(source: Path) -> tuple[np.ndarray[Any, Any], int, str]:
    """Return the samples of a file, shape (frames, channels), its rate and how they are written."""
    decoded = decode(source)
    if source.suffix.lower() in _KEPT:
        with soundfile.SoundFile(for_libsndfile(source)) as file:
            subtype = str(file.subtype)
            exact = file.read(dtype="int32" if subtype in _WHOLE_NUMBERS else "float64", always_2d=True)
        # where a header promises too little, only `decode` reads all
        if file.format in _CONTAINERS and len(exact) == decoded.frames:
            return exact, file.samplerate, subtype
    subtype = "PCM_24" if source.suffix.lower() == ".flac" else "FLOAT"
    return decoded.audio.T, decoded.sample_rate, subtype
