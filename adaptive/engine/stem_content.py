"""What a recording sounds, found once: where its sounds begin, and which pitches sound in each beat.

The grid is that of the loop: beat 1 is at the sound's origin, and the loop has a whole number of beats.
No key and no chord is inferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

RATE_HZ = 11025.0
"""Pitches are looked for up to 2.5 kHz, so this rate is enough; the sound is averaged down to about this."""

WINDOW, HOP = 4096, 1024
"""A window of 370 ms tells semitones apart from 65 Hz on (3.9 Hz there)."""

LOWEST, HIGHEST = 36, 98
"""MIDI pitches that are looked for, C2 to D7.  Lower tones are found by their octaves."""

BELOW_BEAT_DB, BELOW_ALL_DB = -24.0, -40.0
"""A tone softer than this against the loudest of its beat, or of the sound, is not counted."""

BELOW_BESIDE_DB = -10.0
"""A tone that is so much softer than one a semitone beside it is a part of that one."""

AROUND = (0.79, 1.26)
LEAST_PEAK = 6.0
"""How far a tone stands out of the median of the spectrum four semitones around it; noise reaches about 3."""

OVERTONES = ((19, 6.0), (28, 6.0), (31, 6.0), (34, 6.0))
"""Semitones of the third, fifth, sixth and seventh partial above a tone, and by how many dB a partial is
softer than its fundamental.  Even partials are octaves, which have the same name."""

SHORT, SHORT_HOP = 256, 64
BANDS = 12
RISE_HOPS, LEAST_RISE_DB, FULL_RISE_DB = 4, 4.0, 24.0
"""A sound begins where the mean rise of the bands in 23 ms is a peak above the least; full ones count."""

FLOOR_DB = -50.0
NEAR_STEPS = 0.45
"""A sound belongs to the sixteenth that it lies within this part of a sixteenth of."""

PITCHED_SHARE = 0.25
"""A recording has pitch if tones stand out in this share of its sounding beats."""


@dataclass(frozen=True, slots=True)
class StemContent:
    """What a loop sounds.

    Parameters
    ----------
    onsets : ndarray of uint8, shape (steps,)
        How strongly a sound begins at each sixteenth, 0 to 255.
    pitches : ndarray of bool, shape (beats, 128)
        MIDI pitches that sound in each beat; all false if tones stand out in few beats only.
    """

    onsets: Array
    pitches: Array

    @property
    def is_pitched(self) -> bool:
        """Whether tones stand out in it."""
        return bool(self.pitches.any())


def analyse_stem(
    mono: Array, sample_rate: float, origin: int, loop_frames: int, grid: tuple[int, int]
) -> StemContent:
    """Find what a loop sounds.

    Parameters
    ----------
    mono : ndarray of float32, shape (frames,)
        The sound; what lies after its loop is not looked at.
    sample_rate : float
        In Hz.
    origin, loop_frames : int
        Frame of beat 1, and length of the loop.
    grid : (int, int)
        Beats and sixteenths of the loop.
    """
    beats, steps = grid
    factor = max(1, round(sample_rate / RATE_HZ))
    loop = mono[origin : origin + loop_frames]
    loop = np.concatenate([loop, np.zeros(max(0, loop_frames - len(loop)), loop.dtype)])
    whole = loop[: len(loop) // factor * factor].reshape(-1, factor).mean(axis=1, dtype=np.float32)
    if not len(whole) or float(np.abs(whole).max()) < 1e-4:
        return StemContent(np.zeros(steps, np.uint8), np.zeros((beats, 128), bool))
    rate = sample_rate / factor
    pitches, sounding = _pitches(whole, rate, beats)
    if pitches.any(axis=1).sum() < PITCHED_SHARE * sounding:
        pitches[:] = False
    return StemContent(_onsets(whole, steps), pitches)


def _pitches(mono: Array, rate: float, beats: int) -> tuple[Array, int]:
    """Return which pitches sound in each beat, and how many beats are not silent."""
    notes = np.arange(LOWEST - 4, HIGHEST + 5)
    centres = 440.0 * 2.0 ** ((notes - 69) / 12.0) * WINDOW / rate
    low, high = (
        np.floor(centres * 2 ** (-0.45 / 12)).astype(int),
        np.ceil(centres * 2 ** (0.45 / 12)).astype(int),
    )
    spectra = _spectra(mono, beats)
    levels, between = np.zeros((beats, len(notes))), np.zeros((beats, len(notes)))
    rows = np.arange(beats)
    for number, centre in enumerate(centres):
        first = max(1, low[number])
        place = first + spectra[:, first : high[number] + 1].argmax(axis=1)
        level = spectra[rows, place]
        is_peak = level >= np.maximum(spectra[rows, place - 1], spectra[rows, place + 1])
        levels[:, number] = np.where(is_peak, level, 0.0)
        around = spectra[:, max(1, int(centre * AROUND[0])) : int(centre * AROUND[1]) + 2]
        between[:, number] = np.median(around, axis=1)
    loudest = levels.max(axis=1, keepdims=True)
    is_sounding = loudest[:, 0] > loudest.max() * 10 ** (BELOW_ALL_DB / 20)
    found = (
        (levels > loudest * 10 ** (BELOW_BEAT_DB / 20))
        & (levels > loudest.max() * 10 ** (BELOW_ALL_DB / 20))
        & (levels > LEAST_PEAK * between)
    )
    for above, softer_db in OVERTONES:
        partial = levels[:, above:] < levels[:, :-above] * 10 ** (-softer_db / 20)
        found[:, above:] &= ~(partial & found[:, :-above])
    beside = np.maximum(np.roll(levels, 1, axis=1), np.roll(levels, -1, axis=1))
    found &= levels > beside * 10 ** (BELOW_BESIDE_DB / 20)
    pitches = np.zeros((beats, 128), bool)
    pitches[:, LOWEST : HIGHEST + 1] = found[:, 4:-4]
    return pitches, int(is_sounding.sum())


def _spectra(mono: Array, beats: int) -> Array:
    """Return the root mean square spectrum of each beat; windows lie within it as far as they can."""
    window, length = np.hanning(WINDOW).astype(np.float32), len(mono) / beats
    spectra = np.empty((beats, WINDOW // 2 + 1))
    for beat in range(beats):
        first, last = beat * length, max(beat * length, (beat + 1) * length - WINDOW)
        starts = np.linspace(first, last, 1 + int((last - first) // HOP)).astype(int)
        frames = np.take(mono, starts[:, None] + np.arange(WINDOW), mode="wrap")
        spectra[beat] = np.sqrt(np.mean(np.square(np.abs(np.fft.rfft(frames * window, axis=1))), axis=0))
    return spectra


def _onsets(mono: Array, steps: int) -> Array:
    """Return how strongly a sound begins at each sixteenth."""
    count = -(-len(mono) // SHORT_HOP)
    starts = np.arange(-RISE_HOPS, count) * SHORT_HOP - SHORT // 2
    edges = np.unique(np.geomspace(2, SHORT // 2, BANDS + 1).astype(int))
    window = np.hanning(SHORT).astype(np.float32)
    bands = np.empty((len(starts), len(edges) - 1))
    for begin in range(0, len(starts), 8192):
        rows = np.take(mono, starts[begin : begin + 8192, None] + np.arange(SHORT), mode="wrap")
        power = np.square(np.abs(np.fft.rfft(rows * window, axis=1)))
        bands[begin : begin + 8192] = np.add.reduceat(power, edges[:-1], axis=1)[:, : len(edges) - 1]
    loud = np.percentile(bands, 99.5, axis=0)
    levels = 10.0 * np.log10(np.maximum(bands, np.maximum(loud, loud.max() * 1e-4) * 10 ** (FLOOR_DB / 10)))
    rise = np.maximum(levels[RISE_HOPS:] - levels[:-RISE_HOPS], 0.0).mean(axis=1)
    # the rise lies between its two windows
    at = (np.arange(count) - RISE_HOPS / 2) * SHORT_HOP / len(mono) * steps
    is_peak = (rise >= np.roll(rise, 1)) & (rise > np.roll(rise, -1)) & (rise >= LEAST_RISE_DB)
    found = np.zeros(steps)
    near = np.round(at).astype(int)
    is_near = np.abs(at - near) <= NEAR_STEPS
    for place in np.nonzero(is_peak & is_near)[0]:
        found[near[place] % steps] = max(found[near[place] % steps], rise[place])
    return np.round(255.0 * np.minimum(1.0, found / FULL_RISE_DB)).astype(np.uint8)
