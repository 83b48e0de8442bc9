"""What is measured of a mix and of its layers: spectrum, loudness, width, and how far the level moves."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive.analysis.bands import CENTRES_HZ, F64, band_powers
from adaptive.analysis.loudness import LoudnessMeter, weighting

Audio = np.ndarray[Any, np.dtype[np.float32]]

LEAST_DB = -80.0
"""What is lower, relative to the other channel or to the whole, is told as this."""

ENVELOPE_S = 0.01
"""Time over which the level of a layer is averaged; its loudness over forty times as long."""

SMOOTHED = np.array([0.25, 0.5, 1.0, 0.5, 0.25]) / 2.5
"""Weights of bands beside each other: single notes are not the balance of a mix."""


def smoothed(powers: F64) -> F64:
    """Powers of bands, shape (…, bands), averaged over about an octave."""
    padded = np.concatenate([powers[..., :1]] * 2 + [powers] + [powers[..., -1:]] * 2, axis=-1)
    bands = powers.shape[-1]
    found: F64 = np.asarray(sum(w * padded[..., i : i + bands] for i, w in enumerate(SMOOTHED)))
    return found


@dataclass(frozen=True)
class SoundProfile:
    """What was measured of a sound.

    Attributes
    ----------
    mid, side : ndarray, shape (bands,)
        Mean power of the sum and the difference of both channels, in each third of an octave.
    lufs : float or None
        Integrated loudness; None: not measurable.
    true_peak_db : float
        In dBTP; minus infinity for silence.
    range_lu : float or None
        Loudness range.
    """

    mid: F64
    side: F64
    lufs: float | None
    true_peak_db: float
    range_lu: float | None

    @property
    def bands_db(self) -> F64:
        """Level of each band, smoothed over about an octave."""
        found: F64 = decibels(smoothed(self.mid + self.side))
        return found

    @property
    def side_mid_db(self) -> float:
        """Power of the side over that of the middle."""
        return side_mid_db(self.mid, self.side)

    @property
    def above_2k_db(self) -> float:
        """Power at 2 kHz and above, relative to the whole."""
        return above_2k_db(self.mid + self.side)


def decibels(power: Any) -> Any:
    """Decibels of a power."""
    return 10.0 * np.log10(np.maximum(power, 1e-20))


def side_mid_db(mid: F64, side: F64) -> float:
    """Power of the side over that of the middle, from `LEAST_DB` to 40 dB."""
    return float(np.clip(decibels(side.sum()) - decibels(mid.sum()), LEAST_DB, 40.0))


def above_2k_db(bands: F64) -> float:
    """Power of the bands from 2 kHz on, relative to all."""
    above = bands[CENTRES_HZ >= 1990.0].sum()
    return float(max(LEAST_DB, decibels(above) - decibels(bands.sum())))


def profile_of(
    pieces: Iterable[Audio], sample_rate: int, channels: int = 2, *, has_true_peak: bool = True
) -> SoundProfile:
    """Measure a sound, piece by piece.

    Parameters
    ----------
    pieces : iterable of ndarray, shape (frames, channels)
        The sound; more than two channels: the first two are compared.
    sample_rate : int
        In Hz.
    channels : int
        Number of channels.
    has_true_peak : bool
        Whether the true peak is measured.
    """
    meter = LoudnessMeter(sample_rate, channels, has_true_peak=has_true_peak)
    mid, side, windows = np.zeros(len(CENTRES_HZ)), np.zeros(len(CENTRES_HZ)), 0
    for piece in pieces:
        meter.add(piece)
        left, right = piece[:, 0], piece[:, 1 if channels > 1 else 0]
        powers = band_powers(0.5 * (left + right), sample_rate)
        mid += powers.sum(axis=0)
        side += band_powers(0.5 * (left - right), sample_rate).sum(axis=0)
        windows += len(powers)
    found = meter.finish()
    count = max(1, windows)
    return SoundProfile(mid / count, side / count, found.integrated_lufs, found.true_peak_db, found.range_lu)


@dataclass(frozen=True)
class LayerProfile:
    """What was measured of a layer in a section, as the mix gets it.

    Attributes
    ----------
    whole : SoundProfile
        Its spectrum, loudness and width.
    windows : ndarray, shape (windows, bands)
        Power in some windows, all over the section.
    envelope_db : ndarray
        Peak level of each hundredth of a second in which it sounds, dBFS.
    spread_lu : float
        How far its momentary loudness moves while it sounds: from the 10th percentile to the 95th.
    """

    whole: SoundProfile
    windows: F64
    envelope_db: F64
    spread_lu: float


MOST_WINDOWS = 40


def layer_profile(audio: Audio, sample_rate: int) -> LayerProfile:
    """Measure a layer, shape (frames, 2)."""
    powers = band_powers(audio.mean(axis=1), sample_rate)
    chosen = powers[:: max(1, len(powers) // MOST_WINDOWS)][:MOST_WINDOWS]
    hop = max(1, round(ENVELOPE_S * sample_rate))
    peaks = np.abs(audio).max(axis=1, initial=0.0)
    levels = 20.0 * np.log10(np.maximum(peaks[: len(peaks) // hop * hop].reshape(-1, hop).max(axis=1), 1e-6))
    sounding = levels[levels > max(levels.max(initial=-120.0) - 40.0, -90.0)]
    whole = profile_of([audio], sample_rate, has_true_peak=False)
    return LayerProfile(whole, chosen, sounding, _spread(audio, sample_rate))


MOMENT_S, PHRASE_S = 0.4, 1.6
"""Loudness is that of a moment; of each phrase the loudest moment counts."""


def _spread(audio: Audio, sample_rate: int) -> float:
    """From the 10th to the 95th percentile of the loudest moments of all phrases in which it sounds."""
    moment, moments = round(MOMENT_S * sample_rate), round(PHRASE_S / MOMENT_S)
    phrases = len(audio) // (moment * moments)
    if phrases < 4:
        return 0.0
    heard = audio[: phrases * moments * moment].astype(np.float64) ** 2
    levels = decibels(heard.reshape(phrases, moments, -1).mean(axis=2)).max(axis=1)
    sounding = levels[levels > levels.max() - 20.0]
    low, high = np.percentile(sounding, [10.0, 95.0])
    return float(high - low)


@functools.cache
def loudness_weights(sample_rate: int = 48000) -> F64:
    """Share of each band's power in the loudness of BS.1770."""
    z = np.exp(-2j * math.pi * CENTRES_HZ / sample_rate)
    found = np.ones(len(CENTRES_HZ))
    for (b0, b1, b2), (_, a1, a2) in weighting(sample_rate):
        found = found * np.abs((b0 + b1 * z + b2 * z * z) / (1.0 + a1 * z + a2 * z * z)) ** 2
    return found


def lufs_of_bands(mid: F64, side: F64) -> float:
    """Loudness of a spectrum, up to a constant."""
    return float(decibels(((mid + side) * loudness_weights()).sum()))
