"""Processes a rendered stem: filters, saturation, level, final fade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyloudnorm

from tools.nightfall.theory import RATE

Audio = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Finish:
    """The processing of a stem.

    Parameters
    ----------
    lufs : float
        Integrated loudness of the file; the loudness of the files makes the mix.
    high_pass_hz, low_pass_hz : float
        Cutoffs of the filters, 12 dB per octave.
    drive : float
        Amount of saturation: 0 is none, 1 is strong.
    dip : tuple of (hz, octaves, db), optional
        A bell filter that leaves a frequency band to another stem: centre, width, gain.
    """

    lufs: float
    high_pass_hz: float = 20.0
    low_pass_hz: float = 18000.0
    drive: float = 0.0
    dip: tuple[float, float, float] | None = None


def finish(audio: Audio, how: Finish, fade_s: float) -> Audio:
    """Filter and saturate, set the loudness, and fade out over the last `fade_s` seconds."""
    sound = band(audio.astype(np.float64), how)
    if how.drive:
        amount = how.drive * 3.0 / np.max(np.abs(sound))
        sound = np.tanh(sound * amount) / amount
    count = round(fade_s * RATE)
    sound[-count:] *= np.cos(np.linspace(0.0, np.pi / 2, count))[:, None] ** 2
    sound *= 10.0 ** ((how.lufs - loudness(sound)) / 20.0)
    return sound.astype(np.float32)


def loudness(sound: Any) -> float:
    """Return the integrated loudness in LUFS; sounds shorter than 0.5 s are padded with silence."""
    if len(sound) < RATE // 2:
        sound = np.concatenate([sound, np.zeros((RATE // 2 - len(sound), 2))])
    return float(pyloudnorm.Meter(RATE).integrated_loudness(sound))


def band(sound: Any, how: Finish) -> Any:
    """Filter with the frequency response of analogue Butterworth filters, computed by FFT."""
    count = 1 << int(np.ceil(np.log2(len(sound) + RATE)))
    hz = np.fft.rfftfreq(count, 1.0 / RATE)
    s = 1j * hz
    root2 = np.sqrt(2.0)
    low, high = how.high_pass_hz, how.low_pass_hz
    response = s**2 / (s**2 + root2 * low * s + low**2)
    response = response * high**2 / (s**2 + root2 * high * s + high**2)
    if how.dip is not None:
        centre, octaves, db = how.dip
        width = centre * (2.0 ** (octaves / 2) - 2.0 ** (-octaves / 2))
        gain = 10.0 ** (db / 20.0)
        response = response * (s**2 + gain * width * s + centre**2) / (s**2 + width * s + centre**2)
    spectrum = np.fft.rfft(sound, count, axis=0) * response[:, None]
    return np.fft.irfft(spectrum, count, axis=0)[: len(sound)]
