"""Decodes audio files to float32 at their own rate, with at most two channels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from adaptive.errors import AudioFileError

Audio = np.ndarray[Any, np.dtype[np.float32]]

LOUDEST = 100.0
"""40 dB above full scale; a file with larger samples is refused as broken."""

LONGEST_S = 3600.0
"""Longest file that is decoded: an hour of stereo at 48 kHz is 1.4 GB."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A file's audio, shape (channels, frames), at the rate that its header tells."""

    audio: Audio
    sample_rate: int

    @property
    def frames(self) -> int:
        """Length in frames of the file."""
        return int(self.audio.shape[1])

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate


def decode(path: Path) -> Decoded:
    """Decode a file.

    Parameters
    ----------
    path : Path
        An audio file of any rate and channel count.

    Returns
    -------
    Decoded
        One or two channels; more are folded down to two.

    Raises
    ------
    AudioFileError
        The file is missing, empty, truncated, longer than an hour, not an audio file, or has samples that
        are not finite or above `LOUDEST`.
    """
    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            expected = file.frames
            if expected > LONGEST_S * rate:
                message = f"{path.name}: longer than an hour, which no stem may be"
                raise AudioFileError(message)
            data = file.read(dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, OSError) as error:
        reason = "the file is missing" if not path.exists() else "it is no audio file, or broken"
        message = f"{path.name}: cannot be decoded: {reason}"
        raise AudioFileError(message) from error
    if len(data) == 0:
        message = f"{path.name}: holds no audio"
        raise AudioFileError(message)
    if 0 < expected < 2**40 and len(data) < expected:
        message = f"{path.name}: is cut off: {len(data) / rate:.2f} s of {expected / rate:.2f} s can be read"
        raise AudioFileError(message)
    if not np.isfinite(data).all() or np.abs(data).max() > LOUDEST:
        message = f"{path.name}: holds samples that are no numbers, or absurdly loud"
        raise AudioFileError(message)
    return Decoded(np.ascontiguousarray(fold_to_stereo(data.T), dtype=np.float32), int(rate))


def fold_to_stereo(audio: Audio) -> Audio:
    """Fold more than two channels down to two: even ones to the left, odd ones to the right.

    The gain ``1 / sqrt(channels / 2)`` keeps the power of uncorrelated channels.
    """
    if audio.shape[0] <= 2:
        return audio
    share = np.float32(1.0 / np.sqrt(audio.shape[0] / 2))
    return np.stack([audio[0::2].sum(axis=0), audio[1::2].sum(axis=0)]) * share
