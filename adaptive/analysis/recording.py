"""Measures a recording from a file: what a mix is compared with, and what is mastered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from adaptive.analysis.mix_profile import Audio, SoundProfile, profile_of
from adaptive.engine.file_names import for_libsndfile
from adaptive.errors import AudioFileError

SHORTEST_S = 3.0
"""A shorter recording has no long-term spectrum."""

MOST_HEARD_S = 600.0
"""Of a longer recording, so much of its middle is heard."""

PIECE_S = 10.0
RATES = (8000, 192_000)


def open_recording(path: Path) -> soundfile.SoundFile:
    """Open an audio file that is long enough to be measured.

    Raises
    ------
    AudioFileError
        It is missing, no audio, too short, or has another sample rate than 8 to 192 kHz.
    """
    if not path.is_file():
        message = f"{path}: there is no such file"
        raise AudioFileError(message)
    try:
        file = soundfile.SoundFile(for_libsndfile(path))
    except (soundfile.LibsndfileError, OSError, TypeError) as error:
        message = f"{path} is no audio file that can be read; WAV, FLAC, OGG, MP3 and AIFF can"
        raise AudioFileError(message) from error
    seconds = file.frames / file.samplerate
    problem = ""
    if not RATES[0] <= file.samplerate <= RATES[1]:
        problem = f"has a sample rate of {file.samplerate} Hz; {RATES[0]} to {RATES[1]} Hz can be read"
    elif seconds < SHORTEST_S:
        problem = f"lasts {seconds:.1f} s; {SHORTEST_S:g} s or more can be measured"
    if problem:
        file.close()
        message = f"{path} {problem}"
        raise AudioFileError(message)
    return file


def recording_profile(path: Path) -> tuple[SoundProfile, float]:
    """Measure an audio file; return what was found, and how many seconds were heard.

    Raises
    ------
    AudioFileError
        As `open_recording`; or it is silent, or cannot be decoded.
    """
    with open_recording(path) as file:
        rate = file.samplerate
        heard = min(file.frames, round(MOST_HEARD_S * rate))
        channels = min(2, file.channels)
        try:
            file.seek((file.frames - heard) // 2)
            found = profile_of(_pieces(file, heard), rate, channels)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            message = f"{path} cannot be decoded to its end; it may be cut off"
            raise AudioFileError(message) from error
    if found.lufs is None or not np.isfinite(found.bands_db).all():
        message = f"{path} is silent: there is nothing to compare with"
        raise AudioFileError(message)
    return found, heard / rate


def _pieces(file: soundfile.SoundFile, frames: int) -> Iterator[Audio]:
    piece = round(PIECE_S * file.samplerate)
    while frames > 0:
        audio = file.read(min(piece, frames), dtype="float32", always_2d=True)
        if not len(audio):
            return
        frames -= len(audio)
        yield np.nan_to_num(audio[:, :2], posinf=1.0, neginf=-1.0)
