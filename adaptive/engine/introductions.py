"""Prepares the sound of an introduction: a file that plays once, before a loop.

A file that was exported together with what follows it also holds the beginning of the loop.  Played as a
tail it would double the loop, so there the file replaces the loop's beginning instead of being added to it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.engine.join import JOIN_S, likeness

Audio = np.ndarray[Any, np.dtype[np.float32]]

REPEATS = 0.9
"""Correlation from which on what follows the introduction is the beginning of the loop, and not a tail."""

LOUDNESS_RANGE = (0.5, 2.0)
"""Gains, relative to the loop, at which it may stand in the file; a quieter copy is reverberation."""

SHORTEST_S = 0.002
"""A shorter remainder says nothing about what it is."""


def remove_loop(audio: Audio, end: int, loops: list[Audio], sample_rate: int) -> Audio:
    """Remove the beginning of the loop from what a file holds after its introduction.

    Parameters
    ----------
    audio : ndarray of float32, shape (channels, frames)
        The file.
    end : int
        Frame at which the introduction ends.
    loops : list of ndarray of float32, shape (channels, frames)
        What may follow, each from its first beat on.
    sample_rate : int
        Frames per second.

    Returns
    -------
    ndarray
        The file itself if what follows the introduction is a tail.  With one loop, the tail is what remains
        when the loop's beginning is subtracted: it and the loop together give what the file holds.  With
        several, nobody knows which of them will play: the file fades out over 5 ms.
    """
    repeated = [loop for loop in loops if repeats(audio, end, loop, sample_rate)]
    if not repeated:
        return audio
    fade = min(round(JOIN_S * sample_rate), audio.shape[1] - end)
    if len(loops) > 1:
        audio = audio[:, : end + fade].copy()
    else:
        audio = audio.copy()
        loop = _channels(repeated[0], audio.shape[0])
        length = min(loop.shape[1], audio.shape[1] - end)
        audio = audio[:, : end + length]
        audio[:, end:] -= loop[:, :length]
    audio[:, audio.shape[1] - fade :] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return audio


def repeats(audio: Audio, end: int, loop: Audio, sample_rate: int) -> bool:
    """Whether what follows the introduction is the beginning of a loop: correlated, and about as loud.

    The loop may lie between the frames of the file: few tempi have bars of whole frames.
    """
    length = min(audio.shape[1] - end, loop.shape[1])
    if length < round(SHORTEST_S * sample_rate):
        return False
    found = likeness(audio, end, _channels(loop[:, :length], audio.shape[0]), 0, length, REPEATS / 2.0)
    return found.correlation >= REPEATS and LOUDNESS_RANGE[0] <= found.gain <= LOUDNESS_RANGE[1]


def _mono(audio: Audio) -> np.ndarray[Any, np.dtype[np.float64]]:
    mixed: np.ndarray[Any, np.dtype[np.float64]] = audio.mean(axis=0, dtype=np.float64)
    return mixed


def _channels(audio: Audio, count: int) -> Audio:
    """The audio with one or two channels."""
    if audio.shape[0] == count:
        return audio
    mono = _mono(audio).astype(np.float32)
    return np.stack([mono] * count)
