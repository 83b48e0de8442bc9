"""Synthesis of one-shots in NumPy: modes, noise, filters, envelopes, saturation, a short reverb.

Signals are float64 arrays of frames until `finished` converts them to the audio of a hit.  Filters multiply
the spectrum by the complex response of an analogue Butterworth filter.  This keeps them causal, so that
attacks are not smeared backwards in time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Signal = np.ndarray[Any, np.dtype[np.float64]]
Audio = np.ndarray[Any, np.dtype[np.float32]]

MEMBRANE = (1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501)
"""Mode frequencies of an ideal circular membrane relative to its lowest: zeros of Bessel functions
(Fletcher & Rossing, "The Physics of Musical Instruments", chapter 3)."""

METAL_HZ = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
"""Frequencies of six square waves that beat like a cymbal, as in analogue drum machines."""

FADE_S = 0.008
"""Fade-out at the end of a one-shot."""

SILENT = 10.0 ** (-66.0 / 20.0)
"""Relative to the peak: the end of a one-shot below -66 dB is cut off."""


@dataclass(frozen=True, slots=True)
class OfflineSynth:
    """Generators, filters and a reverb for NumPy signals at one sample rate.

    Parameters
    ----------
    sample_rate : int
        Frames per second.
    rng : numpy.random.Generator
        Source of noise and detuning.
    """

    sample_rate: int
    rng: np.random.Generator

    def frames(self, seconds: float) -> int:
        """Return a duration in whole frames, at least 1."""
        return max(1, round(seconds * self.sample_rate))

    def time(self, seconds: float) -> Signal:
        """Return the time of each frame of a sound, in seconds."""
        return np.arange(self.frames(seconds)) / self.sample_rate

    def noise(self, seconds: float) -> Signal:
        """Return white noise."""
        return self.rng.standard_normal(self.frames(seconds))

    def decay(self, seconds: float, to_sixty_db_s: float, attack_s: float = 0.0) -> Signal:
        """Return an exponential decay by 60 dB in `to_sixty_db_s`, after an attack of `attack_s`."""
        time = self.time(seconds)
        falling: Signal = 10.0 ** (-3.0 * np.maximum(time - attack_s, 0.0) / to_sixty_db_s)
        if attack_s <= 0.0:
            return falling
        rising: Signal = np.sin(0.5 * np.pi * np.minimum(time / attack_s, 1.0)) ** 2
        return np.asarray(falling * rising)

    def glide(self, seconds: float, start_hz: float, end_hz: float, within_s: float) -> Signal:
        """Return a sine that moves from one frequency to another with the time constant `within_s`."""
        time = self.time(seconds)
        frequency = end_hz + (start_hz - end_hz) * np.exp(-time / within_s)
        phase = np.cumsum(frequency) / self.sample_rate
        return np.asarray(np.sin(2.0 * np.pi * (phase - phase[0])))

    def modes(
        self, seconds: float, lowest_hz: float, ratios: Sequence[float], to_sixty_db_s: float,
        damping: float = 1.0, tilt: float = 1.0, drop: float = 0.0,
    ) -> Signal:  # fmt: skip
        """Return the modes of a struck body; higher modes decay faster and are softer.

        Parameters
        ----------
        seconds : float
            Length of the sound.
        lowest_hz : float
            Frequency of ratio 1.
        ratios : sequence of float
            Frequencies of the modes relative to the lowest.
        to_sixty_db_s : float
            Time in which a mode of ratio 1 decays by 60 dB.
        damping, tilt : float
            Exponents by which decay time and level decrease with the ratio.
        drop : float
            Relative amount by which the pitch starts too high, as when a hard blow stretches a skin.
        """
        out = np.zeros(self.frames(seconds))
        for ratio in ratios:
            hz = lowest_hz * ratio * (1.0 + 0.004 * float(self.rng.standard_normal()))
            if hz > 0.45 * self.sample_rate:
                continue
            ring = self.glide(seconds, hz * (1.0 + drop), hz, 0.03)
            level = ratio**-tilt * (0.85 + 0.3 * float(self.rng.random()))
            out += level * ring * self.decay(seconds, to_sixty_db_s * ratio**-damping)
        return out

    def metal(self, seconds: float, scale: float = 1.0) -> Signal:
        """Return the sum of six beating square waves, divided by six."""
        time = self.time(seconds)
        phases = self.rng.random(len(METAL_HZ))
        squares = [
            np.sign(np.sin(2.0 * np.pi * (hz * scale * time + phase)))
            for hz, phase in zip(METAL_HZ, phases, strict=True)
        ]
        return np.asarray(np.sum(squares, axis=0) / len(METAL_HZ))

    def low_pass(self, signal: Signal, cutoff_hz: float, order: int = 2) -> Signal:
        """Return the signal through a Butterworth low-pass of order 1 to 4."""
        return self._filtered(signal, lambda s: 1.0 / _butterworth(s / cutoff_hz, order))

    def high_pass(self, signal: Signal, cutoff_hz: float, order: int = 2) -> Signal:
        """Return the signal through a Butterworth high-pass of order 1 to 4."""
        return self._filtered(
            signal, lambda s: 1.0 / _butterworth(cutoff_hz / np.where(s == 0, 1e-9, s), order)
        )

    def band(self, signal: Signal, centre_hz: float, quality: float = 1.0) -> Signal:
        """Return the signal through a second-order band-pass; the gain at its centre is 1."""
        return self._filtered(
            signal,
            lambda s: (s / centre_hz / quality) / ((s / centre_hz) ** 2 + s / centre_hz / quality + 1.0),
        )

    def _filtered(self, signal: Signal, response: Any) -> Signal:
        size = 1 << (2 * signal.size - 1).bit_length()
        spectrum = np.fft.rfft(signal, size)
        s = 1j * np.fft.rfftfreq(size, 1.0 / self.sample_rate)
        return np.asarray(np.fft.irfft(spectrum * response(s), size)[: signal.size])

    def reverb(self, signal: Signal, to_sixty_db_s: float, level: float, tone_hz: float) -> Signal:
        """Return the signal with reverb, shape (2, frames); the impulse response is decaying noise.

        Parameters
        ----------
        signal : ndarray, shape (frames,)
            Dry signal.
        to_sixty_db_s : float
            Time in which the response decays by 60 dB.
        level : float
            Linear gain of the reverb; the dry signal keeps its level.
        tone_hz : float
            Cutoff of the low-pass in the response.
        """
        seconds = to_sixty_db_s * 1.1
        wet = []
        for _ in range(2):
            tail = self.noise(seconds) * self.decay(seconds, to_sixty_db_s, 0.003)
            tail = self.low_pass(self.high_pass(tail, 180.0), tone_hz)
            tail /= np.sqrt(np.sum(tail**2))
            length = signal.size + tail.size
            size = 1 << (length - 1).bit_length()
            spectrum = np.fft.rfft(signal, size) * np.fft.rfft(tail, size)
            wet.append(np.fft.irfft(spectrum, size)[:length])
        dry = np.pad(signal, (0, wet[0].size - signal.size))
        return np.stack([dry + level * side for side in wet])


def _butterworth(s: Any, order: int) -> Any:
    """Return the denominator of a Butterworth low-pass of order 1 to 4 with its cutoff at 1."""
    if order == 1:
        return s + 1.0
    if order == 2:
        return s * s + np.sqrt(2.0) * s + 1.0
    if order == 3:
        return (s + 1.0) * (s * s + s + 1.0)
    return (s * s + 0.76537 * s + 1.0) * (s * s + 1.84776 * s + 1.0)


def saturated(signal: Signal, drive: float) -> Signal:
    """Return the signal through a tanh saturation, with its peak normalised to 1."""
    peak = float(np.max(np.abs(signal))) or 1.0
    return np.asarray(np.tanh(drive * signal / peak) / np.tanh(drive))


def mixed(*signals: Signal) -> Signal:
    """Return the sum of signals of different lengths."""
    out = np.zeros(max(signal.size for signal in signals))
    for signal in signals:
        out[: signal.size] += signal
    return out


def finished(synth: OfflineSynth, signal: Signal, peak_db: float = -3.0) -> Audio:
    """Return audio that is ready to play: without DC, trimmed, faded out, at a given peak level.

    Parameters
    ----------
    synth : OfflineSynth
        Sample rate.
    signal : ndarray, shape (frames,) or (2, frames)
        The sound; a mono signal is copied to both channels.
    peak_db : float
        Level of the loudest sample in dBFS.

    Returns
    -------
    ndarray of float32, shape (2, frames)
    """
    both = np.atleast_2d(signal)
    both = np.stack([synth.high_pass(channel, 25.0) for channel in both])
    if both.shape[0] == 1:
        both = np.repeat(both, 2, axis=0)
    both /= np.max(np.abs(both))
    heard = np.nonzero(np.max(np.abs(both), axis=0) > SILENT)[0]
    fade = synth.frames(FADE_S)
    both = both[:, : min(both.shape[1], int(heard[-1]) + 1 + fade)]
    both[:, -fade:] *= np.cos(0.5 * np.pi * np.linspace(0.0, 1.0, fade)) ** 2
    return np.ascontiguousarray(both * 10.0 ** (peak_db / 20.0), np.float32)
