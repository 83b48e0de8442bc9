"""Transposes a sound when it is loaded: by resampling, so that a stretcher need only restore its length.

A sound that is resampled to two thirds of its frames plays a fifth higher and too fast.  The tempo map of a
stretched stem makes up for that: `scale` times as many frames of the sound pass in a frame of output.  So a
transposed stem costs no more than a stretched one, and its pitch does not depend on the tempo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import soxr

from adaptive.engine.decode import Audio

MOST_SEMITONES = 24.0


@dataclass(frozen=True, slots=True)
class Transposed:
    """A transposed sound.

    Parameters
    ----------
    audio : float32, shape (channels, frames)
        Its samples.
    origin, loop_frames : int
        Frame of beat 1 and length of a pass, as in `SOUND`.
    scale : float
        Its frames for each frame of the sound that it was made from.
    """

    audio: Audio
    origin: int
    loop_frames: int
    scale: float


def transposed(audio: Audio, semitones: float, origin: int = 0, loop_frames: int = 0) -> Transposed:
    """Transpose a sound; its tempo changes with its pitch until a stretcher restores it.

    A loop keeps a whole number of frames, so the pitch of one of a second is at most 0.02 cents off.

    Parameters
    ----------
    audio : float32, shape (channels, frames)
        The whole file, of which pickup and tail are resampled with the loop.
    semitones : float
        From -24 to 24.
    origin, loop_frames : int
        As in `SOUND`.

    Raises
    ------
    ValueError
        The semitones are out of range or no number.
    """
    if not abs(semitones) <= MOST_SEMITONES:
        message = f"a sound can be transposed by at most {MOST_SEMITONES:g} semitones, not by {semitones}"
        raise ValueError(message)
    if semitones == 0.0:
        return Transposed(audio, origin, loop_frames, 1.0)
    frames = loop_frames or audio.shape[1]
    kept = max(1, round(frames * 2.0 ** (-semitones / 12.0)))
    made = soxr.resample(audio.T, frames, kept, quality="HQ")
    scale = kept / frames
    loop = kept if loop_frames else 0
    return Transposed(np.ascontiguousarray(made.T, np.float32), round(origin * scale), loop, scale)
