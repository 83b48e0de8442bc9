"""Completes loops: fills up files that end early, and crossfades joins that would click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Audio = np.ndarray[Any, np.dtype[np.float32]]

JOIN_LIMIT = 10.0 ** (-60.0 / 20.0)
"""A step at the join above -60 dBFS may be heard as a click."""

JOIN_S = 0.005
"""Length of a crossfade or fade at a join."""


@dataclass(frozen=True, slots=True)
class LoopReport:
    """How a loop was completed.

    Parameters
    ----------
    completed_frames : int
        Frames missing at the end, filled from the lead-in before beat 1 (with silence before it if that is
        too short).
    is_crossfaded : bool
        Whether the join would have clicked and got an equal-power crossfade of 5 ms.
    tail_frames : int
        Frames after the last bar, which ring over the music that follows.
    """

    completed_frames: int
    is_crossfaded: bool
    tail_frames: int


def complete_loop(audio: Audio, origin: int, loop_frames: int, sample_rate: int) -> tuple[Audio, LoopReport]:
    """Fill up a short file from its lead-in, and crossfade a join that would click.

    Parameters
    ----------
    audio : ndarray of float32, shape (channels, frames)
        The file.
    origin, loop_frames : int
        Frame of beat 1, and length of a pass in frames.
    sample_rate : int
        Frames per second.

    Returns
    -------
    (ndarray, LoopReport)
        Audio of at least ``origin + loop_frames`` frames, and what was done.
    """
    end = origin + loop_frames
    missing = max(0, end - audio.shape[1])
    if missing:
        lead_in = audio[:, max(0, origin - missing) : origin]
        silent = missing - lead_in.shape[1]
        if silent:
            # Without fades, the end of the file and the start of the lead-in would step into silence.
            frames = round(JOIN_S * sample_rate)
            audio, lead_in = fade_ends(audio, lead_in, frames)
        padding = np.zeros((audio.shape[0], silent), np.float32)
        audio = np.concatenate([audio, padding, lead_in], axis=1)
    tail = audio.shape[1] - end
    is_crossfaded = False
    if tail <= 0 and not is_continuous(audio, origin, end):
        audio = crossfade_join(audio, origin, end, round(JOIN_S * sample_rate))
        is_crossfaded = True
    return audio, LoopReport(missing, is_crossfaded, max(0, tail))


def fade_ends(before: Audio, after: Audio, frames: int) -> tuple[Audio, Audio]:
    """Fade out the end of one piece and fade in the start of another, linearly over `frames`."""
    out, into = min(frames, before.shape[1]), min(frames, after.shape[1])
    before, after = before.copy(), after.copy()
    before[:, before.shape[1] - out :] *= np.linspace(1.0, 0.0, out, dtype=np.float32)
    after[:, :into] *= np.linspace(0.0, 1.0, into, dtype=np.float32)
    return before, after


def is_continuous(audio: Audio, origin: int, end: int) -> bool:
    """Whether the step at the join is at most as large as the 32 steps on either side, or below -60 dBFS."""
    step = np.abs(audio[:, origin] - audio[:, end - 1])
    before = np.abs(np.diff(audio[:, max(origin, end - 33) : end], axis=1))
    after = np.abs(np.diff(audio[:, origin : origin + 33], axis=1))
    beside = np.maximum(before.max(axis=1, initial=0.0), after.max(axis=1, initial=0.0))
    return bool(np.all(step <= np.maximum(beside, JOIN_LIMIT)))


def crossfade_join(audio: Audio, origin: int, end: int, frames: int) -> Audio:
    """Crossfade the end of the loop with the lead-in before beat 1 (or with silence), with equal power."""
    frames = min(frames, end - origin)
    audio = audio.copy()
    angle = np.linspace(0.0, np.pi / 2, frames, endpoint=False, dtype=np.float32)
    audio[:, end - frames : end] *= np.cos(angle)
    before = audio[:, max(0, origin - frames) : origin]
    if before.shape[1]:
        fade_in = np.sin(angle)[-before.shape[1] :]
        audio[:, end - before.shape[1] : end] += before * fade_in
    return audio
