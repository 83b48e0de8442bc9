"""Prepares the sound of a file that plays once, before a loop: an introduction, or a first pass.

Its end is fitted to the loop as the end of a pass is (`adaptive.engine.loops`): it is resampled with the
beginning of the loop behind it, rounding is mended, and a step that remains decays on top of the loop.

A file that was exported together with what follows it also holds the beginning of the loop.  Played as a
tail it would double the loop, so there the file replaces the loop's beginning instead of being added to it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive.engine import join
from adaptive.engine.decode import Decoded
from adaptive.engine.join import JOIN_S, likeness
from adaptive.engine.loops import ROUNDING_S
from adaptive.engine.prediction import HISTORY, bridged
from adaptive.engine.resample import TAPS, context_frames, resample, resample_within, values_at

Audio = np.ndarray[Any, np.dtype[np.float32]]

REPEATS = 0.9
"""Correlation from which on what follows the introduction is the beginning of the loop, and not a tail."""

LOUDNESS_RANGE = (0.5, 2.0)
"""Gains, relative to the loop, at which it may stand in the file; a quieter copy is reverberation."""

SHORTEST_S = 0.002
"""A shorter remainder says nothing about what it is."""


def fit_to_loop(decoded: Decoded, end: int, before: Audio, loop: Audio, sample_rate: int) -> Audio:
    """Bring a file that plays once to the engine's rate, and its end to where a loop begins.

    Parameters
    ----------
    decoded : Decoded
        The file.
    end : int
        Frame of the engine's at which the loop begins.
    before, loop : ndarray of float32, shape (channels, frames)
        The loop from its first beat on, and what sounds before that beat in later passes, at the engine's
        rate; both may be empty.
    sample_rate : int
        The engine's rate.

    Returns
    -------
    ndarray
        Where the file is off `end` by no more than rounding (`ROUNDING_S`): `end` frames, and behind them the
        decay of the step to the loop, if it would click.  Else the file as it is.
    """
    rate, audio = decoded.sample_rate, decoded.audio
    count = round(end * rate / sample_rate)
    missing = count - audio.shape[1]
    if not loop.shape[1] or abs(missing) > ROUNDING_S * rate:
        return resample(decoded, sample_rate)
    before, loop = _channels(before, audio.shape[0]), _channels(loop, audio.shape[0])
    following = np.concatenate([before[:, -TAPS:], loop], axis=1)
    # the frames of the file that would follow, which lie between those of the loop
    numbers = np.arange(HISTORY + context_frames(rate, sample_rate))
    places = (count + numbers) * sample_rate / rate - end + before[:, -TAPS:].shape[1]
    after = values_at(following, places[places < following.shape[1] - TAPS])
    if missing > 0:
        rows = zip(audio, after, strict=True)
        made = np.array([bridged(one, other, missing) for one, other in rows], np.float32)
        audio = np.concatenate([audio, made], axis=1)
    whole, _ = resample_within(audio[:, :0], audio[:, :count], after, rate, sample_rate)
    fitted = whole[:, :end]
    clicks = join.clicking(fitted, loop)
    if not clicks.any() or fitted.shape[1] < end:
        return fitted
    step = np.where(clicks, join.next_values(fitted) - loop[:, 0], 0.0)
    return np.concatenate([fitted, join.decay(step, round(JOIN_S * sample_rate))], axis=1)


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
